//! Nodes: several servers on one database (ADR 0018). Each runs the same reconcilers; the writer's lock makes marking "sending" exclusive, and
//! a node may mark only while it is one of them. Whoever falls silent is given up by the others, and what it was sending is due at once,
//! marked as a repeat (INV-22: rather a repeat than silence).
//!
//! Nobody's clock is compared with another's: a node is silent when its count of beats did not move while *we* beat several times. Time-outs of
//! our own, so that a node that slept sends nothing that was taken from it, are the binary's (`pump::node`). Absent from here: timers, tasks.

use crate::{
    Fault, Unit,
    paging::{self, Work},
    settings::{self, Settings},
};
use jiff::SignedDuration;
use nightbell_domain::{ids::NodeId, record::Instant};
use nightbell_store::{PostgresBeside, StoreError, Tx, node};
use std::collections::BTreeMap;

pub use nightbell_store::{node::Member, postgres_clock};

/// A node whose count did not move while we looked so often, each time after a beat of our own, is given up. Whatever holds all of us up (a
/// database that restarts, a lock that is held) holds up our own beats too, and gives nobody up.
pub const SILENT_LOOKS: u32 = 5;

/// A clock that is further from the database's than that is wrong: its node leaves the work to whoever has a sound one.
pub const WRONG_BY: SignedDuration = SignedDuration::from_secs(10);

/// How far another node's last sign of life may be from the database's time, by its own clock, for that clock to count as sound. Well below
/// [`WRONG_BY`], so that of two nodes never each takes the other for the sound one.
const SOUND_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// Clocks of nodes that differ by more than that are told loudly: alarms ring by the clock of whoever looks. A beat may be as old as two
/// intervals when it is seen.
pub const SKEW_MAX: SignedDuration = SignedDuration::from_secs(2);

/// A connection for signs of life, beside the writer and its lock.
pub trait Beside: Send {
    /// One small transaction.
    ///
    /// # Errors
    /// The operation's or the store's; nothing was stored then.
    fn write(&mut self, op: &mut dyn FnMut(&mut dyn Tx) -> Result<(), StoreError>) -> Result<(), StoreError>;
}

impl Beside for PostgresBeside {
    fn write(&mut self, op: &mut dyn FnMut(&mut dyn Tx) -> Result<(), StoreError>) -> Result<(), StoreError> {
        PostgresBeside::write(self, op)
    }
}

/// Opens one on a PostgreSQL database that the engine has opened before.
///
/// # Errors
/// The store's.
pub fn open_postgres_beside(url: &str) -> Result<Box<dyn Beside>, StoreError> {
    Ok(Box::new(PostgresBeside::open(url)?))
}

/// A node that gave no sign of life since its count was that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    /// Which.
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// Its count.
    pub beats: u64,
}

/// What a look at the others found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Who is to be given up.
    pub silent: Vec<Silent>,
    /// Whose clock differs from ours by more than [`SKEW_MAX`], and by how much: what they call it, its time minus ours.
    pub skewed: Vec<(String, SignedDuration)>,
}

impl Look {
    /// Whether somebody's clock is so far ahead of the database's that they may leave ringing to us, when the database's is ahead of ours by
    /// `apart`. Sooner rather than not: whenever one node stands aside ([`OwnClock::StandAside`]) whoever it relies on says yes, however old the
    /// beat is that each saw of the other. But when our own clock is no better, they go on, and what we armed anew would be due by their clock at once.
    pub fn someone_is_far_ahead(&self, apart: SignedDuration) -> bool {
        let relied_on = apart.abs() <= SOUND_WITHIN.saturating_add(SKEW_MAX);
        let far = WRONG_BY.saturating_sub(SKEW_MAX);
        relied_on && self.skewed.iter().any(|(_, theirs)| theirs.saturating_sub(apart) > far)
    }
}

/// What a node does because of its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnClock {
    /// Nothing.
    Sound,
    /// It says so, and goes on: within [`WRONG_BY`], or nobody else is there whose clock is sound. Silence is worse than a wrong time.
    Apart,
    /// It hands out and escalates nothing: by its clock leases are over that are not, and people are rung twice or too soon.
    StandAside,
}

/// How far the database's clock is ahead of ours (negative: behind), by readings of ours before and after asking for `theirs`. What the
/// question took is not held against us: the smallest difference that fits.
pub fn apart(before: Instant, theirs: Instant, after: Instant) -> SignedDuration {
    let (least, most) = (theirs.duration_since(after.max(before)), theirs.duration_since(before));
    if least.is_positive() {
        least
    } else if most.is_negative() {
        most
    } else {
        SignedDuration::ZERO
    }
}

/// What our clock, read as `now`, means, when the database's is ahead of it by `apart`. Whoever was found silent helps nobody.
pub fn own_clock(own: NodeId, roll: &[Member], silent: &[Silent], now: Instant, apart: SignedDuration) -> OwnClock {
    if apart.abs() <= SKEW_MAX {
        return OwnClock::Sound;
    }
    let there = |member: &&Member| member.id != own && silent.iter().all(|silent| silent.id != member.id);
    let sound = |member: &Member| (member.seen_at.duration_since(now) - apart).abs() <= SOUND_WITHIN;
    if apart.abs() > WRONG_BY && roll.iter().filter(there).any(sound) { OwnClock::StandAside } else { OwnClock::Apart }
}

/// What one node has seen of the others.
#[derive(Debug, Default)]
pub struct Watch(BTreeMap<NodeId, (u64, u32)>);

impl Watch {
    /// A look at everybody, after a beat of `own` at `now`. Who has been silent for [`SILENT_LOOKS`] looks or more is to be given up.
    pub fn look(&mut self, own: NodeId, roll: &[Member], now: Instant) -> Look {
        let mut seen = BTreeMap::new();
        let mut found = Look::default();
        for member in roll.iter().filter(|member| member.id != own) {
            let unmoved = match self.0.get(&member.id) {
                Some((beats, unmoved)) if *beats == member.beats => unmoved.saturating_add(1),
                Some(_) => {
                    // It has just beaten: its time then is its time now.
                    let apart = member.seen_at.duration_since(now);
                    if apart.abs() > SKEW_MAX {
                        found.skewed.push((member.name.clone(), apart));
                    }
                    0
                }
                None => 0,
            };
            if unmoved >= SILENT_LOOKS {
                found.silent.push(Silent { id: member.id, name: member.name.clone(), beats: member.beats });
            }
            seen.insert(member.id, (member.beats, unmoved));
        }
        self.0 = seen;
        found
    }
}

/// A server joins the others.
///
/// # Errors
/// Unavailable when the key of links was renewed since it was opened; the store's.
pub fn join(unit: &mut Unit<'_>, name: &str) -> Result<NodeId, Fault> {
    let renewed =
        || StoreError::Unavailable("the key of links was renewed meanwhile; start this server anew".to_owned());
    Ok(join_again(unit, name)?.ok_or_else(renewed)?)
}

/// A server joins the others as another, after they gave it up; `None` when the key of links was renewed since it was opened: it must end.
///
/// # Errors
/// The store's.
pub fn join_again(unit: &mut Unit<'_>, name: &str) -> Result<Option<NodeId>, Fault> {
    if !settings::is_current(unit.tx, unit.settings)? {
        return Ok(None);
    }
    let id = unit.ids().make::<NodeId>();
    node::join(unit.tx, id, name, unit.now)?;
    Ok(Some(id))
}

/// A server joins where there can be no other (a data folder, whose lock it holds): whoever was there is gone, and what they were sending is
/// due now. Answers how many messages that are.
///
/// # Errors
/// The store's.
pub fn join_alone(unit: &mut Unit<'_>, name: &str) -> Result<(NodeId, u64), Fault> {
    node::leave_all(unit.tx)?;
    let taken = node::hand_back_all(unit.tx, unit.now)?;
    Ok((join(unit, name)?, taken))
}

/// What a sign of life found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beaten {
    /// Who is there.
    Among(Vec<Member>),
    /// The others gave this node up: it must join again, as another.
    GivenUp,
    /// The key of links was renewed since this server was opened: it opens what nobody may any more, and must end.
    KeyRenewed,
}

/// A sign of life of the server that was opened with those settings.
///
/// # Errors
/// The store's.
pub fn beat(tx: &mut dyn Tx, settings: &Settings, id: NodeId, now: Instant) -> Result<Beaten, StoreError> {
    if !settings::is_current(tx, settings)? {
        return Ok(Beaten::KeyRenewed);
    }
    if node::beat(tx, id, now)? { node::roll(tx).map(Beaten::Among) } else { Ok(Beaten::GivenUp) }
}

/// Who stands in the roll, running or not.
///
/// # Errors
/// The store's.
pub fn roll(tx: &mut dyn Tx) -> Result<Vec<Member>, Fault> {
    Ok(node::roll(tx)?)
}

/// Gives a silent node up; what it was sending is due now. Answers how many messages that are, `None` when it moved or somebody was faster.
///
/// # Errors
/// The store's.
pub fn take_over(unit: &mut Unit<'_>, silent: &Silent) -> Result<Option<u64>, Fault> {
    if !node::leave(unit.tx, silent.id, Some(silent.beats))? {
        return Ok(None);
    }
    Ok(Some(node::hand_back(unit.tx, silent.id, unit.now)?))
}

/// A server stops: what it could not finish is due now.
///
/// # Errors
/// The store's.
pub fn leave(unit: &mut Unit<'_>, id: NodeId) -> Result<u64, Fault> {
    node::leave(unit.tx, id, None)?;
    Ok(node::hand_back(unit.tx, id, unit.now)?)
}

/// What this node is said to be sending, while nobody there holds any of it, is due now: a hand-out whose answer was lost. Answers how many
/// messages that are.
///
/// # Errors
/// The store's.
pub fn give_back(unit: &mut Unit<'_>, id: NodeId) -> Result<u64, Fault> {
    Ok(node::hand_back(unit.tx, id, unit.now)?)
}

/// The `dispatch` reconciler as one node runs it: it hands out nothing to a node that was given up (`None`), and whatever it hands out is
/// marked as that node's.
///
/// # Errors
/// The store's.
pub fn dispatch(unit: &mut Unit<'_>, id: NodeId) -> Result<Option<Vec<Work>>, Fault> {
    if !node::is_there(unit.tx, id)? {
        return Ok(None);
    }
    let work = paging::dispatch(unit)?;
    if !work.is_empty() {
        node::claim(unit.tx, id)?;
        // Whoever hands out is there: what it begins now is not taken from it while its own beat is on its way.
        node::beat(unit.tx, id, unit.now)?;
    }
    Ok(Some(work))
}

#[cfg(test)]
mod tests;
