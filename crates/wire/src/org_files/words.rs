//! The single words of organisation files: durations, local times, closed word lists, and how the JSON Schema describes them.
//!
//! What a word means is the domain's business; here is only how it is written. Private to `org_files`.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZoneDatabase,
};
use nightbell_domain::{
    org::{AccessRole, IntegrationKind, RouteOutcome, Urgency, Weekday},
    response::RoleKind,
    signal::AlertSeverity,
    text::suggest::closest,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IntoDeserializer},
};
use std::{borrow::Cow, sync::OnceLock};

/// A duration: `30s`, `5m`, `2h`, `1d`, `1w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Length(#[serde(with = "nightbell_domain::text::duration::duration_text")] pub SignedDuration);

/// A wall-clock date and time: `2026-01-05T09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Local(pub DateTime);

impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = self.0;
        if at.second() == 0 && at.subsec_nanosecond() == 0 {
            return serializer.collect_str(&at.strftime("%Y-%m-%dT%H:%M"));
        }
        serializer.collect_str(&at)
    }
}

impl<'de> Deserialize<'de> for Local {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A zone or an offset here would be ignored by the parser, and somebody would be on call at the wrong hour.
        let local = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b't' | b' ' | b'.'))
            && text.bytes().filter(|b| *b == b'-').count() == 2;
        local.then(|| text.parse().ok()).flatten().map(Self).ok_or_else(|| {
            let shown = super::decode::quote(&text);
            D::Error::custom(format!(
                "{shown} is not a local date and time; write it like \"2026-01-05T09:00\", in the schedule's time zone"
            ))
        })
    }
}

/// A wall-clock date and time, or an instant: `2026-01-05T09:00`, `2026-01-05T08:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Wall(Local),
    Exact(Timestamp),
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Wall(local) => local.serialize(serializer),
            Self::Exact(at) => serializer.collect_str(at),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.get(10..).unwrap_or("").contains(['Z', 'z', '+', '-']) {
            return Local::deserialize(text.as_str().into_deserializer()).map(Self::Wall);
        }
        text.parse().map(Self::Exact).map_err(|_| {
            let shown = super::decode::quote(&text);
            D::Error::custom(format!(
                "{shown} is no instant; write it like \"2026-01-05T08:00:00Z\", or as wall time like \"2026-01-05T09:00\""
            ))
        })
    }
}

/// A civil day: `2026-12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
        day.map(Self).ok_or_else(|| {
            let shown = super::decode::quote(&text);
            D::Error::custom(format!("{shown} is not a day; write it like \"2026-12-24\""))
        })
    }
}

fn zones() -> &'static TimeZoneDatabase {
    // The database that ships with Nightbell, never the machine's: every node must read a file alike.
    static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    ZONES.get_or_init(TimeZoneDatabase::bundled)
}

/// Whether a text names a time zone; else what to write, and the name that was probably meant.
pub(super) fn check_zone(name: &str) -> Result<(), (String, Option<String>)> {
    if zones().get(name).is_ok() {
        return Ok(());
    }
    let known: Vec<String> = zones().available().map(|zone| zone.to_string()).collect();
    // People write the city alone; the nearest whole name is tried first.
    let cities = known.iter().filter_map(|zone| zone.rsplit_once('/').map(|(_, city)| (city, zone.as_str())));
    let by_city = || cities.clone().find(|(city, _)| city.eq_ignore_ascii_case(name)).map(|(_, zone)| zone);
    let near = closest(name, known.iter().map(String::as_str)).or_else(by_city).map(ToOwned::to_owned);
    let message =
        format!("{} is not an IANA time zone; write one like Europe/Berlin or UTC", super::decode::quote(name));
    Err((message, near))
}

/// Whether two letters may stand for a country.
pub(super) fn check_country(code: &str) -> Result<(), String> {
    if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(format!("{} is not a country code; write two letters like DE", super::decode::quote(code)))
}

/// Whether a text may be an integration's key: it stands in a URL.
pub(super) fn check_key(key: &str) -> Result<(), String> {
    let clean = key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'));
    if clean && (1..=200).contains(&key.len()) && key.bytes().any(|b| b.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err("a key stands in a URL: use 1 to 200 of a-z, A-Z, 0-9, '-', '_', '.' and '~', or leave it out and one is made"
        .to_owned())
}

/// Whether a text is an address that can be called.
pub(super) fn check_url(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or("");
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.is_empty() || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!(
            "{} is not a web address; write one like https://example.com/hook",
            super::decode::quote(url)
        ));
    }
    Ok(())
}

fn spelled<T: Serialize>(words: &[T]) -> Schema {
    json_schema!({ "type": "string", "enum": serde_json::to_value(words).unwrap_or_default() })
}

macro_rules! described {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)*) => {$(
        $(#[$doc])*
        pub(super) enum $name {}
        described!(@impl $name => $schema);
    )*};
    (@impl $name:ident => $schema:expr) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut SchemaGenerator) -> Schema { $schema }
        }
    };
}

described! {
    /// A handle, as the domain's identifiers read it.
    Handle => json_schema!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$" });
    /// Whom a step reaches.
    TargetWord => json_schema!({
        "type": "string",
        "pattern": "^((user|team|policy|schedule):[a-z0-9][a-z0-9._-]{0,63}|schedule:[a-z0-9][a-z0-9._-]{0,63}/(backup|next))$",
        "examples": ["schedule:payments-primary", "schedule:payments-primary/backup", "schedule:payments-primary/next", "user:bob", "team:payments", "policy:payments"],
    });
    /// What an account may do.
    AccessWord => spelled(&[AccessRole::Admin, AccessRole::Manager, AccessRole::Responder, AccessRole::Viewer]);
    /// How loudly a page asks.
    UrgencyWord => spelled(&[Urgency::High, Urgency::Low]);
    /// A time of day in a policy.
    TimeOfDay => json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$" });
    /// How bad an alert is.
    SeverityWord => spelled(&[AlertSeverity::Critical, AlertSeverity::Error, AlertSeverity::Warning, AlertSeverity::Info]);
    /// A day of the week.
    WeekdayWord => spelled(&Weekday::ALL);
    /// The wire format of an integration.
    IntegrationWord => spelled(&[
        IntegrationKind::Alertmanager,
        IntegrationKind::Generic,
        IntegrationKind::Heartbeat,
        IntegrationKind::Pagerduty,
    ]);
    /// What a route ends in.
    OutcomeWord => spelled(&[RouteOutcome::Page, RouteOutcome::Notify, RouteOutcome::Record, RouteOutcome::Drop]);
    /// A response role.
    RoleWord => spelled(&[RoleKind::Commander, RoleKind::Ops, RoleKind::Comms, RoleKind::Scribe]);
    /// A time zone.
    Zone => json_schema!({ "type": "string", "description": "IANA time zone", "examples": ["Europe/Berlin", "UTC"] });
    /// The length of a turn.
    Turn => json_schema!({ "type": "string", "pattern": "^[0-9]+(h|d|w|mo)$", "examples": ["1w", "1d", "12h", "1mo"] });
    /// A time of day, with its weekday in a range.
    HoursEdge => json_schema!({
        "type": "string",
        "pattern": "^((mon|tue|wed|thu|fri|sat|sun) )?(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        "examples": ["09:00", "fri 17:00"],
    });
}

described!(@impl Length => json_schema!({
    "type": "string",
    "pattern": "^\\s*([0-9]+\\s*(ms|s|m|h|d|w)\\s*)+$",
    "examples": ["30s", "5m", "2h", "1d", "1w"],
}));
described!(@impl Local => json_schema!({
    "type": "string",
    "description": "Local date and time in the schedule's time zone",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?)?$",
    "examples": ["2026-01-05T09:00"],
}));
described!(@impl Moment => json_schema!({
    "type": "string",
    "description": "Local date and time in the schedule's time zone, or an instant with Z or an offset",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?$",
    "examples": ["2026-01-05T09:00", "2026-01-05T08:00:00Z"],
}));
described!(@impl Day => json_schema!({
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "examples": ["2026-12-24"],
}));
