//! Who has which turn, as far as agreements and people's own pages need to know it. Asked of the rota (INV-10), merged over hand-offs that
//! change nothing for the person.

use crate::{
    ids::{ScheduleId, UserId},
    org::Organisation,
    record::Instant,
};
use jiff::SignedDuration;
use nightbell_calendar::Shift;

/// The least rest between two turns (the rule "rested").
pub const REST: SignedDuration = SignedDuration::from_hours(11);

/// How far around a span a person's neighbouring turns are looked for.
const AROUND: SignedDuration = SignedDuration::from_hours(24);

/// What somebody does in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seat {
    /// Is called first.
    First,
    /// Is rung together with whoever is first.
    Also,
    /// Stands behind.
    Backup,
    /// Gets a copy.
    Shadow,
}

impl Seat {
    /// The word on pages and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "primary",
            Self::Also => "together",
            Self::Backup => "backup",
            Self::Shadow => "shadow",
        }
    }

    /// Whether somebody counts on them.
    pub fn is_on_call(self) -> bool {
        matches!(self, Self::First | Self::Also)
    }

    fn of(user: &UserId, shift: &Shift) -> Option<Self> {
        let is = |member: &nightbell_calendar::Member| member.as_str() == user.as_str();
        if is(&shift.primary) {
            Some(Self::First)
        } else if shift.also.iter().any(is) {
            Some(Self::Also)
        } else if shift.backup.as_ref().is_some_and(is) {
            Some(Self::Backup)
        } else {
            shift.shadows.iter().any(is).then_some(Self::Shadow)
        }
    }
}

/// A stretch in which a person has one seat of one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// Which seat.
    pub seat: Seat,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
}

impl Organisation {
    /// A person's turns on one schedule that touch `[from, to)`, clipped to it, in order. None on a schedule that cannot be read.
    pub fn turns_on(&self, schedule: &ScheduleId, user: &UserId, from: Instant, to: Instant) -> Vec<Turn> {
        let shifts = self.rota(schedule).ok().and_then(|rota| rota.shifts(from, to).ok()).unwrap_or_default();
        let mut turns: Vec<Turn> = Vec::new();
        for (shift, seat) in shifts.iter().filter_map(|shift| Some((shift, Seat::of(user, shift)?))) {
            match turns.last_mut() {
                Some(last) if last.to == shift.from && last.seat == seat => last.to = shift.to,
                _ => turns.push(Turn { schedule: schedule.clone(), seat, from: shift.from, to: shift.to }),
            }
        }
        turns
    }

    /// A person's turns on all schedules, by begin.
    pub fn turns(&self, user: &UserId, from: Instant, to: Instant) -> Vec<Turn> {
        let mut turns: Vec<Turn> = self.schedules.keys().flat_map(|id| self.turns_on(id, user, from, to)).collect();
        turns.sort_by(|a, b| (a.from, a.seat, &a.schedule).cmp(&(b.from, b.seat, &b.schedule)));
        turns
    }

    /// Whether the person is on call on the schedule through the whole span.
    pub fn holds(&self, schedule: &ScheduleId, user: &UserId, from: Instant, to: Instant) -> bool {
        let mut covered = from;
        for turn in self.turns_on(schedule, user, from, to).iter().filter(|turn| turn.seat.is_on_call()) {
            if turn.from != covered {
                return false;
            }
            covered = turn.to;
        }
        covered == to
    }

    /// Whether nobody else is on call on the schedule in the span.
    pub fn holds_alone(&self, schedule: &ScheduleId, user: &UserId, from: Instant, to: Instant) -> bool {
        let shifts = self.rota(schedule).ok().and_then(|rota| rota.shifts(from, to).ok()).unwrap_or_default();
        shifts.iter().all(|shift| shift.everyone().all(|member| member.as_str() == user.as_str()))
    }

    /// Whether anything that was proved reaches the person.
    pub fn is_reachable(&self, user: &UserId) -> bool {
        self.person(user).is_some_and(|person| person.contacts.iter().any(|contact| contact.verified))
    }

    /// What speaks against a person's taking a span, though nothing forbids it: no rest before or after, another schedule at the same time.
    /// Sentences for the person.
    pub fn misgivings(&self, schedule: &ScheduleId, user: &UserId, from: Instant, to: Instant) -> Vec<String> {
        let around = |at: Instant, by: SignedDuration| at.checked_add(by).unwrap_or(at);
        let turns = self.turns(user, around(from, -AROUND), around(to, AROUND));
        let mut found = Vec::new();
        for turn in turns.iter().filter(|turn| turn.seat.is_on_call()) {
            if turn.from < to && from < turn.to {
                if turn.schedule != *schedule {
                    found.push(format!("On call on {} at the same time.", turn.schedule));
                }
                continue;
            }
            let rest = if turn.to <= from { from.duration_since(turn.to) } else { turn.from.duration_since(to) };
            if rest < REST {
                let side = if turn.to <= from { "after" } else { "before" };
                let hours = rest.as_mins() / 60;
                found.push(match hours {
                    0 => format!("No rest {side} the turn on {}.", turn.schedule),
                    _ => format!("Only {hours} h of rest {side} the turn on {}; 11 h are owed.", turn.schedule),
                });
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
