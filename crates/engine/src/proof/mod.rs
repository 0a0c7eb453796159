//! Proof of reach: whether, at every minute ahead, each way a page can take reaches two different people by methods that are known to work
//! (domain rule `covered`). Exact: between two edges (a hand-off, the edge of a step's hours, an absence) nothing changes, so that each edge is
//! looked at and no minute between them. [`crate::reach`] is the quick look that `doctor` takes beside it.
//!
//! Is not: what happens after somebody was reached, nor a promise that they wake up. What counts as a person is in `standing`, what a policy
//! asks at an instant in `walk`, whom a target means over time in `timeline`. Reads only; [`warn`] alone notes whom it told.

mod holes;
mod known;
mod standing;
mod timeline;
mod told;
mod walk;
mod warn;
mod ways;

pub use holes::{Hole, Missing, Spot};
pub use known::unsendable;
pub use standing::{Away, Known, PROVEN_WITHIN};
pub use told::{Told, ToldHole, ToldMissing, ToldWay};
pub use warn::{STAGES_DAYS, ahead, menders, warn};
pub use ways::{Place, Way};

use nightbell_domain::{org::Organisation, record::Instant};
use serde::Serialize;

/// How far ahead is looked when nobody says: eight weeks.
pub const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_hours(8 * 7 * 24);
/// Different people each way has to reach.
pub const PEOPLE_MIN: usize = 2;

/// What was proved, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Every way a page can take.
    pub ways: Vec<Way>,
    /// Where one reaches fewer than two people, earliest first.
    pub holes: Vec<Hole>,
}

/// Proves the coverage of `[from, to)`.
pub fn prove(org: &Organisation, known: &Known, from: Instant, to: Instant) -> Proof {
    let ways = ways::all(org);
    let holes = holes::find(org, known, &ways, from, to);
    Proof { from, to, ways, holes }
}

#[cfg(test)]
mod tests;
