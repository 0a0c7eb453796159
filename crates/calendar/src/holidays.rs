//! National public holidays by country, from a data file that ships with Nightbell.
//!
//! Whole-country holidays only; a team in a state or canton adds its own days. The file is made by
//! `xtask/scripts/holidays.py` and names its source and date. It covers [`YEARS`] and no more:
//! outside them no day is a holiday here, which makes a due date earlier, never later.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use jiff::civil::Date;

/// The years the data covers.
pub const YEARS: RangeInclusive<i16> = 2024..=2032;

static DATA: &str = include_str!("../data/holidays.txt");

type ByCountry = BTreeMap<&'static str, BTreeSet<Date>>;

/// The national public holidays of a country in `years`, both ends inclusive.
///
/// `code` is ISO 3166-1 alpha-2 in any case, such as `DE`. `None` if the country is not in the data;
/// see [`countries`].
#[must_use]
pub fn for_country(code: &str, years: RangeInclusive<i16>) -> Option<BTreeSet<Date>> {
    Some(all(code)?.iter().copied().filter(|day| years.contains(&day.year())).collect())
}

/// All public holidays of a country; `None` if it is not in the data.
pub(crate) fn all(code: &str) -> Option<&'static BTreeSet<Date>> {
    table().get(code.to_ascii_uppercase().as_str())
}

/// The codes of all countries in the data, in order.
pub fn countries() -> impl Iterator<Item = &'static str> {
    table().keys().copied()
}

fn table() -> &'static ByCountry {
    static TABLE: OnceLock<ByCountry> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = ByCountry::new();
        for (country, days) in data_lines().filter_map(parse_line) {
            table.entry(country).or_default().extend(days);
        }
        table
    })
}

fn data_lines() -> impl Iterator<Item = &'static str> {
    DATA.lines().filter(|line| !line.starts_with('#'))
}

/// `DE 2026 0101 0403 …`
fn parse_line(line: &'static str) -> Option<(&'static str, Vec<Date>)> {
    let mut words = line.split(' ');
    let country = words.next()?;
    let year = words.next()?.parse().ok()?;
    let days: Option<Vec<Date>> = words
        .map(|word| {
            let month = word.get(..2)?.parse().ok()?;
            let day = word.get(2..)?.parse().ok()?;
            Date::new(year, month, day).ok()
        })
        .collect();
    Some((country, days?))
}

#[cfg(test)]
mod tests;
