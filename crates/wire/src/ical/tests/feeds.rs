//! Feeds: the bytes, that they read back, and that a VTIMEZONE says what the zone does.

use crate::ical::{Entry, Feed, expand, feed, lines, read, stamp};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn entry(uid: &str, from: &str, to: &str, time_zone: &str, summary: &str) -> Entry {
    Entry {
        uid: uid.to_owned(),
        from: at(from),
        to: at(to),
        time_zone: time_zone.to_owned(),
        summary: summary.to_owned(),
        description: String::new(),
        url: String::new(),
        sequence: 3,
        changed_at: at("2026-09-30T12:00:00Z"),
    }
}

fn of(entries: Vec<Entry>) -> Feed {
    Feed {
        name: "On call: payments-primary".to_owned(),
        host: "nightbell.example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        from: at("2026-10-01T00:00:00Z"),
        to: at("2027-05-01T00:00:00Z"),
        entries,
    }
}

#[test]
fn a_feed_is_these_bytes() {
    let mut first = entry(
        "payments-primary/alice/1",
        "2026-10-19T07:00:00Z",
        "2026-10-26T08:00:00Z",
        "Europe/Berlin",
        "Älice; \"A\", primary\\backup",
    );
    first.description =
        "First line\nand a second one that is so long that it has to be folded, because a line has at most 75 octets"
            .to_owned();
    first.url = "https://nightbell.example/oncall#payments-primary".to_owned();
    let shown = feed(&of(vec![
        first,
        entry("payments-primary/bob/2", "2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z", "UTC", "Bob"),
    ]));
    assert!(shown.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{shown}");
    insta::assert_snapshot!(shown.replace("\r\n", "\n"));
}

#[test]
fn an_edge_at_a_wall_time_that_comes_twice_is_told_in_utc() {
    // 02:30 comes at 00:30Z and at 01:30Z on 25 October 2026; 03:30 comes once.
    for (from, told) in [
        ("2026-10-25T00:30:00Z", "DTSTART:20261025T003000Z\r\n"),
        ("2026-10-25T01:30:00Z", "DTSTART:20261025T013000Z\r\n"),
        ("2026-10-25T02:30:00Z", "DTSTART;TZID=Europe/Berlin:20261025T033000\r\n"),
    ] {
        let shown = feed(&of(vec![entry("a", from, "2026-10-25T09:00:00Z", "Europe/Berlin", "Alice")]));
        assert!(shown.contains(told), "{shown}");
    }
}

#[test]
fn lines_are_folded_between_characters() {
    let mut out = String::new();
    lines::write(&mut out, &format!("SUMMARY:{}", "ö".repeat(200)));
    assert!(out.ends_with("\r\n"));
    for line in out.trim_end().split("\r\n") {
        assert!(line.len() <= 75, "{} octets", line.len());
    }
    let read = lines::all(&out).expect("a line");
    assert_eq!(read[0].value, "ö".repeat(200));
}

/// The offset a VTIMEZONE of ours gives at a wall time, by its own observances alone.
fn offset_by_component(component: &str, at: Timestamp) -> i32 {
    let all = lines::all(component).expect("lines");
    let seconds = |text: &str| -> i32 {
        let (sign, digits) = text.split_at(1);
        let two = |from: usize| digits.get(from..from + 2).map_or(0, |two| two.parse::<i32>().expect("digits"));
        (two(0) * 3600 + two(2) * 60 + two(4)) * if sign == "-" { -1 } else { 1 }
    };
    let mut best: Option<(Timestamp, i32)> = None;
    let mut begins = None;
    let mut before = 0;
    for line in &all {
        match line.name.as_str() {
            "DTSTART" => begins = Some(line.value.clone()),
            "TZOFFSETFROM" => before = seconds(&line.value),
            "TZOFFSETTO" => {
                let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", begins.as_deref().expect("begun"))
                    .expect("a time");
                let onset =
                    jiff::tz::Offset::from_seconds(before).expect("an offset").to_timestamp(civil).expect("an instant");
                if onset <= at && best.is_none_or(|(known, _)| known <= onset) {
                    best = Some((onset, seconds(&line.value)));
                }
            }
            _ => {}
        }
    }
    best.expect("an observance").1
}

#[test]
fn a_vtimezone_says_what_the_zone_does_in_every_zone_and_hour() {
    let (from, to) = (at("2026-09-01T00:00:00Z"), at("2027-06-01T00:00:00Z"));
    let mut zones = 0;
    for name in jiff::tz::TimeZoneDatabase::bundled().available() {
        let name = name.as_str();
        let Some(zone) = stamp::zone(name) else { continue };
        zones += 1;
        let mut component = String::new();
        super::super::zone::component(&mut component, name, &zone, from, to);
        let mut changes: Vec<Timestamp> = zone.following(from).map(|c| c.timestamp()).take_while(|t| *t < to).collect();
        changes.extend([from, to - 1.second()]);
        for change in changes {
            for at in [change - 1.second(), change, change + 1.hour()] {
                if from <= at && at < to {
                    assert_eq!(
                        offset_by_component(&component, at),
                        zone.to_offset(at).seconds(),
                        "{name} {at}\n{component}"
                    );
                }
            }
        }
    }
    assert!(zones > 400, "{zones} zones");
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn what_is_written_reads_back(
        turns in prop::collection::vec((0_i64..180 * 24 * 4, 1_i64..14 * 24 * 4, zones(), "\\PC{0,60}"), 0..12),
    ) {
        let begin = at("2026-10-01T00:00:00Z");
        let quarter = |n: i64| begin + SignedDuration::from_mins(15 * n);
        let entries: Vec<Entry> = turns
            .iter()
            .enumerate()
            .map(|(n, (from, long, zone, summary))| Entry {
                from: quarter(*from),
                to: quarter(from + long),
                ..entry(&format!("uid-{n}"), "2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z", zone, summary.trim())
            })
            .collect();
        let text = feed(&Feed { to: at("2028-01-01T00:00:00Z"), ..of(entries.clone()) });
        let known = read(&text, &TimeZone::UTC).expect("reads back");
        let found = expand(&known, &TimeZone::UTC, Timestamp::MIN + 48.hours(), at("2030-01-01T00:00:00Z")).expect("expands");
        let mut got: Vec<_> = found.iter().map(|one| (one.from, one.to, known.events[one.event].summary.clone(), one.event)).collect();
        let mut wanted: Vec<_> = entries.iter().enumerate().map(|(n, e)| (e.from, e.to, e.summary.clone(), n)).collect();
        got.sort();
        wanted.sort();
        prop_assert_eq!(got, wanted);
        prop_assert!(known.events.iter().all(|event| !event.busy), "being on call keeps nobody from being invited");
    }
}
