//! What must be agreed so that one person stands where others stood: in the place of somebody, or instead of whoever is on call. Made on the
//! rota as it is, and refused when the rota would not say so afterwards: whoever is told "you are free" must be.
//!
//! Who alone has a span is replaced whole, so that the plan may change later without changing what was agreed; where others are on call as well,
//! one place is taken and they stay.

use crate::{
    ids::{ScheduleId, UserId},
    org::Organisation,
    record::Instant,
    refusal::Refusal,
};
use jiff::SignedDuration;
use nightbell_calendar::{Member, Override, Rota, Shift};

/// The longest take-over: as far as a turn's ends are looked for.
const TAKE_OVER_MAX: SignedDuration = SignedDuration::from_hours(24 * 92);
/// Stretches of one take-over with somebody else in them who stays.
const STRETCHES_MAX: usize = 100;

/// Whose place is taken in a stretch.
#[derive(PartialEq, Eq)]
enum Place {
    /// Everybody's: one person is on call alone, or nobody.
    All,
    /// One person's; others stay.
    Of(Member),
    /// Nobody's: who takes over is first already, and others are on call as well.
    Own,
}

impl Organisation {
    /// The override by which `taker` has what `giver` has through all of `[from, to)`.
    ///
    /// # Errors
    /// The schedule cannot be read; afterwards the taker would not be on call through all of it, or the giver still would.
    pub fn in_place_of(
        &self,
        schedule: &ScheduleId,
        (taker, giver): (&UserId, &UserId),
        (from, to): (Instant, Instant),
    ) -> Result<Override, Refusal> {
        let mut rota = self.readable(schedule)?;
        let whole = Override::new(taker.as_str(), from, to);
        let place = whole.clone().instead_of(giver.as_str());
        let candidates = if self.holds_alone(schedule, giver, from, to) { vec![whole, place] } else { vec![place] };
        for candidate in candidates {
            rota.overrides.push(candidate.clone());
            let shifts = shifts(&rota, from, to)?;
            if has_all(&shifts, taker, (from, to)) && !shifts.iter().any(|shift| has(shift, giver)) {
                return Ok(candidate);
            }
            rota.overrides.pop();
        }
        Err(Refusal::conflict(
            "does-not-hold",
            format!(
                "After that @{taker} would not be on call through all of that span, or @{giver} still would be. Look at the plan and ask anew."
            ),
        ))
    }

    /// The overrides by which `taker` is called first in all of `[from, to)`, instead of whoever is; who is rung together with them stays.
    ///
    /// # Errors
    /// The schedule cannot be read; too long a span; afterwards the taker would not be first in all of it.
    pub fn instead_of_whoever(
        &self,
        schedule: &ScheduleId,
        taker: &UserId,
        (from, to): (Instant, Instant),
    ) -> Result<Vec<Override>, Refusal> {
        if to.duration_since(from) > TAKE_OVER_MAX {
            let days = TAKE_OVER_MAX.as_hours() / 24;
            return Err(Refusal::invalid(
                "until",
                format!("At most {days} days ahead. Who has it longer belongs into the plan."),
            ));
        }
        let mut rota = self.readable(schedule)?;
        rota.overrides.push(Override::new(taker.as_str(), from, to));
        let whole = shifts(&rota, from, to)?;
        rota.overrides.pop();
        let stretches = stretches(&shifts(&rota, from, to)?, &whole, taker, (from, to));
        if stretches.len() > STRETCHES_MAX {
            return Err(Refusal::invalid("until", "Too many hand-offs lie before that: say a nearer end."));
        }
        let mut taken: Vec<Override> = Vec::new();
        for (begin, end, place) in stretches {
            let whole = Override::new(taker.as_str(), begin, end);
            match place {
                Place::All => taken.push(whole),
                Place::Of(member) => taken.push(whole.instead_of(member)),
                Place::Own => {}
            }
        }
        rota.overrides.extend(taken.iter().cloned());
        let after = shifts(&rota, from, to)?;
        let first = after.iter().all(|shift| shift.primary.as_str() == taker.as_str());
        if first && has_all(&after, taker, (from, to)) {
            return Ok(taken);
        }
        Err(Refusal::conflict(
            "does-not-hold",
            "After that somebody else would still be called first. Look at what is agreed on for that span, and have it undone first.",
        ))
    }

    /// Whether taking somebody's place in a span changes anything.
    ///
    /// # Errors
    /// The schedule cannot be read; that person neither is on call nor stands behind in it.
    pub fn has_place(
        &self,
        schedule: &ScheduleId,
        holder: &UserId,
        (from, to): (Instant, Instant),
    ) -> Result<(), Refusal> {
        if to <= from {
            return Ok(());
        }
        let behind = |shift: &Shift| shift.backup.as_ref().is_some_and(|member| member.as_str() == holder.as_str());
        if shifts(&self.readable(schedule)?, from, to)?.iter().any(|shift| has(shift, holder) || behind(shift)) {
            return Ok(());
        }
        Err(Refusal::invalid(
            "instead_of",
            format!("@{holder} is not on call on {schedule} in that span, nor behind: there is no place to take."),
        ))
    }

    fn readable(&self, schedule: &ScheduleId) -> Result<Rota, Refusal> {
        self.rota(schedule).map_err(|e| Refusal::conflict("unreadable", format!("This schedule cannot be read: {e}.")))
    }
}

fn shifts(rota: &Rota, from: Instant, to: Instant) -> Result<Vec<Shift>, Refusal> {
    rota.shifts(from, to).map_err(|e| Refusal::conflict("unreadable", format!("This schedule cannot be read: {e}.")))
}

fn has(shift: &Shift, user: &UserId) -> bool {
    shift.everyone().any(|member| member.as_str() == user.as_str())
}

/// Whether the person is on call in every part of a span.
fn has_all(shifts: &[Shift], user: &UserId, (from, to): (Instant, Instant)) -> bool {
    let mut covered = from;
    for shift in shifts {
        if shift.from != covered || !has(shift, user) {
            return false;
        }
        covered = shift.to;
    }
    covered == to
}

/// A span cut where the place to take changes, gaps included. `whole` is what it would be if the taker took everything: who was added beside
/// the plan stays then, so that their place has to be taken.
fn stretches(
    shifts: &[Shift],
    whole: &[Shift],
    taker: &UserId,
    (from, to): (Instant, Instant),
) -> Vec<(Instant, Instant, Place)> {
    let is_taker = |member: &Member| member.as_str() == taker.as_str();
    let alone = |shift: &Shift| {
        let mut meets = whole.iter().filter(|other| other.from < shift.to && shift.from < other.to);
        shift.also.is_empty() && meets.all(|other| other.everyone().all(is_taker))
    };
    let mut found: Vec<(Instant, Instant, Place)> = Vec::new();
    let mut add = |begin: Instant, end: Instant, place: Place| match found.last_mut() {
        _ if begin >= end => {}
        Some((_, last, same)) if *last == begin && *same == place => *last = end,
        _ => found.push((begin, end, place)),
    };
    let mut until = from;
    for shift in shifts {
        add(until, shift.from, Place::All);
        let place = match (alone(shift), is_taker(&shift.primary)) {
            (true, _) => Place::All,
            (false, true) => Place::Own,
            (false, false) => Place::Of(shift.primary.clone()),
        };
        add(shift.from, shift.to, place);
        until = shift.to;
    }
    add(until, to, Place::All);
    found
}
