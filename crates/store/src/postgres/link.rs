//! A connection that is there when it is needed: made anew after it was lost, with its runtime and its prepared statements.

use super::{
    errors::{store_error, with_causes},
    memory::Memory,
    settings::Settings,
    statements::Statements,
    upgrade::{Patience, upgrade},
};
use crate::tx::StoreError;
use refinery::Runner;
use std::{cell::Cell, collections::HashMap, time::Duration};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Statement};

/// The oldest server that is known to do what is asked of it.
const SERVER_VERSION_MIN: i32 = 130_000;
/// What the server may take longer than its own limits before it is given up.
const GRACE: Duration = Duration::from_secs(2);
/// Longest try to tell the server that an answer is not wanted any more.
const CANCEL_WITHIN: Duration = Duration::from_secs(2);

const SERVER: &str = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('fsync'), \
     current_setting('full_page_writes'), current_setting('synchronous_commit')";

/// A connection and whatever it takes to replace it.
pub(super) struct Link {
    settings: Settings,
    live: Option<Live>,
}

impl Link {
    /// Nothing is connected yet.
    pub(super) fn new(settings: Settings) -> Result<Self, StoreError> {
        Ok(Self { settings, live: None })
    }

    /// The connection, made now if there is none.
    pub(super) fn connected(&mut self) -> Result<&mut Live, StoreError> {
        if self.live.as_ref().is_some_and(|live| live.client.is_closed() || live.is_silent()) {
            self.forget();
        }
        match &mut self.live {
            Some(live) => Ok(live),
            empty => Ok(empty.insert(Live::connect(&self.settings)?)),
        }
    }

    /// Begins a transaction. Nothing was done before it: a connection that was lost while nobody used it is replaced, once.
    pub(super) fn begin(
        &mut self,
        how: &dyn Fn(&mut Statements<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let was_there = self.live.is_some();
        let begun = how(&mut Statements::writing(self.connected()?));
        let Err(error) = begun else { return Ok(()) };
        let lost = self.live.as_ref().is_none_or(|live| live.client.is_closed());
        self.forget();
        if !(lost && was_there) {
            return Err(error);
        }
        let again = how(&mut Statements::writing(self.connected()?));
        if again.is_err() {
            self.forget();
        }
        again
    }

    /// Gives a transaction up; with the connection, when it does not answer.
    pub(super) fn abandon(&mut self, rollback: &'static str) {
        let ended = self.live.as_mut().map_or(Ok(()), |live| {
            live.memory.undone();
            Statements::writing(live).end(rollback)
        });
        if ended.is_err() {
            self.forget();
        }
    }

    /// Drops the connection; the next use makes another. The server is told when it owes an answer: its process would not notice the loss.
    pub(super) fn forget(&mut self) {
        if let Some(silent) = self.live.take().filter(Live::is_silent) {
            silent.cancel(&self.settings);
        }
    }

    /// Brings the schema up to date, one node at a time.
    pub(super) fn migrate(&mut self, runner: &Runner, patience: &Patience) -> Result<(), StoreError> {
        let Live { runtime, client, .. } = self.connected()?;
        let upgraded = runtime.block_on(upgrade(client, runner, patience));
        // The locks and the limits end with the connection; the one for work has its own.
        self.forget();
        upgraded?
    }
}

/// A connection that is there.
pub(super) struct Live {
    runtime: OwnRuntime,
    client: Client,
    /// By text; they end with the connection.
    prepared: HashMap<&'static str, Statement>,
    /// What the writer need not ask.
    pub(super) memory: Memory,
    /// Longest wait for an answer.
    pub(super) patience: Duration,
    /// It did not answer in time once: nothing is asked on it any more, because what comes late answers something else.
    silent: Cell<bool>,
}

/// The runtime of one connection. An ordinary drop of a runtime waits, which is refused where tasks of another one run; this does not.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable("the runtime of the connection is gone".to_owned());
        self.0.as_ref().ok_or_else(gone).map(|runtime| runtime.block_on(work))
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Live {
    fn connect(settings: &Settings) -> Result<Self, StoreError> {
        let runtime = OwnRuntime(Some(runtime()?));
        let session = async {
            let (client, connection) =
                settings.config.connect(settings.tls.clone()).await.map_err(|e| unreachable(&e))?;
            // Polled whenever somebody waits for an answer; errors reach whoever waits.
            tokio::runtime::Handle::current().spawn(async move { drop(connection.await) });
            client.batch_execute(&settings.session()).await.map_err(|e| store_error(&e))?;
            // Nothing here commits: a lost standby, for which every commit waits, must not hold up a connection that needs none.
            durable(&client).await?;
            Ok::<_, StoreError>(client)
        };
        let client = runtime
            .block_on(async { tokio::time::timeout(settings.session_within, session).await })?
            .map_err(|_| settings.silent())??;
        Ok(Self {
            runtime,
            client,
            prepared: HashMap::new(),
            memory: Memory::default(),
            patience: settings.role.statement() + GRACE,
            silent: Cell::new(false),
        })
    }

    /// Waits for the server, but not for ever, and only once.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, StoreError> {
        let patience = self.patience;
        let silence = || StoreError::Unavailable(format!("PostgreSQL did not answer within {patience:?}"));
        if self.is_silent() {
            return Err(silence());
        }
        self.runtime.block_on(async { tokio::time::timeout(patience, work).await })?.map_err(|_| {
            self.silent.set(true);
            silence()
        })
    }

    fn is_silent(&self) -> bool {
        self.silent.get()
    }

    /// Asks the server to end what is under way. A process that waits for a standby notices neither that its client is gone nor a time limit:
    /// one would be left behind by each try, until there is no room for another. What was committed stays, and nobody is told that it is safe.
    fn cancel(&self, settings: &Settings) {
        let request = self.client.cancel_token();
        let heard = async { tokio::time::timeout(CANCEL_WITHIN, request.cancel_query(settings.tls.clone())).await };
        // A server that cannot be reached now has nothing to be told.
        drop(self.runtime.block_on(heard));
    }

    /// Runs a text of its own, outside any transaction.
    pub(super) fn run(&self, text: &str) -> Result<(), StoreError> {
        self.wait(self.client.batch_execute(text))?.map_err(|e| store_error(&e))
    }

    /// Whether a question of tests has an answer.
    pub(super) fn any(&self, question: &str) -> Result<bool, StoreError> {
        let rows = self.wait(self.client.query(question, &[]))?.map_err(|e| store_error(&e))?;
        Ok(!rows.is_empty())
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn has_prepared(&self, sql: &'static str) -> bool {
        self.prepared.contains_key(sql)
    }

    /// A statement, prepared once per connection.
    pub(super) fn prepare(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?.map_err(|e| store_error(&e))?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// A runtime on the caller's thread: nothing runs in it but while somebody waits.
pub(super) fn runtime() -> Result<Runtime, StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| StoreError::Unavailable(format!("no runtime for PostgreSQL: {e}")))
}

pub(super) fn unreachable(error: &tokio_postgres::Error) -> StoreError {
    StoreError::Unavailable(format!("PostgreSQL cannot be reached: {}", with_causes(error)))
}

/// INV-01: a server that does not flush what it commits could take an answered request with it.
async fn durable(client: &Client) -> Result<(), StoreError> {
    let row = client.query_one(SERVER, &[]).await.map_err(|e| store_error(&e))?;
    let text = |n: usize| row.try_get::<_, String>(n).map_err(|e| store_error(&e));
    let version: i32 = row.try_get(0).map_err(|e| store_error(&e))?;
    refuse(version, &text(1)?, &text(2)?, &text(3)?, &text(4)?)
}

fn refuse(version: i32, shown: &str, fsync: &str, pages: &str, commit: &str) -> Result<(), StoreError> {
    let why = if version < SERVER_VERSION_MIN {
        format!("PostgreSQL {shown} is too old; 13 or newer is needed")
    } else if fsync != "on" {
        "the server runs with fsync = off: a power cut would lose alerts that were answered. Set fsync = on".to_owned()
    } else if pages != "on" {
        "the server runs with full_page_writes = off: a power cut could tear the database. Set full_page_writes = on"
            .to_owned()
    } else if !matches!(commit, "on" | "remote_apply") {
        format!("the server does not accept synchronous_commit = on (it says {commit})")
    } else {
        return Ok(());
    };
    Err(StoreError::Unavailable(why))
}

#[cfg(test)]
mod tests;
