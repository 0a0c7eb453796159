//! Versions that follow each other, and what people agreed on beside them.

use super::{at, civil, in_zone, lines};
use crate::{Override, Rota, Version, shifts};

#[test]
fn a_rota_of_one_schedule_is_that_schedule() {
    let schedule = in_zone("Europe/Berlin").layer("w", "ann bob", "1w", "2026-01-05T09:00");
    let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
    assert_eq!(Rota::of(schedule.clone()).shifts(from, to), shifts(&schedule, from, to));
}

#[test]
fn inv_12_a_staged_version_begins_at_its_instant_and_agreements_hold_across_it() {
    let mut rota = Rota::of(in_zone("UTC").layer("d", "ann bob", "1d", "2026-05-01T00:00"));
    let staged = in_zone("UTC").layer("d", "bob cy", "1d", "2026-05-01T00:00");
    rota.versions.push(Version { from: Some(at("2026-05-03T12:00:00Z")), schedule: staged });
    rota.overrides.push(Override::new("dan", civil("2026-05-03T06:00"), civil("2026-05-03T18:00")));
    let found = rota.shifts(at("2026-05-02T00:00:00Z"), at("2026-05-05T00:00:00Z")).unwrap();
    assert_eq!(
        lines(&found),
        [
            "2026-05-02T00:00:00Z 2026-05-03T00:00:00Z bob ann d",
            "2026-05-03T00:00:00Z 2026-05-03T06:00:00Z ann bob d",
            "2026-05-03T06:00:00Z 2026-05-03T12:00:00Z dan bob override",
            "2026-05-03T12:00:00Z 2026-05-03T18:00:00Z dan cy override",
            "2026-05-03T18:00:00Z 2026-05-04T00:00:00Z bob cy d",
            "2026-05-04T00:00:00Z 2026-05-05T00:00:00Z cy bob d",
        ]
    );
}
