//! The overrides of a schedule as instants, sorted, so that asking never reads them all.
//!
//! Which of them cover an instant, and when that next changes; what they do to the people on call is in
//! [`crate::duty`]. Crate-private.

use jiff::tz::TimeZone;

use crate::model::{Edge, Member, Override, OverrideKind};
use crate::{CalendarError, Instant, local};

/// What one override does, without its span.
#[derive(Clone, Copy)]
pub(crate) struct Cover<'a> {
    pub(crate) user: &'a Member,
    pub(crate) kind: OverrideKind,
    pub(crate) instead_of: Option<&'a Member>,
}

/// Overrides in the order they are listed, and their edges in the order of time.
#[derive(Default)]
pub(crate) struct Covers<'a> {
    list: Vec<Cover<'a>>,
    /// `(begin, end, index in list)`, by begin.
    spans: Vec<(Instant, Instant, usize)>,
    /// For each of `spans`, the latest end up to and with it.
    reach: Vec<Instant>,
    /// `(when, index in list, whether it begins)`, by time.
    edges: Vec<(Instant, usize, bool)>,
}

impl<'a> Covers<'a> {
    /// One that ends before it begins covers nothing and is left out.
    ///
    /// # Errors
    /// A date without an instant.
    pub(crate) fn of(
        overrides: impl IntoIterator<Item = &'a Override>,
        zone: &TimeZone,
    ) -> Result<Self, CalendarError> {
        let mut covers = Self::default();
        for entry in overrides {
            let (from, to) = (edge(zone, entry.from)?, edge(zone, entry.to)?);
            if from >= to {
                continue;
            }
            let index = covers.list.len();
            covers.list.push(Cover { user: &entry.user, kind: entry.kind, instead_of: entry.instead_of.as_ref() });
            covers.spans.push((from, to, index));
            covers.edges.extend([(from, index, true), (to, index, false)]);
        }
        covers.spans.sort_unstable();
        covers.edges.sort_unstable();
        let mut latest = Instant::MIN;
        for (_, to, _) in &covers.spans {
            latest = latest.max(*to);
            covers.reach.push(latest);
        }
        Ok(covers)
    }

    pub(crate) fn get(&self, index: usize) -> Cover<'a> {
        self.list[index]
    }

    /// Those that cover an instant, in the order they are listed; and the number of edges by then.
    pub(crate) fn at(&self, at: Instant) -> (Vec<usize>, usize) {
        let begun = self.spans.partition_point(|(from, _, _)| *from <= at);
        let mut active: Vec<usize> = (0..begun)
            .rev()
            .take_while(|span| self.reach[*span] > at)
            .map(|span| self.spans[span])
            .filter(|(_, to, _)| *to > at)
            .map(|(_, _, index)| index)
            .collect();
        active.sort_unstable();
        (active, self.edges.partition_point(|(when, _, _)| *when <= at))
    }

    /// The instant of an edge, counted from 0 in the order of time.
    pub(crate) fn edge(&self, number: usize) -> Option<Instant> {
        self.edges.get(number).map(|(when, _, _)| *when)
    }

    /// Crosses all edges up to an instant: `active` and `number` as [`Covers::at`] gave them.
    pub(crate) fn cross(&self, at: Instant, active: &mut Vec<usize>, number: &mut usize) {
        while let Some((when, index, begins)) = self.edges.get(*number)
            && *when <= at
        {
            match (active.binary_search(index), begins) {
                (Err(place), true) => active.insert(place, *index),
                (Ok(place), false) => _ = active.remove(place),
                _ => {}
            }
            *number += 1;
        }
    }
}

/// The instant of an override's edge in a schedule's zone.
pub(crate) fn edge(zone: &TimeZone, edge: Edge) -> Result<Instant, CalendarError> {
    match edge {
        Edge::Wall(civil) => local::instant(zone, civil),
        Edge::Exact(at) => Ok(at),
    }
}
