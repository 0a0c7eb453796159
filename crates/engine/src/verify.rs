//! `verify`: proves that every stream is contiguous, unaltered and folds to its row, that no row is without its stream, that notifications and
//! attempts agree, and that the organisation equals its revisions. Reads only; one stream's damage does not hide another's.
//!
//! Beside a running server it works in slices, each a view of its own ([`in_slices`]): a stream and its row are always read together, so a commit
//! in between disturbs nothing, the memory is that of one slice, and neither the write-ahead log nor old row versions are held for long.

use crate::{Fault, Reader};
use nightbell_domain::{learning::Postmortem, paging::Page, response::Incident, signal::Alert};
use nightbell_store::{
    StoreError, Tx, journal,
    proof::{self, Slice},
};

/// Most findings that are kept; more are counted.
const FINDINGS_MAX: usize = 1_000;

/// The end of the journal: what to note down to prove later that nothing was cut off.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Head {
    /// The newest position; 0 for an empty journal.
    pub position: u64,
    /// The hash there, in hexadecimal; empty for an empty journal.
    pub hash: String,
}

/// What was proved.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Streams looked at.
    pub streams: usize,
    /// Events in them.
    pub events: usize,
    /// Notifications looked at.
    pub notifications: usize,
    /// Attempts of them.
    pub attempts: usize,
    /// Objects of the organisation looked at.
    pub objects: usize,
    /// Where the journal ended when the proof began.
    pub head: Head,
    /// What is wrong, one line each; empty is the proof.
    pub findings: Vec<String>,
    /// Findings beyond the first thousand.
    pub more_findings: usize,
}

impl Proof {
    /// How many things are wrong.
    pub fn wrong(&self) -> usize {
        self.findings.len() + self.more_findings
    }
}

/// Verifies everything in one view.
///
/// # Errors
/// The store's, when it cannot be read at all.
pub fn verify(tx: &mut dyn Tx) -> Result<Proof, Fault> {
    let mut proving = Proving::default();
    while proving.step(tx)? {}
    Ok(proving.proof)
}

/// Verifies everything beside a running server, a slice at a time. `progress` is told after each.
///
/// # Errors
/// The store's, when it cannot be read at all.
pub fn in_slices(reader: &mut dyn Reader, progress: &mut dyn FnMut(&Proof)) -> Result<Proof, Fault> {
    let mut proving = Proving::default();
    loop {
        let mut step = None;
        reader.read(&mut |tx| step = Some(proving.step(tx)))?;
        let more =
            step.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned()).into()))?;
        progress(&proving.proof);
        if !more {
            return Ok(proving.proof);
        }
    }
}

/// The end of the journal.
///
/// # Errors
/// The store's.
pub fn head(tx: &mut dyn Tx) -> Result<Head, Fault> {
    let position = journal::head(tx)?;
    let line = journal::after(tx, position.saturating_sub(1), 1)?.pop();
    let hash = line.map(|line| line.hash.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default();
    Ok(Head { position, hash })
}

/// How far a proof is.
#[derive(Default)]
struct Proving {
    part: Part,
    after: Vec<String>,
    proof: Proof,
}

#[derive(Default, Clone, Copy)]
enum Part {
    #[default]
    Head,
    Alerts,
    Pages,
    Incidents,
    Postmortems,
    Owed,
    Objects,
}

impl Proving {
    /// One slice; false when it was the last.
    fn step(&mut self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        let key = |n: usize| self.after.get(n).map_or("", String::as_str);
        let slice = match self.part {
            Part::Head => {
                self.proof.head = head(tx)?;
                Slice::default()
            }
            Part::Alerts => proof::streams::<Alert>(tx, key(0))?,
            Part::Pages => proof::streams::<Page>(tx, key(0))?,
            Part::Incidents => proof::streams::<Incident>(tx, key(0))?,
            Part::Postmortems => proof::streams::<Postmortem>(tx, key(0))?,
            Part::Owed => proof::owed(tx, key(0))?,
            Part::Objects => proof::objects(tx, (key(0), key(1)))?,
        };
        let (things, parts) = match self.part {
            Part::Owed => (&mut self.proof.notifications, &mut self.proof.attempts),
            Part::Objects => (&mut self.proof.objects, &mut 0),
            _ => (&mut self.proof.streams, &mut self.proof.events),
        };
        *things += slice.things;
        *parts += slice.parts;
        for finding in slice.findings {
            if self.proof.findings.len() < FINDINGS_MAX {
                self.proof.findings.push(finding);
            } else {
                self.proof.more_findings += 1;
            }
        }
        match slice.next {
            Some(next) => self.after = next,
            None => {
                self.after.clear();
                self.part = match self.part {
                    Part::Head => Part::Alerts,
                    Part::Alerts => Part::Pages,
                    Part::Pages => Part::Incidents,
                    Part::Incidents => Part::Postmortems,
                    Part::Postmortems => Part::Owed,
                    Part::Owed => Part::Objects,
                    Part::Objects => return Ok(false),
                };
            }
        }
        Ok(true)
    }
}
