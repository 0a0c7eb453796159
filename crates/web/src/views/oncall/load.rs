//! What people carried in a month.

use super::super::parts::{Choice, Filter};
use super::super::shell::Shell;
use askama::Template;

/// `/oncall/load`.
#[derive(Template)]
#[template(path = "oncall_load.html")]
pub struct LoadPage {
    /// Frame.
    pub shell: Shell,
    /// `May 2026`.
    pub month: String,
    /// Months to choose from.
    pub months: Vec<Filter>,
    /// Schedules to choose from.
    pub schedules: Vec<Choice>,
    /// The month, for the form: `2026-05`.
    pub value: String,
    /// 0 to 100.
    pub fairness: String,
    /// What that means.
    pub fairness_words: String,
    /// Heaviest first.
    pub people: Vec<LoadRow>,
    /// The same as a file.
    pub csv: String,
}

/// One person.
pub struct LoadRow {
    /// Name.
    pub name: String,
    /// `168`, hours on call.
    pub hours: String,
    /// At night.
    pub nights: String,
    /// On weekends.
    pub weekends: String,
    /// On holidays.
    pub holidays: String,
    /// Weighted.
    pub weighted: String,
    /// Shifts.
    pub shifts: u32,
    /// Pages.
    pub pages: u32,
    /// Of those at night.
    pub night_pages: u32,
    /// Percent of the heaviest, of plain hours, nights, weekends and holidays in the bar: `(x, width, class)`.
    pub bar: Vec<(String, String, &'static str)>,
    /// Percent of the most paged.
    pub pages_width: String,
}
