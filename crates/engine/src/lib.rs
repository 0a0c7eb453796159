//! The engine: load → decide → evolve → commit. The only caller of `commit`; synchronous; time and randomness are handed in.
//!
//! Use cases are functions of a [`Unit`] and a permit, in the folder of their topic. Reconcilers (`paging::escalate`, `paging::dispatch`,
//! `response::cadence`, `learning::chase`, `heartbeat::heartbeat`, `clock_step::stepped_back`, [`retention()`]) take no input but the clock, are idempotent, find their work by due times in the
//! store, and leave a damaged item out so that the others go on. [`views`] and [`live`] only read; [`Reader`] is the port beside the writer.
//! Called by `web`, `nightbell` and `sim`. Absent from here: HTTP, mail, threads' sleeping, SQL text.

pub mod access;
mod batch;
pub mod calendars;
pub mod canary;
pub mod clock_step;
mod desk;
mod directory;
mod engine;
mod fault;
pub mod heartbeat;
pub mod learning;
pub mod live;
pub mod nodes;
pub mod organisation;
pub mod paging;
pub mod people;
pub mod portable;
mod probe;
pub mod proof;
pub mod reach;
mod reader;
pub mod response;
mod retention;
pub mod rota;
mod settings;
pub mod signal;
pub mod subscription;
mod unit;
pub mod verify;
pub mod views;
pub mod watch;

pub use desk::{CLASSES, Class, Clock, Counts, Depth, Desk, DeskStats, Tally, Writer, desk};
pub use directory::Directory;
pub use engine::{Asks, Batch, Engine, Job};
pub use fault::Fault;
pub use nightbell_domain as domain;
pub use nightbell_store::{StoreError, Tx};
pub use nodes::{Beside, open_postgres_beside};
pub use probe::prove_writable;
pub use reader::{DirectoryCache, Reader, open_postgres_reader, open_sqlite_reader};
pub use retention::retention;
pub use settings::{Key, Others, Renewal, Settings, link_key_renewals, push_key, renew_link_key};
pub use unit::Unit;

#[cfg(test)]
mod tests;
