//! The data folder of one server: `nightbell.db` and the lock of the one that runs on it. Opens SQLite, never decides. Callers: the parent alone.

use super::must_have_data;
use crate::failure::Failure;
use nightbell_engine::{Reader, StoreError, open_sqlite_reader};
use nightbell_store::{Database, Sqlite};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

const DATABASE: &str = "nightbell.db";
const LOCK: &str = "serve.lock";

/// A data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

/// Held by the one server of a data folder; freed by the operating system however the process ends.
#[derive(Debug)]
pub struct ServeLock(#[expect(dead_code, reason = "held, never read")] File);

impl DataFolder {
    /// The folder at that path, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where its database is.
    pub fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    pub(super) fn must_exist(&self) -> Result<(), Failure> {
        let holds = std::fs::metadata(self.database()).map_or(0, |database| database.len());
        if holds > 0 { Ok(()) } else { Err(must_have_data(&self.0.display(), &self.flag())) }
    }

    /// How a command line names it.
    pub(super) fn flag(&self) -> String {
        format!("--data {}", self.0.display())
    }

    /// Creates the folder, readable by its owner alone: it holds keys and addresses.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn create(&self) -> Result<(), Failure> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(|e| Failure::file(&self.0, "create", &e))
    }

    /// Takes the place of the one server.
    ///
    /// # Errors
    /// When another server runs on this folder, or the folder cannot be written.
    pub fn lock(&self) -> Result<ServeLock, Failure> {
        let path = self.0.join(LOCK);
        let file = open_private(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(ServeLock(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::unreachable(format!(
                "Another Nightbell serves {} already, so this one does not start. Paging goes on there. Stop it first, or use another --data.",
                self.0.display()
            ))),
            Err(TryLockError::Error(e)) => Err(Failure::file(&path, "lock", &e)),
        }
    }

    /// The database, made if there is none.
    pub(super) fn open(&self) -> Result<Result<Box<dyn Database>, StoreError>, Failure> {
        self.must_not_lose_its_log()?;
        self.keep_private()?;
        Ok(Sqlite::open(&self.database()).map(|database| Box::new(database) as Box<dyn Database>))
    }

    /// SQLite takes an empty database for a new one and deletes the log beside it, which may hold all there is.
    fn must_not_lose_its_log(&self) -> Result<(), Failure> {
        let bytes = |path: PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
        let log = self.0.join(format!("{DATABASE}-wal"));
        if bytes(self.database()) > 0 || bytes(log.clone()) == 0 {
            return Ok(());
        }
        Err(Failure::unreachable(format!(
            "{} is gone or empty, but its write-ahead log {} is still there and is not touched. Put the newest backup in the place of the \
             database, and keep the log until you know what it held.",
            self.database().display(),
            log.display()
        )))
    }

    /// Makes the database its owner's alone, whatever the folder allows (service managers and container volumes make folders that others may
    /// read): it holds the keys of links and integrations. SQLite gives the files beside it the same mode.
    fn keep_private(&self) -> Result<(), Failure> {
        drop(open_private(&self.database())?);
        for suffix in ["", "-wal", "-shm"] {
            make_private(&self.0.join(format!("{DATABASE}{suffix}")));
        }
        Ok(())
    }

    /// A connection that only reads.
    pub(super) fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        open_sqlite_reader(&self.database())
    }
}

/// Opens a file, creating it readable by its owner alone.
fn open_private(path: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| Failure::file(path, "open", &e))
}

/// Takes a file that is there from everybody but its owner. Who may write it but does not own it cannot, and works on: paging comes first.
fn make_private(path: &Path) {
    #[cfg(unix)]
    if let Ok(found) = std::fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = found.permissions().mode();
        if mode & 0o077 != 0 {
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o700));
        }
    }
}
