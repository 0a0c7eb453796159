//! A page: one run of a policy for an alert, an incident or a person, `ringing → acknowledged → ended`, or `exhausted`.
//! The policy is snapshotted when it starts (INV-12); escalation never goes backwards (INV-04); a page that is not acknowledged
//! or ended always has a next alarm (INV-03). State only: what changes it is in `fold`, the
//! decisions are in [`super::escalation`] and `act`.

use super::{PolicySnapshot, Rank};
use crate::{
    ids::{AlertId, ContactId, IncidentId, PageId, ServiceId, UserId},
    org::Urgency,
    record::{Actor, Instant},
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
    /// Whoever rang last was said not to answer ("not mine", or no method of theirs works): what comes next waits for nobody.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hurried: bool,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(yes: &bool) -> bool {
    !*yes
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

    /// The newest ring of the cycle that is under way.
    pub fn newest_ring(&self) -> Option<&Ring> {
        self.rings.iter().rfind(|ring| ring.cycle == self.cycle)
    }

    /// Whether anybody was rung since it began, or began again.
    pub fn rang_anybody(&self) -> bool {
        self.rings.iter().any(|ring| ring.cycle >= self.begun_cycle)
    }

    /// Which repeat a cycle is, counted from where it began, or began again.
    pub fn repeat_of(&self, cycle: u32) -> u32 {
        cycle.saturating_sub(self.begun_cycle)
    }

    /// Whether it only tries out the way of pages: nothing is behind it, and it is nobody else's.
    pub fn is_trial(&self) -> bool {
        matches!(self.subject, Subject::Canary | Subject::Proof { .. })
    }

    /// Whether nobody is rung before a later instant; not when somebody passed it on before that.
    pub fn is_held(&self, now: Instant) -> bool {
        let holds = |until| until > now && self.next_due_at.is_some_and(|due| due >= until);
        self.is_waiting() && self.held_until.is_some_and(holds)
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.status, PageStatus::Ended { .. })
    }
}
