//! The answers: shifts of a span, who is on call at an instant, and the gaps.
//!
//! The one way to ask a schedule. Pages, feeds, the API and the pages that are sent all come
//! through here, which is what makes them agree (INV-10).

use crate::limits::{LOOKAHEAD_STEPS_MAX, SPAN_STEPS_MAX};
use crate::model::{OnCall, Schedule, Shift};
use crate::plan::{Duty, Plan};
use crate::{CalendarError, Instant};

/// All shifts in `[from, to)`, in order, clipped to the span. Neighbours with the same people and
/// source are one shift; a gap is simply absent. An empty span has no shifts.
///
/// # Errors
/// Unknown zone, a date that cannot be counted, or a span with too many hand-offs.
pub fn shifts(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
    let plan = Plan::of(schedule)?;
    let mut merged: Vec<(Instant, Instant, Duty<'_>)> = Vec::new();
    let mut at = from;
    let mut steps = 0;
    while at < to {
        steps += 1;
        if steps > SPAN_STEPS_MAX {
            return Err(CalendarError::SpanTooLong { from, to });
        }
        let (duty, edge) = plan.at(at);
        let end = edge.map_or(to, |edge| edge.min(to));
        if let Some(duty) = duty {
            match merged.last_mut() {
                Some((_, last_end, last)) if *last_end == at && *last == duty => *last_end = end,
                _ => merged.push((at, end, duty)),
            }
        }
        at = end;
    }
    Ok(merged
        .into_iter()
        .map(|(from, to, duty)| Shift {
            from,
            to,
            primary: duty.primary.clone(),
            backup: duty.backup.cloned(),
            source: duty.source(),
        })
        .collect())
}

/// Who is on call at an instant, and until when that holds.
///
/// # Errors
/// Unknown zone, or a date that cannot be counted.
pub fn on_call(schedule: &Schedule, at: Instant) -> Result<OnCall, CalendarError> {
    let plan = Plan::of(schedule)?;
    let (duty, mut until) = plan.at(at);
    for _ in 0..LOOKAHEAD_STEPS_MAX {
        let Some(edge) = until else { break };
        let (after, next_edge) = plan.at(edge);
        if after != duty {
            break;
        }
        until = next_edge;
    }
    Ok(OnCall {
        primary: duty.map(|duty| duty.primary.clone()),
        backup: duty.and_then(|duty| duty.backup.cloned()),
        source: duty.map(|duty| duty.source()),
        until,
    })
}

/// The spans of `[from, to)` in which nobody is on call, in order.
///
/// # Errors
/// As [`shifts`].
pub fn gaps(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<(Instant, Instant)>, CalendarError> {
    let mut gaps = Vec::new();
    let mut covered_to = from;
    for shift in shifts(schedule, from, to)? {
        if covered_to < shift.from {
            gaps.push((covered_to, shift.from));
        }
        covered_to = shift.to;
    }
    if covered_to < to {
        gaps.push((covered_to, to));
    }
    Ok(gaps)
}
