use super::*;

#[test]
fn every_line_of_the_data_is_read_and_every_country_has_every_year() {
    let lines = data_lines().count();
    assert_eq!(data_lines().filter_map(parse_line).count(), lines);
    assert!(countries().count() >= 30, "{}", countries().count());
    assert_eq!(lines, countries().count() * YEARS.count());
    for country in countries() {
        for year in YEARS {
            let days = for_country(country, year..=year).unwrap_or_default();
            assert!(days.len() >= 4, "{country} {year}: {days:?}");
        }
    }
    for header in ["Source:", "MIT", "Generated on 20", "holidays.py"] {
        assert!(DATA.contains(header), "{header}");
    }
    assert!(DATA.len() < 150_000);
}

#[test]
fn known_days() {
    let check = |country: &str, day: &str, expected: bool| {
        let day: Date = day.parse().unwrap();
        let days = for_country(country, YEARS).unwrap();
        assert_eq!(days.contains(&day), expected, "{country} {day}");
    };
    check("DE", "2026-05-01", true); // Labour day
    check("DE", "2026-04-03", true); // Good Friday
    check("DE", "2026-01-06", false); // Epiphany: only in some states
    check("de", "2026-10-03", true); // German Unity
    check("US", "2026-07-03", true); // Independence Day, observed
    check("US", "2026-11-26", true); // Thanksgiving
    check("GB", "2026-12-28", true); // Boxing Day, substitute
    check("FR", "2026-07-14", true);
    check("FR", "2026-07-15", false);
    check("JP", "2026-02-11", true);
    check("BR", "2026-09-07", true);
    check("ZA", "2026-04-27", true);
}

#[test]
fn years_outside_the_span_asked_for_are_left_out() {
    let check = |code: &str, years: RangeInclusive<i16>, expected: Option<usize>| {
        let found = for_country(code, years.clone()).map(|days| days.len());
        assert_eq!(found, expected, "{code} {years:?}");
    };
    check("DE", 2026..=2026, Some(9));
    check("DE", 2026..=2027, Some(18));
    check("DE", 1999..=2001, Some(0));
    check("XX", YEARS, None);
    check("", YEARS, None);
    check("ÄÖ", YEARS, None);
}
