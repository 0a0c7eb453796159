//! The vocabulary and every decision of Nightbell. Pure: no clock, no randomness, no I/O; time and identifiers arrive as arguments.
//!
//! What is in which room: `org` (configuration as values), `signal` (events, alerts, routes), `paging` (pages, notifications, plans),
//! `response` (incidents, the playbook's clocks), `voice` (what may be said in public), `learning` (postmortems, action items, blame),
//! `access` (who may), `text` (words in, words out), and what all share: `ids`, `record`, `refusal`, `limits`.
//! May be called by: every crate above it. Absent from here: threads, tokio, files, environment, SQL, HTTP.

pub mod access;
pub mod ids;
pub mod learning;
pub mod limits;
pub mod org;
pub mod paging;
pub mod record;
pub mod refusal;
pub mod response;
pub mod signal;
pub mod text;
pub mod voice;
