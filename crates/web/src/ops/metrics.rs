//! The figures of one server: counters from the request to the acknowledgement, histograms of how long each step takes, gauges of what waits.
//! The registry is a value: every server, and every test, has its own. Names and meaning are listed in docs/operations.md; a test compares.
//!
//! Label values are bounded: words of ours and patterns of routes, never what somebody sent.

use super::desk::DeskFigures;
use axum::http::StatusCode;
use jiff::SignedDuration;
use nightbell_engine::{
    Desk,
    domain::{paging::canary, record::Instant},
    watch::Alarms,
};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use std::{
    fmt,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

type Labels<const N: usize> = [(&'static str, String); N];
type Seconds = Gauge<f64, AtomicU64>;

/// From a millisecond to 10 s: what one request, attempt or delivery may take.
const QUICK_S: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// From a second to an hour: what people take.
const SLOW_S: [f64; 11] = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0];

/// What became of one attempt to reach somebody.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// `email`, `webhook`, …
    pub medium: &'static str,
    /// `accepted`, `deferred`, `rejected`, `unknown`.
    pub outcome: &'static str,
    /// From handing it to the transport to the provider's answer.
    pub took: Duration,
    /// From when it was due (of a new page: accepted) to this attempt's begin; `None` unless it is the first.
    pub waited: Option<Duration>,
}

fn quick() -> Histogram {
    Histogram::new(QUICK_S)
}

/// Counters, histograms and gauges.
pub struct Metrics {
    registry: Registry,
    events: Family<Labels<1>, Counter>,
    attempts: Family<Labels<2>, Counter>,
    attempt_duration: Family<Labels<1>, Histogram, fn() -> Histogram>,
    first_attempt_delay: Histogram,
    acknowledgements: Counter,
    acknowledge_delay: Histogram,
    requests: Family<Labels<3>, Counter>,
    request_duration: Family<Labels<1>, Histogram, fn() -> Histogram>,
    pending: Family<Labels<1>, Gauge>,
    overdue: Family<Labels<1>, Gauge>,
    oldest_due: Seconds,
    database_size: Gauge,
    streams: Gauge,
    canary_duration: Histogram,
    canary_misses: Counter,
    canary_success: Seconds,
    heartbeats: Family<Labels<1>, Counter>,
    heartbeat_sent: Seconds,
    started: Seconds,
    clock_skew: Seconds,
    page_acts: Family<Labels<1>, Counter>,
    // Encoding sets the gauges of the moment first; two scrapes must not mix them.
    scraping: Mutex<()>,
}

impl Metrics {
    pub(crate) fn new(desk: &Desk, started_at: Instant) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            events: Family::default(),
            attempts: Family::default(),
            attempt_duration: Family::new_with_constructor(quick),
            first_attempt_delay: Histogram::new([QUICK_S.as_slice(), &[30.0, 60.0]].concat()),
            acknowledgements: Counter::default(),
            acknowledge_delay: Histogram::new(SLOW_S),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(quick),
            pending: Family::default(),
            overdue: Family::default(),
            oldest_due: Gauge::default(),
            database_size: Gauge::default(),
            streams: Gauge::default(),
            canary_duration: Histogram::new([QUICK_S.as_slice(), &[20.0, 30.0]].concat()),
            canary_misses: Counter::default(),
            canary_success: Gauge::default(),
            heartbeats: Family::default(),
            heartbeat_sent: Gauge::default(),
            started: Gauge::default(),
            clock_skew: Gauge::default(),
            page_acts: Family::default(),
            scraping: Mutex::default(),
        };
        metrics.started.set(seconds(started_at));
        metrics.registered(desk)
    }

    fn registered(mut self, desk: &Desk) -> Self {
        let mut root = Registry::default();
        let help = "When the process started, in seconds since 1970";
        root.register_with_unit("process_start_time", help, Unit::Seconds, self.started.clone());
        let own = root.sub_registry_with_prefix("nightbell");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION").to_owned())]);
        own.register("build", "Which Nightbell this is", version);
        self.register_flow(own);
        self.register_state(own);
        own.register_collector(Box::new(DeskFigures(desk.clone())));
        self.registry = root;
        self
    }

    fn register_flow(&self, own: &mut Registry) {
        own.register("events_accepted", "Inbound events on disk, by kind of integration", self.events.clone());
        own.register("attempts", "Attempts to reach somebody, by medium and outcome", self.attempts.clone());
        let help = "From handing an attempt to its transport to the provider's answer";
        own.register_with_unit("attempt_duration", help, Unit::Seconds, self.attempt_duration.clone());
        let help = "From when a notification was due (of a new page: accepted) to the begin of its first attempt";
        own.register_with_unit("first_attempt_delay", help, Unit::Seconds, self.first_attempt_delay.clone());
        let help = "Pages somebody took, in the whole installation";
        own.register("acknowledgements", help, self.acknowledgements.clone());
        let help = "From the begin of a page to its acknowledgement, in the whole installation";
        own.register_with_unit("acknowledge_delay", help, Unit::Seconds, self.acknowledge_delay.clone());
        own.register("page_acts", "What people did with pages through the API", self.page_acts.clone());
        own.register("http_requests", "Requests, by method, route and status", self.requests.clone());
        let help = "How long answers took, by part of the product";
        own.register_with_unit("http_request_duration", help, Unit::Seconds, self.request_duration.clone());
        let help = "Signals of the canary from end to end: request, commit, page, delivery, receipt";
        own.register_with_unit("canary", help, Unit::Seconds, self.canary_duration.clone());
        own.register("canary_misses", "Canaries whose receipt did not come in time", self.canary_misses.clone());
        let help = "Heartbeats to the outside watcher, by outcome: accepted, failed, withheld";
        own.register("heartbeats_sent", help, self.heartbeats.clone());
    }

    fn register_state(&self, own: &mut Registry) {
        own.register("alarms_pending", "Things that wait with an alarm, by kind", self.pending.clone());
        let help = "Things whose alarm is more than 30 s overdue, by kind; should be 0";
        own.register("alarms_overdue", help, self.overdue.clone());
        let help = "How long the oldest due thing has waited; should stay below 1";
        own.register_with_unit("oldest_due", help, Unit::Seconds, self.oldest_due.clone());
        own.register_with_unit("database_size", "The database", Unit::Bytes, self.database_size.clone());
        let help =
            "How far the database's clock is ahead of this node's; should stay near 0 (with a data folder it is 0)";
        own.register_with_unit("clock_skew", help, Unit::Seconds, self.clock_skew.clone());
        own.register("live_streams", "Open live streams", self.streams.clone());
        let help = "When the canary last came through, in seconds since 1970";
        own.register_with_unit("canary_last_success_timestamp", help, Unit::Seconds, self.canary_success.clone());
        let help = "When the outside watcher last took a heartbeat, in seconds since 1970";
        own.register_with_unit("heartbeat_last_sent_timestamp", help, Unit::Seconds, self.heartbeat_sent.clone());
    }

    /// Everything, in the OpenMetrics text format.
    pub(super) fn text(&self, alarms: &[Alarms], now: Instant) -> Result<String, fmt::Error> {
        let _one = self.scraping.lock().unwrap_or_else(PoisonError::into_inner);
        for of in alarms {
            let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            self.pending.get_or_create(&[("kind", of.kind.clone())]).set(count(of.waiting));
            self.overdue.get_or_create(&[("kind", of.kind.clone())]).set(count(of.overdue));
        }
        let oldest = alarms.iter().filter_map(|of| of.next_due_at).min();
        self.oldest_due.set(oldest.map_or(0.0, |due| now.duration_since(due).as_secs_f64().max(0.0)));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Inbound events were stored.
    pub fn events_accepted(&self, kind: &'static str, count: u64) {
        self.events.get_or_create(&[("kind", kind.to_owned())]).inc_by(count);
    }

    /// Something was done with a page through the API: `acknowledged`, `handed-over`, `direct`.
    pub fn page(&self, act: &'static str) {
        self.page_acts.get_or_create(&[("act", act.to_owned())]).inc();
    }

    /// An attempt to reach somebody ended.
    pub fn sent(&self, sent: &Sent) {
        // The canary has figures of its own; these are of messages to people.
        if sent.medium == canary::MEDIUM {
            return;
        }
        let medium = || ("medium", sent.medium.to_owned());
        self.attempts.get_or_create(&[medium(), ("outcome", sent.outcome.to_owned())]).inc();
        self.attempt_duration.get_or_create(&[medium()]).observe(sent.took.as_secs_f64());
        if let Some(waited) = sent.waited {
            self.first_attempt_delay.observe(waited.as_secs_f64());
        }
    }

    /// Somebody took a page that long after it began.
    pub fn acknowledged(&self, after: Duration) {
        self.acknowledgements.inc();
        self.acknowledge_delay.observe(after.as_secs_f64());
    }

    /// How far the database's clock is ahead of this node's.
    pub fn clock_skew(&self, apart: SignedDuration) {
        self.clock_skew.set(apart.as_secs_f64());
    }

    /// The same, in seconds.
    pub(super) fn clock_skew_s(&self) -> f64 {
        self.clock_skew.get()
    }

    /// How large the database is.
    pub fn database_bytes(&self, bytes: u64) {
        self.database_size.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// The canary came through.
    pub fn canary_arrived(&self, took: Duration, at: Instant) {
        self.canary_duration.observe(took.as_secs_f64());
        self.canary_success.set(seconds(at));
    }

    /// The canary did not come through in time.
    pub fn canary_missed(&self) {
        self.canary_misses.inc();
    }

    /// The outside watcher took a heartbeat (`accepted`), did not (`failed`), or was not sent one for a reason (`withheld`).
    pub fn heartbeat(&self, outcome: &'static str, at: Instant) {
        self.heartbeats.get_or_create(&[("outcome", outcome.to_owned())]).inc();
        if outcome == "accepted" {
            self.heartbeat_sent.set(seconds(at));
        }
    }

    /// A request was answered. `route` is the pattern, never the address: addresses carry tokens and have no bound.
    pub(crate) fn request(&self, method: &'static str, route: &str, status: StatusCode, took: Duration) {
        let labels =
            [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
        self.requests.get_or_create(&labels).inc();
        self.request_duration.get_or_create(&[("part", part(route).to_owned())]).observe(took.as_secs_f64());
    }

    /// How many live streams are open.
    pub(crate) fn streams(&self) -> &Gauge {
        &self.streams
    }
}

/// Which part of the product a route belongs to.
fn part(route: &str) -> &'static str {
    let first = route.split('/').nth(1).unwrap_or_default();
    match first {
        "v2" | "in" | "compat" | "heartbeat" => "ingest",
        "api" => "api",
        "status" => "status",
        "live" => "live",
        "healthz" | "readyz" | "metrics" | "canary" => "operations",
        "assets" => "assets",
        _ => "pages",
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of this century have 51 bits")]
fn seconds(at: Instant) -> f64 {
    at.as_microsecond() as f64 / 1e6
}
