//! Reading beside the writer: the port a pool of read-only connections implements, and the organisation as a reader sees it.
//! Is not: the pool itself (the web crate's, asynchronous). A reader never changes anything.

use crate::{Directory, Fault};
use nightbell_store::{PostgresReader, SqliteReader, StoreError, Tx, config};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// A read-only connection.
pub trait Reader: Send {
    /// A consistent view.
    ///
    /// # Errors
    /// The store's.
    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError>;
}

impl Reader for SqliteReader {
    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        SqliteReader::read(self, view)
    }
}

impl Reader for PostgresReader {
    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        PostgresReader::read(self, view)
    }
}

/// Opens a reader of an SQLite file that the engine has opened before.
///
/// # Errors
/// The store's.
pub fn open_sqlite_reader(path: &Path) -> Result<Box<dyn Reader>, StoreError> {
    Ok(Box::new(SqliteReader::open(path)?))
}

/// Opens a reader of a PostgreSQL database that the engine has opened before.
///
/// # Errors
/// The store's.
pub fn open_postgres_reader(url: &str) -> Result<Box<dyn Reader>, StoreError> {
    Ok(Box::new(PostgresReader::open(url)?))
}

/// The compiled organisation, kept until its version in the store moves: one cheap look per view, never a stale answer.
#[derive(Default)]
pub struct DirectoryCache(Mutex<Arc<Directory>>);

impl DirectoryCache {
    /// The organisation of this view.
    ///
    /// # Errors
    /// The store's.
    pub fn current(&self, tx: &mut dyn Tx) -> Result<Arc<Directory>, Fault> {
        let held = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if config::version(tx)? == held.org.version {
            return Ok(held);
        }
        let fresh = Arc::new(Directory::load(tx)?);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Two readers may load at once; the older view must not replace the newer.
        if fresh.org.version > held.org.version {
            *held = Arc::clone(&fresh);
        }
        Ok(fresh)
    }
}
