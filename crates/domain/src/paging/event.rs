//! What can happen to a page: the words of its stream. The words stay readable for ever; new ones come beside them.
//! Is not: what follows from an event (`page`), nor why one comes about (`escalation`, `act`).

use super::{AttemptOutcome, PolicySnapshot, Rank, Rung, Subject};
use crate::{
    ids::{ContactId, NotificationId, PageId, PolicyId, ServiceId, UserId},
    org::{Facts, Target, Urgency},
    record::Instant,
};
use serde::{Deserialize, Serialize};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
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
        /// Its urgency is low, and its policy lets that wait until then: nobody is rung before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held_until: Option<Instant>,
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
        /// Each of them must acknowledge.
        #[serde(default, skip_serializing_if = "is_false")]
        all: bool,
        /// Who gets a copy, and is not counted on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        copies: Vec<Rung>,
        /// The next repeat.
        next_cycle: u32,
        /// The next step.
        next_step: u32,
        /// When that is due.
        next_due_at: Instant,
    },
    /// A step does not ring: its condition does not hold, or it hands over to what led here. It takes no time and leaves this line.
    StepSkipped {
        /// Which repeat.
        cycle: u32,
        /// Which step.
        step: u32,
        /// What does not hold.
        why: String,
        /// The next repeat.
        next_cycle: u32,
        /// The next step.
        next_step: u32,
        /// When that is due.
        next_due_at: Instant,
    },
    /// A step hands the page over to another policy: it goes on with the first step of that one.
    StepHandedOver {
        /// Which repeat.
        cycle: u32,
        /// Which step.
        step: u32,
        /// To which policy.
        to: PolicyId,
        /// Its first step.
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
        /// When an acknowledgement runs out that a clock that was ahead had timed; `None` when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rings_again_at: Option<Instant>,
        /// Messages whose alarms were armed anew.
        messages: Vec<NotificationId>,
        /// Why, for people.
        why: String,
    },
    /// One of several who must all acknowledge did; it rings on for the others.
    AnsweredByOne {
        /// `link`, `api`, `page`, `cli`.
        via: String,
    },
    /// A human has it.
    Acknowledged {
        /// `link`, `api`, `page`, `cli`, or the integration.
        via: String,
        /// Nobody had paged them: they took it over from those who were.
        #[serde(default, skip_serializing_if = "is_false")]
        took_over: bool,
        /// When it rings again unless it is over by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rings_again_at: Option<Instant>,
    },
    /// Whoever has it wants to be left alone until then; it rings again if it is not over.
    Snoozed {
        /// Until when.
        until: Instant,
    },
    /// Whoever has it is asked whether they still do, for it rings again soon.
    AskedStillOn {
        /// When it does.
        rings_again_at: Instant,
    },
    /// "Still on it": it rings again later, unless it is over by then.
    Prolonged {
        /// When it does.
        rings_again_at: Instant,
    },
    /// It was acknowledged and is not over: it rings again from the first step, in a new cycle.
    RangAgain {
        /// Why.
        why: String,
        /// The new cycle.
        cycle: u32,
        /// When its first step is due.
        next_due_at: Instant,
    },
    /// A person handed it over to another policy or person: it rings there from the first step, in a new cycle.
    HandedTo {
        /// To whom: a target.
        to: Target,
        /// Why.
        reason: String,
        /// What it goes on with.
        policy: PolicySnapshot,
        /// The new cycle.
        cycle: u32,
        /// When its first step is due.
        next_due_at: Instant,
    },
    /// It became urgent. Whoever was told of it quietly may sleep, so it rings from the first step again, in a new cycle.
    Raised {
        /// Why.
        why: String,
        /// Its new place among pages that are due together (INV-15).
        rank: Rank,
        /// When its next step is due: now, if it was held or rings again.
        next_due_at: Option<Instant>,
        /// The new cycle; `None` as long as nobody was rung.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cycle: Option<u32>,
    },
    /// What the conditions of its steps are asked of has changed: its alert says something else now.
    Learned {
        /// As it is now.
        facts: Facts,
    },
    /// Over.
    Ended {
        /// "resolved: …", "cancelled: …".
        reason: String,
    },
}

impl PageEvent {
    /// Somebody has it whom it rang, for good.
    pub fn taken(via: &str) -> Self {
        Self::Acknowledged { via: via.to_owned(), took_over: false, rings_again_at: None }
    }

    /// The stored kind.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::StepRang { .. } => "step-rang",
            Self::StepSkipped { .. } => "step-skipped",
            Self::StepHandedOver { .. } => "step-handed-over",
            Self::StepEmpty { .. } => "step-empty",
            Self::LastResortRang { .. } => "last-resort-rang",
            Self::HandedOver { .. } => "handed-over",
            Self::Attempted { .. } => "attempted",
            Self::Unreachable { .. } => "unreachable",
            Self::Rescheduled { .. } => "rescheduled",
            Self::AnsweredByOne { .. } => "answered-by-one",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Snoozed { .. } => "snoozed",
            Self::AskedStillOn { .. } => "asked-still-on",
            Self::Prolonged { .. } => "prolonged",
            Self::RangAgain { .. } => "rang-again",
            Self::HandedTo { .. } => "handed-to",
            Self::Raised { .. } => "raised",
            Self::Learned { .. } => "learned",
            Self::Ended { .. } => "ended",
        }
    }
}
