//! Plans that begin later: when that is, and how they stand in the cover. The plan before stays as it was, so that no past shift changes (INV-12).

use super::{Cover, StagedPlan};
use crate::{record::Instant, refusal::Refusal};
use jiff::{SignedDuration, Timestamp};
use nightbell_calendar::{Rota, Schedule, Slot};
use serde::{Deserialize, Serialize};

/// When a changed plan begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// At once.
    Now,
    /// When whoever is on call now hands over.
    AfterCurrentShift,
    /// When everybody of the first layer has had their turn.
    AfterFullRotation,
    /// At an instant.
    At(Instant),
}

/// How far ahead the end of a shift is looked for.
const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(24 * 92);
/// How far ahead the end of a full rotation is looked for.
const ROTATION_MAX: SignedDuration = SignedDuration::from_hours(24 * 730);
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
            Self::AfterCurrentShift => current_shift_end(rota, now),
            Self::AfterFullRotation => rotation_end(rota, now),
        }
    }
}

fn current_shift_end(rota: &Rota, now: Instant) -> Result<Instant, Refusal> {
    let shifts = rota.shifts(now, ahead(now, SHIFT_MAX)).map_err(|e| Refusal::invalid("calendar", format!("{e}.")))?;
    let first = shifts.first().filter(|shift| shift.from == now).map(|shift| shift.primary.clone());
    match first {
        // In a gap the current shift is the gap itself.
        None => Ok(shifts.first().map_or(now, |shift| shift.from)),
        Some(holder) => {
            let mut end = now;
            for shift in &shifts {
                if shift.from != end || shift.primary != holder {
                    return Ok(end);
                }
                end = shift.to;
            }
            Err(Refusal::conflict("no-hand-off", "Nobody hands over in the next three months: say when it begins."))
        }
    }
}

/// The next begin of the first slot's turn in the first layer. Asked of a plan of that layer alone with a name for each slot, so that the
/// calendar's own arithmetic answers, whoever is listed twice, rests or is overridden.
fn rotation_end(rota: &Rota, now: Instant) -> Result<Instant, Refusal> {
    let none =
        || Refusal::conflict("no-rotation", "The plan has no rotation that comes round: say when the change begins.");
    let in_force = rota.versions.iter().rev().find(|v| v.from.is_none_or(|from| from <= now)).or(rota.versions.first());
    let schedule = &in_force.ok_or_else(none)?.schedule;
    let mut layer = schedule.layers.first().ok_or_else(none)?.clone();
    if layer.members.len() < 2 {
        return Err(none());
    }
    layer.members = (0..layer.members.len()).map(|n| Slot::from(format!("slot-{n}").as_str())).collect();
    layer.hours.clear();
    layer.holidays = None;
    let alone = Schedule { layers: vec![layer], overrides: Vec::new(), ..schedule.clone() };
    let shifts = Rota::of(alone)
        .shifts(now, ahead(now, ROTATION_MAX))
        .map_err(|e| Refusal::invalid("calendar", format!("{e}.")))?;
    let begins = shifts.iter().find(|shift| shift.from > now && shift.primary.as_str() == "slot-0");
    begins.map(|shift| shift.from).ok_or_else(none)
}

fn ahead(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
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
