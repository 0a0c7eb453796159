//! Turning an outage into fixed causes: the postmortem document and the blame check.
//!
//! Pure functions on text and small structs. Not here: who approves, when it is due, where it is kept.

pub mod action_item;
pub mod blame;
pub mod document;
mod from_incident;
pub mod postmortem;

pub use action_item::{ActionItem, ActionItemState, NewActionItem};
pub use from_incident::draft_from_incident;
pub use postmortem::{Postmortem, PostmortemEvent, PostmortemState};
