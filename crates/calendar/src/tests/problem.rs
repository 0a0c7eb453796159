//! What validation finds, in words.

use super::{in_zone, slot};
use crate::{Schedule, validate};

/// `path: message`, one line per problem.
fn problems(schedule: &Schedule) -> Vec<String> {
    validate(schedule)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|problem| format!("{}: {problem}", problem.path()))
        .collect()
}

#[test]
fn each_problem_has_a_place_and_a_plain_message() {
    let check = |schedule: Schedule, expected: &[&str]| {
        assert_eq!(problems(&schedule), expected);
    };
    let sound = || in_zone("UTC").layer("weekly", "alice bob", "1w", "2026-01-05T09:00");
    check(sound(), &[]);
    check(in_zone("UTC").taken("bob", "2026-05-02T00:00", "2026-05-03T00:00"), &[]);
    check(
        in_zone("Mars/Olympus"),
        &[
            "time_zone: \"Mars/Olympus\" is not a time zone; write an IANA name such as Europe/Berlin",
            "layers: the schedule has no layers and no overrides, so nobody is ever on call",
        ],
    );
    check(
        sound().layer("weekly", "", "0d", "0026-01-05T09:00").hours(&[], "00:00", "24:00"),
        &[
            "layers[1].name: two layers are called \"weekly\"; give each its own name",
            "layers[1].members: layer \"weekly\" has no members",
            "layers[1].every: layer \"weekly\" has a turn of length 0; a turn needs a length",
            "layers[1].starts: layers[1].starts is 0026-01-05T09:00:00; Nightbell keeps schedules from 1970 to 2200",
            "layers[1].hours[0].days: layer \"weekly\" has hours without days; name the days, or write a range such as from \"fri 17:00\" to \"mon 09:00\"",
        ],
    );
    check(in_zone("UTC").layer(" ", "alice", "1w", "2026-01-05T09:00"), &["layers[0].name: layer 0 has no name"]);
    check(
        sound().taken("", "2026-05-03T00:00", "2026-05-03T00:00"),
        &[
            "overrides[0].user: overrides[0].user names nobody",
            "overrides[0].to: the override for  ends at 2026-05-03T00:00:00, which is not after its begin 2026-05-03T00:00:00",
        ],
    );
    check(
        sound().taken("bob", "2026-05-03T00:00", "9999-12-31T23:59"),
        &["overrides[0].to: overrides[0].to is 9999-12-31T23:59:00; Nightbell keeps schedules from 1970 to 2200"],
    );
}

#[test]
fn an_empty_handle_in_a_layer_is_found() {
    let mut schedule = in_zone("UTC").layer("weekly", "alice bob", "1w", "2026-01-05T09:00");
    schedule.layers[0].members[1] = slot("");
    assert_eq!(problems(&schedule), ["layers[0].members[1]: layers[0].members[1] names nobody"]);
}
