//! What is no calendar, or a hostile one, is refused with the line, in bounded time.

use crate::ical::{BYTES_MAX, Mistake, expand, read};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

fn all(text: &str) -> Result<usize, Mistake> {
    let known = read(text, &TimeZone::UTC)?;
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    Ok(expand(&known, &TimeZone::UTC, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))?.len())
}

fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

#[test]
fn mistakes_are_told_with_their_line() {
    let begun = "DTSTART:20260501T080000Z\nDURATION:PT1H\n";
    let cases: Vec<(String, usize, &str)> = vec![
        (String::new(), 1, "no calendar"),
        ("<html>".to_owned(), 1, "no line of a calendar"),
        (" folded".to_owned(), 1, "folded line"),
        ("BEGIN:VCARD\nEND:VCARD".to_owned(), 1, "no calendar"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n".to_owned(), 2, "cut off"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\n".to_owned(), 2, "ends nothing"),
        (event("SUMMARY:alice"), 2, "without DTSTART"),
        (event("DTSTART:20260501T080000Z"), 3, "lasts no time"),
        (event("DTSTART:20260230T080000Z\nDURATION:PT1H"), 3, "no date and time"),
        (event("DTSTART:tomorrow\nDURATION:PT1H"), 3, "no date and time"),
        (event("DTSTART:99990501T080000Z\nDURATION:PT1H"), 3, "the year 9999"),
        (event("DTSTART;TZID=Mars/Olympus:20260501T080000\nDURATION:PT1H"), 3, "not a time zone"),
        (event("DTSTART:20260501T080000Z\nDTEND:20260501T080000Z"), 4, "ends before it begins"),
        (event("DTSTART:20260501T080000Z\nDURATION:-PT1H"), 4, "no length"),
        (event("DTSTART:20260501T080000Z\nDURATION:P1M"), 4, "no length"),
        (event(&format!("{begun}RRULE:FREQ=HOURLY")), 5, "FREQ=HOURLY is not read"),
        (event(&format!("{begun}RRULE:FREQ=SECONDLY;COUNT=9")), 5, "FREQ=SECONDLY is not read"),
        (event(&format!("{begun}RRULE:FREQ=FORTNIGHTLY")), 5, "no frequency"),
        (event(&format!("{begun}RRULE:COUNT=3")), 5, "without FREQ"),
        (event(&format!("{begun}RRULE:FREQ=DAILY;BYHOUR=1,2,3")), 5, "BYHOUR"),
        (event(&format!("{begun}RRULE:FREQ=DAILY;BYEASTER=1")), 5, "BYEASTER"),
        (event(&format!("{begun}RRULE:FREQ=DAILY;INTERVAL=x")), 5, "cannot be repeated"),
        (event(&format!("{begun}RRULE:FREQ=DAILY;UNTIL=never")), 5, "no date and time"),
        (event(&format!("{begun}RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")), 5, "comes at no time"),
        (event(&format!("{begun}RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY")), 6, "a second RRULE"),
        (event(&format!("{begun}RDATE;VALUE=PERIOD:20260501T080000Z/PT1H")), 5, "periods"),
        (
            event(
                &format!("{begun}EXDATE:{}", vec!["20260501T080000Z"; 3_000].join(",")).replace("EXDATE", "EXDATE;X=1"),
            ),
            0,
            "",
        ),
        (event(&format!("{begun}EXDATE:{}", vec!["20260501"; 6_000].join(","))), 5, "more than 5000 dates"),
        (format!("BEGIN:VCALENDAR\n{}", "BEGIN:X\n".repeat(20)), 9, "inside one another"),
        (format!("BEGIN:VCALENDAR\nX:{}\n", "x".repeat(BYTES_MAX)), 1, "larger than"),
        (format!("BEGIN:VCALENDAR\nX:{}\n", "x".repeat(70_000)), 2, "longer than"),
        (format!("BEGIN:VCALENDAR\nX:1\n{}", format!(" {}\n", "x".repeat(1_000)).repeat(100)), 2, "longer than"),
        (
            format!(
                "BEGIN:VCALENDAR\n{}END:VCALENDAR\n",
                "BEGIN:VEVENT\nDTSTART:20260501T080000Z\nDURATION:PT1H\nEND:VEVENT\n".repeat(5_001)
            ),
            20_002,
            "more than 5000 events",
        ),
        (
            format!(
                "BEGIN:VCALENDAR\n{}END:VCALENDAR\n",
                "BEGIN:VEVENT\nDTSTART:20260101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n".repeat(40)
            ),
            0,
            "more than 10000 times",
        ),
    ];
    for (text, line, message) in cases {
        let shown: String = text.chars().take(120).collect();
        match all(&text) {
            Ok(_) => assert!(message.is_empty(), "{shown:?} was taken"),
            Err(mistake) => {
                assert!(mistake.message.contains(message) && !message.is_empty(), "{shown:?}: {mistake}");
                assert!(line == 0 || mistake.line == line, "{shown:?}: {mistake}, not line {line}");
            }
        }
    }
}

#[test]
fn a_million_recurrences_are_refused_or_cut_to_what_is_looked_at() {
    let begun = "DTSTART:20260501T080000Z\nDURATION:PT1H\n";
    assert_eq!(all(&event(&format!("{begun}RRULE:FREQ=DAILY;COUNT=1000000"))), Ok(245));
    let old = event("DTSTART:19700101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY");
    assert_eq!(all(&old), Ok(365));
    let zeroes = event(&format!("{begun}RRULE:FREQ=DAILY;INTERVAL=0"));
    assert!(all(&zeroes).is_err_and(|mistake| mistake.line == 5), "a turn of no length");
}

#[test]
fn one_budget_for_all_events_and_the_one_that_used_it_up_is_named() {
    let many = |count: usize, start: &str, rule: &str, more: &str| {
        let events: String = (0..count)
            .map(|n| {
                format!("BEGIN:VEVENT\nUID:{n}\nSUMMARY:event {n}\nDTSTART:{start}\nDURATION:PT1H\nRRULE:{rule}\n{more}END:VEVENT\n")
            })
            .collect();
        all(&format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n"))
    };
    // What lies before is passed over where the rule allows that, whatever begins how long ago.
    for rule in [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU,WE",
        "FREQ=WEEKLY;BYDAY=MO,FR;INTERVAL=2",
        "FREQ=MONTHLY;BYDAY=-1FR",
    ] {
        for count in [1, 25] {
            assert!(many(count, "19700105T080000Z", rule, "").is_ok(), "{count} of {rule}");
        }
    }
    assert_eq!(many(5_000, "19700105T080000Z", "FREQ=DAILY;UNTIL=20200101", ""), Ok(0));
    assert_eq!(many(300, "19700228T080000Z", "FREQ=YEARLY", ""), Ok(300), "birthdays");
    // What cannot be passed over is counted, all together.
    let counted = [
        many(5_000, "19700105T080000Z", "FREQ=DAILY;COUNT=20000", ""),
        many(5_000, "19700131T080000Z", "FREQ=MONTHLY;UNTIL=20200101", ""),
        many(5_000, "19700228T080000Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=99", ""),
    ];
    for refused in counted {
        let mistake = refused.expect_err("too much");
        assert!(mistake.message.contains("250000 steps") && mistake.message.contains("\"event "), "{mistake}");
        assert!(mistake.line > 2 && mistake.line < 35_000, "{mistake}");
    }
    let without = format!("EXDATE:{}\n", vec!["20260105T080000Z"; 3_000].join(","));
    assert_eq!(many(20, "20260105T080000Z", "FREQ=DAILY;COUNT=2", &without), Ok(20), "long lists of what is left out");
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,400}") {
        drop(all(&text));
    }

    #[test]
    fn no_damaged_calendar_breaks_the_reader(at in 0_usize..200, with in "[A-Z0-9:;=,\\\\\n ]{0,6}") {
        let whole = event("SUMMARY:alice\nDTSTART;TZID=Europe/Berlin:20260501T080000\nDTEND;TZID=Europe/Berlin:20260502T080000\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10\nEXDATE:20260506T060000Z");
        let cut: String = whole.chars().take(at).chain(with.chars()).chain(whole.chars().skip(at + with.len())).collect();
        drop(all(&cut));
    }
}
