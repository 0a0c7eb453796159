//! Prometheus Alertmanager's webhook, version 4, and Grafana Alerting's, which has the same shape with more keys.
//!
//! Source: Alertmanager 0.25 as observed and 0.34 as written; Grafana's alerting source. Each alert of the group is one event, so
//! that each has its own record; `groupKey` and `fingerprint` name it. The `payload:` option can make the body any JSON, so a
//! shape that is not this one goes to [`super::generic`]. 4xx makes Alertmanager drop the message, 5xx makes it try again.

use super::{
    Parsed, Rejection, fields, finish, generic,
    json::{self, Json, Object},
    problem, too_large, too_many,
};
use nightbell_domain::{
    limits,
    signal::{AlertSeverity, Event, EventAction, Link},
};
use std::{borrow::Cow, collections::BTreeMap};

/// Annotations that are not repeated in the body under their name.
const SHOWN_ELSEWHERE: [&str; 6] = ["summary", "title", "description", "message", "runbook_url", "runbook"];
const DASHBOARDS: [&str; 4] = ["dashboard", "dashboard_url", "dashboardURL", "panelURL"];

/// Reads a webhook body.
///
/// # Errors
/// 400 for what is not JSON, with line and column; 413 for an oversize body or too many alerts. As problem details: the
/// webhook has no error shape of its own.
pub fn parse(body: &[u8]) -> Result<Parsed, Rejection> {
    if body.len() > limits::INBOUND_BYTES_MAX {
        return Err(too_large());
    }
    let value = json::read(body).map_err(|error| problem(400, "Not JSON", &error))?;
    match shape(&value) {
        Some((group, alerts)) => events(group, &alerts),
        None => generic::from_value(&value),
    }
}

/// The group and its alerts, when the JSON has this format's shape.
pub(super) fn shape<'v>(value: &'v Json<'v>) -> Option<(&'v Object<'v>, Vec<&'v Object<'v>>)> {
    let group = value.as_object()?;
    let known = ["groupKey", "receiver", "commonLabels"].iter().any(|key| group.contains_key(key));
    let alerts = group.get("alerts")?.as_array()?;
    let objects: Vec<&Object<'_>> = alerts.iter().filter_map(Json::as_object).collect();
    // One alert we cannot read must not vanish behind those we can: then the whole body is read as generic JSON.
    (known && objects.len() == alerts.len()).then_some((group, objects))
}

/// The events of a group.
pub(super) fn events<'v>(group: &'v Object<'v>, alerts: &[&'v Object<'v>]) -> Result<Parsed, Rejection> {
    if alerts.len() > limits::EVENTS_PER_REQUEST_MAX {
        return Err(too_many(alerts.len()));
    }
    let group = Group::new(group);
    let mut parsed =
        Parsed { events: alerts.iter().map(|alert| finish(event(&group, alert))).collect(), notes: Vec::new() };
    if alerts.is_empty() {
        parsed.notes.push("the group holds no alerts".to_owned());
    }
    parsed.notes.extend(group.truncated);
    Ok(parsed)
}

/// What all alerts of a group share, read once.
struct Group<'v> {
    object: &'v Object<'v>,
    /// The first part of each key.
    key: String,
    /// What the sender left out.
    truncated: Option<String>,
    /// Who speaks: the receiver's name is ours, and says nothing about where an alert comes from.
    sender: &'static str,
}

impl<'v> Group<'v> {
    fn new(object: &'v Object<'v>) -> Self {
        let count = object.get("truncatedAlerts").and_then(Json::as_u64).filter(|count| *count > 0);
        Self {
            object,
            key: fields::short_hash(json::text(object, "groupKey").unwrap_or_default().as_bytes()),
            truncated: count
                .map(|count| format!("{count} more alerts of this group were left out by the sender (max_alerts).")),
            sender: if object.contains_key("orgId") { "Grafana" } else { "Alertmanager" },
        }
    }
}

fn event(group: &Group<'_>, alert: &Object<'_>) -> Event {
    let annotations = alert.get("annotations").and_then(Json::as_object);
    let annotation = |keys: &[&str]| annotations.and_then(|map| json::first_text(map, keys));
    let mut labels = fields::labels(alert.get("labels"));
    // Names starting with two underscores are internal to the sender.
    labels.retain(|name, _| !name.starts_with("__"));
    let label = |name: &str| labels.get(name);
    let status = json::text(alert, "status").or_else(|| json::text(group.object, "status")).unwrap_or_default();
    let resolved = status.eq_ignore_ascii_case("resolved");
    let links = links(group, alert, annotations);
    Event {
        action: if resolved { EventAction::Resolve } else { EventAction::Trigger },
        dedup_key: Some(dedup_key(group, alert, &labels)),
        title: annotation(&["summary", "title"]).map_or_else(|| named(&labels), Cow::into_owned),
        body: body(group, alert, annotations),
        severity: AlertSeverity::from_word(label("severity").map_or("", |word| word.trim())),
        source: label("instance").or_else(|| label("job")).map_or_else(|| group.sender.to_owned(), String::clone),
        runbook_url: fields::runbook_url(annotations, &links),
        links,
        started_at: json::text(alert, "startsAt").and_then(|text| fields::instant(&text)),
        labels,
    }
}

/// Stable for one alert of one group, whatever its state: `16 hex of the group key / fingerprint`.
fn dedup_key(group: &Group<'_>, alert: &Object<'_>, labels: &BTreeMap<String, String>) -> String {
    let fingerprint = json::text(alert, "fingerprint").unwrap_or_else(|| {
        let all: String = labels.iter().map(|(name, value)| format!("{name}\u{1f}{value}\u{1e}")).collect();
        fields::short_hash(all.as_bytes()).into()
    });
    [group.key.as_str(), "/", &fingerprint].concat()
}

/// A title from the labels: a resolved alert may have lost its annotations.
fn named(labels: &BTreeMap<String, String>) -> String {
    match (labels.get("alertname"), labels.get("instance")) {
        (Some(name), Some(instance)) => format!("{name} ({instance})"),
        (Some(name), None) => name.clone(),
        (None, _) => labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "),
    }
}

fn body(group: &Group<'_>, alert: &Object<'_>, annotations: Option<&Object<'_>>) -> String {
    let mut parts = Vec::with_capacity(4);
    if let Some(annotations) = annotations {
        parts.extend(["description", "message"].iter().filter_map(|key| json::text(annotations, key)));
        let rest = annotations.iter().filter(|(name, value)| {
            !SHOWN_ELSEWHERE.contains(name) && !name.starts_with("__") && json::scalar(value).is_some()
        });
        parts.push(json::readable_members(rest).into());
    }
    parts.extend(json::text(alert, "valueString"));
    parts.extend(json::text(alert, "generatorURL").map(|url| Cow::Owned(["Source: ", &url].concat())));
    parts.extend(group.truncated.as_deref().map(Cow::Borrowed));
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n\n")
}

fn links(group: &Group<'_>, alert: &Object<'_>, annotations: Option<&Object<'_>>) -> Vec<Link> {
    let mut links = Vec::with_capacity(4);
    links.extend(fields::link(alert, "generatorURL", "Source"));
    for object in std::iter::once(alert).chain(annotations) {
        links.extend(DASHBOARDS.iter().filter_map(|key| fields::link(object, key, "Dashboard")));
    }
    links.extend(fields::link(alert, "silenceURL", "Silence at the sender"));
    links.extend(fields::link(alert, "imageURL", "Image"));
    links.extend(fields::link(group.object, "externalURL", group.sender));
    links
}

#[cfg(test)]
mod tests;
