//! VTIMEZONE: how a zone's clock goes in the span of a feed, written out change by change, so that a reader needs no data of its own.

use super::lines::write;
use jiff::{Timestamp, tz::TimeZone};

/// Writes the component for every instant of `[from, to)`.
pub(super) fn component(out: &mut String, name: &str, zone: &TimeZone, from: Timestamp, to: Timestamp) {
    write(out, "BEGIN:VTIMEZONE");
    write(out, &format!("TZID:{name}"));
    let begin = zone.to_offset_info(from);
    // What holds at the begin has held since then, as far as this feed is concerned.
    observance(
        out,
        "19700101T000000",
        begin.offset().seconds(),
        begin.offset().seconds(),
        begin.abbreviation(),
        begin.dst().is_dst(),
    );
    let mut before = begin.offset().seconds();
    for change in zone.following(from).take_while(|change| change.timestamp() < to) {
        let after = change.offset().seconds();
        // The onset is told in the time that was shown until then.
        let shown = jiff::tz::Offset::from_seconds(before)
            .map(|offset| offset.to_datetime(change.timestamp()).strftime("%Y%m%dT%H%M%S").to_string());
        if let Ok(shown) = shown {
            observance(out, &shown, before, after, change.abbreviation(), change.dst().is_dst());
        }
        before = after;
    }
    write(out, "END:VTIMEZONE");
}

fn observance(out: &mut String, begins: &str, before: i32, after: i32, name: &str, is_dst: bool) {
    let kind = if is_dst { "DAYLIGHT" } else { "STANDARD" };
    write(out, &format!("BEGIN:{kind}"));
    write(out, &format!("DTSTART:{begins}"));
    write(out, &format!("TZOFFSETFROM:{}", offset(before)));
    write(out, &format!("TZOFFSETTO:{}", offset(after)));
    write(out, &format!("TZNAME:{name}"));
    write(out, &format!("END:{kind}"));
}

/// `+0100`, with seconds where a zone has them.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, rest) = (seconds.abs() / 3600, seconds.abs() % 3600);
    let (minutes, seconds) = (rest / 60, rest % 60);
    if seconds == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{seconds:02}")
    }
}
