//! PagerDuty Events API v2: `POST /v2/enqueue` and `POST /v2/change/enqueue`, answered as PagerDuty answers.
//!
//! Source: PagerDuty's API schema and the behaviour of its clients (`pagerduty`, `pdjs`, go-pagerduty, Alertmanager, Grafana,
//! Uptime Kuma). Deliberate differences, each because losing an alert is worse than being lenient:
//! - a severity outside the enum is mapped by [`AlertSeverity::from_word`], not refused;
//! - a key may have any length, over-long text is cut, an unreadable `timestamp` is ignored;
//! - a routing key nobody has is refused with 400 ([`unknown_key`]). PagerDuty may answer 202 and drop the event later; here 2xx
//!   promises that a person hears of it (INV-01), and a typing error must show at the first test.

use super::{
    Answer, Rejection, fields, finish,
    json::{self, Json, Object},
};
use nightbell_domain::{
    limits,
    signal::{AlertSeverity, Event, EventAction, Link},
};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

/// A well-formed `/v2/enqueue` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueue {
    /// The credential: an integration's key.
    pub routing_key: String,
    /// What happened; its `dedup_key` is always there.
    pub event: Event,
    /// The key to answer with ([`accepted`]).
    pub dedup_key: String,
}

/// A well-formed `/v2/change/enqueue` request: kept raw, pages nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The credential: an integration's key.
    pub routing_key: String,
    /// What changed, one line.
    pub summary: String,
}

/// Reads an event. `fresh_key` becomes the dedup key of a trigger that has none. `header` is `X-Routing-Key`, the credential when the body has none.
///
/// # Errors
/// 400 for malformed JSON and for missing fields (all of them listed), 413 for an oversize body.
pub fn parse(body: &[u8], header: Option<&str>, fresh_key: &str) -> Result<Enqueue, Rejection> {
    let object = read(body)?;
    let routing_key = routing_key(&object, header);
    let mut problems = Vec::new();
    if routing_key.is_none() {
        problems.push(missing("routing_key"));
    }
    let event = event(&object, Some(fresh_key));
    match (routing_key, event) {
        (Some(routing_key), Ok(event)) => {
            let dedup_key = event.dedup_key.clone().unwrap_or_else(|| fresh_key.to_owned());
            Ok(Enqueue { routing_key, event, dedup_key })
        }
        (_, Ok(_)) => Err(invalid(&problems)),
        (_, Err(more)) => {
            problems.extend(more);
            Err(invalid(&problems))
        }
    }
}

/// Reads a change event. `header` is `X-Routing-Key`.
///
/// # Errors
/// As [`parse`].
pub fn parse_change(body: &[u8], header: Option<&str>) -> Result<Change, Rejection> {
    let object = read(body)?;
    let payload = object.get("payload").and_then(Json::as_object);
    let summary = payload.and_then(|payload| json::text(payload, "summary"));
    match (routing_key(&object, header), summary) {
        (Some(routing_key), Some(summary)) => {
            let summary = nightbell_domain::signal::cut(&summary.replace('\n', " "), limits::TITLE_CHARS_MAX);
            Ok(Change { routing_key, summary })
        }
        (key, summary) => {
            let mut problems = Vec::new();
            if key.is_none() {
                problems.push(missing("routing_key"));
            }
            if summary.is_none() {
                problems.push(missing(if payload.is_none() { "payload" } else { "payload.summary" }));
            }
            Err(invalid(&problems))
        }
    }
}

fn read(body: &[u8]) -> Result<Object<'_>, Rejection> {
    if body.len() > limits::INBOUND_BYTES_MAX {
        return Err(too_large());
    }
    match json::read(body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) | Err(_) => Err(refusal(
            400,
            "Unrecognized object",
            "Event object format is unrecognized",
            &["JSON parse error".to_owned()],
        )),
    }
}

fn routing_key(object: &Object<'_>, header: Option<&str>) -> Option<String> {
    let given = json::text(object, "routing_key").or_else(|| header.map(Cow::Borrowed));
    given.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
}

/// The event of an Events v2 object, whoever sent it; the problems found when it is none.
pub(super) fn event(object: &Object<'_>, fresh_key: Option<&str>) -> Result<Event, Vec<String>> {
    let word = json::text(object, "event_action").map(|word| word.trim().to_ascii_lowercase());
    let action = match word.as_deref() {
        Some("trigger") => EventAction::Trigger,
        Some("acknowledge") => EventAction::Acknowledge,
        Some("resolve") => EventAction::Resolve,
        Some(_) => return Err(vec!["'event_action' is not one of trigger, acknowledge, resolve".to_owned()]),
        None => return Err(vec![missing("event_action")]),
    };
    let key = json::text(object, "dedup_key").map(Cow::into_owned);
    if action == EventAction::Trigger {
        return trigger(object, key.or_else(|| fresh_key.map(str::to_owned))).map(finish);
    }
    // The payload of an acknowledge or resolve is ignored: Alertmanager and Grafana send one, PagerDuty does not read it.
    let Some(key) = key else { return Err(vec![missing("dedup_key")]) };
    Ok(finish(Event {
        action,
        dedup_key: Some(key),
        title: String::new(),
        body: String::new(),
        severity: AlertSeverity::Info,
        source: String::new(),
        labels: BTreeMap::new(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    }))
}

fn trigger(object: &Object<'_>, dedup_key: Option<String>) -> Result<Event, Vec<String>> {
    let Some(payload) = object.get("payload").and_then(Json::as_object) else { return Err(vec![missing("payload")]) };
    let required = ["summary", "source", "severity"]
        .map(|name| json::text(payload, name).ok_or_else(|| missing(&format!("payload.{name}"))));
    let [Ok(title), Ok(source), Ok(severity)] = required else {
        return Err(required.into_iter().filter_map(Result::err).collect());
    };
    let details = payload.get("custom_details");
    let mut labels = fields::labels(details);
    for name in ["component", "group", "class"] {
        labels.extend(json::text(payload, name).map(|value| (name.to_owned(), value.into_owned())));
    }
    let links = links(object);
    Ok(Event {
        action: EventAction::Trigger,
        dedup_key,
        title: title.into_owned(),
        body: details.map(json::readable).unwrap_or_default(),
        severity: AlertSeverity::from_word(severity.trim()),
        source: source.into_owned(),
        labels,
        runbook_url: fields::runbook_url(details.and_then(Json::as_object), &links),
        links,
        started_at: json::text(payload, "timestamp").and_then(|text| fields::instant(&text)),
    })
}

fn links(object: &Object<'_>) -> Vec<Link> {
    let mut links = fields::links(object.get("links"));
    let client = json::text(object, "client").unwrap_or_default();
    links.extend(fields::link(object, "client_url", &client));
    links.extend(fields::links(object.get("images")));
    links
}

/// 202: stored.
pub fn accepted(dedup_key: &str) -> Answer {
    #[derive(Serialize)]
    struct Accepted<'a> {
        status: &'a str,
        message: &'a str,
        dedup_key: &'a str,
    }
    Answer::json(202, CONTENT_TYPE, &Accepted { status: "success", message: "Event processed", dedup_key })
}

/// 202: the change event is stored.
pub fn change_accepted() -> Answer {
    #[derive(Serialize)]
    struct Accepted<'a> {
        status: &'a str,
        message: &'a str,
    }
    Answer::json(202, CONTENT_TYPE, &Accepted { status: "success", message: "Change event processed" })
}

/// 400: no integration has this routing key (see the module's header for why this is not a 202).
pub fn unknown_key() -> Rejection {
    invalid(&[
        "'routing_key' is not known here: no PagerDuty integration has this key, and nobody was alerted".to_owned()
    ])
}

/// 429: this key sent too much and the event was not stored; `retry_after_s` in seconds.
pub fn throttled(retry_after_s: u32) -> Rejection {
    refusal(
        429,
        "throttle exceeded",
        "Requests for this integration key arrive too quickly; the event was not stored",
        &[],
    )
    .retry_after(retry_after_s)
}

/// 503: the event could not be made durable (INV-02); `retry_after_s` in seconds.
pub fn unavailable(retry_after_s: u32) -> Rejection {
    refusal(503, "unavailable", "The event could not be stored and nobody was alerted; send it again", &[])
        .retry_after(retry_after_s)
}

/// 413: over the limit of 512 KB.
pub fn too_large() -> Rejection {
    let message = format!("the body is larger than {} bytes; nothing was stored", limits::INBOUND_BYTES_MAX);
    refusal(413, "invalid event", "Event object is invalid", &[message])
}

fn invalid(errors: &[String]) -> Rejection {
    refusal(400, "invalid event", "Event object is invalid", errors)
}

fn missing(field: &str) -> String {
    format!("'{field}' is missing or blank")
}

const CONTENT_TYPE: &str = "application/json; charset=utf-8";

fn refusal(status: u16, word: &str, message: &str, errors: &[String]) -> Rejection {
    // Alertmanager and go-pagerduty decode `errors` as a list of strings: it is always there.
    #[derive(Serialize)]
    struct Refused<'a> {
        status: &'a str,
        message: &'a str,
        errors: &'a [String],
    }
    Answer::json(status, CONTENT_TYPE, &Refused { status: word, message, errors })
}

#[cfg(test)]
mod tests;
