//! For operators: `/healthz` (the process is up), `/readyz` (the store can be written and read), `/metrics` (Prometheus; from this machine or with an
//! administrator's token). The registry is a value: every server, and every test, has its own.

use crate::{
    domain::access::Administer,
    errors::{ApiError, Problem},
    gate::{ClientAddress, token_caller},
    state::AppState,
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use nightbell_engine::{live, prove_writable};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::time::Duration;

type Labels<const N: usize> = [(&'static str, String); N];

/// How long a part may take to answer before the server is not ready.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Counters and gauges.
pub struct Metrics {
    registry: Registry,
    events: Family<Labels<1>, Counter>,
    pages: Family<Labels<1>, Counter>,
    notifications: Family<Labels<2>, Counter>,
    requests: Family<Labels<3>, Counter>,
    pages_overdue: Gauge,
    oldest_due_ms: Gauge,
    streams: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("nightbell"),
            events: Family::default(),
            pages: Family::default(),
            notifications: Family::default(),
            requests: Family::default(),
            pages_overdue: Gauge::default(),
            oldest_due_ms: Gauge::default(),
            streams: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("events_accepted", "Inbound events on disk, by wire format", metrics.events.clone());
        registry.register("pages", "Pages, by what became of them", metrics.pages.clone());
        registry.register(
            "notifications",
            "Attempts to reach somebody, by medium and outcome",
            metrics.notifications.clone(),
        );
        registry.register("http_requests", "Requests, by method, route and status", metrics.requests.clone());
        registry.register(
            "pages_overdue",
            "Pages whose alarm is more than 30 s overdue; should be 0",
            metrics.pages_overdue.clone(),
        );
        registry.register(
            "oldest_due_ms",
            "How long the oldest due thing waits, in milliseconds",
            metrics.oldest_due_ms.clone(),
        );
        registry.register("live_streams", "Open live streams", metrics.streams.clone());
        metrics
    }

    /// Inbound events were stored.
    pub fn events_accepted(&self, kind: &'static str, count: u64) {
        self.events.get_or_create(&[("kind", kind.to_owned())]).inc_by(count);
    }

    /// Something became of a page: `acknowledged`, `handed-over`, `direct`, …
    pub fn page(&self, what: &'static str) {
        self.pages.get_or_create(&[("what", what.to_owned())]).inc();
    }

    /// An attempt to reach somebody ended.
    pub fn notification(&self, medium: &'static str, outcome: &'static str) {
        self.notifications.get_or_create(&[("medium", medium.to_owned()), ("outcome", outcome.to_owned())]).inc();
    }

    /// A request was answered. `route` is the pattern, never the address: addresses carry tokens and have no bound.
    pub(crate) fn request(&self, method: &'static str, route: &str, status: StatusCode) {
        let labels =
            [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
        self.requests.get_or_create(&labels).inc();
    }

    /// How many live streams are open.
    pub(crate) fn streams(&self) -> &Gauge {
        &self.streams
    }
}

/// The three addresses.
pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(state): State<AppState>) -> Result<&'static str, ApiError> {
    let writer = tokio::time::timeout(READY_WITHIN, state.run(prove_writable));
    writer.await.map_err(|_| Problem::unavailable())??;
    let readers = tokio::time::timeout(READY_WITHIN, state.read(|_, _, _| Ok(())));
    readers.await.map_err(|_| Problem::unavailable())??;
    Ok("ready\n")
}

async fn metrics(State(state): State<AppState>, from: ClientAddress, headers: HeaderMap) -> Result<Response, ApiError> {
    if !from.local {
        token_caller(&headers, &state).await?.ok_or_else(ApiError::unauthenticated)?.permit::<Administer>()?;
    }
    let pulse = state.read(|tx, now, _| Ok(live::pulse(tx, now)?)).await?;
    let metrics = state.metrics();
    metrics.pages_overdue.set(i64::try_from(pulse.pages_overdue).unwrap_or(i64::MAX));
    metrics.oldest_due_ms.set(pulse.oldest_due_ms);
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|_| Problem::fault())?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
