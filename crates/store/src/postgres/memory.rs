//! What the writer's connection remembers, so that it need not ask. Is not: anything that another node's commit could make untrue, but for as
//! long as the writer's lock is held.

use crate::{
    journal::LastHashes,
    known::KnownAlerts,
    tx::{Row, Value},
};

/// An answer that was asked for together with something else, before anybody wanted it.
pub(super) struct Foreseen {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Value>,
    pub(super) rows: Vec<Row>,
}

impl Foreseen {
    pub(super) fn answers(&self, sql: &'static str, values: &[Value]) -> bool {
        self.sql == sql && self.values == values
    }
}

/// Of one connection.
#[derive(Default)]
pub(super) struct Memory {
    /// What was appended lately: true across transactions, but not across what is undone.
    pub(super) last_hashes: LastHashes,
    /// Of this transaction alone.
    pub(super) alerts: KnownAlerts,
    /// Of this transaction alone, and only until it writes.
    pub(super) foreseen: Option<Foreseen>,
}

impl Memory {
    /// Something was undone, or may have been.
    pub(super) fn undone(&mut self) {
        self.last_hashes.forget();
        self.begun();
    }

    /// Another transaction begins.
    pub(super) fn begun(&mut self) {
        self.alerts.forget();
        self.foreseen = None;
    }
}
