//! Nodes: which servers share this database, and which of them makes an attempt (INV-22). Decides nothing: whether somebody is gone is the
//! engine's to say. Beats are written beside the writer's lock; everything else inside a unit of work.

use crate::tx::{StoreError, Tx, Value};
use nightbell_domain::{ids::NodeId, record::Instant};

pub(crate) const JOIN: &str = "INSERT INTO node (id, name, started_at, seen_at, beats) VALUES ($1, $2, $3, $3, 0)";
pub(crate) const BEAT: &str = "UPDATE node SET seen_at = $2, beats = beats + 1 WHERE id = $1";
pub(crate) const ROLL: &str = "SELECT id, name, started_at, seen_at, beats FROM node ORDER BY id";
pub(crate) const IS_THERE: &str = "SELECT beats FROM node WHERE id = $1";
pub(crate) const LEAVE: &str = "DELETE FROM node WHERE id = $1";
pub(crate) const LEAVE_SILENT: &str = "DELETE FROM node WHERE id = $1 AND beats = $2";
pub(crate) const LEAVE_ALL: &str = "DELETE FROM node";
pub(crate) const CLAIM: &str = "UPDATE attempt SET node = $1 WHERE node IS NULL AND ended_at IS NULL";
pub(crate) const HAND_BACK: &str = "UPDATE notification SET next_due_at = $2 WHERE status = 'sending' AND next_due_at > $2 \
     AND id IN (SELECT notification FROM attempt WHERE node = $1 AND ended_at IS NULL)";
pub(crate) const HAND_BACK_ALL: &str =
    "UPDATE notification SET next_due_at = $1 WHERE status = 'sending' AND next_due_at > $1";

/// A server on this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which run of which server: a server that starts again, or was given up and comes back, is another.
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// When it joined, by its own clock.
    pub started_at: Instant,
    /// Its last sign of life, by its own clock: for people. Nobody decides by it.
    pub seen_at: Instant,
    /// How many signs of life it gave.
    pub beats: u64,
}

/// A server joins.
pub fn join(tx: &mut dyn Tx, id: NodeId, name: &str, now: Instant) -> Result<(), StoreError> {
    tx.run(JOIN, &[id.to_string().into(), name.into(), now.into()]).map(drop)
}

/// A sign of life; false when others gave the node up meanwhile.
pub fn beat(tx: &mut dyn Tx, id: NodeId, now: Instant) -> Result<bool, StoreError> {
    tx.run(BEAT, &[id.to_string().into(), now.into()]).map(|touched| touched == 1)
}

/// Everybody, by id: in the order in which they joined.
pub fn roll(tx: &mut dyn Tx) -> Result<Vec<Member>, StoreError> {
    let read = |row: &crate::Row| {
        Ok(Member {
            id: row.parse(0)?,
            name: row.text(1)?.to_owned(),
            started_at: row.instant(2)?,
            seen_at: row.instant(3)?,
            beats: row.count(4)?,
        })
    };
    tx.rows(ROLL, &[])?.iter().map(read).collect()
}

/// Whether the node is still one of them.
pub fn is_there(tx: &mut dyn Tx, id: NodeId) -> Result<bool, StoreError> {
    tx.row(IS_THERE, &[id.to_string().into()]).map(|row| row.is_some())
}

/// The node is no longer one of them; with `beats`, only if it gave no sign of life since. False when it was not, or did.
pub fn leave(tx: &mut dyn Tx, id: NodeId, beats: Option<u64>) -> Result<bool, StoreError> {
    let id: Value = id.to_string().into();
    let touched = match beats {
        Some(beats) => tx.run(LEAVE_SILENT, &[id, beats.into()])?,
        None => tx.run(LEAVE, &[id])?,
    };
    Ok(touched == 1)
}

/// Nobody is there any more.
pub fn leave_all(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.run(LEAVE_ALL, &[]).map(drop)
}

/// The attempts that nobody makes yet are this node's: called in the unit of work that began them.
pub fn claim(tx: &mut dyn Tx, id: NodeId) -> Result<u64, StoreError> {
    tx.run(CLAIM, &[id.to_string().into()])
}

/// Whatever the node was sending is due now: the end of its leases is brought forward. Answers how many.
pub fn hand_back(tx: &mut dyn Tx, id: NodeId, now: Instant) -> Result<u64, StoreError> {
    tx.run(HAND_BACK, &[id.to_string().into(), now.into()])
}

/// Whatever anybody was sending is due now. Answers how many.
pub fn hand_back_all(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    tx.run(HAND_BACK_ALL, &[now.into()])
}
