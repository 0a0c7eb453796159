//! The proof as the API, the command and CI read it: ready-made words beside the values they are made of. The names are promises.

use super::{Hole, PEOPLE_MIN, Proof};
use nightbell_domain::{ids::UserId, record::Instant};
use serde::Serialize;

/// A proof, told.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Begin of what was looked at.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
    /// People each way has to reach.
    pub people: usize,
    /// Whether every way does, all the time.
    pub covered: bool,
    /// Every way that was looked at.
    pub ways: Vec<ToldWay>,
    /// Where one does not.
    pub holes: Vec<ToldHole>,
}

/// A way, told.
#[derive(Debug, Clone, Serialize)]
pub struct ToldWay {
    /// `policy payments`.
    pub place: String,
    /// `high` or `low`.
    pub urgency: &'static str,
    /// What leads there.
    pub led_by: Vec<String>,
    /// How many holes it has.
    pub holes: usize,
}

/// A hole, told.
#[derive(Debug, Clone, Serialize)]
pub struct ToldHole {
    /// `policy payments`.
    pub place: String,
    /// `high` or `low`.
    pub urgency: &'static str,
    /// What leads there.
    pub led_by: Vec<String>,
    /// Begin.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// IANA zone its people count hours in.
    pub zone: String,
    /// The span in that zone and in UTC.
    pub span: String,
    /// Who is reached.
    pub reached: Vec<UserId>,
    /// Why not more.
    pub missing: Vec<ToldMissing>,
    /// All of it in a sentence.
    pub message: String,
    /// What to do first.
    pub fix: String,
}

/// What is missing, told.
#[derive(Debug, Clone, Serialize)]
pub struct ToldMissing {
    /// `step 2`.
    pub step: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub fix: String,
}

impl From<&Hole> for ToldHole {
    fn from(hole: &Hole) -> Self {
        let missing = hole.missing.iter().map(|one| ToldMissing {
            step: one.step.clone(),
            why: one.why.clone(),
            fix: one.fix.clone(),
        });
        Self {
            place: hole.place.to_string(),
            urgency: hole.urgency.word(),
            led_by: hole.led_by.clone(),
            from: hole.from,
            to: hole.to,
            zone: hole.zone.clone(),
            span: hole.span(),
            reached: hole.reached.clone(),
            missing: missing.collect(),
            message: hole.to_string(),
            fix: hole.fix().to_owned(),
        }
    }
}

impl From<&Proof> for Told {
    fn from(proof: &Proof) -> Self {
        let ways = proof.ways.iter().map(|way| ToldWay {
            place: way.place.to_string(),
            urgency: way.urgency.word(),
            led_by: way.led_by.clone(),
            holes: proof.holes.iter().filter(|hole| hole.place == way.place && hole.urgency == way.urgency).count(),
        });
        Self {
            from: proof.from,
            to: proof.to,
            people: PEOPLE_MIN,
            covered: proof.holes.is_empty(),
            ways: ways.collect(),
            holes: proof.holes.iter().map(ToldHole::from).collect(),
        }
    }
}
