//! Signals in: from parsed events to alerts, pages and incidents, in one unit of work; and alerts acknowledged or resolved by people.

mod act;
mod ingest;

pub use act::{acknowledge, resolve, snooze};
pub(crate) use act::{record, resolve_as};
pub(crate) use ingest::page_start;
pub use ingest::{EventOutcome, Inbound, Receipt, ingest};
