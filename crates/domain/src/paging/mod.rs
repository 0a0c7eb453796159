//! Paging: one run of an escalation policy, what it owes to whom by when, and what a message says. INV-03…07 are decided here.

pub mod canary;
pub mod clock_step;
mod escalation;
mod message;
mod notification;
mod page;
mod plan;
mod rank;

pub use escalation::{PageStart, later};
pub use message::{AlertBrief, AlsoTold, Bundle, IncidentBrief, Message, MessageKind, NextStep};
pub use notification::{AttemptOutcome, Notification, NotificationStatus, Owed, Report, Settled, owed};
pub use page::{Page, PageEvent, PageStatus, PolicySnapshot, Ring, Rung, Subject};
pub use plan::{PlanLine, plan};
pub use rank::Rank;

#[cfg(test)]
mod tests;
