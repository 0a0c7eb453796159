//! A feed as text: one event for each turn, in local time with its VTIMEZONE, so that a calendar shows 09:00 where people hand over at 09:00.
//! Equal feeds are equal bytes: nothing in it depends on when it was asked for but what it is about.

use super::{
    lines::{escape, write},
    stamp, zone,
};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeSet;

/// Everything a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name in the program.
    pub name: String,
    /// The host that makes its events unique in the world.
    pub host: String,
    /// IANA zone it is shown in when nothing else is said.
    pub time_zone: String,
    /// Inclusive begin of what is in it.
    pub from: Timestamp,
    /// Exclusive end.
    pub to: Timestamp,
    /// In order.
    pub entries: Vec<Entry>,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Stays the same as long as it is the same turn; the host is added.
    pub uid: String,
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
    /// IANA zone it is told in.
    pub time_zone: String,
    /// One line.
    pub summary: String,
    /// Several lines; empty for none.
    pub description: String,
    /// Where to read more; empty for nowhere.
    pub url: String,
    /// Grows whenever what it was made from changes.
    pub sequence: u64,
    /// When what it was made from changed last.
    pub changed_at: Timestamp,
}

/// The bytes of a feed.
pub fn feed(feed: &Feed) -> String {
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Nightbell//On call 1.0//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        write(&mut out, line);
    }
    write(&mut out, &format!("NAME:{}", escape(&feed.name)));
    write(&mut out, &format!("X-WR-CALNAME:{}", escape(&feed.name)));
    write(&mut out, &format!("X-WR-TIMEZONE:{}", feed.time_zone));
    write(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    write(&mut out, "X-PUBLISHED-TTL:PT1H");
    let zones: BTreeSet<&str> = feed.entries.iter().map(|entry| entry.time_zone.as_str()).collect();
    for name in zones.into_iter().filter(|name| *name != "UTC") {
        if let Some(found) = stamp::zone(name) {
            zone::component(&mut out, name, &found, feed.from, feed.to);
        }
    }
    for entry in &feed.entries {
        event(&mut out, &feed.host, entry);
    }
    write(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, host: &str, entry: &Entry) {
    write(out, "BEGIN:VEVENT");
    write(out, &format!("UID:{}@{host}", escape(&entry.uid)));
    write(out, &format!("DTSTAMP:{}", utc(entry.changed_at)));
    write(out, &format!("LAST-MODIFIED:{}", utc(entry.changed_at)));
    write(out, &format!("SEQUENCE:{}", entry.sequence));
    let zone = stamp::zone(&entry.time_zone).filter(|_| entry.time_zone != "UTC");
    // A wall time that comes twice means its first, says the standard; some readers take its second. Such an edge is told in UTC.
    let zone = zone.filter(|zone| [entry.from, entry.to].into_iter().all(|at| is_plain(zone, at)));
    for (name, at) in [("DTSTART", entry.from), ("DTEND", entry.to)] {
        match &zone {
            Some(zone) => {
                write(
                    out,
                    &format!("{name};TZID={}:{}", entry.time_zone, zone.to_datetime(at).strftime("%Y%m%dT%H%M%S")),
                );
            }
            None => write(out, &format!("{name}:{}", utc(at))),
        }
    }
    write(out, &format!("SUMMARY:{}", escape(&entry.summary)));
    if !entry.description.is_empty() {
        write(out, &format!("DESCRIPTION:{}", escape(&entry.description)));
    }
    if !entry.url.is_empty() {
        write(out, &format!("URL:{}", entry.url));
    }
    // Being on call keeps nobody from being invited.
    write(out, "TRANSP:TRANSPARENT");
    write(out, "END:VEVENT");
}

fn is_plain(zone: &TimeZone, at: Timestamp) -> bool {
    let shown = zone.to_ambiguous_timestamp(zone.to_datetime(at));
    !shown.is_ambiguous() && at.subsec_nanosecond() == 0
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
