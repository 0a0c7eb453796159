//! Ninety days as a picture: one bar per day, made on the server as a few short SVG paths.
//!
//! Colour never speaks alone: the worse the day, the taller its bar, and the label says it in words. Paths are drawn as thick
//! strokes, because `v-20m8 20` is the shortest way to write a bar; a page of ten components stays small.

use nightbell_public::{Component, ComponentStatus, Day, HISTORY_DAYS};

use crate::time::{Clock, length_words};

/// Distance from bar to bar in SVG units.
const STEP: usize = 8;
/// Where the first bar's middle is.
const FIRST_X: usize = 3;
/// How many of the newest troubled days get a path of their own with a tool tip; older ones share a path per status.
const NAMED_DAYS_MAX: usize = 8;
/// How much must be known before a percentage says anything, in seconds.
const DAY_SECONDS: u64 = 86_400;

/// The picture of one component, ready to print.
#[derive(Clone, Debug)]
pub(crate) struct Bars {
    /// The picture in words.
    pub(crate) label: String,
    /// `99.94 % uptime`; in the first day since when it is measured.
    pub(crate) uptime: String,
    /// What the newest bar is: `today`, or its date.
    pub(crate) newest: String,
    /// Width of the drawing in SVG units.
    pub(crate) width: usize,
    /// What to draw.
    pub(crate) paths: Vec<BarPath>,
}

/// Some bars of one look.
#[derive(Clone, Debug)]
pub(crate) struct BarPath {
    /// The style sheet's class for the look.
    pub(crate) class: &'static str,
    /// SVG path data.
    pub(crate) d: String,
    /// Tool tip; empty for none.
    pub(crate) title: String,
}

/// The picture of `component`.
pub(crate) fn bars(component: &Component, clock: &Clock) -> Bars {
    let days = last_days(&component.history);
    let named: Vec<usize> =
        (0..days.len()).rev().filter(|index| is_trouble(&days[*index])).take(NAMED_DAYS_MAX).collect();
    let mut paths = Vec::new();
    for worst in [None].into_iter().chain(ComponentStatus::ALL.into_iter().map(Some)) {
        let places: Vec<usize> =
            (0..days.len()).filter(|index| days[*index].worst == worst && !named.contains(index)).collect();
        if !places.is_empty() {
            paths.push(BarPath { class: look(worst).0, d: path(&places, look(worst).1), title: String::new() });
        }
    }
    paths.extend(named.iter().map(|index| {
        let (class, height) = look(days[*index].worst);
        BarPath { class, d: path(&[*index], height), title: day_words(&days[*index]) }
    }));
    let uptime = uptime_words(component.uptime_basis_points, days, clock);
    Bars {
        label: label(days, &uptime),
        // Between "90 days ago" and "today" the place says what is meant.
        uptime: uptime.trim_start_matches("measured ").to_owned(),
        newest: days.last().map(|day| clock.short_day(day.date)).unwrap_or_default(),
        width: days.len().max(1) * STEP,
        paths,
    }
}

/// The uptime, once a whole day is known: a percentage of minutes would frighten or flatter. Before that, since when it is measured.
fn uptime_words(basis_points: Option<u16>, days: &[Day], clock: &Clock) -> String {
    let measured_seconds: u64 = days.iter().map(|day| u64::from(day.measured_seconds)).sum();
    let first = days.iter().find(|day| day.measured_seconds > 0);
    match (basis_points, first) {
        (Some(basis_points), _) if measured_seconds >= DAY_SECONDS => percent_words(basis_points),
        (Some(_), Some(first)) => format!("measured since {}", clock.short_day(first.date)),
        _ => "no figures yet".to_owned(),
    }
}

/// At most the newest [`HISTORY_DAYS`].
fn last_days(history: &[Day]) -> &[Day] {
    &history[history.len().saturating_sub(HISTORY_DAYS)..]
}

/// Announced maintenance is no trouble.
fn is_trouble(day: &Day) -> bool {
    day.worst > Some(ComponentStatus::UnderMaintenance)
}

/// Class and height of a day's bar.
fn look(worst: Option<ComponentStatus>) -> (&'static str, usize) {
    match worst {
        None => ("bn", 4),
        Some(ComponentStatus::Operational) => ("bo", 20),
        Some(ComponentStatus::UnderMaintenance) => ("bu", 20),
        Some(ComponentStatus::DegradedPerformance) => ("bd", 23),
        Some(ComponentStatus::PartialOutage) => ("bp", 26),
        Some(ComponentStatus::MajorOutage) => ("bm", 30),
    }
}

/// Path data for bars of one height standing on the line y = 30.
fn path(places: &[usize], height: usize) -> String {
    let mut data = String::new();
    let mut last = None;
    for place in places {
        match last {
            None => data.push_str(&format!("M{} 30", FIRST_X + place * STEP)),
            Some(before) => data.push_str(&format!("m{} {height}", (place - before) * STEP)),
        }
        data.push_str(&format!("v-{height}"));
        last = Some(*place);
    }
    data
}

/// `2 May: partial outage, 15 min`
fn day_words(day: &Day) -> String {
    let status = day.worst.map_or("no data", ComponentStatus::label).to_lowercase();
    let out_seconds = i64::from(day.major_seconds) + i64::from(day.partial_seconds);
    let date = day.date.strftime("%-d %B");
    if out_seconds == 0 {
        format!("{date}: {status}")
    } else {
        format!("{date}: {status}, {}", length_words(out_seconds))
    }
}

/// `99.94 % uptime`; a whole percentage without decimals.
fn percent_words(basis_points: u16) -> String {
    let (whole, hundredths) = (basis_points / 100, basis_points % 100);
    if hundredths == 0 { format!("{whole} % uptime") } else { format!("{whole}.{hundredths:02} % uptime") }
}

fn label(days: &[Day], uptime: &str) -> String {
    let troubled: Vec<&Day> = days.iter().filter(|day| is_trouble(day)).collect();
    let count = troubled.len();
    match troubled.last() {
        None => format!("Last 90 days: {uptime}, no day with trouble"),
        Some(last) if count == 1 => format!("Last 90 days: {uptime}, trouble on {}", day_words(last)),
        Some(last) => format!("Last 90 days: {uptime}, trouble on {count} days, most recently {}", day_words(last)),
    }
}
