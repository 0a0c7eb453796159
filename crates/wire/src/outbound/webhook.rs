//! The webhook contact method: the JSON a person's machine receives, the request that carries it, and what an answer means.

use super::{Answer, Outcome, Wrong, standard_webhooks};
pub use super::{HttpRequest, answer::RETRY_AFTER_MAX};
use jiff::{SignedDuration, fmt::rfc2822};
use nightbell_domain::{
    ids::{AlertId, IncidentId, NotificationId, PageId, UserId},
    paging::{AlertBrief, AlsoTold, IncidentBrief, Message, NextStep},
    record::Instant,
    signal::cut,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Largest body we send, in bytes (Standard Webhooks' recommendation). A longer message loses details, never its links.
pub const BODY_BYTES_MAX: usize = 20 * 1024;

/// The keys and their order are a promise (the contract in `docs`): add at the end, never rename.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    id: NotificationId,
    page: PageId,
    sent_at: Instant,
    repeat: bool,
    user: &'a UserId,
    urgency: &'static str,
    title: String,
    body: String,
    service: Option<&'a str>,
    alert: Option<Alert<'a>>,
    incident: Option<Incident<'a>>,
    runbook_url: Option<&'a str>,
    ack_url: &'a str,
    url: &'a str,
    next: Option<NextStep>,
    also_count: u64,
    also: Vec<Also<'a>>,
}

/// Another page that the same message tells of.
#[derive(Serialize)]
struct Also<'a> {
    page: PageId,
    title: String,
    service: Option<&'a str>,
    started_at: Instant,
}

#[derive(Serialize)]
struct Alert<'a> {
    id: AlertId,
    title: String,
    severity: &'a str,
    source: String,
    labels: BTreeMap<String, String>,
    started_at: Instant,
    event_count: u64,
    dedup_key: &'a str,
}

#[derive(Serialize)]
struct Incident<'a> {
    id: IncidentId,
    slug: &'a str,
    title: String,
    severity: &'a str,
    status: &'a str,
}

/// How much of the alert's own text goes out, in characters.
#[derive(Clone, Copy)]
struct Room {
    title: usize,
    body: usize,
    labels: usize,
    label: usize,
    also: usize,
}

const ROOMY: Room = Room { title: 1_024, body: 16_384, labels: 64, label: 1_024, also: 20 };
const TIGHT: Room = Room { title: 256, body: 1_500, labels: 8, label: 96, also: 8 };

/// The JSON body of a message: at most [`BODY_BYTES_MAX`] bytes, keys in the order of the contract.
pub fn page_body(message: &Message) -> Vec<u8> {
    let full = body_within(message, ROOMY);
    if full.len() <= BODY_BYTES_MAX { full } else { body_within(message, TIGHT) }
}

fn body_within(message: &Message, room: Room) -> Vec<u8> {
    let body = Body {
        r#type: message.kind.word(),
        id: message.id,
        page: message.page,
        sent_at: message.sent_at,
        repeat: message.repeat,
        user: &message.user,
        urgency: message.urgency.word(),
        title: cut(&message.title, room.title),
        body: cut(&message.body, room.body),
        service: message.service.as_ref().map(|(id, _)| id.as_str()),
        alert: message.alert.as_ref().map(|alert| alert_within(alert, room)),
        incident: message.incident.as_ref().map(|incident| incident_within(incident, room)),
        runbook_url: message.runbook_url.as_deref(),
        ack_url: &message.ack_url,
        url: &message.url,
        next: message.next.as_ref().map(|step| NextStep { at: step.at, who: cut(&step.who, room.label) }),
        also_count: message.also.count,
        also: message.also.listed.iter().take(room.also).map(|told| also_within(told, room)).collect(),
    };
    serde_json::to_vec(&body).expect("a struct of strings, numbers and times serialises")
}

fn also_within(told: &AlsoTold, room: Room) -> Also<'_> {
    let service = told.service.as_ref().map(|id| id.as_str());
    Also { page: told.page, title: cut(&told.title, room.label), service, started_at: told.started_at }
}

fn alert_within(alert: &AlertBrief, room: Room) -> Alert<'_> {
    let short = |text: &str| cut(text, room.label);
    Alert {
        id: alert.id,
        title: cut(&alert.title, room.title),
        severity: &alert.severity,
        source: short(&alert.source),
        labels: alert.labels.iter().take(room.labels).map(|(name, value)| (short(name), short(value))).collect(),
        started_at: alert.started_at,
        event_count: alert.event_count,
        dedup_key: &alert.dedup_key,
    }
}

fn incident_within(incident: &IncidentBrief, room: Room) -> Incident<'_> {
    Incident {
        id: incident.id,
        slug: &incident.slug,
        title: cut(&incident.title, room.title),
        severity: &incident.severity,
        status: &incident.status,
    }
}

/// The signed request that carries a message. The id is that of the notification, the same on every attempt, so that receivers
/// can drop repeats.
pub fn request(url: &str, secret: &standard_webhooks::Secret, message: &Message) -> HttpRequest {
    let body = page_body(message);
    let signed = standard_webhooks::headers(secret, &message.id.to_string(), message.sent_at.as_second(), &body);
    let mut request = HttpRequest::post(url, "application/json", body);
    request.headers.extend(signed);
    request
}

/// What an HTTP status means for a message. The endpoint is the person's own: whatever it refuses, its address is wrong.
/// `retry_after` is what it asked for, see [`parse_retry_after`].
pub fn classify(status: u16, retry_after: Option<SignedDuration>) -> Outcome {
    Answer { status, retry_after, body: Vec::new() }.by_status(Wrong::Address, Wrong::Address)
}

/// Reads a `Retry-After` header, seconds or HTTP date. `None` when it says nothing readable or a time gone by.
pub fn parse_retry_after(header: &str, now: Instant) -> Option<SignedDuration> {
    let header = header.trim();
    let wait = match header.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?.duration_since(now),
    };
    (!wait.is_negative()).then_some(wait)
}

#[cfg(test)]
mod tests;
