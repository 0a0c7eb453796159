//! A time as a woken person reads it: in their zone, with UTC beside.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use nightbell_domain::record::Instant;
use std::sync::OnceLock;

/// `Sat 2026-05-02 03:07 CEST (01:07 UTC)`; the UTC date too where it differs; UTC alone when the zone is unknown.
pub(in crate::outbound) fn both(at: Instant, zone: &str) -> String {
    let utc = at.to_zoned(TimeZone::UTC);
    let Some(local) = zone_of(zone).map(|zone| at.to_zoned(zone)) else {
        return utc.strftime("%a %Y-%m-%d %H:%M UTC").to_string();
    };
    if local.offset().is_zero() {
        return local.strftime("%a %Y-%m-%d %H:%M %Z").to_string();
    }
    let format = if local.date() == utc.date() { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
    format!("{} ({})", local.strftime("%a %Y-%m-%d %H:%M %Z"), utc.strftime(format))
}

/// `03:07`, for a list whose heading says the rest.
pub(in crate::outbound) fn clock(at: Instant, zone: &str) -> String {
    at.to_zoned(zone_of(zone).unwrap_or(TimeZone::UTC)).strftime("%H:%M").to_string()
}

/// The bundled database: the same on every machine.
fn zone_of(name: &str) -> Option<TimeZone> {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}
