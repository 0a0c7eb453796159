//! A calendar file as events. Whatever is not understood about an event is a mistake with its line; whatever is not about when it is and what it
//! is called is passed over.

use super::{
    BYTES_MAX, EVENTS_MAX, Mistake,
    lines::{self, Line, unescape},
    stamp::{self, Stamp},
};
use jiff::{SignedDuration, Span, tz::TimeZone};
use std::collections::BTreeMap;

/// The most dates one event may leave out or add.
const DATES_MAX: usize = 5_000;

/// Components inside one another.
const DEPTH_MAX: usize = 8;

/// A calendar that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// `X-WR-CALNAME`, when it says so.
    pub name: Option<String>,
    /// As written.
    pub events: Vec<Event>,
}

/// One event, with all the times it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Where it begins in the file, from 1.
    pub line: usize,
    /// The line of its SUMMARY.
    pub summary_line: usize,
    /// What it is called.
    pub summary: String,
    /// Its `UID`; empty when it has none.
    pub uid: String,
    /// Whether it keeps a person busy: not `TRANSP:TRANSPARENT`, nor marked free, nor cancelled.
    pub busy: bool,
    pub(super) start: Stamp,
    pub(super) lasts: Lasts,
    pub(super) rule: Option<(usize, String)>,
    pub(super) without: Vec<Stamp>,
    pub(super) besides: Vec<Stamp>,
    /// The one time of a repeating event that this one stands in for.
    pub(super) instead_of: Option<Stamp>,
    pub(super) cancelled: bool,
}

/// How long an event is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lasts {
    /// By the wall clock: the same time of day whatever the clock does between.
    Wall(SignedDuration),
    /// Elapsed.
    Exact(SignedDuration),
}

/// Reads a calendar. Times without a zone are of `floating`.
///
/// # Errors
/// The first mistake, with its line.
pub fn read(text: &str, floating: &TimeZone) -> Result<Calendar, Mistake> {
    if text.len() > BYTES_MAX {
        return Err(Mistake::at(1, format!("larger than {BYTES_MAX} bytes; export a shorter time")));
    }
    let all = lines::all(text)?;
    let first = all.first().map_or(1, |line| line.number);
    if !all.first().is_some_and(|line| line.name == "BEGIN" && line.value.eq_ignore_ascii_case("VCALENDAR")) {
        return Err(Mistake::at(first, "no calendar: it does not begin with BEGIN:VCALENDAR"));
    }
    let zones = zones(&all);
    let named = |name: &str| stamp::zone(name).or_else(|| zones.get(name).cloned());
    let mut found = Calendar { name: None, events: Vec::new() };
    // What is open, with the lines that are its own: those of an alarm within an event are not the event's.
    let mut open: Vec<(&Line, Vec<&Line>)> = Vec::new();
    for line in &all {
        match line.name.as_str() {
            "BEGIN" if open.len() == DEPTH_MAX => {
                return Err(Mistake::at(line.number, "too many components inside one another"));
            }
            "BEGIN" => open.push((line, Vec::new())),
            "END" => {
                let begun = open.pop().filter(|(begun, _)| begun.value.eq_ignore_ascii_case(&line.value));
                let Some((begun, own)) = begun else {
                    let message = format!("END:{} ends nothing that was begun", short(&line.value));
                    return Err(Mistake::at(line.number, message));
                };
                if begun.value.eq_ignore_ascii_case("VEVENT") {
                    if found.events.len() == EVENTS_MAX {
                        let message = format!("more than {EVENTS_MAX} events; export a shorter time");
                        return Err(Mistake::at(begun.number, message));
                    }
                    found.events.push(event(begun.number, &own, floating, &named)?);
                }
            }
            "X-WR-CALNAME" | "NAME" if open.len() == 1 => found.name = Some(unescape(&line.value)),
            _ => {
                if let Some((_, own)) = open.last_mut() {
                    own.push(line);
                }
            }
        }
    }
    match open.last() {
        None => Ok(found),
        Some((begun, _)) => {
            let message = format!("BEGIN:{} is never ended: the file is cut off", short(&begun.value));
            Err(Mistake::at(begun.number, message))
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).filter(|c| !c.is_control()).collect()
}

/// Zones of a calendar whose own names are no IANA names, by what they say they are.
fn zones(all: &[Line]) -> BTreeMap<String, TimeZone> {
    let mut found = BTreeMap::new();
    let mut name: Option<&str> = None;
    for line in all {
        match line.name.as_str() {
            "BEGIN" if line.value.eq_ignore_ascii_case("VTIMEZONE") => name = None,
            "TZID" => name = Some(&line.value),
            "X-LIC-LOCATION" => {
                if let (Some(name), Some(zone)) = (name, stamp::zone(line.value.trim())) {
                    found.insert(name.to_owned(), zone);
                }
            }
            _ => {}
        }
    }
    found
}

fn event(
    line: usize,
    own: &[&Line],
    floating: &TimeZone,
    named: &dyn Fn(&str) -> Option<TimeZone>,
) -> Result<Event, Mistake> {
    let of = |name: &str| own.iter().copied().find(|line| line.name == name);
    let dates = |name: &str| -> Result<Vec<Stamp>, Mistake> {
        let mut dates = Vec::new();
        for line in own.iter().filter(|line| line.name == name) {
            if line.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("PERIOD")) {
                return Err(Mistake::at(
                    line.number,
                    format!("{name} with periods is not read; give it dates and times"),
                ));
            }
            dates.extend(stamp::all(line, floating, named)?);
            if dates.len() > DATES_MAX {
                return Err(Mistake::at(line.number, format!("more than {DATES_MAX} dates in {name}")));
            }
        }
        Ok(dates)
    };
    let one = |line: &Line| -> Result<Stamp, Mistake> {
        let mut all = stamp::all(line, floating, named)?;
        if all.len() == 1 {
            Ok(all.remove(0))
        } else {
            Err(Mistake::at(line.number, format!("{} is one date", line.name)))
        }
    };
    let Some(begins) = of("DTSTART") else { return Err(Mistake::at(line, "an event without DTSTART")) };
    let start = one(begins)?;
    let lasts =
        lasts(begins, &start, of("DTEND").map(|line| Ok((line, one(line)?))).transpose()?, of("DURATION"), floating)?;
    if own.iter().any(|line| line.name == "EXRULE") {
        return Err(Mistake::at(line, "EXRULE is not read; leave days out with EXDATE"));
    }
    let mut rules = own.iter().filter(|line| line.name == "RRULE");
    let rule = rules.next().map(|line| (line.number, line.value.clone()));
    if let Some(second) = rules.next() {
        return Err(Mistake::at(second.number, "a second RRULE; make it an event of its own"));
    }
    let says = |name: &str, value: &str| of(name).is_some_and(|line| line.value.trim().eq_ignore_ascii_case(value));
    let cancelled = says("STATUS", "CANCELLED");
    let free = says("TRANSP", "TRANSPARENT") || says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
    Ok(Event {
        line,
        summary_line: of("SUMMARY").map_or(line, |line| line.number),
        summary: of("SUMMARY").map(|line| unescape(&line.value)).unwrap_or_default(),
        uid: of("UID").map(|line| line.value.clone()).unwrap_or_default(),
        busy: !free && !cancelled,
        start,
        lasts,
        rule,
        without: dates("EXDATE")?,
        besides: dates("RDATE")?,
        instead_of: of("RECURRENCE-ID").map(one).transpose()?,
        cancelled,
    })
}

fn lasts(
    begins: &Line,
    start: &Stamp,
    end: Option<(&Line, Stamp)>,
    duration: Option<&Line>,
    floating: &TimeZone,
) -> Result<Lasts, Mistake> {
    if let Some((line, end)) = end {
        let wrong = || Mistake::at(line.number, "the event ends before it begins, or as it begins");
        let same_zone = matches!((start, &end), (Stamp::Day(_), Stamp::Day(_)))
            || matches!((start, &end), (Stamp::Wall(_, a), Stamp::Wall(_, b)) if a == b);
        if same_zone {
            let shown = end.civil().duration_since(start.civil());
            return if shown.is_positive() { Ok(Lasts::Wall(shown)) } else { Err(wrong()) };
        }
        let (Some(from), Some(to)) = (start.instant(floating), end.instant(floating)) else { return Err(wrong()) };
        let elapsed = to.duration_since(from);
        return if elapsed.is_positive() { Ok(Lasts::Exact(elapsed)) } else { Err(wrong()) };
    }
    if let Some(line) = duration {
        let wrong =
            || Mistake::at(line.number, format!("{:?} is no length; write P1D, P1W or PT8H", short(&line.value)));
        let span: Span = line.value.trim().parse().map_err(|_| wrong())?;
        let days_only = span.get_hours() == 0 && span.get_minutes() == 0 && span.get_seconds() == 0;
        if !span.is_positive() || span.get_years() != 0 || span.get_months() != 0 {
            return Err(wrong());
        }
        let exact = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        return Ok(if days_only { Lasts::Wall(exact) } else { Lasts::Exact(exact) });
    }
    match start {
        // RFC 5545: a day without an end is that day.
        Stamp::Day(_) => Ok(Lasts::Wall(SignedDuration::from_hours(24))),
        _ => Err(Mistake::at(begins.number, "an event with neither DTEND nor DURATION lasts no time")),
    }
}
