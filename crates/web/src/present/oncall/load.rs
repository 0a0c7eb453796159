//! What people carried in a month, and the same as a file.

use super::super::Eyes;
use crate::views::{
    Choice, Filter, Shell,
    oncall::load::{LoadPage, LoadRow},
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use nightbell_calendar::local;
use nightbell_engine::views::{Carried, LoadView};
use std::fmt::Write as _;

/// Months to choose from, the newest first.
const MONTHS: i64 = 12;

/// The first of a month: `2026-05`, or the reader's present one.
pub fn month_of(eyes: &Eyes<'_>, text: &str) -> Date {
    let today = eyes.now.to_zoned(eyes.zone.clone()).date();
    let read = format!("{}-01", text.trim()).parse::<Date>().ok();
    read.unwrap_or(today).first_of_month()
}

/// A month of the reader's as a span; one that runs ends with it all the same: what comes is planned.
pub fn span_of(eyes: &Eyes<'_>, month: Date) -> (Timestamp, Timestamp) {
    let begin = |day: Date| local::start_of_day(&eyes.zone, day).unwrap_or(eyes.now);
    (begin(month), begin(month.checked_add(1.month()).unwrap_or(month)))
}

/// Fills `/oncall/load`.
pub fn page(eyes: &Eyes<'_>, shell: Shell, month: Date, schedule: &str, view: &LoadView) -> LoadPage {
    let this = month_of(eyes, "");
    let months = (0..MONTHS).filter_map(|back| this.checked_sub(back.months()).ok());
    let href = |of: Date| format!("/oncall/load?month={}&schedule={schedule}", of.strftime("%Y-%m"));
    let schedules = std::iter::once(Choice::new("", "All schedules", schedule.is_empty()))
        .chain(eyes.org.schedules.keys().map(|id| Choice::new(id.as_str(), id.as_str(), id.as_str() == schedule)));
    let most = view.people.iter().map(|one| one.load.on_call).max().unwrap_or_default();
    let paged = view.people.iter().map(|one| one.pages).max().unwrap_or_default().max(1);
    LoadPage {
        shell,
        month: month.strftime("%B %Y").to_string(),
        months: months
            .map(|of| Filter {
                href: href(of),
                label: of.strftime("%b %Y").to_string(),
                count: String::new(),
                current: of == month,
            })
            .collect(),
        schedules: schedules.collect(),
        value: month.strftime("%Y-%m").to_string(),
        fairness: format!("{:.0}", view.fairness),
        fairness_words: fairness_words(view),
        people: view.people.iter().map(|one| row(eyes, one, most, paged)).collect(),
        csv: format!("/oncall/load.csv?month={}&schedule={schedule}", month.strftime("%Y-%m")),
    }
}

fn fairness_words(view: &LoadView) -> String {
    if view.people.len() < 2 {
        return "With fewer than two people there is nothing to share.".to_owned();
    }
    let words = match view.fairness {
        90.0.. => "Everybody carries about the same",
        70.0.. => "Some carry more than others",
        _ => "A few carry most of it",
    };
    format!(
        "{words}; 100 is when all {} carry the same weighted hours, 0 when one carries everything.",
        view.people.len()
    )
}

fn hours(span: SignedDuration) -> String {
    ((span.as_mins() + 30) / 60).to_string()
}

fn row(eyes: &Eyes<'_>, one: &Carried, most: SignedDuration, paged: u32) -> LoadRow {
    let load = &one.load;
    let share = |span: SignedDuration| span.as_secs_f64() / most.as_secs_f64().max(1.0) * 100.0;
    // A night on a weekend is drawn as a night.
    let festive = (load.weekends + load.holidays).min(load.on_call - load.nights);
    let plain = load.on_call - load.nights - festive;
    let mut x = 0.0;
    let mut bar = Vec::new();
    for (span, class) in [(plain, "plainly"), (load.nights, "nightly"), (festive, "weekly")] {
        let width = share(span);
        bar.push((format!("{x:.2}"), format!("{width:.2}"), class));
        x += width;
    }
    LoadRow {
        name: eyes.name_or_you(&one.user),
        hours: hours(load.on_call),
        nights: hours(load.nights),
        weekends: hours(load.weekends),
        holidays: hours(load.holidays),
        weighted: format!("{:.0}", load.weighted_hours()),
        shifts: load.shifts,
        pages: one.pages,
        night_pages: one.night_pages,
        bar,
        pages_width: format!("{:.2}", f64::from(one.pages) / f64::from(paged) * 100.0),
    }
}

/// The same as a file: hours with two decimals.
pub fn csv(eyes: &Eyes<'_>, view: &LoadView) -> String {
    let mut text = String::from(
        "person,name,from,to,hours,night_hours,weekend_hours,holiday_hours,weighted_hours,shifts,pages,night_pages\r\n",
    );
    for one in &view.people {
        let hours = |span: SignedDuration| format!("{:.2}", span.as_secs_f64() / 3_600.0);
        // A cell that begins like a formula is one to a spreadsheet.
        let name = eyes.name(&one.user).replace('"', "\"\"");
        let name = if name.starts_with(['=', '+', '-', '@', '\t']) { format!("'{name}") } else { name };
        let load = &one.load;
        let line = format!(
            "{},\"{name}\",{},{},{},{},{},{},{:.2},{},{},{}\r\n",
            one.user,
            view.from,
            view.to,
            hours(load.on_call),
            hours(load.nights),
            hours(load.weekends),
            hours(load.holidays),
            load.weighted_hours(),
            load.shifts,
            one.pages,
            one.night_pages,
        );
        // Writing to a string cannot fail.
        let _ = text.write_str(&line);
    }
    text
}
