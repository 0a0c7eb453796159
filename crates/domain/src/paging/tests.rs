//! Tests of paging, by theme. What they share: an organisation of a few people, and a page run on a clock of its own.

mod clock_step;
mod company;
mod escalation;
mod features;
mod laws;
mod notification;
mod plan;
mod stored;
mod whole_language;

use super::{Page, PageEvent, PageStart, PolicySnapshot, Rank, Subject};
use crate::{
    ids::PageId,
    org::{Organisation, Policy, Urgency},
    record::{Actor, Aggregate, Instant, Recorded, fold},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Seconds after 01:00 UTC on Tuesday 12 May 2026, a week in which Alice is on call.
fn at(seconds: i64) -> Instant {
    let begin: Instant = "2026-05-12T01:00:00Z".parse().unwrap();
    begin + SignedDuration::from_secs(seconds)
}

fn put(org: &mut Organisation, kind: &str, body: Value) {
    org.put(serde_json::from_value(json!({ "kind": kind, "body": body })).unwrap());
}

/// A person with one mail contact.
fn person(id: &str, role: &str, verified: bool) -> Value {
    json!({
        "id": id, "name": id, "email": format!("{id}@example.com"), "role": role, "time_zone": "UTC",
        "contacts": [{ "id": "mail", "kind": "email", "address": format!("{id}@example.com"), "verified": verified }],
        "rules": { "high": [], "low": [] }
    })
}

/// The contract's example organisation, with Bob and Carol; Dora administers; Mute and Nemo cannot be reached.
fn example() -> Organisation {
    let mut org = Organisation::default();
    put(
        &mut org,
        "user",
        json!({
            "id": "alice", "name": "Alice Example", "email": "alice@example.com", "role": "responder", "time_zone": "Europe/Berlin",
            "contacts": [
                { "id": "mail", "kind": "email", "address": "alice@example.com", "verified": true },
                { "id": "hook", "kind": "webhook", "url": "http://127.0.0.1:9099/alice", "verified": true }
            ],
            "rules": { "high": [{ "after": "0s", "via": "hook" }, { "after": "1m", "via": "mail" }], "low": [{ "after": "0s", "via": "mail" }] }
        }),
    );
    for (id, role, verified) in
        [("bob", "responder", true), ("carol", "manager", true), ("dora", "admin", true), ("mute", "responder", false)]
    {
        put(&mut org, "user", person(id, role, verified));
    }
    put(
        &mut org,
        "team",
        json!({ "id": "payments", "name": "Payments", "members": ["alice", "bob"], "time_zone": "Europe/Berlin", "holidays": "DE" }),
    );
    put(
        &mut org,
        "team",
        json!({ "id": "empty", "name": "Empty", "members": [], "time_zone": "UTC", "holidays": null }),
    );
    let hours = json!([{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00" }]);
    let layer = json!({ "name": "weekly", "members": ["alice", "bob"], "every": "1w", "starts": "2026-01-05T09:00", "hours": hours });
    let overrides = json!([{ "user": "bob", "from": "2026-05-02T00:00", "to": "2026-05-03T00:00" }]);
    let calendar = json!({ "time_zone": "Europe/Berlin", "layers": [layer], "overrides": overrides });
    put(&mut org, "schedule", json!({ "id": "payments-primary", "team": "payments", "calendar": calendar }));
    put(&mut org, "policy", policy(&[("0s", "schedule:payments-primary"), ("5m", "user:bob")], 2, "user:carol"));
    org
}

/// Steps as (after, targets); targets are separated by spaces.
fn policy(steps: &[(&str, &str)], repeat: u16, last_resort: &str) -> Value {
    let targets = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let steps: Vec<_> =
        steps.iter().map(|(after, notify)| json!({ "after": after, "notify": targets(notify) })).collect();
    json!({ "id": "payments", "team": "payments", "steps": steps, "repeat": repeat, "last_resort": targets(last_resort) })
}

fn snapshot(policy: Value) -> PolicySnapshot {
    PolicySnapshot::of(&example(), &serde_json::from_value::<Policy>(policy).unwrap())
}

fn start(policy: PolicySnapshot, urgency: Urgency) -> PageStart {
    PageStart {
        subject: Subject::Person,
        title: "Checkout is down".to_owned(),
        body: String::new(),
        service: Some("checkout".parse().unwrap()),
        urgency,
        policy,
        why: "route 1: true".to_owned(),
        rank: Rank::FIRST,
    }
}

/// A page run on its own clock, with its history.
struct Run {
    org: Organisation,
    page: Page,
    history: Vec<Recorded<PageEvent>>,
}

impl Run {
    fn begin(org: Organisation, policy: PolicySnapshot, now: Instant) -> Self {
        let event = start(policy, Urgency::High).event(PageId::from(uuid::Uuid::from_u128(7)), now);
        let first = Recorded { seq: 1, at: now, actor: Actor::system("ingest"), event };
        let page = Page::evolve(None, &first).unwrap();
        Self { org, page, history: vec![first] }
    }

    fn record(&mut self, now: Instant, actor: Actor, event: PageEvent) {
        let recorded = Recorded { seq: self.page.version + 1, at: now, actor, event };
        self.page = Page::evolve(Some(self.page.clone()), &recorded).unwrap();
        self.history.push(recorded);
    }

    /// One pass; what every pass must keep is asserted here.
    fn advance(&mut self, now: Instant) -> Vec<PageEvent> {
        let events = self.page.advance(&self.org, now);
        for event in &events {
            self.record(now, Actor::system("escalate"), event.clone());
        }
        assert_eq!(self.page.advance(&self.org, now), Vec::new(), "a second pass at the same instant does nothing");
        let rang = |event: &&PageEvent| match event {
            PageEvent::StepRang { .. } => true,
            PageEvent::LastResortRang { rung, .. } => !rung.is_empty(),
            _ => false,
        };
        assert!(events.iter().filter(rang).count() <= 1, "one pass rings one step: {events:?}");
        self.assert_sound();
        events
    }

    fn assert_sound(&self) {
        assert_eq!(self.page.is_waiting(), self.page.next_due_at.is_some(), "INV-03: waiting means an alarm is set");
        assert_eq!(fold::<Page>(&self.history), Ok(Some(self.page.clone())));
    }

    /// Rings whenever the alarm is due, until and including that second; one line for each event.
    fn play(&mut self, until_s: i64) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(due) = self.page.next_due_at.filter(|due| *due <= at(until_s)) {
            lines.extend(self.advance(due).iter().map(|event| describe(due, event)));
        }
        lines
    }
}

/// `m:ss` after the beginning, with `+` when it is a fraction later.
fn clock(now: Instant) -> String {
    let since = now.duration_since(at(0));
    let fraction = if since.subsec_nanos() > 0 { "+" } else { "" };
    format!("{}:{:02}{fraction}", since.as_secs() / 60, since.as_secs() % 60)
}

/// `5:00 0/1 bob → 10:00`: when, which repeat and step, whom, the next alarm.
fn describe(now: Instant, event: &PageEvent) -> String {
    let names = |rung: &[super::Rung]| rung.iter().map(|r| r.user.as_str()).collect::<Vec<_>>().join(" ");
    let (what, silent, next) = match event {
        PageEvent::StepRang { cycle, step, rung, silent, next_due_at, .. } => {
            (format!("{cycle}/{step} {}", names(rung)), silent, next_due_at)
        }
        PageEvent::StepEmpty { cycle, step, silent, next_due_at, .. } => {
            (format!("{cycle}/{step} nobody"), silent, next_due_at)
        }
        PageEvent::LastResortRang { cycle, rung, silent, next_due_at } => (
            format!("{cycle}/last {}", if rung.is_empty() { "nobody".to_owned() } else { names(rung) }),
            silent,
            next_due_at,
        ),
        other => return format!("{} {}", clock(now), Page::event_kind(other)),
    };
    let silent = if silent.is_empty() { String::new() } else { format!(" ({})", silent.join("; ")) };
    format!("{} {what}{silent} → {}", clock(now), clock(*next))
}
