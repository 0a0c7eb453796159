//! One layer made ready to be asked, and a cursor that moves through it in time.
//!
//! A layer has somebody while three things hold: its first turn has begun, its hours of the week are on, and its
//! rule about public holidays lets it work. Each of the three knows its own next edge, so moving on costs the
//! arithmetic of that one edge; a cursor that was left behind jumps. Crate-private; [`crate::plan`] asks it.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::cycle::Cycle;
use crate::model::{HolidayRule, Holidays, Layer};
use crate::week::Week;
use crate::{CalendarError, Instant, holidays, local};

/// A layer with its fixed edges turned into instants.
pub(crate) struct LayerPlan<'a> {
    pub(crate) layer: &'a Layer,
    /// Its name, shared by all its shifts.
    pub(crate) name: Arc<str>,
    begins: Instant,
    cycle: Cycle,
    week: Week,
    days: Days<'a>,
    /// Whether a hand-off ever changes the people.
    rotates: bool,
}

impl<'a> LayerPlan<'a> {
    /// `None` if the layer never has anybody.
    ///
    /// # Errors
    /// A date without an instant.
    pub(crate) fn of(layer: &'a Layer, zone: &TimeZone) -> Result<Option<Self>, CalendarError> {
        let week = Week::of(&layer.hours);
        if layer.members.is_empty() || week.is_never() {
            return Ok(None);
        }
        let begins = local::instant(zone, layer.starts)?;
        let cycle = Cycle::of(&layer.every, layer.starts, begins);
        let rotates = cycle.moves() && layer.members.iter().any(|slot| *slot != layer.members[0]);
        let days = Days::of(layer.holidays.as_ref());
        Ok(Some(Self { layer, name: layer.name.as_str().into(), begins, cycle, week, days, rotates }))
    }

    /// The number of the turn that runs at an instant, and when that turn would end. `None` before the first.
    pub(crate) fn turn(&self, at: Instant, zone: &TimeZone) -> Option<i64> {
        (at >= self.begins).then(|| self.cycle.turn(at, local::civil(zone, at)))
    }

    /// When a turn begins; `None` if no turn ever ends or it lies beyond all dates.
    pub(crate) fn begin(&self, turn: i64, zone: &TimeZone) -> Option<Instant> {
        self.cycle.begin(turn, zone)
    }
}

/// The public holidays on which a layer rests or works.
struct Days<'a> {
    rule: Option<HolidayRule>,
    public: Option<&'static BTreeSet<Date>>,
    own: &'a [Date],
}

impl<'a> Days<'a> {
    /// A country that is not in the data has no holidays.
    fn of(said: Option<&'a Holidays>) -> Self {
        let public = said.and_then(|said| said.country.as_deref()).and_then(holidays::all);
        Self { rule: said.map(|said| said.on), public, own: said.map_or(&[], |said| &said.days) }
    }

    fn is_holiday(&self, day: Date) -> bool {
        self.public.is_some_and(|days| days.contains(&day)) || self.own.contains(&day)
    }
}

/// Something that is on or off by the wall clock.
trait Switch {
    /// Whether it is on while the wall clock shows this.
    fn is_on(&self, at: DateTime) -> bool;
    /// The next civil time, after `at`, at which that may change; `None` if it never does.
    fn next_edge(&self, at: DateTime) -> Option<DateTime>;
}

impl Switch for Week {
    fn is_on(&self, at: DateTime) -> bool {
        self.contains(at)
    }

    fn next_edge(&self, at: DateTime) -> Option<DateTime> {
        self.next_edge(at)
    }
}

impl Switch for Days<'_> {
    fn is_on(&self, at: DateTime) -> bool {
        match self.rule {
            None => true,
            Some(HolidayRule::Off) => !self.is_holiday(at.date()),
            Some(HolidayRule::Only) => self.is_holiday(at.date()),
        }
    }

    fn next_edge(&self, at: DateTime) -> Option<DateTime> {
        self.rule?;
        let today = at.date();
        let day = if self.is_holiday(today) {
            today.tomorrow().ok()?
        } else {
            let public = self.public.and_then(|days| days.range((Bound::Excluded(today), Bound::Unbounded)).next());
            let own = self.own.iter().filter(|day| **day > today).min();
            *public.into_iter().chain(own).min()?
        };
        Some(day.to_datetime(Time::midnight()))
    }
}

/// A switch at a point in time.
struct SwitchCursor {
    on: bool,
    edge: Option<DateTime>,
    until: Option<Instant>,
}

impl SwitchCursor {
    fn new(switch: &impl Switch, civil: DateTime, zone: &TimeZone) -> Self {
        let mut cursor = Self { on: false, edge: None, until: None };
        cursor.show(switch, civil, zone);
        cursor
    }

    fn show(&mut self, switch: &impl Switch, civil: DateTime, zone: &TimeZone) {
        self.on = switch.is_on(civil);
        self.edge = switch.next_edge(civil);
        self.until = self.edge.and_then(|edge| local::instant(zone, edge).ok());
    }

    /// The next edge is reached by civil time alone, which needs no look at the clock; further ones by a jump.
    fn advance(&mut self, switch: &impl Switch, at: Instant, zone: &TimeZone) {
        if let (Some(edge), Some(until)) = (self.edge, self.until)
            && until <= at
        {
            self.show(switch, edge, zone);
            if self.until.is_some_and(|until| until <= at) {
                self.show(switch, local::civil(zone, at), zone);
            }
        }
    }
}

/// Where a layer is at a point in time.
pub(crate) struct LayerCursor {
    /// The number of the turn; `None` before the first.
    turn: Option<i64>,
    turn_until: Option<Instant>,
    week: SwitchCursor,
    days: SwitchCursor,
    until: Option<Instant>,
}

impl LayerCursor {
    /// `civil` is what has begun by `at`.
    pub(crate) fn new(plan: &LayerPlan<'_>, at: Instant, civil: DateTime, zone: &TimeZone) -> Self {
        let mut cursor = Self {
            turn: None,
            turn_until: Some(plan.begins),
            week: SwitchCursor::new(&plan.week, civil, zone),
            days: SwitchCursor::new(&plan.days, civil, zone),
            until: None,
        };
        if at >= plan.begins {
            cursor.enter(plan, plan.cycle.turn(at, civil), zone);
        }
        cursor.note_until();
        cursor
    }

    /// Index of the slot that has the layer; `None` if the layer is off.
    pub(crate) fn position(&self, plan: &LayerPlan<'_>) -> Option<usize> {
        let turn = self.turn.filter(|_| self.week.on && self.days.on)?;
        Some(position_of(turn, plan.layer.members.len()))
    }

    /// The next instant at which [`LayerCursor::position`] may change.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Moves to a later instant.
    pub(crate) fn advance(&mut self, plan: &LayerPlan<'_>, at: Instant, zone: &TimeZone) {
        if self.until.is_none_or(|until| until > at) {
            return;
        }
        if self.turn_until.is_some_and(|until| until <= at) {
            self.enter(plan, self.turn.map_or(0, |turn| turn + 1), zone);
            if self.turn_until.is_some_and(|until| until <= at) {
                self.enter(plan, plan.cycle.turn(at, local::civil(zone, at)), zone);
            }
        }
        self.week.advance(&plan.week, at, zone);
        self.days.advance(&plan.days, at, zone);
        self.note_until();
    }

    fn enter(&mut self, plan: &LayerPlan<'_>, turn: i64, zone: &TimeZone) {
        self.turn = Some(turn);
        self.turn_until = if plan.rotates { plan.cycle.begin(turn + 1, zone) } else { None };
    }

    /// On, it changes at the first edge of all; off, not before the last of those that keep it off.
    fn note_until(&mut self) {
        let keeps_off = [
            (self.turn.is_none(), self.turn_until),
            (!self.week.on, self.week.until),
            (!self.days.on, self.days.until),
        ];
        self.until = if keeps_off.iter().any(|(off, _)| *off) {
            let untils = keeps_off.into_iter().filter(|(off, _)| *off).map(|(_, until)| until);
            untils.reduce(|a, b| Some(a?.max(b?))).flatten()
        } else {
            [self.turn_until, self.week.until, self.days.until].into_iter().flatten().min()
        };
    }
}

/// The place in a list of `len` slots, which is not empty, whose turn it is.
fn position_of(turn: i64, len: usize) -> usize {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    usize::try_from(turn.rem_euclid(len)).unwrap_or(0)
}
