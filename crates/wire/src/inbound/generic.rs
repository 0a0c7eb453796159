//! Any JSON: our own documented form, and the best reading of everybody else's.
//!
//! The documented form (all optional but a title; an array holds several):
//! `{"title", "status": "firing"|"acknowledged"|"resolved", "dedup_key", "severity": "critical"|"error"|"warning"|"info",
//! "description", "source", "labels": {}, "links": [{"href","text"}], "runbook_url", "started_at"}`.
//!
//! Without a `dedup_key`, events with the same title and source are one alert, so that a later `resolved` finds its alert.
//! Bodies with the shape of another format this crate knows (Alertmanager, Events v2, Uptime Kuma) are read as that.

use super::{
    Parsed, Rejection, alertmanager, fields, finish,
    json::{self, Json, Object},
    pagerduty, problem, too_large, too_many, uptime_kuma,
};
use nightbell_domain::{
    limits,
    signal::{AlertSeverity, Event, EventAction, Link},
};
use std::{borrow::Cow, collections::BTreeMap};

const TITLE: [&str; 10] =
    ["title", "summary", "alertname", "subject", "name", "message", "msg", "text", "description", "error"];
const STATE: [&str; 7] = ["status", "state", "event_action", "action", "transition", "alert_status", "type"];
const KEY: [&str; 7] = ["dedup_key", "key", "alert_uid", "fingerprint", "incident_key", "alias", "id"];
const SEVERITY: [&str; 5] = ["severity", "priority", "level", "urgency", "type"];
const BODY: [&str; 6] = ["description", "body", "details", "message", "msg", "text"];
const SOURCE: [&str; 6] = ["source", "host", "hostname", "instance", "monitor", "client"];
const LABELS: [&str; 4] = ["labels", "tags", "custom_details", "fields"];
const LINKS: [(&str, &str); 6] = [
    ("url", ""),
    ("link", ""),
    ("client_url", ""),
    ("link_to_upstream_details", "Details at the sender"),
    ("dashboard_url", "Dashboard"),
    ("image_url", "Image"),
];
const STARTED: [&str; 3] = ["started_at", "startsAt", "starts_at"];
const RUNBOOK: [&str; 4] = ["runbook_url", "runbook", "runbookUrl", "runbookURL"];

const FIRING: [&str; 12] = [
    "firing",
    "alerting",
    "trigger",
    "triggered",
    "open",
    "opened",
    "down",
    "problem",
    "failing",
    "failed",
    "failure",
    "critical",
];
const ACKNOWLEDGED: [&str; 4] = ["acknowledge", "acknowledged", "ack", "acked"];
const RESOLVED: [&str; 14] = [
    "ok",
    "resolve",
    "resolved",
    "recovered",
    "recovery",
    "close",
    "closed",
    "up",
    "success",
    "normal",
    "clear",
    "cleared",
    "healthy",
    "inactive",
];

/// Reads a body. `content_type` decides only whether it is plain text (the title is its first line); anything else is JSON.
///
/// # Errors
/// Problem details: 400 for what is neither an object nor an array of objects, with line and column where that helps; 413 for
/// an oversize body or too many events.
pub fn parse(body: &[u8], content_type: Option<&str>) -> Result<Parsed, Rejection> {
    if body.len() > limits::INBOUND_BYTES_MAX {
        return Err(too_large());
    }
    if content_type.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/plain")) {
        return plain_text(&String::from_utf8_lossy(body));
    }
    let value = json::read(body).map_err(|error| problem(400, "Not JSON", &format!("{error}. {HELP}")))?;
    match alertmanager::shape(&value) {
        Some((group, alerts)) => alertmanager::events(group, &alerts),
        None => from_value(&value),
    }
}

const HELP: &str = "Send a JSON object with at least a \"title\", or an array of such objects.";

fn plain_text(text: &str) -> Result<Parsed, Rejection> {
    let text = text.trim();
    let Some(title) = text.lines().next() else { return Err(problem(400, "Nothing in it", "The body is empty.")) };
    let description = text.strip_prefix(title).unwrap_or_default().trim();
    let pairs = [("title", title), ("description", description)];
    let object = Object::of(pairs.map(|(name, text)| (name.into(), Json::Text(text.into()))).into());
    Ok(Parsed { events: vec![event(&object)], notes: Vec::new() })
}

/// Reads a JSON value that is not Alertmanager's.
pub(super) fn from_value(value: &Json<'_>) -> Result<Parsed, Rejection> {
    let objects: Vec<&Object<'_>> = match value {
        Json::Object(object) if uptime_kuma::is_shape(object) => return Ok(uptime_kuma::parse(object)),
        Json::Object(object) => vec![object],
        Json::Array(items) if items.len() > limits::EVENTS_PER_REQUEST_MAX => return Err(too_many(items.len())),
        Json::Array(items) => {
            if let Some(at) = items.iter().position(|item| !item.is_object()) {
                return Err(problem(
                    400,
                    "Not an alert",
                    &format!("Element {} of the array is not an object; nothing was stored. {HELP}", at + 1),
                ));
            }
            items.iter().filter_map(Json::as_object).collect()
        }
        _ => return Err(problem(400, "Not an alert", HELP)),
    };
    if objects.iter().any(|object| object.is_empty()) {
        return Err(problem(400, "Nothing in it", &format!("An empty object says nothing. {HELP}")));
    }
    let notes = if objects.is_empty() { vec!["the array is empty".to_owned()] } else { Vec::new() };
    Ok(Parsed { events: objects.into_iter().map(event).collect(), notes })
}

fn event(object: &Object<'_>) -> Event {
    let events_v2 = object.contains_key("event_action") && object.get("payload").is_some_and(Json::is_object);
    if let Some(event) = events_v2.then(|| pagerduty::event(object, None).ok()).flatten() {
        return event;
    }
    let title_key = TITLE.iter().copied().find(|key| json::text(object, key).is_some());
    let title = title_key.and_then(|key| json::text(object, key)).map_or_else(|| object.line(), Cow::into_owned);
    let source = json::first_text(object, &SOURCE).unwrap_or_default().into_owned();
    let links = links(object);
    finish(Event {
        action: action(object),
        dedup_key: json::first_text(object, &KEY).map(Cow::into_owned).or_else(|| Some(derived_key(&title, &source))),
        body: body(object, title_key),
        severity: severity(object),
        labels: labels(object),
        runbook_url: fields::runbook_url(Some(object), &links),
        links,
        // Only what plainly says "began": any other time (created, updated) could make a new alert look like a late copy.
        started_at: json::first_text(object, &STARTED).and_then(|text| fields::instant(&text)),
        title,
        source,
    })
}

/// The first key whose word we know decides; a word nobody knows is trouble until somebody says otherwise.
fn action(object: &Object<'_>) -> EventAction {
    if object.get("resolved") == Some(&Json::Bool(true)) {
        return EventAction::Resolve;
    }
    let known = |word: Cow<'_, str>| {
        let word = word.trim().to_lowercase();
        let is = |words: &[&str]| words.contains(&word.as_str());
        if is(&RESOLVED) {
            Some(EventAction::Resolve)
        } else if is(&ACKNOWLEDGED) {
            Some(EventAction::Acknowledge)
        } else {
            is(&FIRING).then_some(EventAction::Trigger)
        }
    };
    STATE.iter().filter_map(|key| json::first_string(object, &[key])).find_map(known).unwrap_or(EventAction::Trigger)
}

fn severity(object: &Object<'_>) -> AlertSeverity {
    // Numbers are left alone: 1 is the worst priority to one tool and the least to another.
    let word = json::first_string(object, &SEVERITY).unwrap_or_default().trim().to_ascii_lowercase();
    match word.as_str() {
        "p4" | "p5" | "sev4" | "sev5" | "success" | "ok" => AlertSeverity::Info,
        word => AlertSeverity::from_word(word),
    }
}

/// The same for "[FIRING:1] Disk full" and "[RESOLVED] Disk full".
fn derived_key(title: &str, source: &str) -> String {
    let mut plain = title.trim();
    while let Some((_, rest)) = plain.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        plain = rest.trim_start();
    }
    if let Some((word, rest)) = plain.split_once(':') {
        let word = word.trim().to_lowercase();
        if RESOLVED.contains(&word.as_str()) || FIRING.contains(&word.as_str()) {
            plain = rest.trim_start();
        }
    }
    let plain = if plain.is_empty() { title } else { plain };
    format!("title:{}", fields::short_hash(format!("{}\u{1f}{source}", plain.to_lowercase()).as_bytes()))
}

fn labels(object: &Object<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for key in LABELS {
        labels.extend(fields::labels(object.get(key)));
    }
    if let Some(Json::Array(tags)) = object.get("tags") {
        let pairs = tags.iter().filter_map(Json::as_str).filter_map(|tag| tag.split_once([':', '=']));
        labels.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
    }
    for name in ["service", "team", "environment", "component"] {
        labels.extend(json::text(object, name).map(|value| (name.to_owned(), value.into_owned())));
    }
    labels.retain(|name, _| !name.is_empty());
    labels
}

fn links(object: &Object<'_>) -> Vec<Link> {
    let mut links = fields::links(object.get("links"));
    links.extend(LINKS.iter().filter_map(|(key, text)| fields::link(object, key, text)));
    links
}

/// The prose, then everything else that was sent and is shown nowhere else: the responder sees the whole message.
fn body(object: &Object<'_>, title_key: Option<&str>) -> String {
    let mut parts: Vec<String> = BODY
        .iter()
        .filter(|key| Some(**key) != title_key)
        .filter_map(|key| json::text(object, key))
        .map(Cow::into_owned)
        .collect();
    let prose = |name: &str| BODY.contains(&name) && object.get(name).and_then(json::scalar).is_some();
    let shown = |name: &str| {
        Some(name) == title_key
            || prose(name)
            || name == "links"
            || LABELS.contains(&name) && object.get(name).is_some_and(Json::is_object) && name != "custom_details"
            || KEY[..1].contains(&name)
            || SEVERITY[..1].contains(&name)
            || STATE[..1].contains(&name)
            || SOURCE[..1].contains(&name)
            || STARTED.contains(&name)
            || RUNBOOK.contains(&name)
    };
    let rest = object.iter().filter(|(name, value)| !value.is_null() && !shown(name));
    // Without a title the whole message is the title already, on one line; the body is where it can be read.
    parts.push(json::readable_members(rest));
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n\n")
}

#[cfg(test)]
mod tests;
