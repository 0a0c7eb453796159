//! Feeds as other programs read them: Python's `icalendar` and `vobject`, which share nothing with ours, nor their time zones with each other.
//! Needs /usr/bin/python3 with those libraries (`cargo xtask setup` installs them).

use jiff::Timestamp;
use nightbell_wire::ical::{Entry, Feed, feed};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// What a program says that it reads.
fn read_by(script: &str, text: &str) -> String {
    let mut python = Command::new("/usr/bin/python3")
        .arg(format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("/usr/bin/python3; `cargo xtask setup` says how to get it");
    python.stdin.take().expect("its standard input").write_all(text.as_bytes()).expect("python listens");
    let answer = python.wait_with_output().expect("python ends");
    assert!(answer.status.success(), "{script} reads it (`cargo xtask setup` installs what it needs)");
    String::from_utf8(answer.stdout).expect("text")
}

#[test]
fn other_programs_read_the_same_turns() {
    let turns = [
        ("2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", "Europe/Berlin", "Alice Älter - payments, primary; \"first\""),
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/Berlin", "the hour that comes twice"),
        ("2026-11-01T05:00:00Z", "2026-11-02T05:00:00Z", "America/New_York", "25 hours"),
        ("2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z", "Europe/Berlin", "over the hour that is skipped"),
        ("2026-12-31T18:30:00Z", "2027-01-01T18:30:00Z", "Asia/Kolkata", "a zone without changes"),
        ("2027-04-03T14:00:00Z", "2027-04-05T14:00:00Z", "Australia/Lord_Howe", "half an hour"),
        (
            "2027-01-01T00:00:00Z",
            "2027-01-02T00:00:00Z",
            "UTC",
            "UTC \\ and a long, long line of text that has to be folded: ööööööööööööööööööööööööö",
        ),
    ];
    let entry = |(n, (from, to, zone, summary)): (usize, &(&str, &str, &str, &str))| Entry {
        uid: format!("turn-{n}"),
        from: at(from),
        to: at(to),
        time_zone: (*zone).to_owned(),
        summary: (*summary).to_owned(),
        description: "Two\nlines".to_owned(),
        url: "https://nightbell.example/oncall".to_owned(),
        sequence: 7,
        changed_at: at("2026-09-30T12:00:00Z"),
    };
    let text = feed(&Feed {
        name: "On call: payments".to_owned(),
        host: "nightbell.example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        from: at("2026-09-01T00:00:00Z"),
        to: at("2027-06-01T00:00:00Z"),
        entries: turns.iter().enumerate().map(entry).collect(),
    });
    let mut expected =
        vec!["calendar|On call: payments|America/New_York,Asia/Kolkata,Australia/Lord_Howe,Europe/Berlin".to_owned()];
    expected.extend(
        turns.iter().enumerate().map(|(n, (from, to, _, summary))| {
            format!("turn-{n}@nightbell.example|{from}|{to}|{summary}|7|TRANSPARENT")
        }),
    );
    for script in ["feeds.py", "feeds_vobject.py"] {
        assert_eq!(read_by(script, &text).lines().collect::<Vec<_>>(), expected, "{script}");
    }
}
