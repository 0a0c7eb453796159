//! What a database is, before anything is written to it: empty, somebody else's, or Nightbell's, and of which version. Reads only. Is not: bringing a
//! schema up to date (the drivers). Callers: the engine's `portable` and whoever opens a place.

use crate::{PostgresReader, StoreError, Tx, sqlite};
use std::cmp::Ordering;

/// Tables of the schema in which unqualified names are found, and how many of them are the mark of Nightbell's.
const TABLES_THERE: &str = "SELECT COUNT(*), COUNT(*) FILTER (WHERE table_name IN ('event', 'config', 'refinery_schema_history')) \
     FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))";

/// Whose tables a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is no table.
    None,
    /// Nightbell's tables are there.
    Nightbell,
    /// There are tables, but Nightbell's are not among them.
    Foreign,
}

/// How the schema of a database stands to this version of Nightbell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// An older one, which opening for writing would bring up to date.
    Older,
    /// This version's.
    Same,
    /// A later one.
    Newer,
}

/// Whose tables a PostgreSQL database holds.
///
/// # Errors
/// The store's, when it cannot be reached.
pub fn postgres(url: &str) -> Result<Schema, StoreError> {
    let mut answer = Err(StoreError::Unavailable("the database did not answer".to_owned()));
    PostgresReader::open(url)?.read(&mut |tx| answer = schema(tx))?;
    answer
}

/// The same, in a view of a PostgreSQL database.
///
/// # Errors
/// The store's.
pub fn schema(tx: &mut dyn Tx) -> Result<Schema, StoreError> {
    let row = tx.row(TABLES_THERE, &[])?;
    let (all, ours) = row.map_or(Ok((0, 0)), |row| Ok::<_, StoreError>((row.count(0)?, row.count(1)?)))?;
    Ok(match (all, ours) {
        (0, _) => Schema::None,
        (_, 3) => Schema::Nightbell,
        _ => Schema::Foreign,
    })
}

/// How the schema stands that a view sees, in either kind of database.
///
/// # Errors
/// The store's, when there is no Nightbell schema.
pub fn standing(tx: &mut dyn Tx) -> Result<Standing, StoreError> {
    let found = tx.row(super::SCHEMA_VERSION, &[])?.map_or(Ok(0), |row| row.count(0))?;
    Ok(match found.cmp(&sqlite::schema_version()) {
        Ordering::Less => Standing::Older,
        Ordering::Equal => Standing::Same,
        Ordering::Greater => Standing::Newer,
    })
}
