//! A schedule made ready to be asked: who has an instant, and when that may next change.
//!
//! Both answers are arithmetic on civil days; nothing is walked from the begin of a rotation. Not
//! public: [`crate::shifts`] and [`crate::on_call`] are the way in, and `naive` is its slow twin,
//! which shares no code with it.
//!
//! It takes what makes sense and never lets one broken part block the rest: a layer without members
//! has nobody, a turn of length zero never ends, an override that ends before it begins covers nothing.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use crate::model::{Backup, Layer, Member, RotationUnit, Schedule, ShiftSource};
use crate::week::Week;
use crate::{CalendarError, Instant, local};

/// A schedule with its zone found and its fixed edges turned into instants.
pub(crate) struct Plan<'a> {
    zone: TimeZone,
    backup: Backup,
    /// Lowest first; those that never have anybody are left out.
    layers: Vec<LayerPlan<'a>>,
    /// In the order of the schedule: the last one that covers an instant wins.
    overrides: Vec<OverridePlan<'a>>,
}

struct LayerPlan<'a> {
    layer: &'a Layer,
    begins: Instant,
    week: Week,
    /// Whether a hand-off ever changes the person.
    rotates: bool,
}

struct OverridePlan<'a> {
    user: &'a Member,
    from: Instant,
    to: Instant,
}

/// One instant and the civil time that has begun by then, so that each is computed once.
struct Moment {
    at: Instant,
    civil: DateTime,
}

/// The people on call at an instant and what put them there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duty<'a> {
    pub(crate) primary: &'a Member,
    pub(crate) backup: Option<&'a Member>,
    source: Source<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    Layer(&'a str),
    Override,
}

impl Duty<'_> {
    pub(crate) fn source(&self) -> ShiftSource {
        match self.source {
            Source::Layer(name) => ShiftSource::Layer(name.to_owned()),
            Source::Override => ShiftSource::Override,
        }
    }
}

impl<'a> Plan<'a> {
    /// # Errors
    /// Unknown zone, or a date without an instant.
    pub(crate) fn of(schedule: &'a Schedule) -> Result<Self, CalendarError> {
        let zone = local::zone(&schedule.time_zone)?;
        let mut layers = Vec::with_capacity(schedule.layers.len());
        for layer in &schedule.layers {
            let week = Week::of(&layer.hours);
            if layer.members.is_empty() || week.is_never() {
                continue;
            }
            layers.push(LayerPlan {
                layer,
                begins: local::instant(&zone, layer.starts)?,
                week,
                rotates: layer.every.count > 0 && layer.members.iter().any(|member| *member != layer.members[0]),
            });
        }
        let mut overrides = Vec::with_capacity(schedule.overrides.len());
        for entry in &schedule.overrides {
            overrides.push(OverridePlan {
                user: &entry.user,
                from: local::instant(&zone, entry.from)?,
                to: local::instant(&zone, entry.to)?,
            });
        }
        Ok(Self { zone, backup: schedule.backup, layers, overrides })
    }

    /// Who has this instant, and the next instant at which that may change.
    ///
    /// Nothing changes before the second value; something may or may not change at it. `None`
    /// means nothing ever changes again.
    pub(crate) fn at(&self, at: Instant) -> (Option<Duty<'a>>, Option<Instant>) {
        let moment = Moment { at, civil: local::civil(&self.zone, at) };
        (self.duty(&moment), self.next_edge(&moment))
    }

    fn duty(&self, moment: &Moment) -> Option<Duty<'a>> {
        let scheduled = self.layers.iter().rev().find_map(|layer| {
            let turn = layer.turn(moment)?;
            Some(layer.duty(turn, self.backup))
        });
        let Some(cover) = self.overrides.iter().rev().find(|entry| entry.covers(moment.at)) else {
            return scheduled;
        };
        let Some(scheduled) = scheduled else {
            return Some(Duty { primary: cover.user, backup: None, source: Source::Override });
        };
        if cover.user == scheduled.primary {
            return Some(scheduled);
        }
        // A backup who takes the shift leaves their place to the person they stand in for.
        let backup = match scheduled.backup {
            Some(backup) if backup == cover.user => Some(scheduled.primary),
            other => other,
        };
        Some(Duty { primary: cover.user, backup, source: Source::Override })
    }

    fn next_edge(&self, moment: &Moment) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        let mut offer = |edge: Option<Instant>| {
            if let Some(edge) = edge
                && edge > moment.at
                && next.is_none_or(|best| edge < best)
            {
                next = Some(edge);
            }
        };
        for entry in &self.overrides {
            offer(Some(entry.from));
            offer(Some(entry.to));
        }
        for layer in self.layers.iter().rev() {
            if moment.at < layer.begins {
                offer(Some(layer.begins));
                continue;
            }
            offer(layer.next_hand_off(moment, &self.zone));
            offer(layer.next_hours_edge(moment, &self.zone));
            if layer.week.is_always() {
                // Whatever lies below is hidden for good.
                break;
            }
        }
        next
    }
}

impl OverridePlan<'_> {
    fn covers(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }
}

impl<'a> LayerPlan<'a> {
    /// The number of the turn that runs, from 0; `None` if the layer has nobody.
    fn turn(&self, moment: &Moment) -> Option<i64> {
        let on_duty = moment.at >= self.begins && self.week.contains(moment.civil);
        on_duty.then(|| self.turn_number(moment))
    }

    /// The number of the turn, whatever the hours say. Call it only from `begins` on.
    fn turn_number(&self, moment: &Moment) -> i64 {
        if self.layer.every.count == 0 {
            return 0;
        }
        match self.turn_days() {
            Some(turn_days) => self.days_completed(moment.civil).div_euclid(turn_days),
            None => {
                let elapsed = moment.at.duration_since(self.begins);
                elapsed.as_secs().div_euclid(self.turn_seconds())
            }
        }
    }

    /// Whole days since `starts` on the wall clock.
    fn days_completed(&self, civil: DateTime) -> i64 {
        let starts = self.layer.starts;
        let days = civil.date().duration_since(starts.date()).as_hours() / 24;
        if civil.time() < starts.time() { days - 1 } else { days }
    }

    /// Length of a turn that follows the calendar.
    fn turn_days(&self) -> Option<i64> {
        let count = i64::from(self.layer.every.count);
        match self.layer.every.unit {
            RotationUnit::Hour => None,
            RotationUnit::Day => Some(count),
            RotationUnit::Week => Some(count * 7),
        }
    }

    /// Length of a turn that follows elapsed time.
    fn turn_seconds(&self) -> i64 {
        i64::from(self.layer.every.count) * 3600
    }

    /// When the next turn begins; `None` if it changes nothing or lies beyond all dates.
    fn next_hand_off(&self, moment: &Moment, zone: &TimeZone) -> Option<Instant> {
        if !self.rotates {
            return None;
        }
        let next_turn = self.turn_number(moment) + 1;
        match self.turn_days() {
            Some(turn_days) => {
                let days = Span::new().try_days(next_turn.checked_mul(turn_days)?).ok()?;
                let hand_off = self.layer.starts.checked_add(days).ok()?;
                local::instant(zone, hand_off).ok()
            }
            None => {
                let seconds = next_turn.checked_mul(self.turn_seconds())?;
                self.begins.checked_add(SignedDuration::from_secs(seconds)).ok()
            }
        }
    }

    fn next_hours_edge(&self, moment: &Moment, zone: &TimeZone) -> Option<Instant> {
        let edge = self.week.next_edge(moment.civil)?;
        local::instant(zone, edge).ok()
    }

    fn duty(&self, turn: i64, backup: Backup) -> Duty<'a> {
        let members = &self.layer.members;
        let position = position_of(turn, members.len());
        let primary = &members[position];
        let backup = match backup {
            Backup::None => None,
            Backup::NextInRotation => {
                members[position..].iter().chain(&members[..position]).find(|member| *member != primary)
            }
        };
        Duty { primary, backup, source: Source::Layer(&self.layer.name) }
    }
}

/// The place in a list of `len` people, which is not empty, whose turn it is.
fn position_of(turn: i64, len: usize) -> usize {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    usize::try_from(turn.rem_euclid(len)).unwrap_or(0)
}
