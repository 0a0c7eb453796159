//! Words in and words out: durations, slugs, the room's update format, "did you mean", runbooks.
//!
//! Pure functions on strings and small structs. Not here: wording and blame checks (`voice`, `learning`), HTML
//! rendering (the views), anything that knows an incident. Anyone may call these.

pub mod clean;
pub mod duration;
pub mod lint;
pub mod runbook;
pub mod slug;
pub mod suggest;
pub mod update_format;
