//! What monitoring tools post: one file per format, each turning bytes into [`Event`]s in Nightbell's words, or into the refusal
//! that format's clients understand.
//!
//! Is not: authentication (the caller knows which integration a key belongs to), storage of the raw request, or routing.
//! Called by `web`'s ingest handlers, replay and `nightbell explain --alert`.
//!
//! Two rules run through all of it. Losing an alert is worse than reading one generously, so only what cannot be understood at
//! all is refused. And every input is hostile: parsing is total, every event leaves within the limits.

pub mod alertmanager;
mod fields;
pub mod generic;
mod json;
pub mod pagerduty;
mod uptime_kuma;

use nightbell_domain::{
    limits,
    signal::{Event, EventAction},
    text::clean::one_line,
};
use serde::Serialize;

/// What one request amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// In the order sent, each within the limits.
    pub events: Vec<Event>,
    /// Why something in the request made no event, or less of one: kept with the raw request (INV-01: a recorded reason).
    pub notes: Vec<String>,
}

/// A finished HTTP answer in the words of the format that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// `Content-Type` of the body.
    pub content_type: &'static str,
    /// JSON text.
    pub body: String,
    /// `Retry-After`, in seconds, when the sender should come back.
    pub retry_after_s: Option<u32>,
}

/// An [`Answer`] that is not 2xx: nothing of the request was taken in.
pub type Rejection = Answer;

impl Answer {
    fn json<T: Serialize>(status: u16, content_type: &'static str, body: &T) -> Self {
        // Plain structs of strings always serialise.
        let body = serde_json::to_string(body).unwrap_or_else(|_| "{}".to_owned());
        Self { status, content_type, body, retry_after_s: None }
    }

    fn retry_after(self, retry_after_s: u32) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..self }
    }
}

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
}

/// Problem details (RFC 9457): the refusal of the formats that have no error shape of their own (`/in/…`).
pub fn problem(status: u16, title: &str, detail: &str) -> Rejection {
    Answer::json(status, "application/problem+json", &Problem { r#type: "about:blank", title, status, detail })
}

/// 404: no integration has this key. Wrong kind and wrong key look alike.
pub fn unknown_key() -> Rejection {
    problem(
        404,
        "No such integration",
        "No integration of this kind has this key; nobody was alerted. Compare the URL with the integration's page.",
    )
}

/// 429: this key sent too much; `retry_after_s` in seconds. Not for Alertmanager, which drops on any 4xx: it gets [`unavailable`].
pub fn throttled(retry_after_s: u32) -> Rejection {
    problem(
        429,
        "Too many requests",
        "This integration sends faster than its limit; the event was not stored. Send it again later.",
    )
    .retry_after(retry_after_s)
}

/// 503: the event could not be made durable (INV-02); `retry_after_s` in seconds.
pub fn unavailable(retry_after_s: u32) -> Rejection {
    problem(503, "Cannot store the event", "The event was not stored and nobody was alerted. Send it again.")
        .retry_after(retry_after_s)
}

/// 202: stored. `accepted` is how many events the request held.
pub fn accepted(events: usize) -> Answer {
    #[derive(Serialize)]
    struct Accepted {
        status: &'static str,
        events: usize,
    }
    Answer::json(202, "application/json", &Accepted { status: "accepted", events })
}

fn too_large() -> Rejection {
    problem(413, "Body too large", &format!("The limit is {} bytes; nothing was stored.", limits::INBOUND_BYTES_MAX))
}

fn too_many(count: usize) -> Rejection {
    let detail = format!(
        "{count} alerts in one request; the limit is {}. Nothing was stored: send smaller batches.",
        limits::EVENTS_PER_REQUEST_MAX
    );
    problem(413, "Too many alerts", &detail)
}

/// The last station of every event: key, labels and text within the limits; a trigger has a title.
fn finish(mut event: Event) -> Event {
    event.dedup_key = event.dedup_key.filter(|key| !key.trim().is_empty()).map(fields::dedup_key);
    event.labels = fields::keep_labels(event.labels);
    event.started_at = event.started_at.and_then(fields::plausible);
    let mut event = event.bounded();
    // Asked last: a title of control characters alone is gone by now.
    if event.action == EventAction::Trigger && one_line(&event.title).is_empty() {
        event.title = "Alert without a title".to_owned();
    }
    event
}

#[cfg(test)]
mod tests;
