//! A PostgreSQL database: its address, and what may be shown of it. The password is kept apart from everything that is printed, logged or
//! suggested. Opens connections, never decides. Callers: the parent alone.

use crate::failure::Failure;
use nightbell_engine::{Beside, Reader, StoreError, open_postgres_beside, open_postgres_reader, portable};
use nightbell_store::{
    Database, Listener, Postgres, listen,
    portable::{Schema, postgres as look},
};
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

/// Whether a password with a sign that ends the part before it was written as it is: the rest of it would pass for a path, a parameter or a
/// fragment, and be shown.
fn is_cut(text: &str, url: &Url) -> bool {
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    url.fragment().is_some()
        || url.path().contains('@')
        || url.query().is_some_and(|query| query.contains('@'))
        || authority.ends_with(':')
}

/// What may be shown: where it is, as whom, and whether by TLS; of what stands after the "?" nothing that is not known to be harmless.
fn shown(mut url: Url) -> String {
    const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    // Without a host there is nothing before which a password could stand.
    let _ = url.set_password(None);
    let mode = url.query_pairs().find(|(name, mode)| name == "sslmode" && MODES.contains(&&**mode));
    let query = mode.map(|(_, mode)| format!("sslmode={mode}"));
    url.set_query(query.as_deref());
    url.to_string()
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
        let text = text.trim();
        let mut url = Url::parse(text).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong());
        }
        if is_cut(text, &url) {
            return Err("it is cut off in the middle: percent-encode the password (\"/\" is %2F, \"?\" is %3F, \"#\" is %23, \"@\" is %40), or \
                 put it into PGPASSWORD"
                .to_owned());
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
        Ok(Self { whole, shown: shown(url) })
    }

    /// How a command line names it, without the password.
    pub(super) fn flag(&self) -> String {
        format!("--database '{}'", self.shown)
    }

    fn schema(&self) -> Result<Schema, Failure> {
        look(&self.whole).map_err(|e| self.cannot_open(&e))
    }

    /// Before a schema is made: whatever else lives there is not to be mixed with it.
    pub(super) fn must_not_be_foreign(&self) -> Result<(), Failure> {
        if self.schema()? != Schema::Foreign {
            return Ok(());
        }
        Err(Failure::unreachable(format!(
            "{self} holds tables, but none of Nightbell's: it belongs to something else. Nothing was changed. Make a database of its own for \
             Nightbell: createdb nightbell"
        )))
    }

    /// Only `init` and `restore` make a schema: a mistyped address must not get one.
    pub(super) fn must_have_schema(&self) -> Result<(), Failure> {
        if self.schema()? == Schema::Nightbell { Ok(()) } else { Err(super::must_have_data(&self, &self.flag())) }
    }

    /// Whether nothing is stored: no table, or this version's tables without a row.
    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        match self.schema()? {
            Schema::None => Ok(true),
            Schema::Foreign => Ok(false),
            Schema::Nightbell => {
                let mut reader = self.reader().map_err(|e| self.cannot_open(&e))?;
                portable::is_empty(reader.as_mut()).map_err(|e| self.cannot_open(&e))
            }
        }
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

#[cfg(test)]
mod tests;
