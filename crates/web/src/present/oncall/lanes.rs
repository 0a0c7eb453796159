//! The weeks of a schedule as lanes: where every stretch lies, in percent of the week, in which colour, with which words. Weeks are the
//! reader's, from Monday, in the reader's zone; a day with a clock change is as wide as it is long.

use super::super::Eyes;
use super::person;
use crate::views::{
    Person,
    oncall::lanes::{Day, Lane, Lanes, LegendRow, Segment, Week},
};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use nightbell_calendar::{Backup, Gap, Member, Rota, Schedule as Calendar, Shift, ShiftSource, local};
use std::collections::BTreeMap;

/// Pixels from the top to the first lane, and what a lane's name takes.
const HEAD: u32 = 54;
const NAME: u32 = 18;
const LAYER: u32 = 20;
const LAST: u32 = 46;

/// The colours there are, neighbours far apart.
const COLOURS: [&str; 8] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];

/// A person's colour: by their place among all people, so it is the same on every page, and up to eight are told apart.
pub fn colour(eyes: &Eyes<'_>, handle: &str) -> &'static str {
    let place = eyes.org.users.keys().position(|user| user.as_str() == handle).unwrap_or(handle.len());
    COLOURS.get(place % COLOURS.len()).copied().unwrap_or("p0")
}

/// What is drawn.
pub struct Drawing<'a> {
    /// The rota.
    pub rota: &'a Rota,
    /// First day, a Monday.
    pub monday: Date,
    /// How many weeks.
    pub weeks: u32,
    /// Where a chosen span is opened; empty when it is not.
    pub opens: String,
    /// Somebody counts on it: only then is a gap red.
    pub relied_on: bool,
}

/// The Monday of the reader's week.
pub fn monday(eyes: &Eyes<'_>, at: Timestamp) -> Date {
    let day = at.to_zoned(eyes.zone.clone()).date();
    let past = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(past.days()).unwrap_or(day)
}

/// Fills the lanes.
///
/// # Errors
/// The calendar's words for a rota that cannot be read.
pub fn lanes(eyes: &Eyes<'_>, drawing: &Drawing<'_>) -> Result<Lanes, String> {
    let (from, to) = (edge(eyes, drawing.monday, 0), edge(eyes, drawing.monday, i64::from(drawing.weeks) * 7));
    let shifts = merged(drawing.rota.shifts(from, to).map_err(|e| e.to_string())?);
    let gaps = drawing.rota.gaps(from, to).map_err(|e| e.to_string())?;
    let layers = layers(drawing.rota, from, to)?;
    let pen = Pen { eyes, opens: &drawing.opens, relied_on: drawing.relied_on };
    let weeks = (0..i64::from(drawing.weeks)).map(|n| {
        let (begin, end) = (edge(eyes, drawing.monday, n * 7), edge(eyes, drawing.monday, n * 7 + 7));
        let mut drawn = Vec::new();
        let mut y = HEAD;
        if layers.len() > 1 || !drawing.rota.overrides.is_empty() {
            for (name, shifts) in &layers {
                let segments = shifts.iter().filter_map(|shift| pen.shift((begin, end), shift, false)).collect();
                drawn.push(Lane { name: super::super::line(name), y, height: LAYER, last: false, segments });
                y += LAYER + NAME;
            }
        }
        let mut segments: Vec<(Timestamp, Segment)> = Vec::new();
        segments.extend(shifts.iter().filter_map(|shift| Some((shift.from, pen.shift((begin, end), shift, true)?))));
        segments.extend(gaps.iter().filter_map(|gap| Some((gap.from, pen.gap((begin, end), gap)?))));
        segments.sort_by_key(|(at, _)| *at);
        let segments = segments.into_iter().map(|(_, segment)| segment).collect();
        drawn.push(Lane { name: "On call".to_owned(), y, height: LAST, last: true, segments });
        let now = eyes.now;
        Week {
            label: week_label(drawing.monday, n),
            from: begin.to_string(),
            to: end.to_string(),
            height: y + LAST + 6,
            days: (0..7).map(|d| day(eyes, drawing.rota, drawing.monday, n * 7 + d, (begin, end))).collect(),
            lanes: drawn,
            now_x: if begin <= now && now < end { percent((begin, end), now) } else { String::new() },
        }
    });
    Ok(Lanes {
        weeks: weeks.collect(),
        opens: drawing.opens.clone(),
        step_minutes: if drawing.weeks <= 1 {
            60
        } else if drawing.weeks == 2 {
            180
        } else {
            360
        },
        legend: legend(eyes, &shifts),
        zone: zone_words(eyes, drawing.rota),
        reader_zone: eyes.zone.iana_name().unwrap_or("UTC").to_owned(),
    })
}

/// Who is called is drawn; who stands behind is in the words below. So a stretch in which only that changes is one.
fn merged(shifts: Vec<Shift>) -> Vec<Shift> {
    let is_agreed = |shift: &Shift| matches!(shift.source, ShiftSource::Override);
    let mut drawn: Vec<Shift> = Vec::new();
    for shift in shifts {
        match drawn.last_mut() {
            Some(last)
                if last.to == shift.from
                    && last.everyone().eq(shift.everyone())
                    && is_agreed(last) == is_agreed(&shift) =>
            {
                last.to = shift.to;
            }
            _ => drawn.push(shift),
        }
    }
    drawn
}

/// The begin of a day of the reader's.
fn edge(eyes: &Eyes<'_>, monday: Date, days: i64) -> Timestamp {
    let day = monday.checked_add(days.days()).unwrap_or(monday);
    local::start_of_day(&eyes.zone, day).unwrap_or(eyes.now)
}

/// `4 – 10 May 2026`.
fn week_label(monday: Date, n: i64) -> String {
    let first = monday.checked_add((n * 7).days()).unwrap_or(monday);
    let last = first.checked_add(6.days()).unwrap_or(first);
    let begin = if first.month() == last.month() { first.strftime("%-d") } else { first.strftime("%-d %b") };
    format!("{begin} – {}", last.strftime("%-d %b %Y"))
}

fn day(eyes: &Eyes<'_>, rota: &Rota, monday: Date, n: i64, week: (Timestamp, Timestamp)) -> Day {
    let date = monday.checked_add(n.days()).unwrap_or(monday);
    let (begin, end) = (edge(eyes, monday, n), edge(eyes, monday, n + 1));
    let theirs = rota.versions.first().and_then(|version| local::zone(&version.schedule.time_zone).ok());
    let changed = change(&eyes.zone, begin, end).or_else(|| theirs.and_then(|zone| change(&zone, begin, end)));
    Day {
        x: percent(week, begin),
        width: width(week, begin, end),
        label: date.strftime("%a %-d").to_string(),
        mark: changed.unwrap_or_default(),
        today: begin <= eyes.now && eyes.now < end,
    }
}

/// `clock +1 h` on a day on which the clocks of the zone are changed.
fn change(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Option<String> {
    let step = zone.to_offset(to).seconds() - zone.to_offset(from).seconds();
    match step {
        0 => None,
        _ if step % 3_600 == 0 => Some(format!("clock {:+} h", step / 3_600)),
        _ => Some(format!("clock {:+} min", step / 60)),
    }
}

fn share((from, to): (Timestamp, Timestamp), at: Timestamp) -> f64 {
    let whole = to.duration_since(from).as_secs_f64().max(1.0);
    (at.duration_since(from).as_secs_f64() / whole * 100.0).clamp(0.0, 100.0)
}

fn percent(week: (Timestamp, Timestamp), at: Timestamp) -> String {
    format!("{:.3}", share(week, at))
}

fn width(week: (Timestamp, Timestamp), from: Timestamp, to: Timestamp) -> String {
    format!("{:.3}", share(week, to) - share(week, from))
}

/// What each layer says by itself, by name, lowest first: a rota of that layer alone is asked, so nothing is worked out twice.
fn layers(rota: &Rota, from: Timestamp, to: Timestamp) -> Result<Vec<(String, Vec<Shift>)>, String> {
    let mut order: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, Vec<Shift>> = BTreeMap::new();
    for (n, version) in rota.versions.iter().enumerate() {
        let begin = if n == 0 { from } else { version.from.unwrap_or(from).max(from) };
        let end = rota.versions.get(n + 1).and_then(|next| next.from).map_or(to, |next| next.min(to));
        if begin >= end {
            continue;
        }
        for layer in &version.schedule.layers {
            let alone = Calendar {
                layers: vec![layer.clone()],
                overrides: Vec::new(),
                backup: Backup::None,
                ..version.schedule.clone()
            };
            let shifts = Rota::of(alone).shifts(begin, end).map_err(|e| e.to_string())?;
            if !found.contains_key(&layer.name) {
                order.push(layer.name.clone());
            }
            found.entry(layer.name.clone()).or_default().extend(shifts);
        }
    }
    Ok(order.into_iter().map(|name| (name.clone(), merged(found.remove(&name).unwrap_or_default()))).collect())
}

fn legend(eyes: &Eyes<'_>, shifts: &[Shift]) -> Vec<LegendRow> {
    let mut seen: Vec<&Member> = Vec::new();
    for member in shifts.iter().flat_map(Shift::everyone) {
        if !seen.contains(&member) {
            seen.push(member);
        }
    }
    seen.sort();
    seen.into_iter().map(|m| LegendRow { person: person(eyes, m), colour: colour(eyes, m.as_str()) }).collect()
}

fn zone_words(eyes: &Eyes<'_>, rota: &Rota) -> String {
    let yours = eyes.zone.iana_name().unwrap_or("UTC");
    let theirs = rota.versions.last().map_or(yours, |version| version.schedule.time_zone.as_str());
    if theirs == yours {
        format!("Days are those of {yours}, yours and the schedule's.")
    } else {
        format!("Days are yours, {yours}; the schedule hands over by the clocks of {theirs}.")
    }
}

/// Draws stretches of one week.
struct Pen<'a, 'b> {
    eyes: &'a Eyes<'b>,
    opens: &'a str,
    relied_on: bool,
}

impl Pen<'_, '_> {
    fn shift(&self, week: (Timestamp, Timestamp), shift: &Shift, last: bool) -> Option<Segment> {
        let (from, to) = within(week, shift.from, shift.to)?;
        let first = self.shown(&shift.primary);
        let others: Vec<String> = shift.also.iter().map(|member| self.shown(member).name).collect();
        let name = std::iter::once(first.name.clone()).chain(others).collect::<Vec<_>>().join(" and ");
        let agreed = last && matches!(shift.source, ShiftSource::Override);
        let shown = format!("{} {name}", first.initials);
        let said = if agreed { format!("{shown} (agreed)") } else { shown };
        Some(Segment {
            x: percent(week, from),
            width: width(week, from, to),
            class: colour(self.eyes, shift.primary.as_str()),
            agreed,
            letters: first.initials,
            title: self.title(&said, shift.from, shift.to),
            name,
            href: if last { self.href(from, to) } else { String::new() },
        })
    }

    fn gap(&self, week: (Timestamp, Timestamp), gap: &Gap) -> Option<Segment> {
        let (from, to) = within(week, gap.from, gap.to)?;
        // Red is for what a human can still do something about.
        let (class, letters, name) = match (gap.declared, gap.to <= self.eyes.now || !self.relied_on) {
            (true, _) => ("empty", "–", "nobody, on purpose"),
            (false, true) => ("empty", "–", "nobody"),
            (false, false) => ("gap", "▲", "Nobody"),
        };
        Some(Segment {
            x: percent(week, from),
            width: width(week, from, to),
            class,
            agreed: false,
            letters: letters.to_owned(),
            name: name.to_owned(),
            title: self.title(&format!("{letters} {name}"), gap.from, gap.to),
            href: self.href(from, to),
        })
    }

    fn shown(&self, member: &Member) -> Person {
        match member.as_str().parse() {
            Ok(user) => self.eyes.person(&user),
            Err(_) => Person::new(member.as_str(), ""),
        }
    }

    /// In the reader's zone and in UTC.
    fn title(&self, who: &str, from: Timestamp, to: Timestamp) -> String {
        let yours = |at: Timestamp| at.to_zoned(self.eyes.zone.clone()).strftime("%a %-d %b %H:%M").to_string();
        let utc = |at: Timestamp| at.strftime("%a %H:%M").to_string();
        let zone = self.eyes.zone.iana_name().unwrap_or("UTC");
        if zone == "UTC" {
            return format!("{who}: {} to {} UTC", yours(from), yours(to));
        }
        format!("{who}: {} to {} {zone} · {} to {} UTC", yours(from), yours(to), utc(from), utc(to))
    }

    fn href(&self, from: Timestamp, to: Timestamp) -> String {
        // What is over is looked at, not changed.
        if self.opens.is_empty() || to <= self.eyes.now {
            return String::new();
        }
        format!("{}?from={}&to={to}", self.opens, from.max(self.eyes.now))
    }
}

fn within(week: (Timestamp, Timestamp), from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = (from.max(week.0), to.min(week.1));
    (from < to).then_some((from, to))
}

/// The eight weeks of a preview, from this week on.
///
/// # Errors
/// As [`lanes`].
pub fn preview(eyes: &Eyes<'_>, rota: &Rota) -> Result<Lanes, String> {
    let drawing = Drawing { rota, monday: monday(eyes, eyes.now), weeks: 8, opens: String::new(), relied_on: true };
    lanes(eyes, &drawing)
}
