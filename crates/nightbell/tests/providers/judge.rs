//! The town: one person per case, an alert for each, and the verdict over what was received, logged and recorded.

use super::{
    house::{House, Server},
    http,
    log::{Log, Notification},
    post::Given,
    wait::{SOON, until},
    web::Arrived,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How long a first message may take from the alert to the beginning of its attempt, on a busy machine. A held-up one would take the time-out of
/// whatever held it up.
const FIRST_WITHIN: SignedDuration = SignedDuration::from_secs(6);
/// "At once", on a busy machine.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(6);
/// The promise.
const FALLBACK_WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// How long until every case has come to what it must come to.
const ALL_WITHIN: Duration = Duration::from_secs(75);
/// Behind the @ of every address here. Must not be in a log.
const DOMAIN: &str = "people.example";

/// When the second method rings, counted from the beginning of the first attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Falls {
    /// Not at all: the first one reached the person.
    Never,
    /// At once.
    AtOnce,
    /// Within 30 s.
    Soon,
    /// It is dead as well: whoever is next in the policy rings at once.
    ToTheNext,
}

/// The person's first method.
#[derive(Debug, Clone)]
pub enum First {
    Mail,
    /// The address of a webhook.
    Url(String),
    /// Any other: its lines in the organisation's file.
    Contact(String),
    /// Set up by the person, with rules of their own.
    Own,
}

/// One person's misfortune.
#[derive(Debug, Clone)]
pub struct Case {
    /// The person, the service, the policy, the key.
    pub name: &'static str,
    pub first: First,
    /// How the first attempts by the first method end, in order.
    pub ends: &'static [&'static str],
    /// What the log says of the first end.
    pub told: &'static str,
    pub falls: Falls,
    /// Messages that must have arrived by the first method, taken or not.
    pub arrive: usize,
}

/// The organisation of these people: `first`, and long after it `second`, a webhook below `url`; whoever is next is reached there too.
pub fn organisation(cases: &[Case], url: &str) -> String {
    let ladder = "[ { after: 0s, via: first }, { after: 20m, via: second } ]";
    let mut users = format!(
        "  - {{ id: boss, name: Boss, email: boss@{DOMAIN}, contacts: [ {{ id: hook, kind: webhook, url: \"{url}/boss/key-boss\", verified: true }} ] }}\n"
    );
    let (mut policies, mut services, mut integrations) = (String::new(), String::new(), String::new());
    for Case { name, first, falls, .. } in cases {
        let first = match first {
            First::Mail => format!("{{ id: first, kind: email, address: {name}@{DOMAIN}, verified: true }}, "),
            First::Url(url) => format!("{{ id: first, kind: webhook, url: \"{url}\", verified: true }}, "),
            First::Contact(lines) => format!("{{ id: first, {lines}, verified: true }}, "),
            First::Own => String::new(),
        };
        let rules =
            if first.is_empty() { String::new() } else { format!(", rules: {{ high: {ladder}, low: {ladder} }}") };
        let dead = if *falls == Falls::ToTheNext { "gone-" } else { "" };
        users.push_str(&format!(
            "  - {{ id: {name}, name: {name}, email: {name}@{DOMAIN}, contacts: [ {first}{{ id: second, kind: webhook, url: \"{url}/{dead}{name}/key-second-{name}\", verified: true }} ]{rules} }}\n"
        ));
        policies.push_str(&format!(
            "  - {{ id: {name}, steps: [ {{ after: 0s, notify: [\"user:{name}\"] }}, {{ after: 30m, notify: [\"user:boss\"] }} ], last_resort: [\"user:boss\"] }}\n"
        ));
        services.push_str(&format!("  - {{ id: {name}, name: {name}, policy: {name} }}\n"));
        integrations.push_str(&format!("  - {{ id: {name}, kind: pagerduty, service: {name}, key: in-{name} }}\n"));
    }
    format!("version: 1\nusers:\n{users}policies:\n{policies}services:\n{services}integrations:\n{integrations}")
}

/// Sends the alert of each case.
pub fn trigger<'c>(server: &Server, cases: impl IntoIterator<Item = &'c Case>) {
    for case in cases {
        let answer = server.enqueue(&format!("in-{}", case.name), "trigger", case.name).expect("an answer");
        assert_eq!(answer.status, 202, "{}: {}", case.name, answer.text());
    }
}

/// Waits until every case has come to what it must come to, then acknowledges everything. `calm` lets go of whoever is kept waiting. Answers each
/// case with its log once nothing moves any more.
pub fn settle<'c>(house: &House, server: &Server, cases: &'c [Case], calm: impl Fn()) -> Vec<(&'c Case, Log)> {
    let mut waiting: Vec<&Case> = cases.iter().collect();
    let mut last = String::new();
    until_or("every case comes to its end", ALL_WITHIN, &mut last, |last| {
        let alerts = server.alerts();
        waiting.retain(|case| !Log::read(server, &alerts, case.name).is_some_and(|log| case.come_to_its_end(&log)));
        *last = waiting.iter().map(|case| format!("{case:?} {:?}\n", Log::read(server, &alerts, case.name))).collect();
        waiting.is_empty()
    });
    let alerts = server.alerts();
    assert_eq!(alerts.len(), cases.len(), "one alert per case");
    for alert in &alerts {
        let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().expect("an id"));
        let bearer = format!("Bearer {}", house.token);
        let headers = [("authorization", bearer.as_str())];
        let answer = http::call("POST", &format!("{}/api/v1{path}", server.url), &headers, b"").expect("an answer");
        assert!(answer.is_success(), "{path}: {} {}", answer.status, answer.text());
    }
    calm();
    let settled = |n: &Notification| matches!(n.state.as_str(), "accepted" | "failed" | "cancelled");
    let mut last = String::new();
    until_or("INV-07: every attempt ends", SOON + SOON, &mut last, |last| {
        let alerts = server.alerts();
        let logs = cases.iter().filter_map(|case| Log::read(server, &alerts, case.name));
        let mut open = logs.flat_map(|log| log.notifications).filter(|n| n.pages);
        *last = open.find(|n| !settled(n)).map(|n| format!("{n:?}")).unwrap_or_default();
        last.is_empty()
    });
    let alerts = server.alerts();
    let log = |name: &str| Log::read(server, &alerts, name).expect("every case has a log");
    cases.iter().map(|case| (case, log(case.name))).collect()
}

/// [`until`], with what is missing in the panic.
fn until_or(what: &str, within: Duration, last: &mut String, mut done: impl FnMut(&mut String) -> bool) {
    let deadline = super::wait::Deadline::within(within);
    until(what, within + SOON, || {
        let over = done(last);
        assert!(over || !deadline.over(), "did not happen within {within:?}: {what}\n{last}");
        over.then_some(())
    });
}

impl Case {
    /// Whether all that must happen has happened.
    fn come_to_its_end(&self, log: &Log) -> bool {
        let ended = log.by(self.name, "first").is_some_and(|first| first.outcomes().len() >= self.ends.len());
        let rung = |user, contact| log.by(user, contact).is_some_and(Notification::accepted);
        ended
            && match self.falls {
                Falls::Never => true,
                Falls::AtOnce | Falls::Soon => rung(self.name, "second"),
                Falls::ToTheNext => rung("boss", "hook"),
            }
    }

    fn check_times(&self, log: &Log) {
        let name = self.name;
        let first = log.by(name, "first").expect("the first method is used");
        let begun = first.attempts[0].begun_at;
        let took = begun.duration_since(log.started_at);
        assert!(took <= FIRST_WITHIN, "INV-08: {name}: the first message began after {took:?}");
        assert!(first.outcomes().starts_with(self.ends), "{name}: {:?}, not {:?}", first.outcomes(), self.ends);
        let told = &first.attempts[0].detail;
        assert!(told.contains(self.told), "{name}: {:?} is not in {told:?}", self.told);
        let rang_after = |user, contact| {
            let attempts = log.by(user, contact).map(|n| n.attempts.as_slice()).unwrap_or_default();
            attempts.first().map(|attempt| attempt.begun_at.duration_since(begun))
        };
        let within = match self.falls {
            Falls::Never => {
                assert_eq!(rang_after(name, "second"), None, "{name}: its first method reached it");
                return;
            }
            Falls::AtOnce | Falls::ToTheNext => AT_ONCE,
            Falls::Soon => FALLBACK_WITHIN,
        };
        let after = match self.falls {
            Falls::ToTheNext => rang_after("boss", "hook"),
            _ => rang_after(name, "second"),
        };
        let after = after.expect("it was rung");
        assert!(after <= within, "INV-07: {name}: the other method began {after:?} after the first one");
    }
}

/// A message of either medium, as it arrived.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    /// Whether it says that it may be a second copy, where that can be heard.
    pub repeat: Option<bool>,
    pub at: Timestamp,
    pub taken: bool,
}

impl From<Arrived> for Message {
    fn from(Arrived { id, repeat, at, taken, .. }: Arrived) -> Self {
        Self { id, repeat: Some(repeat), at, taken }
    }
}

impl From<Given> for Message {
    fn from(Given { id, repeat, at, taken, .. }: Given) -> Self {
        Self { id, repeat: Some(repeat), at, taken }
    }
}

/// What the verdict counted.
#[derive(Debug, Default)]
pub struct Verdict {
    pub cases: usize,
    pub repeats: usize,
    pub lost: usize,
}

impl std::ops::AddAssign for Verdict {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.repeats += other.repeats;
        self.lost += other.lost;
    }
}

/// The verdict over logs and ledger; panics at the first thing that must not be.
pub fn judge(logs: &[(&Case, Log)], ledger: &[Message]) -> Verdict {
    let mut verdict = Verdict { cases: logs.len(), ..Verdict::default() };
    let known: Vec<&Notification> = logs.iter().flat_map(|(_, log)| &log.notifications).collect();
    for message in ledger {
        let n = known.iter().find(|n| n.id == message.id);
        let n = n.unwrap_or_else(|| panic!("{message:?} belongs to nothing that is owed"));
        if !n.pages {
            // What became of a page is still being told when nothing moves any more.
            continue;
        }
        let may_be_second = n.unknown_before(message.at);
        assert!(message.repeat.is_none_or(|said| said == may_be_second), "INV-06: {message:?} of {n:?}");
        verdict.repeats += usize::from(may_be_second);
    }
    for (case, log) in logs {
        case.check_times(log);
        for n in log.paging() {
            let arrived: Vec<&Message> = ledger.iter().filter(|message| message.id == n.id).collect();
            assert!(arrived.len() <= n.attempts.len(), "INV-06: more arrived than was attempted: {n:?} {arrived:?}");
            check_attempts(case, log, n, &arrived);
        }
        let first = log.by(case.name, "first").expect("it was used");
        let arrived = ledger.iter().filter(|message| message.id == first.id).count();
        assert!(arrived >= case.arrive, "{}: {arrived} arrived, not {}", case.name, case.arrive);
        assert!(case.arrive > 0 || arrived == 0, "{}: {arrived} arrived where nothing may", case.name);
        verdict.lost += usize::from(!log.paging().any(Notification::accepted));
    }
    assert_eq!(verdict.lost, 0, "INV-01: alerts that reached nobody");
    verdict
}

fn check_attempts(case: &Case, log: &Log, n: &Notification, arrived: &[&Message]) {
    let acknowledged = log.acknowledged_at.expect("everything was acknowledged");
    for attempt in &n.attempts {
        assert!(attempt.outcome.is_some(), "INV-07: {}: an attempt without an end: {n:?}", case.name);
        assert!(attempt.begun_at <= acknowledged, "INV-05: {}: begun after the acknowledgement: {n:?}", case.name);
    }
    let ends = n.outcomes();
    let (last, before) = ends.split_last().map_or((None, &[][..]), |(last, before)| (Some(*last), before));
    assert!(!before.contains(&"accepted"), "INV-06: {}: attempted again after it was taken: {n:?}", case.name);
    if last == Some("accepted") {
        assert!(arrived.iter().any(|message| message.taken), "INV-07: {}: nobody took {n:?}", case.name);
    }
}

/// Nothing of what was said aloud names where somebody is reached, or a key.
pub fn check_said(house: &House, server: &Server, logs: &[(&Case, Log)], secrets: &[&str]) {
    let details = logs.iter().flat_map(|(_, log)| &log.notifications).flat_map(|n| &n.attempts);
    let details: Vec<&str> = details.map(|attempt| attempt.detail.as_str()).collect();
    let log = server.process.output();
    assert!(log.contains("not sent"), "the log tells of failures: {log}");
    for secret in [DOMAIN, "key-", "hunter2", house.token.as_str()].iter().chain(secrets) {
        let line = log.lines().chain(details.iter().copied()).find(|line| line.contains(*secret));
        assert_eq!(line, None, "a log names {secret:?}");
    }
}
