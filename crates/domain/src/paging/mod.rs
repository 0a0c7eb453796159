//! Paging: one run of an escalation policy, what it owes to whom by when, and what a message says. INV-03…07 are decided here.

mod act;
pub mod canary;
pub mod clock_step;
mod escalation;
mod event;
mod fold;
mod message;
mod notification;
mod page;
mod plan;
pub mod proof;
mod rank;
mod snapshot;
mod without;

pub use escalation::{PageStart, later};
pub use event::PageEvent;
pub use message::{AlertBrief, AlsoTold, Bundle, IncidentBrief, Message, MessageKind, NextStep, PhoneReply};
pub use notification::{AttemptOutcome, Notification, NotificationStatus, Owed, Report, Settled, owed};
pub use page::{Answer, Awake, Page, PageStatus, Ring, Rung, Subject};
pub use plan::{PlanLine, plan};
pub use rank::Rank;
pub use snapshot::{Part, PolicySnapshot};
pub use without::{Off, plan_without};

#[cfg(test)]
mod tests;
