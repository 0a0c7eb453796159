//! Paging: starting pages, advancing them when their alarm rings, handing notifications to senders, and recording what became of each.

mod act;
mod bundle;
mod compose;
mod dispatch;
mod due;
mod escalate;
mod explain;
mod settle;
mod start;

pub(crate) use act::end;
pub use act::{
    LinkHolder, acknowledge, acknowledge_all_by_link, acknowledge_by_link, acknowledge_for, end_for, hand_over,
    hand_over_by_link, page_people,
};
pub(crate) use compose::runbook_url;
pub use compose::{later_steps, next_step};
pub use dispatch::{Address, Work, dispatch};
pub use escalate::{advance, escalate};
pub use explain::{ExplainSubject, Explanation, explain};
pub use settle::settle;
pub use start::{notice, start};
