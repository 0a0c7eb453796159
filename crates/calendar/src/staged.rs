//! Changes of a plan before they are made: the hand-overs one may wait for, and what it changes for whom.
//!
//! Pure looks at rotas; whoever stages a version writes it down elsewhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::limits::LOOKAHEAD_STEPS_MAX;
use crate::model::{Member, Shift};
use crate::plan::Sweep;
use crate::{CalendarError, Instant, Rota};

/// A span in which other people are on call than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive; always after `from`.
    pub to: Instant,
    /// Who had it, clipped to the span; `None` in a gap.
    pub before: Option<Shift>,
    /// Who has it now, clipped to the span; `None` in a gap.
    pub after: Option<Shift>,
}

impl Change {
    /// Whether somebody was on call and nobody is any more.
    #[must_use]
    pub fn opens_gap(&self) -> bool {
        self.before.is_some() && self.after.is_none()
    }
}

impl Rota {
    /// When those who are on call now hand over; in a gap, when somebody comes. `None` if that never happens.
    ///
    /// # Errors
    /// As [`Rota::prepare`].
    pub fn end_of_shift(&self, now: Instant) -> Result<Option<Instant>, CalendarError> {
        let prepared = self.prepare()?;
        let current = prepared.on_call(now);
        let mut until = current.until;
        for _ in 0..LOOKAHEAD_STEPS_MAX {
            let Some(at) = until else { return Ok(None) };
            let then = prepared.on_call(at);
            // A change of who stands behind or watches is no hand-over.
            if !then.everyone().eq(current.everyone()) {
                return Ok(Some(at));
            }
            until = then.until;
        }
        Ok(until)
    }

    /// When the layer that has it now, overrides aside, begins with its first slot again; the lowest layer if none has. `None` if it never does.
    ///
    /// # Errors
    /// As [`Rota::prepare`].
    pub fn end_of_rotation(&self, now: Instant) -> Result<Option<Instant>, CalendarError> {
        let prepared = self.prepare()?;
        let Some(plan) = prepared.plan_at(now) else { return Ok(None) };
        let winning = Sweep::new(plan, now).winning().map_or(0, |(layer, _)| layer);
        let Some(layer) = plan.layers.get(winning) else { return Ok(None) };
        let slots = i64::try_from(layer.layer.members.len()).unwrap_or(i64::MAX);
        let next = layer.turn(now, &plan.zone).map_or(0, |turn| (turn.div_euclid(slots) + 1) * slots);
        Ok(layer.begin(next, &plan.zone))
    }
}

/// Where in `[from, to)` the people on call, behind or watching differ between two rotas, in order. Neighbours
/// that differ alike are one change.
///
/// # Errors
/// As [`Rota::shifts`], of either.
pub fn difference(before: &Rota, after: &Rota, from: Instant, to: Instant) -> Result<Vec<Change>, CalendarError> {
    let (old, new) = (before.shifts(from, to)?, after.shifts(from, to)?);
    let edges: BTreeSet<Instant> =
        old.iter().chain(&new).flat_map(|shift| [shift.from, shift.to]).chain([from, to]).collect();
    let edges: Vec<Instant> = edges.into_iter().collect();
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changes: Vec<Change> = Vec::new();
    for (from, to) in edges.iter().copied().zip(edges.iter().copied().skip(1)) {
        let had = piece(&mut old, from, to);
        let has = piece(&mut new, from, to);
        if alike(had.as_ref(), has.as_ref()) {
            continue;
        }
        match changes.last_mut() {
            Some(last)
                if last.to == from
                    && alike(last.before.as_ref(), had.as_ref())
                    && alike(last.after.as_ref(), has.as_ref()) =>
            {
                last.to = to;
                for shift in last.before.iter_mut().chain(&mut last.after) {
                    shift.to = to;
                }
            }
            _ => changes.push(Change { from, to, before: had, after: has }),
        }
    }
    Ok(changes)
}

/// The shift that has a piece without edges inside, clipped to it.
fn piece<'a>(
    shifts: &mut std::iter::Peekable<impl Iterator<Item = &'a Shift>>,
    from: Instant,
    to: Instant,
) -> Option<Shift> {
    while shifts.next_if(|shift| shift.to <= from).is_some() {}
    let shift = shifts.peek().filter(|shift| shift.from <= from)?;
    Some(Shift { from, to, ..(*shift).clone() })
}

fn alike(one: Option<&Shift>, other: Option<&Shift>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.same_people(other),
        (None, None) => true,
        _ => false,
    }
}

/// An instant at which somebody comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOff {
    /// When.
    pub at: Instant,
    /// Those whose duty ends, in their order.
    pub leaves: Vec<Member>,
    /// Those whose duty begins, in their order.
    pub comes: Vec<Member>,
    /// Everybody on call from then on, the primary first; empty when a gap begins.
    pub on_call: Vec<Member>,
}

impl Rota {
    /// The instants of `[from, to)` at which somebody comes or goes, in order. Who only steps forward or back
    /// among those on call, stands behind or watches, neither comes nor goes.
    ///
    /// # Errors
    /// As [`Rota::shifts`].
    pub fn handoffs(&self, from: Instant, to: Instant) -> Result<Vec<HandOff>, CalendarError> {
        // A little before, so that a hand-off at the begin of the span is one.
        let before = from.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(from);
        let shifts = self.shifts(before, to)?;
        let everyone = |shift: &Shift| shift.everyone().cloned().collect::<Vec<_>>();
        let mut found = Vec::new();
        let mut on: Vec<Member> = Vec::new();
        let mut until = before;
        let mut change = |at: Instant, was: &[Member], is: &[Member]| {
            let without = |these: &[Member], those: &[Member]| -> Vec<Member> {
                these.iter().filter(|member| !those.contains(member)).cloned().collect()
            };
            let (leaves, comes) = (without(was, is), without(is, was));
            if at >= from && !(leaves.is_empty() && comes.is_empty()) {
                found.push(HandOff { at, leaves, comes, on_call: is.to_vec() });
            }
        };
        for shift in &shifts {
            if until < shift.from {
                change(until, &on, &[]);
                on.clear();
            }
            let now = everyone(shift);
            if shift.from > before {
                change(shift.from, &on, &now);
            }
            on = now;
            until = shift.to;
        }
        if until < to {
            change(until, &on, &[]);
        }
        Ok(found)
    }
}
