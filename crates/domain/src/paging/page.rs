//! A page: one run of a policy for an alert, an incident or a person, `ringing → acknowledged → ended`, or `exhausted`.
//! The policy is snapshotted when it starts (INV-12); escalation never goes backwards (INV-04); a page that is not acknowledged
//! or ended always has a next alarm (INV-03). State only; the decisions are in [`super::escalation`].

use super::{PageEvent, PolicySnapshot, Rank, later};
use crate::{
    ids::{AlertId, ContactId, IncidentId, PageId, ServiceId, UserId},
    limits,
    org::Urgency,
    record::{Actor, Aggregate, Instant, Recorded},
};
use serde::{Deserialize, Serialize};

/// What a page is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Subject {
    /// An alert fires.
    Alert {
        /// Which.
        alert: AlertId,
    },
    /// An incident wants somebody: at declaration, or by a playbook clock.
    Incident {
        /// Which.
        incident: IncidentId,
        /// `declared`, or the id of the playbook rule.
        purpose: String,
    },
    /// One person calls another.
    Person,
    /// Nobody is wanted: the way of pages is tried out, to the end (INV-24). Shown nowhere.
    Canary,
    /// Whether one contact method reaches its owner: a code, or a test page. Rings them alone, by it alone, and ends by itself.
    Proof {
        /// Whose method.
        user: UserId,
        /// Which.
        contact: ContactId,
    },
}

/// Where a page stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum PageStatus {
    /// Waiting for a human.
    Ringing,
    /// Everybody was silent; the last resort rings again and again.
    Exhausted {
        /// Since when.
        since: Instant,
    },
    /// A human has it.
    Acknowledged {
        /// Who.
        by: Actor,
        /// When.
        at: Instant,
    },
    /// Over.
    Ended {
        /// Why.
        reason: String,
        /// When.
        at: Instant,
    },
}

impl PageStatus {
    /// The word in lists and the database.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Exhausted { .. } => "exhausted",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Ended { .. } => "ended",
        }
    }
}

/// One person rung by one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Who.
    pub user: UserId,
    /// Why them: "primary on payments-primary".
    pub why: String,
}

/// One ring of a step: when, which, whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// When.
    pub at: Instant,
    /// Which repeat, from 0.
    pub cycle: u32,
    /// Which step, from 0; one past the last is the last resort.
    pub step: u32,
    /// Whom.
    pub rung: Vec<Rung>,
}

/// Somebody who acknowledged, or must, while everybody has to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    pub user: UserId,
    /// A step that wants everybody rang them.
    pub wanted: bool,
    /// When they acknowledged.
    pub at: Option<Instant>,
}

/// What an acknowledged page waits for (beside its end).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Awake {
    /// Its acknowledgement runs out.
    TimesOut {
        /// When it rings again.
        rings_again_at: Instant,
        /// When whoever has it is asked whether they still do; `None` once they were.
        asks_at: Option<Instant>,
    },
    /// Whoever has it is left alone until then.
    Snoozed {
        /// When it rings again.
        until: Instant,
    },
}

impl Awake {
    /// When it must be looked at.
    pub fn at(self) -> Instant {
        match self {
            Self::TimesOut { rings_again_at, asks_at } => asks_at.unwrap_or(rings_again_at),
            Self::Snoozed { until } => until,
        }
    }

    /// When it rings again.
    pub fn rings_again_at(self) -> Instant {
        match self {
            Self::TimesOut { rings_again_at, .. } => rings_again_at,
            Self::Snoozed { until } => until,
        }
    }
}

/// A page as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Id.
    pub id: PageId,
    /// What for.
    pub subject: Subject,
    /// One line.
    pub title: String,
    /// Details.
    pub body: String,
    /// What it is about.
    pub service: Option<ServiceId>,
    /// How loudly.
    pub urgency: Urgency,
    /// The policy as it was at the start.
    pub policy: PolicySnapshot,
    /// Why it rings at all: the route's reason, the rule, the caller.
    pub why: String,
    /// When it started.
    pub started_at: Instant,
    /// Where it stands.
    pub status: PageStatus,
    /// Which repeat is next, from 0.
    pub cycle: u32,
    /// Which step is next, from 0.
    pub next_step: u32,
    /// When it must be looked at again; set exactly while ringing or exhausted (INV-03).
    pub next_due_at: Option<Instant>,
    /// What rang so far; the newest [`limits::RINGS_KEPT_MAX`].
    pub rings: Vec<Ring>,
    /// Its place among pages that are due together (INV-15).
    #[serde(default)]
    pub rank: Rank,
    /// The cycle in which it rang again last, or 0: repeats are counted from there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub begun_cycle: u32,
    /// Of low urgency, and held: nobody is rung before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Instant>,
    /// Who acknowledged, and who must, once a step wants everybody to; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// What it waits for while acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awake: Option<Awake>,
    /// How many events of its stream it folds.
    pub version: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Page {
    /// Whether it still waits for a human.
    pub fn is_waiting(&self) -> bool {
        matches!(self.status, PageStatus::Ringing | PageStatus::Exhausted { .. })
    }

    /// When it is looked at although somebody has it: set exactly while an acknowledgement runs out or a snooze lasts.
    pub fn wake_at(&self) -> Option<Instant> {
        self.awake.map(Awake::at)
    }

    /// Who still must acknowledge.
    pub fn owing(&self) -> impl Iterator<Item = &UserId> {
        self.answers.iter().filter(|answer| answer.wanted && answer.at.is_none()).map(|answer| &answer.user)
    }

    /// How many of those who must have acknowledged, and how many must; `None` when the first acknowledgement is enough.
    pub fn answered(&self) -> Option<(usize, usize)> {
        let wanted = || self.answers.iter().filter(|answer| answer.wanted);
        let of = wanted().count();
        (of > 0).then(|| (wanted().filter(|answer| answer.at.is_some()).count(), of))
    }

    /// Whether somebody acknowledged while others still must.
    pub fn has_answered(&self, user: &UserId) -> bool {
        self.answers.iter().any(|answer| answer.user == *user && answer.at.is_some())
    }

    /// Whether a ring of the present run reached somebody.
    pub fn rang(&self, user: &UserId) -> bool {
        let run = self.rings.iter().filter(|ring| ring.cycle >= self.begun_cycle);
        run.flat_map(|ring| &ring.rung).any(|rung| rung.user == *user)
    }

    /// Whether nobody is rung before a later instant.
    pub fn is_held(&self, now: Instant) -> bool {
        self.is_waiting() && self.held_until.is_some_and(|until| until > now)
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.status, PageStatus::Ended { .. })
    }

    fn begin(event: &Recorded<PageEvent>) -> Option<Self> {
        let PageEvent::Started {
            id,
            subject,
            title,
            body,
            service,
            urgency,
            policy,
            why,
            next_due_at,
            rank,
            held_until,
        } = &event.event
        else {
            return None;
        };
        Some(Self {
            id: *id,
            subject: subject.clone(),
            title: title.clone(),
            body: body.clone(),
            service: service.clone(),
            urgency: *urgency,
            policy: policy.clone(),
            why: why.clone(),
            started_at: event.at,
            status: PageStatus::Ringing,
            cycle: 0,
            next_step: 0,
            next_due_at: Some(*next_due_at),
            rings: Vec::new(),
            rank: *rank,
            begun_cycle: 0,
            held_until: *held_until,
            answers: Vec::new(),
            awake: None,
            version: event.seq,
        })
    }

    fn rung(&mut self, at: Instant, (cycle, step): (u32, u32), rung: &[Rung], next: (u32, u32, Instant)) {
        if !rung.is_empty() {
            self.rings.push(Ring { at, cycle, step, rung: rung.to_vec() });
            // A page nobody ever answers rings its last resort for ever; the row keeps the newest rings, the journal all of them.
            let surplus = self.rings.len().saturating_sub(limits::RINGS_KEPT_MAX);
            self.rings.drain(..surplus);
        }
        (self.cycle, self.next_step) = (next.0, next.1);
        self.next_due_at = Some(next.2);
    }

    /// Each of these must acknowledge; whoever did already has.
    fn wants(&mut self, rung: &[Rung]) {
        for person in rung {
            match self.answers.iter_mut().find(|answer| answer.user == person.user) {
                Some(known) => known.wanted = true,
                None => self.answers.push(Answer { user: person.user.clone(), wanted: true, at: None }),
            }
        }
    }

    fn has_answer_of(&mut self, actor: &Actor, at: Instant) {
        let Some(user) = actor.user() else { return };
        match self.answers.iter_mut().find(|answer| answer.user == *user) {
            Some(known) => known.at = known.at.or(Some(at)),
            None => self.answers.push(Answer { user: user.clone(), wanted: false, at: Some(at) }),
        }
    }

    /// It rings from the first step again, whoever had it.
    fn begin_again(&mut self, cycle: u32, next_due_at: Instant) {
        self.status = PageStatus::Ringing;
        (self.cycle, self.begun_cycle, self.next_step) = (cycle, cycle, 0);
        self.next_due_at = Some(next_due_at);
        (self.awake, self.held_until) = (None, None);
        self.answers.clear();
    }

    /// The acknowledgement runs out then; whoever has it is asked a little before.
    fn times_out(&mut self, now: Instant, rings_again_at: Instant) {
        let lead = (rings_again_at.duration_since(now) / 2).min(limits::STILL_ON_IT_BEFORE);
        self.awake = Some(Awake::TimesOut { rings_again_at, asks_at: Some(later(rings_again_at, -lead)) });
    }

    /// An acknowledgement runs out earlier: a clock that was ahead had said when.
    fn rearm(&mut self, rings_again_at: Option<Instant>) {
        if let (Some(Awake::TimesOut { rings_again_at: old, asks_at }), Some(new)) = (self.awake, rings_again_at) {
            let asks_at = asks_at.map(|asks| later(asks, -old.duration_since(new)));
            self.awake = Some(Awake::TimesOut { rings_again_at: new, asks_at });
        }
    }

    /// What an acknowledgement, and whatever follows it, does. False when the event is none of them.
    fn taken(&mut self, event: &Recorded<PageEvent>) -> bool {
        let acknowledged = matches!(self.status, PageStatus::Acknowledged { .. });
        match &event.event {
            PageEvent::AnsweredByOne { .. } => self.has_answer_of(&event.actor, event.at),
            PageEvent::Acknowledged { rings_again_at, .. } => {
                if !self.answers.is_empty() {
                    self.has_answer_of(&event.actor, event.at);
                }
                self.status = PageStatus::Acknowledged { by: event.actor.clone(), at: event.at };
                (self.next_due_at, self.held_until, self.awake) = (None, None, None);
                if let Some(rings_again_at) = rings_again_at {
                    self.times_out(event.at, *rings_again_at);
                }
            }
            PageEvent::Snoozed { until } if acknowledged => self.awake = Some(Awake::Snoozed { until: *until }),
            PageEvent::AskedStillOn { rings_again_at } if acknowledged => {
                self.awake = Some(Awake::TimesOut { rings_again_at: *rings_again_at, asks_at: None });
            }
            PageEvent::Prolonged { rings_again_at } if acknowledged => self.times_out(event.at, *rings_again_at),
            PageEvent::RangAgain { cycle, next_due_at, .. } if acknowledged => self.begin_again(*cycle, *next_due_at),
            PageEvent::HandedTo { policy, cycle, next_due_at, .. } if !self.is_ended() => {
                self.policy = policy.clone();
                self.begin_again(*cycle, *next_due_at);
            }
            PageEvent::Snoozed { .. }
            | PageEvent::AskedStillOn { .. }
            | PageEvent::Prolonged { .. }
            | PageEvent::RangAgain { .. }
            | PageEvent::HandedTo { .. } => {}
            _ => return false,
        }
        true
    }
}

impl Aggregate for Page {
    type Event = PageEvent;
    const KIND: &'static str = "page";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn evolve(state: Option<Self>, event: &Recorded<PageEvent>) -> Option<Self> {
        let Some(mut page) = state else { return Self::begin(event) };
        match &event.event {
            PageEvent::Started { .. } => return None,
            PageEvent::StepRang { cycle, step, rung, all, next_cycle, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), rung, (*next_cycle, *next_step, *next_due_at));
                if *all {
                    page.wants(rung);
                }
            }
            PageEvent::StepEmpty { cycle, step, next_cycle, next_step, next_due_at, .. }
            | PageEvent::StepSkipped { cycle, step, next_cycle, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), &[], (*next_cycle, *next_step, *next_due_at));
            }
            PageEvent::StepHandedOver { cycle, step, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), &[], (*cycle, *next_step, *next_due_at));
            }
            PageEvent::LastResortRang { cycle, rung, next_due_at, .. } => {
                let last = page.policy.end();
                page.rung(event.at, (*cycle, last), rung, (cycle + 1, last, *next_due_at));
                if page.status == PageStatus::Ringing {
                    page.status = PageStatus::Exhausted { since: event.at };
                }
            }
            PageEvent::HandedOver { next_due_at } | PageEvent::Unreachable { next_due_at, .. } => {
                if page.is_waiting() {
                    page.next_due_at = Some(*next_due_at);
                }
            }
            PageEvent::Rescheduled { next_due_at, rings_again_at, .. } => {
                if page.is_waiting() {
                    page.next_due_at = next_due_at.or(page.next_due_at);
                }
                page.rearm(*rings_again_at);
            }
            PageEvent::Raised { rank, next_due_at, .. } => {
                (page.urgency, page.rank) = (Urgency::High, *rank);
                if page.is_waiting() {
                    page.next_due_at = next_due_at.or(page.next_due_at);
                    page.held_until = None;
                }
            }
            PageEvent::Attempted { .. } => {}
            PageEvent::Ended { reason } => {
                page.status = PageStatus::Ended { reason: reason.clone(), at: event.at };
                (page.next_due_at, page.awake) = (None, None);
            }
            _ => {
                if !page.taken(event) {
                    return None;
                }
            }
        }
        page.version = event.seq;
        Some(page)
    }

    fn event_kind(event: &PageEvent) -> &'static str {
        event.word()
    }
}
