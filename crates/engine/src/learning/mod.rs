//! Learning: postmortems drafted from the timeline, edited, published; action items; the `chase` reconciler.

mod items;
mod postmortem;

pub use items::{ItemInput, add_item, drop_item, finish_item};
pub use postmortem::{FindingAt, chase, dismiss, draft, draft_for, publish, save, send_to_review, waive_for};

use nightbell_calendar::{business::BusinessCalendar, holidays};
use nightbell_domain::{ids::ServiceId, org::Organisation, record::Instant};

/// The business days of a service's team: its zone, Monday to Friday, minus its country's holidays. UTC without a team.
pub fn business_calendar(org: &Organisation, service: Option<&ServiceId>, around: Instant) -> BusinessCalendar {
    let team =
        service.and_then(|id| org.services.get(id)).and_then(|s| s.team.as_ref()).and_then(|id| org.teams.get(id));
    let year = around.to_zoned(jiff::tz::TimeZone::UTC).year();
    let holidays = team
        .and_then(|t| t.holidays.as_deref())
        .and_then(|country| holidays::for_country(country, year - 1..=year + 1))
        .unwrap_or_default();
    BusinessCalendar { time_zone: team.map_or_else(|| "UTC".to_owned(), |t| t.time_zone.clone()), holidays }
}
