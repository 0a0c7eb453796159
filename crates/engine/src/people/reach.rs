//! How somebody is reached, as far as the server knows: each method with its state, the ladder, quiet hours, the next turn. Reads only.

use super::{Turn, address, next_turn, settings};
use crate::{Directory, Fault};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::UserId,
    limits,
    org::{AtMost, Contact, QuietHours, Urgency, User},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{Tx, people as store};
use std::collections::BTreeMap;

/// The newest message to a method failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What the provider said.
    pub why: String,
    /// When.
    pub at: Instant,
}

/// A code was sent and may be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Until when.
    pub expires_at: Instant,
    /// Tries that are left.
    pub left: u32,
}

/// One contact method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// What it is.
    pub contact: Contact,
    /// Set up by the person; else by the files.
    pub own: bool,
    /// When it last proved to reach its owner, and how: `code`, `page`, `test`.
    pub proven: Option<(Instant, String)>,
    /// A test page to it went unanswered, and it did not prove itself since.
    pub missed_at: Option<Instant>,
    /// It does not work.
    pub broken: Option<Broken>,
    /// A code is on its way.
    pub code: Option<Waiting>,
    /// How many messages it gets.
    pub at_most: Option<AtMost>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// As the files and they themselves say.
    pub person: User,
    /// Every method, those of the files first.
    pub methods: Vec<Method>,
    /// They set rules of their own.
    pub own_rules: bool,
    /// When low urgency waits.
    pub quiet: Option<QuietHours>,
    /// When they are on call next, within [`limits::ON_CALL_AHEAD`].
    pub next_turn: Option<Turn>,
}

impl Reach {
    /// Which methods ring, in order, and how long after the page reached the person.
    pub fn ladder(&self, urgency: Urgency) -> Vec<(SignedDuration, &Contact)> {
        self.person.ladder(urgency)
    }

    /// Whether any message reaches them.
    pub fn is_reached(&self) -> bool {
        self.methods.iter().any(|method| method.contact.verified)
    }

    /// Whether a method they are reached by has proved itself since an instant, and neither failed nor went unanswered after.
    pub fn is_proven_since(&self, since: Instant) -> bool {
        let sound = |m: &Method| m.contact.verified && m.broken.is_none() && m.missed_at.is_none();
        self.methods.iter().any(|m| sound(m) && m.proven.as_ref().is_some_and(|(at, _)| *at >= since))
    }
}

/// How one person is reached.
///
/// # Errors
/// No such person; the store's.
pub fn reach_of(tx: &mut dyn Tx, directory: &Directory, user: &UserId, now: Instant) -> Result<Reach, Fault> {
    let org = &directory.org;
    let person = org.person(user).ok_or_else(|| Refusal::not_found("user", format!("@{user}")))?.into_owned();
    let known: BTreeMap<_, _> = store::proofs_of(tx, user)?.into_iter().map(|p| (p.contact.clone(), p)).collect();
    let own = settings(directory, user);
    let mut methods = Vec::new();
    for contact in &person.contacts {
        let proof = known.get(&contact.id).filter(|proof| proof.address == address(&contact.kind));
        methods.push(Method {
            own: own.contacts.iter().any(|theirs| theirs.id == contact.id),
            proven: proof.and_then(|p| p.proven.clone()),
            missed_at: proof.and_then(|p| p.missed_at),
            broken: broken(tx, user, contact, proof.and_then(|p| p.proven.as_ref()).map(|(at, _)| *at))?,
            code: waiting(tx, user, contact, now)?,
            at_most: own.at_most.get(&contact.id).copied(),
            contact: contact.clone(),
        });
    }
    let next_turn = next_turn(org, user, now);
    Ok(Reach { person, methods, own_rules: own.rules.is_some(), quiet: own.quiet, next_turn })
}

/// A message failed for good, and nothing was proved since.
fn broken(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &Contact,
    proven_at: Option<Instant>,
) -> Result<Option<Broken>, Fault> {
    let newest = store::newest_sent(tx, user, &contact.id)?;
    let failed = newest.filter(|(status, _, at)| status == "failed" && proven_at.is_none_or(|proven| proven < *at));
    Ok(failed.map(|(_, why, at)| Broken { why: why.unwrap_or_default(), at }))
}

fn waiting(tx: &mut dyn Tx, user: &UserId, contact: &Contact, now: Instant) -> Result<Option<Waiting>, Fault> {
    let code = store::code(tx, user, &contact.id)?;
    let good = code.filter(|c| {
        c.ended_at.is_none()
            && c.expires_at > now
            && c.tries < limits::CODE_TRIES_MAX
            && c.address == address(&contact.kind)
    });
    Ok(good
        .map(|code| Waiting { expires_at: code.expires_at, left: limits::CODE_TRIES_MAX.saturating_sub(code.tries) }))
}

/// How everybody is reached, by handle.
///
/// # Errors
/// The store's.
pub fn everybody(tx: &mut dyn Tx, directory: &Directory, now: Instant) -> Result<Vec<Reach>, Fault> {
    directory.org.users.keys().map(|user| reach_of(tx, directory, user, now)).collect()
}
