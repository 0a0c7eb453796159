//! Fair turns: what being on call weighs, how evenly it is spread, and who should go next.
//!
//! Fairness is a *proposal*, not a rule that runs: [`propose`] writes out the next turns as plain slots, which are
//! stored and changed like any others. Why it is so stands in docs/schedules.md. Nothing here decides who is on call.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::limits::FAIR_TURNS_MAX;
use crate::model::{Backup, Layer, Member, Schedule, Shift, Slot};
use crate::people::{People, Person};
use crate::plan::Plan;
use crate::{CalendarError, Instant, Prepared};

/// What somebody carried. Those who stand behind or watch carry nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Time on call.
    pub on_call: SignedDuration,
    /// Of that, between 22:00 and 06:00 where the person lives.
    pub nights: SignedDuration,
    /// Of that, on Saturdays and Sundays where the person lives.
    pub weekends: SignedDuration,
    /// Of that, on holidays of the person.
    pub holidays: SignedDuration,
    /// Number of shifts.
    pub shifts: u32,
}

/// What an hour weighs, in percent of a plain hour: a plain one 100, and so much more for each that it is.
pub const NIGHT_PERCENT: i64 = 100;
/// See [`NIGHT_PERCENT`].
pub const WEEKEND_PERCENT: i64 = 50;
/// See [`NIGHT_PERCENT`].
pub const HOLIDAY_PERCENT: i64 = 100;

impl Load {
    /// The load as one number: hours, where those at night, on weekends and on holidays weigh more.
    #[must_use]
    pub fn weighted_hours(&self) -> f64 {
        // Hundredths of a second of whole schedules fit: exact below 2^53.
        self.points() as f64 / 360_000.0
    }

    /// The same in hundredths of seconds, exact.
    fn points(&self) -> i64 {
        self.on_call.as_secs() * 100
            + self.nights.as_secs() * NIGHT_PERCENT
            + self.weekends.as_secs() * WEEKEND_PERCENT
            + self.holidays.as_secs() * HOLIDAY_PERCENT
    }

    /// Adds a span on call, without counting a shift.
    fn add(&mut self, from: Instant, to: Instant, person: &Person) {
        self.on_call += to.duration_since(from);
        for day in person.days(from, to) {
            let within = |begin: Instant, end: Instant| {
                let (begin, end) = (begin.max(from), end.min(to));
                if begin < end { end.duration_since(begin) } else { SignedDuration::ZERO }
            };
            self.nights += within(day.night.0, day.night.1);
            if day.is_weekend() {
                self.weekends += within(day.begin, day.end);
            }
            if person.holidays.contains(&day.date) {
                self.holidays += within(day.begin, day.end);
            }
        }
    }
}

/// What everybody on call in these shifts carries. Shifts of one person that touch, such as before and after a
/// change of who stands behind, are one shift.
#[must_use]
pub fn load(shifts: &[Shift], people: &People) -> BTreeMap<Member, Load> {
    let stranger = Person::default();
    let mut loads: BTreeMap<Member, Load> = BTreeMap::new();
    let mut until: BTreeMap<&Member, Instant> = BTreeMap::new();
    for shift in shifts {
        for member in shift.everyone() {
            let load = loads.entry(member.clone()).or_default();
            load.add(shift.from, shift.to, people.get(member).unwrap_or(&stranger));
            if until.insert(member, shift.to) != Some(shift.from) {
                load.shifts += 1;
            }
        }
    }
    loads
}

/// How evenly weighted loads are spread, 0 to 100: 100 when all are equal, 0 when one person carries everything.
///
/// It is 100 minus the share of what would have to change hands to make all equal, measured against the most that
/// could have to: `100 · (1 − Σ|xᵢ − mean| / (2 · (n − 1) · mean))`. One person alone, or no load at all, is 100.
#[must_use]
pub fn fairness(weighted: &[f64]) -> f64 {
    let count = weighted.len() as f64;
    let mean = weighted.iter().sum::<f64>() / count;
    if weighted.len() < 2 || mean <= 0.0 {
        return 100.0;
    }
    let deviation: f64 = weighted.iter().map(|one| (one - mean).abs()).sum();
    (100.0 * (1.0 - deviation / (2.0 * (count - 1.0) * mean))).clamp(0.0, 100.0)
}

/// Who takes which turn: each goes to whoever has carried least by then and is not away; of equals, to the one who
/// got fewer of these turns, then to the one listed first. If all are away, to one of them all the same.
///
/// A turn is the spans in which its holder is on call. Nobody in `members` means nobody in the answer.
#[must_use]
pub fn fair_order(
    members: &[Member],
    so_far: &BTreeMap<Member, Load>,
    turns: &[Vec<(Instant, Instant)>],
    people: &People,
) -> Vec<Member> {
    let stranger = Person::default();
    let mut carried: Vec<(Load, u32)> =
        members.iter().map(|member| (so_far.get(member).copied().unwrap_or_default(), 0)).collect();
    let mut order = Vec::with_capacity(turns.len());
    for turn in turns {
        let person = |index: usize| people.get(&members[index]).unwrap_or(&stranger);
        let is_away = |index: usize| turn.iter().any(|(from, to)| person(index).is_away(*from, *to));
        let next = (0..members.len()).min_by_key(|index| {
            let (load, turns) = &carried[*index];
            (is_away(*index), load.points(), *turns, *index)
        });
        let Some(next) = next else { break };
        for (from, to) in turn {
            carried[next].0.add(*from, *to, person(next));
        }
        carried[next].1 += 1;
        order.push(members[next].clone());
    }
    order
}

/// Slots that spread the next turns of a layer fairly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Begin of the first turn proposed: a version with these slots takes effect then.
    pub from: Instant,
    /// End of the last turn proposed. After it the slots come round again.
    pub to: Instant,
    /// What to put in place of the layer's members, leaving `starts` and `every` as they are.
    pub members: Vec<Slot>,
}

/// Proposes who takes the next `turns` turns of a layer, from the first that begins at or after `from`.
///
/// Everybody listed in the layer takes part. `None` if the layer is not there, has nobody, or its turns never end.
///
/// # Errors
/// Unknown zone, a date that cannot be counted, or turns with too many edges.
pub fn propose(
    schedule: &Schedule,
    layer: usize,
    (from, turns): (Instant, usize),
    so_far: &BTreeMap<Member, Load>,
    people: &People,
) -> Result<Option<Proposal>, CalendarError> {
    let Some(said) = schedule.layers.get(layer) else { return Ok(None) };
    let mut members: Vec<Member> = Vec::new();
    for member in said.members.iter().flat_map(|slot| &slot.members) {
        if !members.contains(member) {
            members.push(member.clone());
        }
    }
    let turns = turns.clamp(1, FAIR_TURNS_MAX);
    // One nameless member: its shifts are the hours in which a turn has somebody.
    let alone = Schedule {
        time_zone: schedule.time_zone.clone(),
        layers: vec![Layer { members: vec![Slot::from("")], ..said.clone() }],
        overrides: Vec::new(),
        backup: Backup::None,
    };
    let Some((first, edges)) = next_turns(&alone, from, turns)? else { return Ok(None) };
    let open = Prepared::of(&alone)?;
    let mut spans = Vec::with_capacity(turns);
    for pair in edges.windows(2) {
        let shifts = open.shifts(pair[0], pair[1])?;
        spans.push(shifts.into_iter().map(|shift| (shift.from, shift.to)).collect());
    }
    let order = fair_order(&members, so_far, &spans, people);
    let (Some(from), Some(to)) = (edges.first().copied(), edges.last().copied()) else { return Ok(None) };
    if order.len() != turns {
        return Ok(None);
    }
    // Turn k takes slot k modulo the number of slots, whatever the number of the first one is.
    let mut slots: Vec<Slot> = order.into_iter().map(Slot::from).collect();
    slots.rotate_right(usize::try_from(first.rem_euclid(i64::try_from(turns).unwrap_or(1))).unwrap_or(0));
    Ok(Some(Proposal { from, to, members: slots }))
}

/// The number of the first turn that begins at or after an instant, its begin, and the ends of `count` turns.
fn next_turns(alone: &Schedule, from: Instant, count: usize) -> Result<Option<(i64, Vec<Instant>)>, CalendarError> {
    let plan = Plan::of(alone, &[])?;
    let Some(layer) = plan.layers.first() else { return Ok(None) };
    let begin = |turn: i64| layer.begin(turn, &plan.zone);
    let running = layer.turn(from, &plan.zone);
    let first = running.map_or(0, |turn| if begin(turn) == Some(from) { turn } else { turn + 1 });
    let last = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
    let edges: Option<Vec<Instant>> = (first..=last).map(begin).collect();
    Ok(edges.map(|edges| (first, edges)))
}
