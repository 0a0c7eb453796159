//! Signals: what monitoring tools say, what it amounts to, and where it goes. Nothing here rings anybody.

mod alert;
mod event;
pub mod heartbeat;
pub mod route;

pub use alert::{Alert, AlertEvent, AlertFacts, AlertStatus, Ingested, Repeats, ingest};
pub use event::{AlertSeverity, Event, EventAction, Link, Words, cut, within};

#[cfg(test)]
mod tests;
