//! `verify`: proves that every stream is contiguous, unaltered and folds to its row. Reads only; one stream's damage does not hide another's.

use crate::Fault;
use nightbell_domain::{learning::Postmortem, paging::Page, response::Incident, signal::Alert};
use nightbell_store::{Stored, Tx, journal};

/// What was proved.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Streams looked at.
    pub streams: usize,
    /// Events in them.
    pub events: usize,
    /// What is wrong, one line each; empty is the proof.
    pub findings: Vec<String>,
}

/// Verifies everything.
pub fn verify(tx: &mut dyn Tx) -> Result<Proof, Fault> {
    let mut proof = Proof::default();
    streams::<Alert>(tx, &mut proof)?;
    streams::<Page>(tx, &mut proof)?;
    streams::<Incident>(tx, &mut proof)?;
    streams::<Postmortem>(tx, &mut proof)?;
    Ok(proof)
}

fn streams<A: Stored>(tx: &mut dyn Tx, proof: &mut Proof) -> Result<(), Fault> {
    for key in journal::streams(tx, A::KIND)? {
        proof.streams += 1;
        match journal::verify::<A>(tx, &key) {
            Ok(Ok(events)) => proof.events += events,
            Ok(Err(finding)) => proof.findings.push(finding),
            Err(nightbell_store::StoreError::Corrupt(what)) => {
                proof.findings.push(format!("{} {key}: {what}", A::KIND))
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}
