//! What people agreed on beside a schedule's plan: overrides, swaps, take-overs, shadows, requests that are still open, and plans that
//! begin later (ADR 0028). Never in a file: `apply` leaves it alone. The plan itself is [`super::Schedule`]; both together make the rota.
//!
//! Here are the stored values; what may become of them is decided in [`agreed`] (spans), [`asked`] (requests) and [`planned`] (plans that
//! begin later). Who has which turn is asked of the organisation in [`duty`], what puts one in another's place in [`place`]. Nothing in the past is added, moved or taken away (INV-12).

mod agreed;
mod asked;
mod duty;
mod place;
mod planned;

pub use asked::Unanswered;
pub use duty::{REST, Seat, Turn};
pub use planned::Begin;

use crate::{
    ids::{ScheduleId, UserId},
    record::{Actor, Instant},
};
use nightbell_calendar::{Edge, Override, Schedule};
use serde::{Deserialize, Serialize};

/// Everything beside the plan of one schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// Whose plan.
    pub schedule: ScheduleId,
    /// What holds now and later, in the order in which it was agreed: a later one wins. What is long over is left to the revisions.
    #[serde(default)]
    pub spans: Vec<CoverSpan>,
    /// Somebody is asked to take a span.
    #[serde(default)]
    pub requests: Vec<CoverRequest>,
    /// Plans that begin later, in order.
    #[serde(default)]
    pub staged: Vec<StagedPlan>,
    /// What somebody wrote for whoever comes next, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<HandoffNote>,
    /// Plans that were published although somebody in them cannot be reached, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub although: Vec<Although>,
}

/// A line from whoever leaves to whoever comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffNote {
    /// Who wrote it.
    pub by: UserId,
    /// When.
    pub at: Instant,
    /// What.
    pub text: String,
}

/// Somebody published a plan with people in it whom nothing reaches, and said why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Although {
    /// Who cannot be reached.
    pub unreachable: Vec<UserId>,
    /// Why it was done all the same.
    pub reason: String,
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

/// Why a span was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverReason {
    /// Somebody who may change the schedule said so.
    Override,
    /// Two people agreed.
    Swap,
    /// A request was answered.
    Cover,
    /// "I take over now."
    TakeOver,
    /// Somebody learns.
    Shadow,
}

/// Somebody takes a span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverSpan {
    /// Handle for undoing it, unique in the schedule.
    pub id: String,
    /// Who and when, exactly.
    #[serde(flatten)]
    pub span: Override,
    /// Why.
    pub reason: CoverReason,
    /// Who arranged it.
    pub by: Actor,
    /// When it was arranged.
    pub at: Instant,
    /// The spans that came with it (the other half of a swap, the stretches of a take-over): undone together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<String>,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum RequestStatus {
    /// Nobody answered yet.
    Open,
    /// Somebody takes it; the spans carry this request's id as their deal.
    Accepted {
        /// Who.
        by: UserId,
        /// When.
        at: Instant,
        /// Why they take it although nothing reaches them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        although: Option<String>,
    },
    /// The one who was asked said no.
    Declined {
        /// Who.
        by: UserId,
        /// When.
        at: Instant,
    },
    /// Taken back, undone, or its span began before anybody answered.
    Over {
        /// Why.
        reason: String,
        /// When.
        at: Instant,
    },
}

/// "Who takes my shift?", or "your Tuesday for my Sunday?"
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverRequest {
    /// Handle, unique in the schedule.
    pub id: String,
    /// Whose span it is. Somebody else may have asked for them: `by`.
    pub user: UserId,
    /// Begin of the span, inclusive.
    pub from: Instant,
    /// End, exclusive.
    pub to: Instant,
    /// Who is asked; everybody of the schedule when nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<UserId>,
    /// What is offered in return: a span of the one who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_return: Option<(Instant, Instant)>,
    /// A line to read.
    #[serde(default)]
    pub note: String,
    /// Who asked.
    pub by: Actor,
    /// When.
    pub at: Instant,
    /// Where it stands.
    pub status: RequestStatus,
}

/// A plan that begins later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StagedPlan {
    /// When it begins.
    pub from: Instant,
    /// What holds from then on.
    pub calendar: Schedule,
    /// Who staged it.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

impl Cover {
    /// Nothing agreed yet.
    pub fn of(schedule: ScheduleId) -> Self {
        Self {
            schedule,
            spans: Vec::new(),
            requests: Vec::new(),
            staged: Vec::new(),
            notes: Vec::new(),
            although: Vec::new(),
        }
    }
}

impl CoverSpan {
    /// Begin, inclusive. Agreements are exact; wall time would be read as UTC.
    pub fn from(&self) -> Instant {
        exact(self.span.from)
    }

    /// End, exclusive.
    pub fn to(&self) -> Instant {
        exact(self.span.to)
    }
}

fn exact(edge: Edge) -> Instant {
    match edge {
        Edge::Exact(at) => at,
        Edge::Wall(at) => at.to_zoned(jiff::tz::TimeZone::UTC).map_or(Instant::MAX, |zoned| zoned.timestamp()),
    }
}

#[cfg(test)]
mod tests;
