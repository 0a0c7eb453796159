//! The snooze form, where a woken person and a signed-in one find it: a choice, or a time of their own. Its one reading.

use crate::present::typed::Typed;
use jiff::{SignedDuration, Timestamp, Zoned, civil::DateTime, tz::TimeZone};
use nightbell_calendar::local;
use nightbell_engine::domain::{refusal::Refusal, text::duration::parse_duration};

/// When a morning is.
const MORNING_HOUR: i8 = 8;

/// Until when, as somebody in that zone means it. A time of their own goes before the choice.
///
/// # Errors
/// Nothing was chosen, or it is no time.
pub(super) fn until(typed: &Typed, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Refusal> {
    let own = typed.text("until");
    let own = own.trim();
    if !own.is_empty() {
        let civil = own.parse::<DateTime>().ok().and_then(|civil| local::instant(zone, civil).ok());
        return civil.ok_or_else(|| Refusal::invalid("until", "That is no time. Write it like 2026-05-03T08:00."));
    }
    match typed.word("for") {
        "morning" => morning(&now.to_zoned(zone.clone()))
            .ok_or_else(|| Refusal::invalid("for", "There is no such morning. Choose a time.")),
        word => {
            let wait: SignedDuration = parse_duration(word)
                .map_err(|_| Refusal::invalid("for", "Choose for how long, or until when it may wait."))?;
            now.checked_add(wait).map_err(|_| Refusal::invalid("for", "That is too long."))
        }
    }
}

/// The next time it is eight in the morning.
fn morning(now: &Zoned) -> Option<Timestamp> {
    let at = |day: jiff::civil::Date| local::instant(now.time_zone(), day.at(MORNING_HOUR, 0, 0, 0)).ok();
    let today = at(now.date()).filter(|at| *at > now.timestamp());
    today.or_else(|| at(now.date().tomorrow().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Typed, until};
    use jiff::{Timestamp, tz::TimeZone};

    #[test]
    fn a_choice_or_a_time_of_ones_own() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let check = |now: &str, fields: &[(&str, &str)], expected: Option<&str>| {
            let pairs: Vec<_> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let typed = Typed::new(pairs);
            let now: Timestamp = now.parse().expect("an instant");
            let found = until(&typed, now, &zone).ok().map(|at| at.to_string());
            assert_eq!(found.as_deref(), expected, "{now} {fields:?}");
        };
        let night = "2026-05-12T01:00:00Z";
        check(night, &[("for", "30m")], Some("2026-05-12T01:30:00Z"));
        check(night, &[("for", "morning")], Some("2026-05-12T06:00:00Z"));
        check("2026-05-12T06:00:00Z", &[("for", "morning")], Some("2026-05-13T06:00:00Z"));
        check("2026-03-28T12:00:00Z", &[("for", "morning")], Some("2026-03-29T06:00:00Z"));
        check(night, &[("for", "30m"), ("until", "2026-05-12T09:30")], Some("2026-05-12T07:30:00Z"));
        check(night, &[("for", "soon")], None);
        check(night, &[("until", "noon")], None);
        check(night, &[], None);
    }
}
