//! Alerts: what the tools of a service send, and when it is over. Most are short and recorded only; one in ten pages.

use crate::{
    agenda::Deed,
    life::{Life, impossible},
    town,
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        ids::AlertId,
        limits::RAW_REQUESTS_KEPT,
        signal::{AlertSeverity, Event, EventAction},
    },
    signal::{Inbound, ingest},
};
use std::collections::BTreeMap;

/// What tools complain about.
const NAMES: [&str; 24] = [
    "HighErrorRate",
    "LatencyAboveTarget",
    "QueueGrows",
    "DiskFillsUp",
    "MemoryPressure",
    "ReplicationBehind",
    "CertificateExpiresSoon",
    "ProbeFails",
    "PodRestarts",
    "ConnectionPoolExhausted",
    "CacheMissRate",
    "JobOverdue",
    "BackupLate",
    "NodeNotReady",
    "PacketLoss",
    "DnsFailures",
    "DeadlocksSeen",
    "SlowQueries",
    "ConsumerBehind",
    "TooManyOpenFiles",
    "ClockDrift",
    "FanSpeed",
    "QuotaNearLimit",
    "TokensRejected",
];
/// Hosts of a service.
const HOSTS: u64 = 80;
/// Nothing new begins in the last minutes, so that whoever rings has been heard when the story ends.
const QUIET_END: SignedDuration = SignedDuration::from_mins(40);

/// One alert that is open: whether anybody was told of it.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    told: bool,
    severity: AlertSeverity,
}

/// The open ones, by what they are about.
pub type OpenAlerts = BTreeMap<u32, Open>;

fn number(key: u32) -> (u32, usize, u32) {
    let names = u32::try_from(NAMES.len()).unwrap_or(1);
    (key % town::SERVICES, (key / town::SERVICES % names) as usize, key / town::SERVICES / names)
}

fn event(key: u32, action: EventAction, severity: AlertSeverity, at: Timestamp) -> Event {
    let (service, name, host) = number(key);
    let (service, name) = (town::service(service), NAMES[name]);
    let source = format!("{service}-{host:02}.eu-central.example.com");
    let words = severity.word();
    let labels = [
        ("alertname", name),
        ("instance", source.as_str()),
        ("severity", words),
        ("cluster", "eu-central-1"),
        ("environment", "production"),
        ("job", service),
    ];
    Event {
        action,
        dedup_key: Some(format!("{name}/{source}")),
        title: format!("{name}: {service} on {source}"),
        body: format!("{name} has been true for 5 minutes on {source}; the value is 93 and the limit 80."),
        severity,
        labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        links: Vec::new(),
        runbook_url: None,
        started_at: Some(at),
        source,
    }
}

fn inbound(events: Vec<Event>, service: u32, kept: bool) -> Result<Inbound, Fault> {
    // What a tool would have sent, more or less, and as long; what is forgotten before the end need not be written.
    let body = if kept { events.iter().map(|event| format!("{event:?}\n")).collect() } else { String::from("{}") };
    let integration = format!("prom-{}", town::service(service)).parse().map_err(|e| impossible(&e))?;
    Ok(Inbound {
        integration,
        content_type: "application/json".to_owned(),
        body: body.into_bytes(),
        events,
        notes: Vec::new(),
    })
}

impl Life {
    /// A request with some new alerts, and when the next comes.
    pub fn arrive(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        let gap = self.gap_us.cast_signed();
        let after = SignedDuration::from_micros(self.dice.alerts.between(gap / 10, gap * 19 / 10));
        let next = unit.now + after;
        if next < self.end - QUIET_END && self.counts.alerts < self.alerts_max {
            self.agenda.put(next, Deed::Arrive);
        }
        let service = u32::try_from(self.dice.alerts.below(u64::from(town::SERVICES))).unwrap_or(0);
        let mut fresh: Vec<(u32, AlertSeverity)> = Vec::new();
        for _ in 0..self.dice.alerts.between(1, 7) {
            let key = self.any_key(service);
            if !self.open.contains_key(&key) && fresh.iter().all(|(known, _)| *known != key) {
                let severity = match self.dice.alerts.below(100) {
                    0..10 => AlertSeverity::Critical,
                    10 => AlertSeverity::Error,
                    11..60 => AlertSeverity::Warning,
                    _ => AlertSeverity::Info,
                };
                fresh.push((key, severity));
            }
        }
        self.trigger(unit, service, &fresh).map(drop)
    }

    /// Whether a request of that time is still there at the end.
    fn keeps(&self, at: Timestamp) -> bool {
        self.end.duration_since(at) <= RAW_REQUESTS_KEPT
    }

    fn any_key(&mut self, service: u32) -> u32 {
        let kinds = NAMES.len() as u64 * HOSTS;
        u32::try_from(self.dice.alerts.below(kinds)).unwrap_or(0) * town::SERVICES + service
    }

    /// New alerts come in; when they will be over is put down.
    fn trigger(
        &mut self,
        unit: &mut Unit<'_>,
        service: u32,
        fresh: &[(u32, AlertSeverity)],
    ) -> Result<Vec<AlertId>, Fault> {
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let at = unit.now;
        let events = fresh.iter().map(|(key, severity)| event(*key, EventAction::Trigger, *severity, at)).collect();
        let receipt = ingest(unit, &inbound(events, service, self.keeps(at))?)?;
        self.counts.requests += 1;
        // What came together is over together, often.
        let mut over: BTreeMap<Timestamp, Vec<u32>> = BTreeMap::new();
        let together = at + self.lasts();
        for (key, severity) in fresh {
            let told = matches!(severity, AlertSeverity::Critical | AlertSeverity::Error);
            self.open.insert(*key, Open { told, severity: *severity });
            self.counts.alerts += 1;
            self.told |= told;
            let ends = if self.dice.alerts.chance(700) { together } else { at + self.lasts() };
            over.entry(ends).or_default().push(*key);
            if self.dice.alerts.chance(150) {
                let again = at + SignedDuration::from_secs(self.dice.alerts.between(30, 600));
                self.agenda.put(again, Deed::Again(*key));
            }
        }
        for (ends, keys) in over {
            self.agenda.put(ends, Deed::Over(keys));
        }
        Ok(receipt.outcomes.into_iter().filter_map(|outcome| outcome.alert).collect())
    }

    /// How long trouble lasts: minutes mostly, hours sometimes, a day now and then.
    fn lasts(&mut self) -> SignedDuration {
        let minutes = match self.dice.alerts.below(100) {
            0..80 => self.dice.alerts.between(3, 45),
            80..98 => self.dice.alerts.between(45, 400),
            _ => self.dice.alerts.between(400, 2_900),
        };
        SignedDuration::from_secs(minutes * 60 + self.dice.alerts.between(0, 59))
    }

    /// A critical alert of a service, from which an incident comes.
    pub fn alarming(&mut self, unit: &mut Unit<'_>, service: u32) -> Result<Option<AlertId>, Fault> {
        let key = self.any_key(service);
        if self.open.contains_key(&key) {
            return Ok(None);
        }
        Ok(self.trigger(unit, service, &[(key, AlertSeverity::Critical)])?.pop())
    }

    /// The same is said again, in the same words.
    pub fn again(&mut self, unit: &mut Unit<'_>, key: u32) -> Result<(), Fault> {
        let Some(open) = self.open.get(&key) else { return Ok(()) };
        let again = Event { started_at: None, ..event(key, EventAction::Trigger, open.severity, unit.now) };
        ingest(unit, &inbound(vec![again], number(key).0, self.keeps(unit.now))?)?;
        self.counts.repeats += 1;
        Ok(())
    }

    /// They are over, says the tool.
    pub fn over(&mut self, unit: &mut Unit<'_>, keys: &[u32]) -> Result<(), Fault> {
        let Some(first) = keys.first() else { return Ok(()) };
        let mut events = Vec::new();
        for key in keys {
            if let Some(open) = self.open.remove(key) {
                self.told |= open.told;
                events.push(event(*key, EventAction::Resolve, open.severity, unit.now));
            }
        }
        ingest(unit, &inbound(events, number(*first).0, self.keeps(unit.now))?)?;
        self.counts.requests += 1;
        Ok(())
    }
}
