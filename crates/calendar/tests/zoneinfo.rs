//! The calendar against Python's `zoneinfo`: another implementation of the written rules, on another library and the
//! machine's own time zone data, at every clock change of every zone from 2020 to 2040: layers, hours, public holidays, overrides of every kind,
//! and versions that follow one another.
//!
//! Zones about which the machine's data differs from Nightbell's are left out, counted, and few.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};
use nightbell_calendar::{Rota, Shift, local};
use serde_json::{Value, json};

/// Zones whose data may differ, of about 600: the two databases are of different months.
const LEFT_OUT_MAX: usize = 25;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn local_text(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Begin of each offset from 2020 on, as `[second, offset]`, and the end of 2040.
fn steps(zone: &TimeZone) -> Vec<(i64, i32)> {
    let (first, last) = (instant("2020-01-01T00:00:00Z"), instant("2041-01-01T00:00:00Z"));
    let changes = zone.following(first).take_while(|step| step.timestamp() < last);
    let mut steps = vec![(first.as_second(), zone.to_offset(first).seconds())];
    steps.extend(changes.map(|step| (step.timestamp().as_second(), step.offset().seconds())));
    steps.push((last.as_second(), 0));
    steps
}

/// What people agree on near the change of the clock, of every kind: each is made of what those before it made.
fn agreed(shown: DateTime, change: Timestamp, shape: usize) -> Value {
    let wall = |minutes: i64| local_text(shown + minutes.minutes());
    let exact = |minutes: i64| (change + minutes.minutes()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match shape % 5 {
        0 => json!([]),
        1 => json!([
            { "user": "fay", "from": wall(-200), "to": wall(300), "kind": "add" },
            { "user": "gus", "from": exact(-45), "to": exact(45), "instead_of": "fay" },
            { "user": "hal", "from": wall(100), "to": wall(200), "instead_of": "ann" },
        ]),
        2 => json!([
            { "user": "fay", "from": wall(-300), "to": exact(240), "kind": "reverse-shadow" },
            { "user": "gus", "from": wall(-10), "to": exact(90), "instead_of": "fay" },
            { "user": "ann", "from": exact(30), "to": wall(180), "kind": "shadow" },
        ]),
        3 => json!([
            { "user": "bob", "from": exact(-600), "to": wall(600), "kind": "add" },
            { "user": "cy", "from": exact(-20), "to": exact(50), "instead_of": "bob" },
            { "user": "bob", "from": wall(20), "to": wall(70), "kind": "reverse-shadow" },
            { "user": "dan", "from": wall(40), "to": exact(400) },
        ]),
        _ => json!([
            { "user": "fay", "from": exact(0), "to": exact(61) },
            { "user": "gus", "from": exact(30), "to": wall(95), "instead_of": "fay" },
            { "user": "fay", "from": wall(80), "to": wall(140), "kind": "add" },
        ]),
    }
}

/// A schedule alone, or one that another version follows near the change, with what people agreed on.
fn rota(zone: &str, shown: DateTime, change: Timestamp, shape: usize) -> Value {
    let mut versions = vec![json!({ "schedule": schedule(zone, shown, shape) })];
    if shape.is_multiple_of(3) {
        for (n, minutes) in [(1, -70), (2, 25)] {
            let from = (change + i64::from(minutes).minutes()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            versions.push(json!({ "from": from, "schedule": schedule(zone, shown, shape + n) }));
        }
    }
    json!({ "versions": versions, "overrides": agreed(shown, change, shape) })
}

/// One of the shapes schedules have, handing over near what the clock showed at its change.
fn schedule(zone: &str, shown: DateTime, shape: usize) -> Value {
    let near = [0, 30, -30, 60, -75][shape / 4 % 5];
    let starts = |days: i64| local_text(shown + i64::from(near).minutes() - days.days());
    let clock = |minutes: i64| (shown + minutes.minutes()).strftime("%H:%M").to_string();
    let day = |hours: i64| (shown + hours.hours()).strftime("%a").to_string().to_lowercase();
    let mut layers = match shape % 4 {
        0 => json!([{ "name": "d", "members": ["ann", ["bob", "cy"], "nobody"], "every": "1d", "starts": starts(7) }]),
        1 => json!([
            { "name": "base", "members": ["ann", "bob"], "every": ["4d", "3d"], "starts": starts(14) },
            { "name": "night", "members": ["cy", "dan"], "every": "1d", "starts": starts(5),
              "hours": [{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": clock(15), "to": clock(-90) }] }
        ]),
        2 => json!([
            { "name": "h", "members": ["ann", "bob", "cy"], "every": "7h", "starts": starts(6) },
            { "name": "range", "members": ["dan"], "every": "1w", "starts": starts(21),
              "hours": [{ "from": format!("{} {}", day(0), clock(20)), "to": format!("{} {}", day(36), clock(-20)) }] }
        ]),
        _ => json!([{ "name": "m", "members": ["ann", "bob", "cy"], "every": "1mo", "starts": starts(62) }]),
    };
    // The day of the change and the day after are holidays of some, public holidays of others.
    let day_of = |days: i64| (shown + days.days()).strftime("%Y-%m-%d").to_string();
    let holidays = match shape % 7 {
        1 => Some(json!({ "days": [day_of(0), day_of(1)], "on": "off" })),
        3 => Some(json!({ "days": [day_of(0)], "on": "only" })),
        4 => Some(json!({ "country": "DE", "days": [day_of(1)], "on": "off" })),
        6 => Some(json!({ "country": "DE", "on": "only" })),
        _ => None,
    };
    if let (Some(said), Some(layer)) = (holidays, layers.as_array_mut().and_then(|all| all.last_mut())) {
        layer["holidays"] = said;
    }
    let taken = (local_text(shown + 25.minutes()), local_text(shown + 55.minutes()));
    json!({ "time_zone": zone, "layers": layers, "overrides": [{ "user": "eve", "from": taken.0, "to": taken.1 }] })
}

/// As the other side tells it: seconds and who is on call, whatever put them there.
fn told(found: &[Shift]) -> Value {
    let mut merged: Vec<(i64, i64, Vec<&str>)> = Vec::new();
    for shift in found {
        let who: Vec<&str> = shift.everyone().map(nightbell_calendar::Member::as_str).collect();
        let (from, to) = (shift.from.as_second(), shift.to.as_second());
        match merged.last_mut() {
            Some(last) if last.1 == from && last.2 == who => last.1 = to,
            _ => merged.push((from, to, who)),
        }
    }
    json!(merged)
}

#[test]
fn inv_11_python_computes_the_same_shifts_at_every_transition_of_every_zone_2020_to_2040() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/third_hand.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3; `cargo xtask setup` says how to get it");
    let mut ask = python.stdin.take().expect("its standard input");
    let mut answers = BufReader::new(python.stdout.take().expect("its standard output")).lines();
    let day = SignedDuration::from_hours(24);
    let (mut compared, mut shape, mut left_out) = (0, 0, Vec::new());
    let mut zones = 0;
    for name in TimeZoneDatabase::bundled().available() {
        let name = name.as_str();
        let zone = local::zone(name).expect("a zone of ours");
        let steps = steps(&zone);
        let (mut cases, mut ours) = (Vec::new(), Vec::new());
        for (second, _) in &steps[1..steps.len() - 1] {
            let change = Timestamp::from_second(*second).expect("in range");
            let shown = zone.to_datetime(change - 1.nanosecond()).round(Unit::Minute).expect("in range");
            let rota = rota(name, shown, change, shape);
            let (from, to) = (change - day * 2, change + day * 2);
            let ready: Rota = serde_json::from_value(rota.clone()).expect("a rota");
            ours.push((rota.clone(), told(&ready.shifts(from, to).expect("shifts"))));
            cases.push(json!({ "from": from.as_second(), "to": to.as_second(), "rota": rota }));
            shape += 1;
        }
        writeln!(ask, "{}", json!({ "zone": name, "steps": steps, "cases": cases })).expect("python listens");
        let line = answers.next().expect("python answers").expect("text");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        zones += 1;
        if answer["agrees"] != json!(true) {
            left_out.push(name.to_owned());
            continue;
        }
        let theirs = answer["shifts"].as_array().expect("a list");
        assert_eq!(theirs.len(), ours.len(), "{name}");
        for (theirs, (rota, ours)) in theirs.iter().zip(&ours) {
            assert_eq!(ours, theirs, "{name}: {rota}");
            compared += 1;
        }
    }
    drop(ask);
    assert!(python.wait().expect("python ends").success());
    assert!(zones > 400 && left_out.len() <= LEFT_OUT_MAX, "of {zones} zones the data differs for {left_out:?}");
    assert!(compared > 5_000, "only {compared} compared");
}
