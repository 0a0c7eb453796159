//! Plans that begin later: when that is, and how they stand in the cover. The plan before stays as it was, so that no past shift changes (INV-12).

use super::{Cover, StagedPlan};
use crate::{record::Instant, refusal::Refusal};
use jiff::SignedDuration;
use nightbell_calendar::{CalendarError, Rota, Schedule};
use serde::{Deserialize, Serialize};

/// When a changed plan begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// At once.
    Now,
    /// When whoever is on call now hands over.
    AfterCurrentShift,
    /// When the layer that has it begins with its first slot again.
    AfterFullRotation,
    /// At an instant.
    At(Instant),
}

/// A plan that was replaced that long ago is left to the revisions.
const KEPT: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Begin {
    /// The instant, on the plan as it is.
    ///
    /// # Errors
    /// It lies in the past; the plan never hands over, or cannot be read.
    pub fn instant(self, rota: &Rota, now: Instant) -> Result<Instant, Refusal> {
        match self {
            Self::Now => Ok(now),
            Self::At(at) if at < now => {
                Err(Refusal::invalid("at", "That lies in the past, and no past shift is changed."))
            }
            Self::At(at) => Ok(at),
            Self::AfterCurrentShift => waits(rota.end_of_shift(now)),
            Self::AfterFullRotation => waits(rota.end_of_rotation(now)),
        }
    }
}

fn waits(found: Result<Option<Instant>, CalendarError>) -> Result<Instant, Refusal> {
    let found = found.map_err(|e| Refusal::invalid("calendar", format!("{e}.")))?;
    found.ok_or_else(|| {
        Refusal::conflict("no-hand-off", "Nobody ever hands over there, so it would never begin: say when it does.")
    })
}

impl Cover {
    /// A plan begins at that instant; those that would have begun then or later are replaced by it.
    ///
    /// # Errors
    /// It begins in the past.
    pub fn stage(&mut self, plan: StagedPlan, now: Instant) -> Result<(), Refusal> {
        if plan.from < now {
            return Err(Refusal::invalid("at", "That lies in the past, and no past shift is changed."));
        }
        self.staged.retain(|other| other.from < plan.from);
        self.staged.push(plan);
        Ok(())
    }

    /// Takes back a plan that has not begun.
    ///
    /// # Errors
    /// There is none that begins then, or it has begun.
    pub fn unstage(&mut self, from: Instant, now: Instant) -> Result<StagedPlan, Refusal> {
        let at = self.staged.iter().position(|plan| plan.from == from);
        let at = at.ok_or_else(|| Refusal::not_found("plan that begins at", from))?;
        if from <= now {
            return Err(Refusal::conflict("begun", "That plan has begun. Change the schedule again instead."));
        }
        Ok(self.staged.remove(at))
    }

    /// The plan that is in force so long that the one before it is needed by nobody: it becomes the schedule's own.
    pub fn take_old_plan(&mut self, now: Instant) -> Option<Schedule> {
        let since = now.checked_sub(KEPT).unwrap_or(Instant::MIN);
        let old = self.staged.iter().filter(|plan| plan.from <= since).count();
        self.staged.drain(..old).next_back().map(|plan| plan.calendar)
    }
}
