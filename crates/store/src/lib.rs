//! Durable state. Knows SQL and the frozen stored forms; decides nothing. Only the engine calls what writes; pages and the API read
//! through the engine's readers. One SQL text for both databases (`$1`, `ON CONFLICT`, `RETURNING`); the drivers sit behind [`Tx`].
//! Absent from here: clocks, routing, escalation, HTTP.

pub mod access;
pub mod aggregate;
pub mod bundle;
pub mod calendars;
pub mod canary;
mod checkpoint;
pub mod clock_step;
pub mod config;
pub mod delivery_report;
pub mod heartbeat;
pub mod holes;
pub mod journal;
mod known;
pub mod learning;
pub mod load;
pub mod meta;
pub mod node;
pub mod paging;
pub mod people;
pub mod portable;
mod postgres;
pub mod proof;
pub mod response;
pub mod signal;
mod sqlite;
pub mod subscriber;
mod tx;
pub mod voice;
pub mod watch;

pub use aggregate::{Stored, commit, commit_by, load};
pub use known::KnownAlerts;
#[doc(hidden)]
pub use postgres::testing;
pub use postgres::{Listener, Postgres, PostgresBeside, PostgresReader, listen, postgres_clock};
pub use sqlite::{Sqlite, SqliteReader};
pub use tx::{
    Database, Row, StoreError, Tx, Value, Verdict, WriteOp, begin_part, bounds_part, from_micros, keep_part, micros,
    undo_part, undoes_part,
};

#[cfg(test)]
mod tests;
