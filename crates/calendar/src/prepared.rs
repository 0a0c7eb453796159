//! The answers: shifts of a span, who is on call at an instant, and the gaps.
//!
//! The one way to ask. Pages, feeds, the API and the pages that are sent all come through here, which is
//! what makes them agree (INV-10). Prepare once, ask often: preparing finds the zones and sorts the
//! overrides, asking is arithmetic.

use std::ops::ControlFlow;

use crate::duty::Duty;
use crate::limits::{LOOKAHEAD_STEPS_MAX, SPAN_STEPS_MAX};
use crate::model::{Gap, Member, OnCall, Override, Schedule, Shift};
use crate::plan::{Plan, State, Sweep};
use crate::{CalendarError, Instant, Rota};

/// A schedule, or all versions of a rota, made ready to be asked many times.
pub struct Prepared<'a> {
    /// In order of their begin, each in force until the next; the first from the beginning of time.
    parts: Vec<(Instant, Plan<'a>)>,
}

impl<'a> Prepared<'a> {
    /// One schedule alone.
    ///
    /// # Errors
    /// Unknown zone, or a date without an instant.
    pub fn of(schedule: &'a Schedule) -> Result<Self, CalendarError> {
        Ok(Self { parts: vec![(Instant::MIN, Plan::of(schedule, &[])?)] })
    }

    pub(crate) fn of_rota(rota: &'a Rota) -> Result<Self, CalendarError> {
        let agreed: &'a [Override] = &rota.overrides;
        let mut parts = Vec::with_capacity(rota.versions.len());
        for version in &rota.versions {
            parts.push((version.from.unwrap_or(Instant::MIN), Plan::of(&version.schedule, agreed)?));
        }
        parts.sort_by_key(|(from, _)| *from);
        if let Some((from, _)) = parts.first_mut() {
            *from = Instant::MIN;
        }
        Ok(Self { parts })
    }

    /// All shifts in `[from, to)`, in order, clipped to the span. Neighbours with the same people and
    /// source are one shift; a gap is simply absent. An empty span has no shifts.
    ///
    /// # Errors
    /// [`CalendarError::SpanTooLong`] when there are too many hand-offs in it.
    pub fn shifts(&self, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
        let mut found: Vec<Shift> = Vec::new();
        let mut last: Option<Duty<'_>> = None;
        self.walk_all(from, to, |begin, end, state| match state {
            State::On(duty) => {
                match found.last_mut() {
                    Some(shift) if shift.to == begin && last.as_ref() == Some(&duty) => shift.to = end,
                    _ => found.push(shift(begin, end, &duty)),
                }
                last = Some(duty);
            }
            State::Gap { .. } => last = None,
        })?;
        Ok(found)
    }

    /// Who is on call at an instant, and until when that holds.
    #[must_use]
    pub fn on_call(&self, at: Instant) -> OnCall {
        let mut found: Option<State<'_>> = None;
        let mut until = None;
        let mut steps = 0;
        self.walk(at, Instant::MAX, |begin, _, state| {
            let differs = match (&found, &state) {
                (None, _) => {
                    found = Some(state);
                    return ControlFlow::Continue(());
                }
                (Some(State::On(now)), State::On(then)) => now != then,
                (Some(State::Gap { .. }), State::Gap { .. }) => false,
                _ => true,
            };
            steps += 1;
            if differs || steps > LOOKAHEAD_STEPS_MAX {
                until = Some(begin);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        let Some(State::On(duty)) = found else {
            return OnCall { until, ..OnCall::default() };
        };
        OnCall {
            primary: Some(duty.primary.clone()),
            also: owned(&duty.also),
            backup: duty.backup.cloned(),
            shadows: owned(&duty.shadows),
            source: Some(duty.source()),
            until,
        }
    }

    /// The spans of `[from, to)` in which nobody is on call, in order. Neighbours of which one is
    /// declared and the other is not are two.
    ///
    /// # Errors
    /// As [`Prepared::shifts`].
    pub fn gaps(&self, from: Instant, to: Instant) -> Result<Vec<Gap>, CalendarError> {
        let mut gaps: Vec<Gap> = Vec::new();
        self.walk_all(from, to, |begin, end, state| {
            if let State::Gap { declared } = state {
                match gaps.last_mut() {
                    Some(last) if last.to == begin && last.declared == declared => last.to = end,
                    _ => gaps.push(Gap { from: begin, to: end, declared }),
                }
            }
        })?;
        Ok(gaps)
    }

    /// The plan in force at an instant; `None` of a rota without versions.
    pub(crate) fn plan_at(&self, at: Instant) -> Option<&Plan<'a>> {
        self.parts.iter().rev().find(|(from, _)| *from <= at).map(|(_, plan)| plan)
    }

    /// Shows every piece of `[from, to)` in which nothing changes; neighbours may be alike.
    fn walk_all<'s>(
        &'s self,
        from: Instant,
        to: Instant,
        mut show: impl FnMut(Instant, Instant, State<'s>),
    ) -> Result<(), CalendarError> {
        let mut steps = 0;
        self.walk(from, to, |begin, end, state| {
            steps += 1;
            if steps > SPAN_STEPS_MAX {
                return ControlFlow::Break(());
            }
            show(begin, end, state);
            ControlFlow::Continue(())
        });
        if steps > SPAN_STEPS_MAX { Err(CalendarError::SpanTooLong { from, to }) } else { Ok(()) }
    }

    /// The same, until told to stop. A version in force for no time at all has no piece.
    fn walk<'s>(
        &'s self,
        from: Instant,
        to: Instant,
        mut show: impl FnMut(Instant, Instant, State<'s>) -> ControlFlow<()>,
    ) {
        for (index, (since, plan)) in self.parts.iter().enumerate() {
            let mut at = from.max(*since);
            let end = self.parts.get(index + 1).map_or(to, |(next, _)| (*next).min(to));
            if at >= end {
                continue;
            }
            let mut sweep = Sweep::new(plan, at);
            loop {
                let edge = sweep.next_edge().map_or(end, |edge| edge.min(end));
                if show(at, edge, sweep.state()).is_break() {
                    return;
                }
                if edge >= end {
                    break;
                }
                at = edge;
                sweep.advance(at);
            }
        }
    }
}

fn shift(from: Instant, to: Instant, duty: &Duty<'_>) -> Shift {
    Shift {
        from,
        to,
        primary: duty.primary.clone(),
        also: owned(&duty.also),
        backup: duty.backup.cloned(),
        shadows: owned(&duty.shadows),
        source: duty.source(),
    }
}

fn owned(members: &[&Member]) -> Vec<Member> {
    members.iter().map(|member| (*member).clone()).collect()
}
