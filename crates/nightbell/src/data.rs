//! The data folder: `nightbell.db` and the lock of the one server that runs on it. Opens, never decides.
//! Commands with `--data` come through here; the server too.

use crate::{
    failure::Failure,
    system::{SystemClock, SystemEntropy},
};
use nightbell_engine::{
    Clock, Directory, Engine, Fault, Reader, Unit,
    domain::{
        access::{Caller, Via},
        ids::UserId,
        org::AccessRole,
    },
    open_sqlite_reader,
};
use nightbell_store::{Sqlite, Tx};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

/// Where the data is when nobody says otherwise, relative to the current folder.
pub const FOLDER: &str = "nightbell-data";
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

    fn must_exist(&self) -> Result<(), Failure> {
        if self.database().is_file() {
            return Ok(());
        }
        let shown = self.0.display();
        Err(Failure::unreachable(format!(
            "{shown} holds no Nightbell data. Make it first: nightbell init --email you@example.com --data {shown}"
        )))
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

    /// Opens the engine on existing data.
    ///
    /// # Errors
    /// When there is no data, or it cannot be opened.
    pub fn engine(&self, public_url: &str) -> Result<Engine, Failure> {
        self.must_exist()?;
        self.engine_or_new(public_url)
    }

    /// Opens the engine, on a new database if there is none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn engine_or_new(&self, public_url: &str) -> Result<Engine, Failure> {
        self.keep_private()?;
        let database = Sqlite::open(&self.database()).map_err(|e| self.cannot_open(&e))?;
        Engine::open(Box::new(database), Box::new(SystemEntropy), public_url).map_err(|e| self.cannot_open(&e))
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
    ///
    /// # Errors
    /// When there is no data, or it cannot be opened.
    pub fn reader(&self) -> Result<Box<dyn Reader>, Failure> {
        self.must_exist()?;
        open_sqlite_reader(&self.database()).map_err(|e| self.cannot_open(&e))
    }

    /// One consistent view.
    ///
    /// # Errors
    /// When there is no data, it cannot be opened, or the view fails.
    pub fn read<T>(&self, mut view: impl FnMut(&mut dyn Tx) -> Result<T, Fault>) -> Result<T, Failure> {
        let mut answer = None;
        self.reader()?.read(&mut |tx| answer = Some(view(tx)))?;
        let answer = answer.ok_or_else(|| Failure::unreachable("the database did not answer"))?;
        answer.map_err(|e| self.cannot_open(&e))
    }

    /// The organisation.
    ///
    /// # Errors
    /// See [`DataFolder::read`].
    pub fn directory(&self) -> Result<Directory, Failure> {
        self.read(Directory::load)
    }

    /// One unit of work, on behalf of whoever has the folder in hand. Safe beside a running server: SQLite lets one of them write.
    ///
    /// # Errors
    /// When there is no data, no administrator, or the work is refused.
    pub fn execute<T>(&self, mut work: impl FnMut(&mut Unit<'_>, &Caller) -> Result<T, Fault>) -> Result<T, Failure> {
        // No link is made by what the terminal does, so the address in links does not matter here.
        let mut engine = self.engine("http://127.0.0.1")?;
        let caller = self.terminal(&engine.directory())?;
        Ok(engine.execute(SystemClock.now(), |unit| work(unit, &caller))?)
    }

    /// Who acts at the operator's own terminal: the first administrator by handle.
    fn terminal(&self, directory: &Directory) -> Result<Caller, Failure> {
        first_administrator(directory)
            .map(|user| Caller::new(user, AccessRole::Admin, Via::Terminal))
            .ok_or_else(|| self.no_administrator())
    }

    /// What is said of a folder whose `init` never finished.
    pub fn no_administrator(&self) -> Failure {
        let shown = self.0.display();
        Failure::unreachable(format!(
            "{shown} has no administrator yet. Make one first: nightbell init --email you@example.com --data {shown}"
        ))
    }

    fn cannot_open(&self, why: &dyn std::fmt::Display) -> Failure {
        Failure::unreachable(format!("{}: cannot open the data: {why}", self.database().display()))
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

/// The first administrator by handle.
pub fn first_administrator(directory: &Directory) -> Option<UserId> {
    directory.org.users.values().find(|user| user.role == AccessRole::Admin).map(|user| user.id.clone())
}

#[cfg(test)]
mod tests;
