//! The engine: load → decide → evolve → commit. The only caller of `commit`; synchronous; time and randomness are handed in.
//! Reconcilers (`paging::escalate`, `paging::dispatch`, `response::cadence`, `learning::chase`, `watch`) take no input but the clock, are
//! idempotent, and find their work by due times in the store. Absent from here: HTTP, mail, threads' sleeping, SQL text.

pub mod access;
mod desk;
mod directory;
mod engine;
mod fault;
pub mod learning;
pub mod live;
pub mod organisation;
pub mod paging;
mod reader;
pub mod response;
mod retention;
mod settings;
pub mod signal;
mod unit;
pub mod verify;
pub mod views;

pub use desk::{Clock, Desk, Writer, desk};
pub use directory::Directory;
pub use engine::{Engine, Job};
pub use fault::Fault;
pub use nightbell_domain as domain;
pub use nightbell_store::{StoreError, Tx};
pub use reader::{DirectoryCache, Reader, open_sqlite_reader};
pub use retention::retention;
pub use settings::{Key, Settings};
pub use unit::Unit;

#[cfg(test)]
mod tests;
