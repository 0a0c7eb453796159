//! Databases for tests of any crate: each gets one of its own, with the schema, dropped afterwards. No part of the product calls this.
//! The server comes from `cargo xtask pg -- COMMAND…`, which starts a throw-away cluster and names it in the environment.

use super::{Postgres, PostgresReader, link::Link, settings};
use crate::tx::{Row, StoreError, Value};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU32, Ordering},
};

/// Names the throw-away cluster of `cargo xtask pg`.
pub const SERVER_VARIABLE: &str = "NIGHTBELL_TEST_POSTGRES";
/// Whoever holds it may make the template.
const LOCK_OF_THE_TEMPLATE: &str = "SELECT pg_advisory_lock(4242)";

/// The node of the attempt that has no end.
const SENDER: &str =
    "SELECT n.name FROM attempt a JOIN node n ON n.id = a.node WHERE a.notification = $1 AND a.ended_at IS NULL";
/// Pages, messages and attempts that are not over.
const OPEN: &str = "SELECT (SELECT COUNT(*) FROM page WHERE next_due_at IS NOT NULL) \
     + (SELECT COUNT(*) FROM notification WHERE next_due_at IS NOT NULL) + (SELECT COUNT(*) FROM attempt WHERE ended_at IS NULL)";
/// Ends every other connection to the database.
const CUT: &str = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
/// The process of the oldest connection of somebody else: the newest may be a look of the test's own that is ending.
const SERVED_BY: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' \
     AND pid <> pg_backend_pid() ORDER BY backend_start, pid LIMIT 1";
/// A process that begins with each life of the server.
const LIFE: &str = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";

/// A database of one test; dropped with the value, also when somebody is still connected.
pub struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the node that is sending a notification now.
    ///
    /// # Panics
    /// When the database does not answer.
    pub fn sender_of(&self, notification: &str) -> Option<String> {
        self.rows(SENDER, &[notification.into()]).first().map(|row| row.text(0).expect("a name").to_owned())
    }

    /// How many pages, messages and attempts are not over.
    ///
    /// # Panics
    /// When the database does not answer.
    pub fn open(&self) -> i64 {
        self.rows(OPEN, &[])[0].int(0).expect("a count")
    }

    /// Ends every connection, as a restart of the server does. Answers how many.
    ///
    /// # Panics
    /// When the database does not answer.
    pub fn cut(&self) -> i64 {
        self.rows(CUT, &[])[0].int(0).expect("a count")
    }

    /// The process that serves one of its connections: when it is killed the server throws everybody out, forgets what it had not written, and
    /// recovers from its log, as after a fault of its own.
    ///
    /// # Panics
    /// When the database does not answer, or nobody is connected.
    pub fn served_by(&self) -> i64 {
        self.rows(SERVED_BY, &[])[0].int(0).expect("somebody is connected")
    }

    /// Which life of the server this is: another after it recovered. `None` while it does not answer.
    pub fn life(&self) -> Option<i64> {
        self.try_rows(LIFE, &[]).ok()?.first()?.int(0).ok()
    }

    fn rows(&self, sql: &'static str, values: &[Value]) -> Vec<Row> {
        self.try_rows(sql, values).expect("the database answers")
    }

    fn try_rows(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut reader = PostgresReader::open(&self.url)?;
        let mut answer = Ok(Vec::new());
        reader.read(&mut |tx| answer = tx.rows(sql, values))?;
        answer
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped = run(&self.server, &[&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)]);
        if let Err(e) = dropped {
            eprintln!("the database of a test was left behind: {e}");
        }
    }
}

/// The address of the test server.
///
/// # Panics
/// When there is none: a test of PostgreSQL that silently ran nothing would prove nothing.
#[expect(clippy::disallowed_methods, reason = "only tests come here, and they are told by `cargo xtask pg`")]
pub fn postgres_server() -> String {
    std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "this test needs PostgreSQL and {SERVER_VARIABLE} is not set. Run it as: cargo xtask pg -- cargo test -p <crate>\n\
             (starts a throw-away cluster; `cargo xtask setup` says which package is missing)"
        )
    })
}

/// A database of its own for a test, with the schema and nothing in it.
///
/// # Panics
/// When there is no server, or it refuses.
pub fn postgres_database() -> TestDatabase {
    let server = postgres_server();
    let from = template(&server).unwrap_or_else(|e| panic!("the test server made no template: {e}"));
    make(server, &from)
}

/// A database of its own for a test, with nothing at all in it: what a new installation finds.
///
/// # Panics
/// When there is no server, or it refuses.
pub fn empty_postgres_database() -> TestDatabase {
    make(postgres_server(), "template1")
}

/// A database of its own for a test that holds somebody else's tables.
///
/// # Panics
/// When there is no server, or it refuses.
pub fn foreign_postgres_database() -> TestDatabase {
    let made = empty_postgres_database();
    run(&made.url, &["CREATE TABLE invoice (id INT)"]).unwrap_or_else(|e| panic!("no table of somebody else: {e}"));
    made
}

fn make(server: String, from: &str) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("nightbell_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let drop_old = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    let made = run(&server, &[&drop_old, &format!("CREATE DATABASE {name} TEMPLATE {from}")]);
    made.unwrap_or_else(|e| panic!("the test server made no database: {e}"));
    let url = with_database(&server, &name);
    TestDatabase { server, name, url }
}

/// The address of another database of the same server.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(address, query)| (address, Some(query)));
    let (host, _) = address.rsplit_once('/').unwrap_or((address, ""));
    query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"))
}

/// The name of the database that others are copied from; made by whoever comes first, whole or not at all.
fn template(server: &str) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    for migration in super::embedded::migrations::runner().get_migrations() {
        hasher.update(migration.sql().unwrap_or_default());
    }
    let mut name = "nightbell_template_".to_owned();
    for byte in hasher.finalize().iter().take(6) {
        let _ = write!(name, "{byte:02x}");
    }
    let mut link = Link::new(settings::Settings::parse(server, settings::Role::Reader)?)?;
    let live = link.connected()?;
    live.run(LOCK_OF_THE_TEMPLATE)?;
    if live.any(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))? {
        return Ok(name);
    }
    live.run(&format!("DROP DATABASE IF EXISTS {name}_new WITH (FORCE)"))?;
    live.run(&format!("CREATE DATABASE {name}_new"))?;
    drop(Postgres::open(&with_database(server, &format!("{name}_new")))?);
    live.run(&format!("ALTER DATABASE {name}_new RENAME TO {name}"))?;
    Ok(name)
}

fn run(server: &str, lines: &[&str]) -> Result<(), StoreError> {
    let mut link = Link::new(settings::Settings::parse(server, settings::Role::Reader)?)?;
    lines.iter().try_for_each(|line| link.connected()?.run(line))
}
