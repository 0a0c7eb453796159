//! The place of the data, as a value: SQLite in a data folder, or a PostgreSQL database. Opens engines and readers on it, never decides.
//! Every command that opens data comes through here; the server too.

mod folder;
mod postgres;

pub use folder::{DataFolder, ServeLock};
pub use postgres::Address;

use crate::{
    failure::Failure,
    system::{SystemClock, SystemEntropy},
};
use nightbell_engine::{
    Clock, Directory, Engine, Fault, Reader, StoreError, Unit,
    domain::{
        access::{Caller, Via},
        ids::UserId,
        org::AccessRole,
    },
    portable,
};
use nightbell_store::{Database, Tx, portable::Standing};
use std::{fmt, path::PathBuf};

/// Where the data is when nobody says otherwise, relative to the current folder.
pub const FOLDER: &str = "nightbell-data";

/// Where the data is. `Display` is for people: it never shows a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite in a folder of this machine: one server.
    Folder(DataFolder),
    /// A PostgreSQL database: one server or several.
    Postgres(Address),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.path().display()),
            Self::Postgres(address) => write!(f, "{address}"),
        }
    }
}

impl From<DataFolder> for Place {
    fn from(folder: DataFolder) -> Self {
        Self::Folder(folder)
    }
}

impl Place {
    /// A data folder, which need not exist yet.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        DataFolder::new(path).into()
    }

    /// The data folder, when it is one.
    pub fn as_folder(&self) -> Option<&DataFolder> {
        if let Self::Folder(folder) = self { Some(folder) } else { None }
    }

    /// How a command line names this place, without any password: `--data DIR` or `--database 'postgres://…'`.
    pub fn flag(&self) -> String {
        match self {
            Self::Folder(folder) => folder.flag(),
            Self::Postgres(address) => address.flag(),
        }
    }

    /// Makes room for a new database: the folder. A PostgreSQL database is made by whoever runs the server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => folder.create(),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Takes the place of the one server, where there may be only one.
    ///
    /// # Errors
    /// When another server runs there, or the folder cannot be written.
    pub fn lock(&self) -> Result<Option<ServeLock>, Failure> {
        match self {
            Self::Folder(folder) => folder.lock().map(Some),
            Self::Postgres(_) => Ok(None),
        }
    }

    /// The database for writing, as it is or new; the schema brought up to date. Whoever writes must be the only writer of a folder.
    ///
    /// # Errors
    /// When it cannot be opened, or holds somebody else's tables.
    pub fn database_or_new(&self) -> Result<Box<dyn Database>, Failure> {
        let opened = match self {
            Self::Folder(folder) => folder.open()?,
            Self::Postgres(address) => {
                address.must_not_be_foreign()?;
                address.open()
            }
        };
        opened.map_err(|e| self.cannot_open(&e))
    }

    /// Opens the engine on existing data.
    ///
    /// # Errors
    /// When there is no data, or it cannot be opened.
    pub fn engine(&self, public_url: &str) -> Result<Engine, Failure> {
        self.must_exist()?;
        if let Self::Postgres(address) = self {
            address.must_have_schema()?;
        }
        self.engine_or_new(public_url)
    }

    /// Opens the engine, on a new database if there is none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn engine_or_new(&self, public_url: &str) -> Result<Engine, Failure> {
        Engine::open(self.database_or_new()?, Box::new(SystemEntropy), public_url).map_err(|e| self.cannot_open(&e))
    }

    /// What opens one more connection that only reads, as often as it is called: for pools.
    pub fn opener(&self) -> impl Fn() -> Result<Box<dyn Reader>, StoreError> + Clone + Send + Sync + 'static {
        let place = self.clone();
        move || match &place {
            Self::Folder(folder) => folder.reader(),
            Self::Postgres(address) => address.reader(),
        }
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// When there is no data, or it cannot be opened.
    pub fn reader(&self) -> Result<Box<dyn Reader>, Failure> {
        self.must_exist()?;
        self.opener()().map_err(|e| self.cannot_open(&e))
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
    /// See [`Place::read`].
    pub fn directory(&self) -> Result<Directory, Failure> {
        self.read(Directory::load)
    }

    /// Whether nothing is stored there yet. Makes nothing.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn is_empty(&self) -> Result<bool, Failure> {
        match self {
            Self::Folder(folder) => Ok(folder.must_exist().is_err()),
            Self::Postgres(address) => address.is_empty(),
        }
    }

    /// Whether the schema is older than this binary's: opening for writing would bring it up to date, under a server that may run there.
    ///
    /// # Errors
    /// See [`Place::reader`].
    pub fn is_behind(&self) -> Result<bool, Failure> {
        let standing = portable::standing(self.reader()?.as_mut()).map_err(|e| self.cannot_open(&e))?;
        Ok(standing == Standing::Older)
    }

    /// The place for whoever writes beside servers: theirs decides when the schema is brought up to date.
    fn beside_servers(&self) -> Result<Option<ServeLock>, Failure> {
        if !self.is_behind()? {
            return Ok(None);
        }
        let refused = format!(
            "The data in {self} is of an older version than this Nightbell, and a server of that version may run on it. Nothing was changed. \
             Start the new server first (nightbell serve {}), then repeat this; or use the binary of that version.",
            self.flag()
        );
        match self {
            Self::Folder(folder) => folder.lock().map(Some).map_err(|_| Failure::unreachable(refused)),
            // Any number of nodes may run there; which ones, only they know.
            Self::Postgres(_) => Err(Failure::unreachable(refused)),
        }
    }

    /// One unit of work, on behalf of whoever has the data in hand. Safe beside running servers: the database lets one of them write.
    ///
    /// # Errors
    /// When there is no data, no administrator, it is of an older version and served, or the work is refused.
    pub fn execute<T>(&self, mut work: impl FnMut(&mut Unit<'_>, &Caller) -> Result<T, Fault>) -> Result<T, Failure> {
        let _alone = self.beside_servers()?;
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

    /// What is said of data whose `init` never finished.
    pub fn no_administrator(&self) -> Failure {
        Failure::unreachable(format!(
            "{self} has no administrator yet. Make one first: nightbell init --email you@example.com {}",
            self.flag()
        ))
    }

    fn must_exist(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => folder.must_exist(),
            // Its tables tell, when they are asked.
            Self::Postgres(_) => Ok(()),
        }
    }

    fn cannot_open(&self, why: &dyn fmt::Display) -> Failure {
        match self {
            Self::Folder(folder) => {
                Failure::unreachable(format!("{}: cannot open the data: {why}", folder.database().display()))
            }
            Self::Postgres(address) => address.cannot_open(why),
        }
    }
}

/// What is said of a place where `init` never ran.
fn must_have_data(shown: &dyn fmt::Display, flag: &str) -> Failure {
    Failure::unreachable(format!(
        "{shown} holds no Nightbell data. Make it first: nightbell init --email you@example.com {flag}"
    ))
}

/// The first administrator by handle.
pub fn first_administrator(directory: &Directory) -> Option<UserId> {
    directory.org.users.values().find(|user| user.role == AccessRole::Admin).map(|user| user.id.clone())
}

#[cfg(test)]
mod tests;
