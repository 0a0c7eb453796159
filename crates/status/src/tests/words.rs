//! Times, lengths and addresses as words, by example.

use super::{at, sample::failing};
use crate::{
    bars::bars,
    place::{Place, segment},
    text::clean,
    time::{Clock, length_words},
};

use nightbell_public::{ComponentStatus, StatusChange, uptime};

#[test]
fn times_carry_their_date_unless_it_is_today() {
    let check = |zone: &str, moment: &str, text: &str, local: &str| {
        let shown = Clock::live(at("2026-05-02T09:58:00Z"), zone).moment(at(moment));
        assert_eq!((shown.text.as_str(), shown.local.as_str()), (text, local), "{zone} {moment}");
    };
    check("Etc/UTC", "2026-05-02T00:00:00Z", "00:00 UTC", "");
    check("Etc/UTC", "2026-05-01T23:59:59Z", "1 May, 23:59 UTC", "");
    check("Etc/UTC", "2025-05-02T09:58:00Z", "2 May 2025, 09:58 UTC", "");
    check("Europe/Berlin", "2026-05-02T09:51:00Z", "09:51 UTC", "11:51 CEST");
    check("Europe/Berlin", "2026-05-02T22:30:00Z", "22:30 UTC", "3 May, 00:30 CEST");
    check("Europe/Berlin", "2026-01-02T09:51:00Z", "2 January, 09:51 UTC", "10:51 CET");
    check("Europe/London", "2026-01-02T09:51:00Z", "2 January, 09:51 UTC", "");
    check("Nowhere/Town", "2026-05-02T09:51:00Z", "09:51 UTC", "");
}

#[test]
fn kept_times_always_carry_their_date() {
    let clock = Clock::kept(at("2026-05-02T09:58:00Z"), "Etc/UTC");
    assert_eq!(clock.moment(at("2026-05-02T09:51:00Z")).text, "2 May 2026, 09:51 UTC");
    assert_eq!(clock.day(jiff::civil::date(2026, 5, 2)), "Saturday, 2 May 2026");
    assert_eq!(clock.short_day(jiff::civil::date(2026, 5, 2)), "2 May");
}

#[test]
fn ranges_say_the_date_once() {
    let check = |from: &str, to: &str, expected: &str| {
        let range = Clock::live(at("2026-05-02T09:58:00Z"), "Europe/Berlin").range(at(from), at(to));
        assert_eq!(format!("{} to {} ({})", range.start.text, range.end.text, range.local), expected);
    };
    check("2026-05-02T10:00:00Z", "2026-05-02T11:00:00Z", "10:00 UTC to 11:00 UTC (12:00 CEST to 13:00 CEST)");
    check(
        "2026-05-04T22:30:00Z",
        "2026-05-04T23:30:00Z",
        "4 May, 22:30 UTC to 23:30 UTC (5 May, 00:30 CEST to 01:30 CEST)",
    );
    check(
        "2026-05-04T21:30:00Z",
        "2026-05-04T22:30:00Z",
        "4 May, 21:30 UTC to 22:30 UTC (23:30 CEST to 5 May, 00:30 CEST)",
    );
    check(
        "2026-05-04T23:30:00Z",
        "2026-05-05T00:30:00Z",
        "4 May, 23:30 UTC to 5 May, 00:30 UTC (5 May, 01:30 CEST to 02:30 CEST)",
    );
}

#[test]
fn lengths_have_at_most_two_units() {
    let check = |seconds, expected| assert_eq!(length_words(seconds), expected, "{seconds}");
    check(-5, "under a minute");
    check(0, "under a minute");
    check(59, "under a minute");
    check(60, "1 min");
    check(42 * 60 + 59, "42 min");
    check(3600, "1 h");
    check(3 * 3600 + 5 * 60, "3 h 5 min");
    check(86_400, "1 day");
    check(86_400 * 2 + 4 * 3600 + 59 * 60, "2 days 4 h");
}

#[test]
fn pictures_say_in_words_what_they_show() {
    let page = failing();
    let clock = Clock::live(at("2026-05-02T09:58:00Z"), "Etc/UTC");
    let labels: Vec<String> = page.components().map(|component| bars(component, &clock).label).collect();
    assert_eq!(
        labels[0],
        "Last 90 days: 99.96 % uptime, trouble on 3 days, most recently 2 May: partial outage, 27 min"
    );
    assert_eq!(labels[1], "Last 90 days: 100 % uptime, no day with trouble");
    let mut bare = page.groups[0].components[0].clone();
    bare.history.clear();
    bare.uptime_basis_points = None;
    let picture = bars(&bare, &clock);
    assert_eq!((picture.label.as_str(), picture.paths.len()), ("Last 90 days: no figures yet, no day with trouble", 0));
}

#[test]
fn a_percentage_is_said_once_a_day_is_known() {
    let page = failing();
    let clock = Clock::live(at("2026-05-02T09:58:00Z"), "Etc/UTC");
    let check = |born: &str, expected: &str| {
        let changes = [StatusChange { component: "new".into(), at: at(born), status: ComponentStatus::Operational }];
        let mut component = page.groups[0].components[0].clone();
        component.history = uptime::history("new", &changes, at("2026-05-02T09:58:00Z"));
        component.uptime_basis_points = uptime::uptime_basis_points(&component.history);
        assert_eq!(bars(&component, &clock).uptime, expected, "{born}");
    };
    check("2026-05-02T09:50:00Z", "since today");
    check("2026-05-01T09:58:01Z", "since 1 May");
    check("2026-05-01T09:58:00Z", "100 % uptime");
}

#[test]
fn ids_become_harmless_pieces_of_a_path() {
    let check = |id, expected| assert_eq!(segment(id), expected, "{id:?}");
    check("k3x9t7", "k3x9t7");
    check("a-b_C", "a-b_C");
    check("..", "~2e~2e");
    check("a/b", "a~2fb");
    check("é", "~c3~a9");
}

#[test]
fn places_make_addresses() {
    let check = |place: Place, home: &str, notice: &str, part: &str| {
        assert_eq!(
            (place.home(), place.notice("n1"), place.part("status.css")),
            (home.into(), notice.into(), part.into())
        );
    };
    check(Place::live("/status/main"), "/status/main", "/status/main/notices/n1", "/status/main/status.css");
    check(Place::live("/status/main/"), "/status/main", "/status/main/notices/n1", "/status/main/status.css");
    check(
        Place::live("https://a.example"),
        "https://a.example",
        "https://a.example/notices/n1",
        "https://a.example/status.css",
    );
    check(Place::live(""), "/", "/notices/n1", "/status.css");
    check(Place::files(""), "index.html", "notices/n1.html", "status.css");
    check(Place::files(".."), "../index.html", "../notices/n1.html", "../status.css");
    check(
        Place::files("https://a.example/s/"),
        "https://a.example/s/",
        "https://a.example/s/notices/n1.html",
        "https://a.example/s/status.css",
    );
}

#[test]
fn cleaning_keeps_text_and_drops_tricks() {
    let check = |text, expected| assert_eq!(clean(text), expected, "{text:?}");
    check("Grüße, 世界 🎉\n\tשלום", "Grüße, 世界 🎉\n\tשלום");
    check("a\u{0}\u{8}\r\u{7f}\u{9b}b", "ab");
    check("\u{202E}a\u{2069}\u{FFFF}\u{FEFF}", "a");
}
