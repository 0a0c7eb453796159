//! Uptime Kuma's own webhook body (`heartbeat` + `monitor` + `msg`), recognised by its shape at the generic endpoint.
//! Source: Uptime Kuma 2.

use super::{
    Parsed, fields, finish,
    json::{self, Json, Object},
};
use nightbell_domain::signal::{AlertSeverity, Event, EventAction};
use std::{borrow::Cow, collections::BTreeMap};

/// Whether the object has this tool's shape; both are null for its test button and for certificate notices.
pub(super) fn is_shape(object: &Object<'_>) -> bool {
    let part = |key: &str| object.get(key).is_some_and(|value| value.is_null() || value.is_object());
    part("heartbeat") && part("monitor") && object.contains_key("msg")
}

/// The event, or why there is none.
pub(super) fn parse(object: &Object<'_>) -> Parsed {
    let message = json::text(object, "msg").unwrap_or_default().into_owned();
    let monitor = object.get("monitor").and_then(Json::as_object);
    let heartbeat = object.get("heartbeat").and_then(Json::as_object);
    let mut event = Event {
        action: EventAction::Trigger,
        dedup_key: None,
        title: message.clone(),
        body: String::new(),
        severity: AlertSeverity::Info,
        source: "Uptime Kuma".to_owned(),
        labels: BTreeMap::new(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    };
    let (Some(monitor), Some(heartbeat)) = (monitor, heartbeat) else {
        return Parsed { events: vec![finish(event)], notes: Vec::new() };
    };
    let name = json::first_text(monitor, &["name", "id"]).unwrap_or_else(|| "monitor".into());
    let reason = json::text(heartbeat, "msg").unwrap_or_default();
    event.dedup_key =
        json::text(monitor, "id").or_else(|| json::text(heartbeat, "monitorID")).map(|id| format!("uptime-kuma:{id}"));
    event.action = match heartbeat.get("status").and_then(Json::as_i64) {
        // 1: up. 3: under maintenance there, so nothing is to be done here.
        Some(1 | 3) => EventAction::Resolve,
        Some(2) => {
            return Parsed {
                events: Vec::new(),
                notes: vec![format!("{name} is pending: Uptime Kuma has not decided yet")],
            };
        }
        // 0 is down; a number we do not know is something to look at.
        Some(_) | None => EventAction::Trigger,
    };
    if event.action == EventAction::Trigger {
        event.severity = AlertSeverity::Critical;
        event.title = if reason.is_empty() { format!("{name} is down") } else { format!("{name} is down: {reason}") };
        event.started_at = json::text(heartbeat, "time").and_then(|text| fields::instant(&text));
    }
    event.body = message;
    event.source = json::first_text(monitor, &["hostname", "url"]).map_or(event.source, Cow::into_owned);
    event.labels.insert("monitor".to_owned(), name.into_owned());
    event.labels.extend(json::text(monitor, "type").map(|kind| ("type".to_owned(), kind.into_owned())));
    event.links.extend(fields::link(monitor, "url", "Monitored address"));
    Parsed { events: vec![finish(event)], notes: Vec::new() }
}
