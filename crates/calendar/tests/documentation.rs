//! docs/schedules.md cannot lie: each of its schedules is read and asked, and must answer as the page says.

use jiff::Timestamp;
use nightbell_calendar::{Member, OnCall, Prepared, Schedule, validate};

const PAGE: &str = include_str!("../../../docs/schedules.md");

/// The fenced blocks of the page, as (language, text).
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fenced = PAGE.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// `bob and carol, alice behind, dan watching`
fn told(found: &OnCall, declared: bool) -> String {
    let names = |members: Vec<&Member>| members.into_iter().map(Member::as_str).collect::<Vec<_>>().join(" and ");
    if found.primary.is_none() {
        return if declared { "nobody, declared" } else { "nobody" }.to_owned();
    }
    let mut line = names(found.everyone().collect());
    if let Some(backup) = &found.backup {
        line += &format!(", {backup} behind");
    }
    if !found.shadows.is_empty() {
        line += &format!(", {} watching", names(found.shadows.iter().collect()));
    }
    line
}

#[test]
fn every_example_says_what_nightbell_answers() {
    let blocks = blocks();
    let (mut asked, mut schedules) = (0, 0);
    for pair in blocks.chunks(2) {
        let [("yaml", yaml), ("on call", lines)] = pair else { panic!("not an example and its answers: {pair:?}") };
        let schedule: Schedule = serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
        assert_eq!(validate(&schedule), Ok(()), "{yaml}");
        let prepared = Prepared::of(&schedule).unwrap();
        for line in lines.lines() {
            let (at, expected) = line.split_once(' ').unwrap();
            let at: Timestamp = at.parse().unwrap();
            let gaps = prepared.gaps(at, at + jiff::SignedDuration::from_secs(1)).unwrap();
            let found = told(&prepared.on_call(at), gaps.first().is_some_and(|gap| gap.declared));
            assert_eq!(found, expected, "at {at} of\n{yaml}");
            asked += 1;
        }
        schedules += 1;
    }
    assert!(schedules >= 8 && asked >= 40, "{schedules} schedules, {asked} instants");
}

#[test]
fn the_numbers_on_the_page_are_those_of_the_code() {
    use nightbell_calendar::{fair, holidays};
    let years = format!("for the years {} to {}", holidays::YEARS.start(), holidays::YEARS.end());
    assert!(PAGE.contains(&years), "{years}");
    assert_eq!((fair::NIGHT_PERCENT, fair::WEEKEND_PERCENT, fair::HOLIDAY_PERCENT), (100, 50, 100));
    assert!(PAGE.contains("hours + 1 × night hours + ½ × weekend hours + 1 × holiday hours"));
}
