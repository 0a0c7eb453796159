//! What PostgreSQL says, in the store's words.

use crate::tx::StoreError;
use tokio_postgres::error::{DbError, Error, Severity, SqlState};

/// The store's word for an error of the client or the server.
pub(super) fn store_error(error: &Error) -> StoreError {
    match error.as_db_error() {
        Some(said) => by_code(said),
        // Broken off, timed out, or a value that does not fit its column.
        None => StoreError::Unavailable(with_causes(error)),
    }
}

/// Only uniqueness and serialisation are races that somebody else can have won; another constraint that says no caught a fault of ours.
fn by_code(said: &DbError) -> StoreError {
    let text = format!("{} ({})", said.message(), said.code().code());
    match (said.parsed_severity(), said.code()) {
        // The server gives itself up rather than trust its disk; so must whoever believed its answers (INV-01).
        (Some(Severity::Panic), _) => StoreError::Broken(text),
        (_, &SqlState::UNIQUE_VIOLATION | &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
            StoreError::Conflict(text)
        }
        (_, code) if code.code().starts_with("23") => {
            StoreError::Corrupt(format!("an invariant refused the write: {text}"))
        }
        (_, &SqlState::DISK_FULL) => StoreError::Full(text),
        (_, &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Corrupt(text),
        _ => StoreError::Unavailable(text),
    }
}

/// The client's own words hide the cause ("db error", "error connecting to server").
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
