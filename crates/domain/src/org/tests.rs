//! Tests of the organisation, by theme; and of what every noun shares: ids, handles, actors, rights.

mod access;
mod names;
mod problems;
mod reach;
mod severity;

use super::{ConfigObject, Organisation, User};
use serde_json::{Value, json};

fn object(kind: &str, body: Value) -> ConfigObject {
    serde_json::from_value(json!({ "kind": kind, "body": body })).unwrap()
}

/// A body changed by a merge patch: `null` removes a field.
fn changed(mut body: Value, patch: &Value) -> Value {
    for (key, value) in patch.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

fn user(id: &str) -> Value {
    json!({
        "id": id, "name": "Alice Example", "email": format!("{id}@example.com"), "role": "responder", "time_zone": "Europe/Berlin",
        "contacts": [{ "id": "mail", "kind": "email", "address": format!("{id}@example.com"), "verified": true }],
        "rules": { "high": [{ "after": "0s", "via": "mail" }], "low": [] }
    })
}

fn person(id: &str, patch: &Value) -> User {
    serde_json::from_value(changed(user(id), patch)).unwrap()
}

fn team() -> Value {
    json!({ "id": "payments", "name": "Payments", "members": ["alice", "bob"], "time_zone": "Europe/Berlin", "holidays": "DE" })
}

fn schedule() -> Value {
    let layer = json!({ "name": "weekly", "members": ["alice", "bob"], "every": "1w", "starts": "2026-01-05T09:00" });
    let overrides = json!([{ "user": "bob", "from": "2026-05-12T00:00", "to": "2026-05-13T00:00" }]);
    json!({ "id": "primary", "team": "payments", "calendar": { "time_zone": "Europe/Berlin", "layers": [layer], "overrides": overrides } })
}

fn policy() -> Value {
    json!({
        "id": "payments", "team": "payments", "repeat": 1, "last_resort": ["user:carol"],
        "steps": [{ "after": "0s", "notify": ["schedule:primary"] }, { "after": "5m", "notify": ["schedule:primary/backup", "team:payments"] }]
    })
}

fn service() -> Value {
    json!({ "id": "checkout", "name": "Checkout", "team": "payments", "policy": "payments", "runbooks": ["stripe"], "component": "shop" })
}

fn integration() -> Value {
    json!({ "id": "prometheus", "kind": "alertmanager", "service": "checkout", "key": "key-one" })
}

fn status_page() -> Value {
    let component = json!({ "id": "shop", "name": "Shop", "group": null, "description": null });
    json!({ "id": "main", "name": "Acme status", "slug": "main", "time_zone": "UTC", "components": [component] })
}

fn route() -> Value {
    json!({ "when": "labels.severity == 'critical'", "do": "page", "urgency": "high", "service": "checkout", "declare": "sev1" })
}

fn response() -> Value {
    json!({ "commander": ["schedule:primary"], "ops": [], "comms": ["user:carol"], "scribe": ["team:payments"], "execs": [], "root_cause_label": null })
}

/// One of everything, and everything fits together.
fn everything() -> Organisation {
    let mut org = Organisation::default();
    for id in ["alice", "bob", "carol"] {
        org.put(object("user", user(id)));
    }
    for (kind, body) in [
        ("team", team()),
        ("schedule", schedule()),
        ("policy", policy()),
        ("runbook", json!({ "id": "stripe", "services": ["checkout"], "markdown": "# Stripe" })),
        ("status-page", status_page()),
        ("service", service()),
        ("integration", integration()),
        ("routes", json!([route()])),
        ("response", response()),
    ] {
        org.put(object(kind, body));
    }
    org
}
