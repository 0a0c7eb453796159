//! A schedule made ready to be asked: who has an instant, and a sweep that moves through time.
//!
//! Both are arithmetic on civil days; nothing is walked from the begin of a rotation. Crate-private:
//! [`crate::Prepared`] is the way in, and `naive` is its slow twin, which shares no code with it.
//!
//! It takes what makes sense and never lets one broken part block the rest: a layer without members
//! has nobody, a turn of length zero never ends, an override that ends before it begins covers nothing.

use jiff::tz::TimeZone;

use crate::cover::Covers;
use crate::duty::{self, Duty, Turn};
use crate::layer::{LayerCursor, LayerPlan};
use crate::model::{Backup, Override, Schedule};
use crate::{CalendarError, Instant, local};

/// A schedule with its zone found and its fixed edges turned into instants.
pub(crate) struct Plan<'a> {
    pub(crate) zone: TimeZone,
    backup: Backup,
    /// Lowest first; those that never have anybody are left out.
    pub(crate) layers: Vec<LayerPlan<'a>>,
    covers: Covers<'a>,
}

/// Who has an instant.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum State<'a> {
    On(Duty<'a>),
    Gap { declared: bool },
}

impl<'a> Plan<'a> {
    /// `agreed` comes after the schedule's own overrides.
    ///
    /// # Errors
    /// Unknown zone, or a date without an instant.
    pub(crate) fn of(schedule: &'a Schedule, agreed: &'a [Override]) -> Result<Self, CalendarError> {
        let zone = local::zone(&schedule.time_zone)?;
        let mut layers = Vec::with_capacity(schedule.layers.len());
        for layer in &schedule.layers {
            layers.extend(LayerPlan::of(layer, &zone)?);
        }
        let covers = Covers::of(schedule.overrides.iter().chain(agreed), &zone)?;
        Ok(Self { zone, backup: schedule.backup, layers, covers })
    }
}

/// A plan at a point in time, moving forward from edge to edge.
///
/// While a layer has somebody, nothing below it matters: those cursors are left behind until it is off.
pub(crate) struct Sweep<'p, 'a> {
    plan: &'p Plan<'a>,
    layers: Vec<LayerCursor>,
    /// Index in the plan of the layer that has this point, and of its slot.
    winning: Option<(usize, usize)>,
    /// Whether nobody has it and a layer says so.
    declared: bool,
    /// The overrides that cover this point, in the order they are listed.
    covering: Vec<usize>,
    edges_crossed: usize,
}

impl<'p, 'a> Sweep<'p, 'a> {
    pub(crate) fn new(plan: &'p Plan<'a>, at: Instant) -> Self {
        let civil = local::civil(&plan.zone, at);
        let layers = plan.layers.iter().map(|layer| LayerCursor::new(layer, at, civil, &plan.zone)).collect();
        let (covering, edges_crossed) = plan.covers.at(at);
        let mut sweep = Self { plan, layers, winning: None, declared: false, covering, edges_crossed };
        sweep.find_winning(at);
        sweep
    }

    /// Index in the plan of the layer that has this point, and of its slot.
    pub(crate) fn winning(&self) -> Option<(usize, usize)> {
        self.winning
    }

    pub(crate) fn state(&self) -> State<'p> {
        let plan = self.plan;
        let turn = self.winning.map(|(index, position)| {
            let layer = &plan.layers[index];
            Turn { layer: layer.layer, name: &layer.name, position }
        });
        let covers = self.covering.iter().map(|index| self.plan.covers.get(*index));
        match duty::people(turn, self.plan.backup, covers) {
            Some(duty) => State::On(duty),
            None => State::Gap { declared: self.declared },
        }
    }

    /// The next instant at which something may change: nothing changes before it, and `None` means nothing ever does.
    pub(crate) fn next_edge(&self) -> Option<Instant> {
        let lowest = self.winning.map_or(0, |(layer, _)| layer);
        let layers = self.layers[lowest..].iter().filter_map(LayerCursor::until);
        layers.chain(self.plan.covers.edge(self.edges_crossed)).min()
    }

    /// Moves to a later instant, at or before the next edge.
    pub(crate) fn advance(&mut self, at: Instant) {
        self.find_winning(at);
        self.plan.covers.cross(at, &mut self.covering, &mut self.edges_crossed);
    }

    /// The highest layer that is on and has somebody.
    fn find_winning(&mut self, at: Instant) {
        self.winning = None;
        self.declared = false;
        for (index, (layer, cursor)) in self.plan.layers.iter().zip(&mut self.layers).enumerate().rev() {
            cursor.advance(layer, at, &self.plan.zone);
            let Some(position) = cursor.position(layer) else { continue };
            if !layer.layer.members[position].is_nobody() {
                self.winning = Some((index, position));
                self.declared = false;
                return;
            }
            self.declared = true;
        }
    }
}
