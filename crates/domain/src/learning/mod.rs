//! Turning an outage into fixed causes: the postmortem document and the blame check.
//!
//! Pure functions on text and small structs. Not here: who approves, when it is due, where it is kept.

pub mod blame;
pub mod document;
