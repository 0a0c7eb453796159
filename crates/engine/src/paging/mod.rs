//! Paging: starting pages, advancing them when their alarm rings, handing notifications to senders, and recording what became of each.

mod act;
mod bundle;
mod compose;
mod dispatch;
mod due;
mod escalate;
mod explain;
mod hand;
pub mod phone;
mod press;
mod settle;
mod start;
mod tell;
mod wake;

pub(crate) use act::end;
pub use act::{
    LinkHolder, acknowledge, acknowledge_all_by_link, acknowledge_by_contact, acknowledge_by_link, acknowledge_for,
    end_for, page_people,
};
pub(crate) use compose::runbook_url;
pub use compose::{later_steps, next_step};
pub use dispatch::{Address, Work, dispatch};
pub use escalate::{advance, escalate};
pub use explain::{ExplainSubject, Explanation, Turns, explain, explain_without, turns};
pub use hand::{
    hand_over, hand_over_by_link, hand_to, hand_to_by_link, prolong, prolong_by_link, raise, snooze, snooze_by_link,
};
pub(crate) use hand::{learn_for, raise_for, snooze_for};
pub use press::{Button, press_by_contact, press_by_link};
pub use settle::settle;
pub(crate) use start::tell_once;
pub use start::{notice, start};
pub(crate) use tell::tell;
