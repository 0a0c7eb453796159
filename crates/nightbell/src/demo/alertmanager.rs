//! What the demo's Prometheus Alertmanager sends, as the real one writes it. Reads nothing, sends nothing.

use jiff::Timestamp;
use serde_json::{Value, json};

/// Where it posts: the key stands in the organisation's file.
pub const WEBHOOK: &str = "/in/alertmanager/demo-prometheus-key";

/// The webhook's body: the alert began at `began`, and fires or is over at `now`.
pub fn webhook(began: Timestamp, now: Timestamp, resolved: bool) -> Value {
    let status = if resolved { "resolved" } else { "firing" };
    let labels = json!({ "alertname": "CheckoutErrorRate", "severity": "critical", "service": "checkout", "job": "webhook-worker" });
    let annotations = json!({
        "summary": "5xx spike on /webhooks/stripe",
        "description": "30% of requests to /webhooks/stripe answered 5xx over the last 2 minutes.",
    });
    let ends = if resolved { now.to_string() } else { "0001-01-01T00:00:00Z".to_owned() };
    let alert = json!({
        "status": status, "labels": labels, "annotations": annotations, "startsAt": began.to_string(), "endsAt": ends,
        "generatorURL": "http://prometheus.example.com/graph?g0.expr=checkout_error_rate", "fingerprint": "c6eadffa33fcdf37",
    });
    json!({
        "version": "4", "groupKey": "{}:{alertname=\"CheckoutErrorRate\"}", "truncatedAlerts": 0, "status": status, "receiver": "nightbell",
        "groupLabels": { "alertname": "CheckoutErrorRate" }, "commonLabels": labels, "commonAnnotations": annotations,
        "externalURL": "http://alertmanager.example.com", "alerts": [alert],
    })
}
