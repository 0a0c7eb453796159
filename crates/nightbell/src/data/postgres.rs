//! A PostgreSQL database: its address, and what may be shown of it. The password is kept apart from everything that is printed, logged or
//! suggested. Opens connections, never decides. Callers: the parent alone.

use crate::failure::Failure;
use nightbell_engine::{Beside, Reader, StoreError, open_postgres_beside, open_postgres_reader};
use nightbell_store::{Database, Listener, Postgres, listen};
use std::fmt;
use url::Url;

/// What PostgreSQL calls a table that is not there.
const NO_SUCH_TABLE: &str = "(42P01)";

/// Where a PostgreSQL database is. `Display` and `Debug` never show its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    whole: String,
    shown: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

impl Address {
    /// Understands `postgres://user:password@host:5432/database`. `password` is used when the address names none.
    ///
    /// # Errors
    /// What is wrong with it, without its password.
    pub fn parse(text: &str, password: Option<&str>) -> Result<Self, String> {
        // Never echoed: whatever this is may hold a password.
        let wrong = || {
            "it is not the address of a database; write it like \"postgres://nightbell@db.example.com/nightbell\""
                .to_owned()
        };
        let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong());
        }
        let secret = |name: &str| name.eq_ignore_ascii_case("password");
        if url.query_pairs().any(|(name, _)| secret(&name)) {
            return Err("write the password before the host (postgres://user:password@host/database) or in PGPASSWORD, not behind a \"?\"".to_owned());
        }
        if let (None, Some(password)) = (url.password(), password) {
            url.set_password(Some(password))
                .map_err(|()| "PGPASSWORD is set, but the address names no host and user".to_owned())?;
        }
        let whole = url.to_string();
        // Without a host there is nothing before which a password could stand.
        let _ = url.set_password(None);
        Ok(Self { whole, shown: url.to_string() })
    }

    /// How a command line names it, without the password.
    pub(super) fn flag(&self) -> String {
        format!("--database '{}'", self.shown)
    }

    /// The writer of one node; brings the schema up to date, one node at a time.
    pub(super) fn open(&self) -> Result<Box<dyn Database>, StoreError> {
        Postgres::open(&self.whole).map(|database| Box::new(database) as Box<dyn Database>)
    }

    /// A connection that only reads.
    pub(super) fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        open_postgres_reader(&self.whole)
    }

    /// A connection for a node's signs of life.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn beside(&self) -> Result<Box<dyn Beside>, Failure> {
        open_postgres_beside(&self.whole).map_err(|e| self.cannot_open(&e))
    }

    /// Calls `on_hint` when any node has committed something. A hint, never the truth.
    ///
    /// # Errors
    /// When the address makes no sense or the thread cannot be started.
    pub fn listen(&self, on_hint: impl Fn() + Send + 'static) -> Result<Listener, Failure> {
        listen(&self.whole, Box::new(on_hint)).map_err(|e| self.cannot_open(&e))
    }

    /// What is said when it cannot be used: a database in which `init` never ran is told from one that does not answer.
    pub(super) fn cannot_open(&self, why: &dyn fmt::Display) -> Failure {
        let why = why.to_string();
        if why.contains(NO_SUCH_TABLE) {
            return super::must_have_data(&self, &self.flag());
        }
        Failure::unreachable(format!("{self}: cannot open the data: {why}"))
    }
}
