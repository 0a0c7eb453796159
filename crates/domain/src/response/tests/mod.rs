//! Tests of the response: tables per decision, the clocks, the frozen stored form, and properties over random lives.

mod clocks;
mod golden;
mod lifecycle;
mod property;
mod roles;
mod room;
mod severity;
mod updates;

use super::*;
use crate::{
    ids::{AlertId, IncidentId, PageId, PostmortemId, StatusPageId, UserId},
    org::SeverityTable,
    record::{Actor, Aggregate, Instant, Recorded, fold},
    refusal::Refusal,
    voice::wording::WordingContext,
};
use jiff::SignedDuration;
use nightbell_public::{ComponentStatus, Impact};

/// 2026-05-02T09:35:00Z, when the incidents of these tests are declared.
pub(crate) fn start() -> Instant {
    "2026-05-02T09:35:00Z".parse().unwrap()
}

/// So many seconds after the declaration.
pub(crate) fn t(seconds: i64) -> Instant {
    start() + SignedDuration::from_secs(seconds)
}

pub(crate) fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor::User(user(name))
}

pub(crate) fn id<T: From<uuid::Uuid>>(n: u128) -> T {
    uuid::Uuid::from_u128(n).into()
}

pub(crate) fn rollback() -> Mitigation {
    Mitigation {
        key: "rollback".to_owned(),
        title: "Roll back webhook-worker".to_owned(),
        command: Some("kubectl rollout undo deploy/webhook-worker".to_owned()),
        runbook: Some("stripe-webhook-failures".parse().unwrap()),
    }
}

/// A life: the events so far and the state they fold to, checked at every step.
#[derive(Clone)]
pub(crate) struct Life {
    pub events: Vec<Recorded<IncidentEvent>>,
    pub state: Incident,
}

impl Life {
    pub fn declared(severity: &str) -> Life {
        let table = SeverityTable::default();
        let input = DeclareInput {
            id: id::<IncidentId>(1),
            slug: "inc-2026-05-02-checkout-down".to_owned(),
            title: " Checkout\n down ".to_owned(),
            severity: table.get(&severity.parse().unwrap()).unwrap().clone(),
            answers: None,
            why: String::new(),
            service: Some("checkout".parse().unwrap()),
            runbook: Some("stripe-webhook-failures".parse().unwrap()),
            mitigations: vec![rollback(), rollback()],
            alert: Some(FirstAlert { id: id::<AlertId>(7), title: "5xx spike".to_owned(), started_at: t(-180) }),
        };
        let dana = actor("dana");
        let events = declare(Act::new(&dana, start()), input).unwrap();
        let mut recorded = Vec::new();
        for event in events {
            let seq = recorded.len() as u64 + 1;
            recorded.push(Recorded { seq, at: start(), actor: dana.clone(), event });
        }
        let state = fold::<Incident>(&recorded).unwrap().unwrap();
        Life { events: recorded, state }
    }

    /// Records what a decision returned.
    pub fn record(&mut self, by: &Actor, at: Instant, events: Vec<IncidentEvent>) -> Vec<&'static str> {
        let kinds = events.iter().map(IncidentEvent::kind).collect();
        for event in events {
            let recorded = Recorded { seq: self.state.version + 1, at, actor: by.clone(), event };
            self.state = Incident::evolve(Some(self.state.clone()), &recorded).expect("a decided event fits");
            self.events.push(recorded);
        }
        kinds
    }

    /// Decides and records.
    pub fn act(
        &mut self,
        who: &str,
        at: Instant,
        decide: impl Fn(&Incident, Act<'_>) -> Result<Vec<IncidentEvent>, Refusal>,
    ) -> Result<Vec<&'static str>, Refusal> {
        let by = actor(who);
        let events = decide(&self.state, Act::new(&by, at))?;
        Ok(self.record(&by, at, events))
    }

    /// Reads the clocks and records.
    pub fn tick(&mut self, at: Instant) -> Vec<IncidentEvent> {
        let events = self.state.tick(at);
        self.record(&Actor::system("cadence"), at, events.clone());
        events
    }

    pub fn take(&mut self, role: RoleKind, who: &str, at: Instant) {
        self.act(who, at, |incident, act| incident.take_role(act, role, &user(who))).unwrap();
    }

    pub fn update(&mut self, who: &str, at: Instant, text: &str) {
        let input = UpdateInput { text, ..UpdateInput::default() };
        self.act(who, at, |incident, act| incident.post_update(act, &input)).unwrap();
    }

    pub fn publish(&mut self, who: &str, at: Instant, text: &str) {
        let page: StatusPageId = "main".parse().unwrap();
        let input = publication(&page, text);
        self.act(who, at, |incident, act| incident.publish(act, &input)).unwrap();
    }

    pub fn resolve(&mut self, who: &str, at: Instant) -> Vec<&'static str> {
        let input = UpdateInput { text: "All checkouts succeed again.", ..UpdateInput::default() };
        let due = Some(at + SignedDuration::from_hours(24 * 6));
        self.act(who, at, |incident, act| incident.resolve(act, &input, due)).unwrap()
    }

    pub fn standing(&self, rule: RuleId, now: Instant) -> Standing {
        let lines = playbook::adherence(&self.state, now).lines;
        lines.into_iter().find(|line| line.rule == rule).unwrap().standing
    }
}

pub(crate) fn publication<'a>(page: &'a StatusPageId, text: &'a str) -> PublishInput<'a> {
    PublishInput {
        notice: "q7k2mzx4a5bc",
        page,
        title: None,
        text,
        impact: Impact::Major,
        components: vec![ComponentEffect {
            component: "checkout".parse().unwrap(),
            status: ComponentStatus::PartialOutage,
        }],
        next_update_at: None,
        wording: WordingContext { people: &["dana"], internal_names: &["webhook-worker"], ..WordingContext::default() },
        reason: None,
        override_reason: None,
    }
}

/// The code (or field) of a refusal, or the kinds of the events.
pub(crate) fn outcome(result: Result<Vec<&'static str>, Refusal>) -> String {
    match result {
        Ok(kinds) if kinds.is_empty() => "nothing".to_owned(),
        Ok(kinds) => kinds.join(" "),
        Err(refusal) => match refusal.field {
            Some(field) if refusal.code == "invalid" => format!("refused: {field}"),
            _ => format!("refused: {}", refusal.code),
        },
    }
}
