//! What a server knows beside the organisation: when methods were proved, who is away.

use super::standing::{Away, Known};
use crate::Fault;
use jiff::SignedDuration;
use nightbell_domain::record::Instant;
use nightbell_store::{Tx, calendars, people};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead absences are of interest.
const LOOKED_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Known {
    /// Everything the store knows. `unsendable`: media that nothing is set up for.
    ///
    /// # Errors
    /// The store's.
    pub fn of_server(tx: &mut dyn Tx, now: Instant, unsendable: BTreeSet<String>) -> Result<Self, Fault> {
        let mut proven = BTreeMap::new();
        for proof in people::proofs(tx)? {
            if let Some((at, _)) = proof.proven {
                proven.insert((proof.user, proof.contact), at);
            }
        }
        let until = now.saturating_add(LOOKED_AHEAD).unwrap_or(now);
        let absences = calendars::absences(tx, now, until)?;
        let away = |one: calendars::Absence| Away { user: one.user, from: one.from, to: one.to };
        Ok(Self { now: Some(now), proven, unsendable, absences: absences.into_iter().map(away).collect() })
    }
}

/// The media nothing is set up for, when mail is not.
pub fn unsendable(mail_works: bool) -> BTreeSet<String> {
    if mail_works { BTreeSet::new() } else { BTreeSet::from(["email".to_owned()]) }
}
