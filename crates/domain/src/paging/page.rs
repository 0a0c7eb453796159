//! A page: one run of a policy for an alert, an incident or a person, `ringing → acknowledged → ended`, or `exhausted`.
//! The policy is snapshotted when it starts (INV-12); escalation never goes backwards (INV-04); a page that is not acknowledged
//! or ended always has a next alarm (INV-03). State only; the decisions are in [`super::escalation`].

use crate::{
    ids::{AlertId, ContactId, IncidentId, NotificationId, PageId, PolicyId, ServiceId, UserId},
    limits,
    org::{Policy, PolicyStep, Target, Urgency},
    paging::{AttemptOutcome, Rank},
    record::{Actor, Aggregate, Instant, Recorded},
};
use jiff::SignedDuration;
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
}

/// The policy as it was when the page started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySnapshot {
    /// Which policy it was, if it was one.
    pub policy: Option<PolicyId>,
    /// Its steps.
    pub steps: Vec<PolicyStep>,
    /// Its repeats.
    pub repeat: u16,
    /// Its last resort.
    pub last_resort: Vec<Target>,
}

impl From<&Policy> for PolicySnapshot {
    fn from(policy: &Policy) -> Self {
        Self {
            policy: Some(policy.id.clone()),
            steps: policy.steps.clone(),
            repeat: policy.repeat,
            last_resort: policy.last_resort.clone(),
        }
    }
}

impl PolicySnapshot {
    /// One step that rings the targets at once, no repeat.
    pub fn direct(targets: Vec<Target>) -> Self {
        Self {
            policy: None,
            steps: vec![PolicyStep { after: SignedDuration::ZERO, notify: targets }],
            repeat: 0,
            last_resort: Vec::new(),
        }
    }

    /// The wait after the last step, before a repeat or the last resort: the longest delay between two steps, 5 min when there is none.
    pub fn pause(&self) -> SignedDuration {
        let longest = self.steps.iter().map(|s| s.after).max().unwrap_or_default();
        if longest > SignedDuration::ZERO { longest } else { SignedDuration::from_mins(5) }
    }
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
    /// How many events of its stream it folds.
    pub version: u64,
}

/// What can happen to a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PageEvent {
    /// It begins; its first step is due at `next_due_at`.
    Started {
        /// Id.
        id: PageId,
        /// What for.
        subject: Subject,
        /// One line.
        title: String,
        /// Details.
        body: String,
        /// What it is about.
        service: Option<ServiceId>,
        /// How loudly.
        urgency: Urgency,
        /// The policy, snapshotted.
        policy: PolicySnapshot,
        /// Why.
        why: String,
        /// When the first step is due.
        next_due_at: Instant,
        /// Its place among pages that are due together (INV-15).
        #[serde(default)]
        rank: Rank,
    },
    /// A step rang somebody.
    StepRang {
        /// Which repeat.
        cycle: u32,
        /// Which step.
        step: u32,
        /// Whom.
        rung: Vec<Rung>,
        /// Targets that reached nobody, and why.
        silent: Vec<String>,
        /// The next repeat.
        next_cycle: u32,
        /// The next step.
        next_step: u32,
        /// When that is due.
        next_due_at: Instant,
    },
    /// A step reached nobody: it takes no time and leaves this line (INV-04).
    StepEmpty {
        /// Which repeat.
        cycle: u32,
        /// Which step.
        step: u32,
        /// Why nobody.
        silent: Vec<String>,
        /// The next repeat.
        next_cycle: u32,
        /// The next step.
        next_step: u32,
        /// When that is due.
        next_due_at: Instant,
    },
    /// Everybody was silent: the last resort rings.
    LastResortRang {
        /// Counts on.
        cycle: u32,
        /// Whom; empty when the installation has nobody at all, which `doctor` and the log shout about.
        rung: Vec<Rung>,
        /// Targets that reached nobody, and why.
        silent: Vec<String>,
        /// When it rings again.
        next_due_at: Instant,
    },
    /// "Not mine": the next step rings now.
    HandedOver {
        /// Now.
        next_due_at: Instant,
    },
    /// One attempt of one notification ended.
    Attempted {
        /// Which notification.
        notification: NotificationId,
        /// To whom.
        user: UserId,
        /// By which method.
        contact: ContactId,
        /// `email`, `webhook`, …
        medium: String,
        /// 1-based.
        attempt: u32,
        /// How it ended.
        outcome: AttemptOutcome,
    },
    /// None of a person's methods works: the next step rings now.
    Unreachable {
        /// Who.
        user: UserId,
        /// Now.
        next_due_at: Instant,
    },
    /// The wall clock was set back past the instants at which alarms of this page had been armed: they were armed anew (INV-13).
    Rescheduled {
        /// When the next step is due; `None` when that alarm stays as it is, or there is none.
        next_due_at: Option<Instant>,
        /// Messages whose alarms were armed anew.
        messages: Vec<NotificationId>,
        /// Why, for people.
        why: String,
    },
    /// A human has it.
    Acknowledged {
        /// `link`, `api`, `page`, `cli`, or the integration.
        via: String,
    },
    /// Over.
    Ended {
        /// "resolved: …", "cancelled: …".
        reason: String,
    },
}

impl Page {
    /// Whether it still waits for a human.
    pub fn is_waiting(&self) -> bool {
        matches!(self.status, PageStatus::Ringing | PageStatus::Exhausted { .. })
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.status, PageStatus::Ended { .. })
    }

    fn begin(event: &Recorded<PageEvent>) -> Option<Self> {
        let PageEvent::Started { id, subject, title, body, service, urgency, policy, why, next_due_at, rank } =
            &event.event
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
            version: event.seq,
        })
    }

    fn rang(&mut self, at: Instant, (cycle, step): (u32, u32), rung: &[Rung], next: (u32, u32, Instant)) {
        if !rung.is_empty() {
            self.rings.push(Ring { at, cycle, step, rung: rung.to_vec() });
            // A page nobody ever answers rings its last resort for ever; the row keeps the newest rings, the journal all of them.
            let surplus = self.rings.len().saturating_sub(limits::RINGS_KEPT_MAX);
            self.rings.drain(..surplus);
        }
        (self.cycle, self.next_step) = (next.0, next.1);
        self.next_due_at = Some(next.2);
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
            PageEvent::StepRang { cycle, step, rung, next_cycle, next_step, next_due_at, .. } => {
                page.rang(event.at, (*cycle, *step), rung, (*next_cycle, *next_step, *next_due_at));
            }
            PageEvent::StepEmpty { cycle, step, next_cycle, next_step, next_due_at, .. } => {
                page.rang(event.at, (*cycle, *step), &[], (*next_cycle, *next_step, *next_due_at));
            }
            PageEvent::LastResortRang { cycle, rung, next_due_at, .. } => {
                let last = page.policy.steps.len() as u32;
                page.rang(event.at, (*cycle, last), rung, (cycle + 1, last, *next_due_at));
                if page.status == PageStatus::Ringing {
                    page.status = PageStatus::Exhausted { since: event.at };
                }
            }
            PageEvent::HandedOver { next_due_at } | PageEvent::Unreachable { next_due_at, .. } => {
                if page.is_waiting() {
                    page.next_due_at = Some(*next_due_at);
                }
            }
            PageEvent::Rescheduled { next_due_at, .. } => {
                if page.is_waiting() {
                    page.next_due_at = next_due_at.or(page.next_due_at);
                }
            }
            PageEvent::Attempted { .. } => {}
            PageEvent::Acknowledged { .. } => {
                page.status = PageStatus::Acknowledged { by: event.actor.clone(), at: event.at };
                page.next_due_at = None;
            }
            PageEvent::Ended { reason } => {
                page.status = PageStatus::Ended { reason: reason.clone(), at: event.at };
                page.next_due_at = None;
            }
        }
        page.version = event.seq;
        Some(page)
    }

    fn event_kind(event: &PageEvent) -> &'static str {
        match event {
            PageEvent::Started { .. } => "started",
            PageEvent::StepRang { .. } => "step-rang",
            PageEvent::StepEmpty { .. } => "step-empty",
            PageEvent::LastResortRang { .. } => "last-resort-rang",
            PageEvent::HandedOver { .. } => "handed-over",
            PageEvent::Attempted { .. } => "attempted",
            PageEvent::Unreachable { .. } => "unreachable",
            PageEvent::Rescheduled { .. } => "rescheduled",
            PageEvent::Acknowledged { .. } => "acknowledged",
            PageEvent::Ended { .. } => "ended",
        }
    }
}
