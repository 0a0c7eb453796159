//! The public model: everything a status page may know, and nothing else.
//!
//! Is: the components, notices, maintenance and uptime figures that Nightbell shows to the world, as plain data, plus the
//! pure arithmetic of uptime. Is not: an incident. No severity, person, room, host, count or internal id has a place in
//! these types, so that an internal field on a public page is a build error rather than a review comment (INV-19).
//! May be called by: `domain` and `engine`, which fill it on an explicit publish, and `status` and `web`, which show it.
//!
//! Pure: no clock, files, randomness or environment. Days are UTC days, so that every reader sees the same ones.

mod component;
mod notice;
mod page;
pub mod uptime;

#[cfg(test)]
mod tests;

pub use component::{Component, ComponentGroup, ComponentStatus};
pub use notice::{Impact, Notice, NoticeStatus, NoticeUpdate};
pub use page::{Maintenance, MaintenanceStatus, Page};
pub use uptime::{Day, HISTORY_DAYS, StatusChange};

/// A moment in time, UTC.
pub type Instant = jiff::Timestamp;
