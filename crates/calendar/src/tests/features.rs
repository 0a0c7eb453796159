//! Each word a schedule knows, in a table worked out by hand.

use jiff::{SignedDuration, ToSpan};

use super::{at, civil, edge, in_zone, lines, turns};
use crate::{
    Gap, HolidayRule, Hours, Instant, Override, OverrideKind, Rota, Rotation, Schedule, Shift, Turns, Weekday, gaps,
    naive, shifts,
};

/// The shifts, which the slow twin must give as well: of weeks minute by minute, of months at each edge and every hour.
fn check(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let found = shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&found), expected);
    if at(to).duration_since(at(from)).as_hours() > 24 * 31 {
        return check_hours(schedule, at(from), at(to), &found);
    }
    let slow = naive::shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&slow), expected, "the slow twin differs");
    let rota = Rota::of(schedule.clone());
    assert_eq!(rota.gaps(at(from), at(to)).unwrap(), naive::gaps(&rota, at(from), at(to)).unwrap());
}

fn check_hours(schedule: &Schedule, from: Instant, to: Instant, found: &[Shift]) {
    let hours = (0..).map(|n| from + SignedDuration::from_hours(n)).take_while(|at| *at < to);
    let edges = found.iter().flat_map(|shift| [shift.from - 1.nanosecond(), shift.from, shift.to]);
    for at in hours.chain(edges.filter(|at| (from..to).contains(at))) {
        let fast = found.iter().find(|shift| shift.from <= at && at < shift.to);
        let slow = naive::who(schedule, at).unwrap();
        assert_eq!(fast.map(|shift| &shift.primary), slow.as_ref().map(|who| &who.primary), "{at}");
        assert_eq!(fast.map(|shift| &shift.backup), slow.as_ref().map(|who| &who.backup), "{at}");
    }
}

impl Schedule {
    /// A range of the week for the layer added last.
    fn range(mut self, from: &str, to: &str) -> Self {
        let hours = Hours { days: Vec::new(), from: from.parse().unwrap(), to: to.parse().unwrap() };
        self.layers.last_mut().unwrap().hours.push(hours);
        self
    }
}

#[test]
fn months_end_early_and_never_add_up() {
    check(
        &in_zone("UTC").layer("m", "ann bob", "1mo", "2027-10-31T09:00"),
        "2027-12-15T00:00:00Z",
        "2028-05-01T00:00:00Z",
        &[
            "2027-12-15T00:00:00Z 2027-12-31T09:00:00Z bob ann m",
            "2027-12-31T09:00:00Z 2028-01-31T09:00:00Z ann bob m",
            "2028-01-31T09:00:00Z 2028-02-29T09:00:00Z bob ann m",
            "2028-02-29T09:00:00Z 2028-03-31T09:00:00Z ann bob m",
            "2028-03-31T09:00:00Z 2028-04-30T09:00:00Z bob ann m",
            "2028-04-30T09:00:00Z 2028-05-01T00:00:00Z ann bob m",
        ],
    );
}

#[test]
fn lengths_cycle_whatever_the_number_of_slots() {
    check(
        &in_zone("UTC").layer("c", "ann bob cy", "4d+3d", "2026-05-04T09:00"),
        "2026-05-04T09:00:00Z",
        "2026-05-18T09:00:00Z",
        &[
            "2026-05-04T09:00:00Z 2026-05-08T09:00:00Z ann bob c",
            "2026-05-08T09:00:00Z 2026-05-11T09:00:00Z bob cy c",
            "2026-05-11T09:00:00Z 2026-05-15T09:00:00Z cy ann c",
            "2026-05-15T09:00:00Z 2026-05-18T09:00:00Z ann bob c",
        ],
    );
    let refused = |text: &str| {
        let lengths = text.split('+').filter(|word| !word.is_empty()).map(|word| word.parse::<Rotation>().unwrap());
        Turns::new(lengths.collect()).unwrap_err().to_string()
    };
    assert_eq!(refused("").split(';').next(), Some("the list of turn lengths is empty"));
    for mixed in ["12h+1d", "1d+1mo", "1w+12h"] {
        assert!(refused(mixed).contains("do not cycle together"), "{mixed}");
    }
    assert_eq!(turns("1w+2d").lengths().len(), 2);
}

#[test]
fn several_at_once_and_slots_that_are_empty_on_purpose() {
    let schedule = in_zone("UTC").layer("d", "ann bob+cy nobody", "1d", "2026-05-01T00:00");
    check(
        &schedule,
        "2026-05-01T00:00:00Z",
        "2026-05-05T00:00:00Z",
        &[
            "2026-05-01T00:00:00Z 2026-05-02T00:00:00Z ann bob d",
            "2026-05-02T00:00:00Z 2026-05-03T00:00:00Z bob+cy ann d",
            "2026-05-04T00:00:00Z 2026-05-05T00:00:00Z ann bob d",
        ],
    );
    let (from, to) = (at("2026-05-03T00:00:00Z"), at("2026-05-04T00:00:00Z"));
    assert_eq!(
        gaps(&schedule, at("2026-04-30T00:00:00Z"), at("2026-05-05T00:00:00Z")).unwrap(),
        [
            Gap { from: at("2026-04-30T00:00:00Z"), to: at("2026-05-01T00:00:00Z"), declared: false },
            Gap { from, to, declared: true }
        ]
    );
    // A lower layer shows through.
    let mut below = in_zone("UTC").layer("base", "dan", "1w", "2026-01-01T00:00");
    below.layers.extend(schedule.layers);
    check(
        &below,
        "2026-05-03T00:00:00Z",
        "2026-05-04T00:00:00Z",
        &["2026-05-03T00:00:00Z 2026-05-04T00:00:00Z dan - base"],
    );
}

#[test]
fn a_range_of_the_week_goes_over_midnight_and_over_sunday() {
    // 2026-05-01 is a Friday.
    check(
        &in_zone("Europe/Berlin")
            .layer("base", "ann", "1w", "2026-01-05T00:00")
            .layer("weekend", "bob cy", "1w", "2026-04-27T00:00")
            .range("fri 17:00", "mon 09:00"),
        "2026-05-01T12:00:00Z",
        "2026-05-09T00:00:00Z",
        &[
            "2026-05-01T12:00:00Z 2026-05-01T15:00:00Z ann - base",
            "2026-05-01T15:00:00Z 2026-05-03T22:00:00Z bob cy weekend",
            "2026-05-03T22:00:00Z 2026-05-04T07:00:00Z cy bob weekend",
            "2026-05-04T07:00:00Z 2026-05-08T15:00:00Z ann - base",
            "2026-05-08T15:00:00Z 2026-05-09T00:00:00Z cy bob weekend",
        ],
    );
    let always = in_zone("UTC").layer("a", "ann", "1w", "2026-01-01T00:00").range("mon 09:00", "mon 09:00");
    assert_eq!(gaps(&always, at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z")).unwrap(), []);
    for broken in [("fri 17:00", "09:00"), ("17:00", "mon 09:00")] {
        let schedule = in_zone("UTC").layer("a", "ann", "1w", "2026-01-01T00:00").range(broken.0, broken.1);
        check(&schedule, "2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z", &[]);
    }
}

#[test]
fn a_layer_rests_on_public_holidays_or_works_on_them_alone() {
    // 1 May is a holiday in Germany.
    check(
        &in_zone("Europe/Berlin")
            .layer("base", "ann", "1w", "2026-01-05T00:00")
            .layer("work", "bob", "1w", "2026-01-05T00:00")
            .hours(&Weekday::ALL, "09:00", "17:00")
            .holidays("DE", HolidayRule::Off)
            .layer("holidays", "cy", "1w", "2026-01-05T00:00")
            .holidays("DE", HolidayRule::Only),
        "2026-04-30T06:00:00Z",
        "2026-05-02T16:00:00Z",
        &[
            "2026-04-30T06:00:00Z 2026-04-30T07:00:00Z ann - base",
            "2026-04-30T07:00:00Z 2026-04-30T15:00:00Z bob - work",
            "2026-04-30T15:00:00Z 2026-04-30T22:00:00Z ann - base",
            "2026-04-30T22:00:00Z 2026-05-01T22:00:00Z cy - holidays",
            "2026-05-01T22:00:00Z 2026-05-02T07:00:00Z ann - base",
            "2026-05-02T07:00:00Z 2026-05-02T15:00:00Z bob - work",
            "2026-05-02T15:00:00Z 2026-05-02T16:00:00Z ann - base",
        ],
    );
    let mut own = in_zone("UTC").layer("a", "ann", "1w", "2026-01-01T00:00").holidays("DE", HolidayRule::Only);
    own.layers[0].holidays.as_mut().unwrap().country = None;
    own.layers[0].holidays.as_mut().unwrap().days = vec![civil("2026-12-24T00:00").date()];
    check(&own, "2026-12-20T00:00:00Z", "2026-12-31T00:00:00Z", &["2026-12-24T00:00:00Z 2026-12-25T00:00:00Z ann - a"]);
}

/// One day of ann, then bob, then cy, with these overrides from noon to one.
fn agreed(entries: &[Override]) -> Schedule {
    let mut schedule = in_zone("UTC").layer("d", "ann bob cy", "1d", "2026-05-01T00:00");
    schedule.overrides = entries.to_vec();
    schedule
}

fn noon(user: &str, kind: OverrideKind) -> Override {
    Override::new(user, edge("2026-05-01T12:00"), edge("2026-05-01T13:00Z")).kind(kind)
}

#[test]
fn overrides_add_watch_and_teach() {
    use OverrideKind::{Add, Replace, ReverseShadow, Shadow};
    let at_noon = |entries: &[Override], expected: &str| {
        let schedule = agreed(entries);
        let (from, to) = ("2026-05-01T12:00:00Z", "2026-05-01T13:00:00Z");
        let expected = format!("{from} {to} {expected}");
        check(&schedule, from, to, &[expected.as_str()]);
    };
    at_noon(&[noon("dan", Replace)], "dan bob override");
    at_noon(&[noon("dan", Add)], "ann+dan bob d");
    at_noon(&[noon("ann", Add)], "ann bob d");
    // A backup who joins is a backup no more; the next in the rotation is.
    at_noon(&[noon("bob", Add)], "ann+bob cy d");
    at_noon(&[noon("dan", Shadow), noon("dan", Shadow), noon("ann", Shadow)], "ann(dan) bob d");
    at_noon(&[noon("dan", ReverseShadow)], "dan+ann bob override");
    at_noon(&[noon("bob", ReverseShadow)], "bob+ann cy override");
    // One who takes everything wipes out who was put there before, not who joins or watches.
    at_noon(&[noon("eve", Shadow), noon("fay", Add), noon("dan", Replace)], "dan+fay(eve) bob override");
    at_noon(&[noon("eve", ReverseShadow), noon("dan", Replace)], "eve+dan bob override");
    // In somebody's place, wherever they stand.
    at_noon(&[noon("dan", Replace).instead_of("ann")], "dan bob override");
    at_noon(&[noon("dan", Replace).instead_of("bob")], "ann dan d");
    at_noon(&[noon("bob", Replace).instead_of("ann")], "bob ann override");
    at_noon(&[noon("ann", Replace).instead_of("bob")], "ann cy d");
    at_noon(&[noon("dan", Replace).instead_of("eve")], "ann bob d");
    at_noon(&[noon("dan", Replace), noon("eve", Replace).instead_of("dan")], "eve bob override");
    at_noon(&[noon("eve", Replace).instead_of("ann"), noon("dan", Replace)], "dan bob override");
    at_noon(&[noon("dan", Add), noon("eve", Replace).instead_of("ann")], "eve+dan bob override");
}

#[test]
fn a_place_is_taken_whatever_put_the_person_there() {
    use OverrideKind::{Add, Replace, ReverseShadow};
    let instead = |user: &str, place: &str| noon(user, Replace).instead_of(place);
    let table: [(&[Override], &str); 14] = [
        (&[noon("dan", Add), instead("eve", "dan")], "ann+eve bob d"),
        (&[noon("dan", ReverseShadow), instead("eve", "dan")], "eve+ann bob override"),
        (&[noon("dan", Add), noon("dan", ReverseShadow), instead("eve", "dan")], "eve+ann bob override"),
        // By the layer and by an override as well: out of both.
        (&[noon("ann", Add), instead("dan", "ann")], "dan bob override"),
        (&[noon("ann", ReverseShadow), instead("dan", "ann")], "dan bob override"),
        // Taken from who took it.
        (&[noon("dan", Add), instead("eve", "dan"), instead("fay", "eve")], "ann+fay bob d"),
        // What comes later in the order counts: who is put there after that is there.
        (&[instead("eve", "dan"), noon("dan", Add)], "ann+dan bob d"),
        (&[instead("dan", "ann"), noon("ann", Add)], "dan+ann bob override"),
        // Nobody is there twice.
        (&[noon("dan", Add), instead("ann", "dan")], "ann bob d"),
        (&[noon("dan", ReverseShadow), instead("ann", "dan")], "ann bob d"),
        // A backup who takes the place of one who joined leaves theirs to that one.
        (&[noon("dan", Add), instead("bob", "dan")], "ann+bob dan d"),
        // A backup who joined and gave that away is no backup either.
        (&[noon("bob", Add), instead("dan", "bob")], "ann+dan cy d"),
        (&[noon("dan", Add), instead("dan", "bob")], "ann+dan cy d"),
        // Who takes everything later leaves alone who joined, whoever that is by then.
        (&[noon("dan", Add), instead("eve", "dan"), noon("fay", Replace)], "fay+eve bob override"),
    ];
    for (entries, expected) in table {
        let (from, to) = ("2026-05-01T12:00:00Z", "2026-05-01T13:00:00Z");
        check(&agreed(entries), from, to, &[format!("{from} {to} {expected}").as_str()]);
    }
}

#[test]
fn in_a_gap_the_place_of_one_who_was_added_is_taken() {
    let mut schedule = in_zone("UTC");
    schedule.overrides = vec![noon("dan", OverrideKind::Add), noon("eve", OverrideKind::Replace).instead_of("dan")];
    let (from, to) = ("2026-05-01T11:00:00Z", "2026-05-01T14:00:00Z");
    check(&schedule, from, to, &["2026-05-01T12:00:00Z 2026-05-01T13:00:00Z eve - override"]);
}

#[test]
fn one_of_several_is_replaced_and_the_others_stay() {
    let schedule = |entry: Override| {
        let mut schedule = in_zone("UTC").layer("d", "ann+bob cy", "1d", "2026-05-01T00:00");
        schedule.overrides.push(entry);
        schedule
    };
    let at_noon = |entry: Override, expected: &str| {
        let (from, to) = ("2026-05-01T12:00:00Z", "2026-05-01T13:00:00Z");
        check(&schedule(entry), from, to, &[format!("{from} {to} {expected}").as_str()]);
    };
    at_noon(noon("dan", OverrideKind::Replace).instead_of("bob"), "ann+dan cy d");
    at_noon(noon("dan", OverrideKind::Replace).instead_of("ann"), "dan+bob cy override");
    at_noon(noon("bob", OverrideKind::Replace).instead_of("ann"), "bob cy override");
    at_noon(noon("ann", OverrideKind::Replace).instead_of("bob"), "ann cy d");
    at_noon(noon("dan", OverrideKind::Replace), "dan cy override");
    at_noon(noon("ann", OverrideKind::Replace), "ann cy override");
}

#[test]
fn in_a_gap_somebody_may_be_added_and_nobody_watches_or_learns() {
    let empty = |kind| {
        let mut schedule = in_zone("UTC");
        schedule.overrides.push(noon("dan", kind));
        schedule
    };
    let (from, to) = ("2026-05-01T11:00:00Z", "2026-05-01T14:00:00Z");
    let noon = "2026-05-01T12:00:00Z 2026-05-01T13:00:00Z dan - override";
    check(&empty(OverrideKind::Replace), from, to, &[noon]);
    check(&empty(OverrideKind::Add), from, to, &[noon]);
    check(&empty(OverrideKind::Shadow), from, to, &[]);
    check(&empty(OverrideKind::ReverseShadow), from, to, &[]);
}

#[test]
fn inv_11_an_exact_edge_names_the_second_of_two_equal_wall_times() {
    let daily = || in_zone("Europe/Berlin").layer("d", "ann", "1d", "2026-01-01T00:00");
    let taken = |from: &str| {
        let found = shifts(
            &daily().agreed(Override::new("bob", edge(from), edge("2026-10-25T04:00"))),
            at("2026-10-25T00:00:00Z"),
            at("2026-10-25T04:00:00Z"),
        );
        found.unwrap().into_iter().find(|shift| shift.primary.as_str() == "bob").unwrap().from
    };
    // 02:30 comes twice that night.
    assert_eq!(taken("2026-10-25T02:30"), at("2026-10-25T00:30:00Z"));
    assert_eq!(taken("2026-10-25T02:30+01:00"), at("2026-10-25T01:30:00Z"));
    assert_eq!(taken("2026-10-25T01:30:00Z"), at("2026-10-25T01:30:00Z"));
}

#[test]
fn edges_are_wall_times_or_instants_and_nothing_between() {
    use crate::Edge;
    let check = |text: &str, expected: Option<Edge>| assert_eq!(text.parse::<Edge>().ok(), expected, "{text}");
    check("2026-05-01T09:00", Some(Edge::Wall(civil("2026-05-01T09:00"))));
    check("2026-05-01 09:00:30", Some(Edge::Wall(civil("2026-05-01T09:00:30"))));
    check("2026-05-01", Some(Edge::Wall(civil("2026-05-01T00:00"))));
    check("2026-05-01T09:00:00Z", Some(Edge::Exact(at("2026-05-01T09:00:00Z"))));
    check("2026-05-01T09:00+02:00", Some(Edge::Exact(at("2026-05-01T07:00:00Z"))));
    for text in ["", "tomorrow", "2026-05-01T09:00[Europe/Berlin]", "2026-13-01T09:00", "09:00"] {
        check(text, None);
    }
    assert_eq!(Instant::UNIX_EPOCH.to_string().parse(), Ok(Edge::Exact(Instant::UNIX_EPOCH)));
}

#[test]
fn hours_from_the_end_of_a_day_to_its_end_are_none() {
    // Found by the property test: 24:00 to 00:00 of the following day is the same instant.
    let schedule = in_zone("UTC").layer("a", "ann", "1w", "2026-01-01T00:00").hours(&[Weekday::Sun], "24:00", "00:00");
    check(&schedule, "2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z", &[]);
}
