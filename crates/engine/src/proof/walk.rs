//! What a way reaches at one instant, in the worst case: steps whose conditions may not hold are not counted on, of targets that take turns only
//! as many count as there are turns.

use super::{
    holes::{Lack, Spot},
    timeline::{Segment, Timeline, Timelines},
    ways::{Place, Way},
};
use jiff::{
    SignedDuration, ToSpan,
    civil::{DateTime, Time},
    tz::TimeZone,
};
use nightbell_calendar::{CivilTime, local};
use nightbell_domain::{
    ids::UserId,
    org::{Condition, ConfigKind, Organisation, PolicyStep, Target, Urgency},
    paging::PolicySnapshot,
    record::Instant,
};
use std::collections::BTreeSet;

/// A way made ready to be asked.
pub(super) struct Walk {
    place: Place,
    urgency: Urgency,
    snapshot: PolicySnapshot,
    /// Per step, whom its targets mean.
    steps: Vec<Vec<Timeline>>,
    last_resort: Vec<Timeline>,
    /// IANA name of the zone its findings are told in.
    pub zone: String,
}

/// Whom a way reaches at an instant.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Rung whatever else happens.
    pub certain: BTreeSet<UserId>,
    /// Of those who take turns: how many of them are rung, beside the certain ones, whoever's turn it is.
    pub in_turn: usize,
    /// What reaches nobody, with the step.
    pub missing: Vec<(String, Lack)>,
}

impl Reach {
    pub(super) fn count(&self) -> usize {
        self.certain.len() + self.in_turn
    }
}

/// Whether a step's condition holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    /// It asks for something of the alert.
    Perhaps,
}

/// Whether a person counts at an instant, and otherwise why not.
pub(super) type Counts<'a> = &'a dyn Fn(&UserId, Instant) -> Result<(), Lack>;

impl Walk {
    pub(super) fn of(org: &Organisation, timelines: &mut Timelines<'_>, way: &Way) -> Self {
        let snapshot = way.place.snapshot(org);
        let mut of = |targets: &[Target]| -> Vec<Timeline> {
            let found = expand(org, targets);
            found.iter().map(|target| timelines.target(target)).collect()
        };
        let steps = snapshot.steps.iter().map(|step| of(&step.notify)).collect();
        let last_resort = of(&snapshot.last_resort);
        let zone = zone_of(org, &snapshot);
        Self { place: way.place.clone(), urgency: way.urgency, snapshot, steps, last_resort, zone }
    }

    /// Everybody it may ever mean.
    pub(super) fn people(&self) -> BTreeSet<UserId> {
        let timelines = self.steps.iter().flatten().chain(&self.last_resort);
        timelines.flat_map(|line| line.iter()).filter_map(|part| part.means.as_ref().ok()).flatten().cloned().collect()
    }

    /// Every instant in `[from, to)` at which its answer may change, absences left aside.
    pub(super) fn edges(&self, from: Instant, to: Instant, edges: &mut BTreeSet<Instant>) {
        for line in self.steps.iter().flatten().chain(&self.last_resort) {
            edges.extend(line.iter().map(|part| part.from));
        }
        let named = &self.snapshot.locality().time_zone;
        for hours in self.snapshot.steps.iter().filter_map(|step| step.when.hours.as_ref()) {
            civil_edges(hours.time_zone.as_deref().unwrap_or(named), &[hours.from, hours.to], (from, to), edges);
        }
        if let Some(hold) = self.held() {
            civil_edges(hold.time_zone.as_deref().unwrap_or(named), &[hold.from, hold.until], (from, to), edges);
        }
    }

    fn held(&self) -> Option<&nightbell_domain::org::HoldLow> {
        self.snapshot.hold_low.as_ref().filter(|_| self.urgency == Urgency::Low)
    }

    /// Whom it reaches; `None` while it waits for the morning: the page rings at a later instant, which is asked itself.
    pub(super) fn at(&self, at: Instant, counts: Counts<'_>) -> Option<Reach> {
        if self.held().is_some_and(|hold| hold.held_until(&self.snapshot.locality(), at).is_some()) {
            return None;
        }
        let mut reach = self.part(0, at, counts);
        self.take(&mut reach, "last resort", &self.last_resort, at, counts);
        Some(reach)
    }

    /// From a step to the end of the policy it belongs to, or of the one it hands over to.
    fn part(&self, first: u32, at: Instant, counts: Counts<'_>) -> Reach {
        let mut reach = Reach::default();
        let end = self.snapshot.end_of_part(first);
        for step in first..end {
            let Some(asked) = self.snapshot.steps.get(step as usize) else { break };
            let holds = self.holds(&asked.when, at);
            if holds == Holds::No {
                continue;
            }
            if asked.hand_over.is_some() {
                let Some(to) = self.snapshot.part_from(step).filter(|part| part.cut.is_none()) else { continue };
                let there = self.part(to.first, at, counts);
                let here = if holds == Holds::Perhaps { Some(self.part_after(step, end, at, counts)) } else { None };
                let worse = match here {
                    Some(here) if here.count() < there.count() => here,
                    _ => there,
                };
                reach.join(worse);
                return reach;
            }
            self.step(&mut reach, step, asked, holds, at, counts);
        }
        reach
    }

    /// The steps behind one that may or may not hand over.
    fn part_after(&self, step: u32, end: u32, at: Instant, counts: Counts<'_>) -> Reach {
        let mut reach = Reach::default();
        for next in step + 1..end {
            let Some(asked) = self.snapshot.steps.get(next as usize) else { break };
            if asked.hand_over.is_none() {
                self.step(&mut reach, next, asked, self.holds(&asked.when, at), at, counts);
            }
        }
        reach
    }

    fn step(&self, reach: &mut Reach, n: u32, step: &PolicyStep, holds: Holds, at: Instant, counts: Counts<'_>) {
        let name = self.snapshot.step_name(n);
        let lines = self.steps.get(n as usize).map_or(&[][..], Vec::as_slice);
        match holds {
            Holds::No => {}
            Holds::Perhaps => reach.missing.push((
                name,
                Lack {
                    why: "it rings only for some alerts, which cannot be counted on".to_owned(),
                    fix: "Name somebody in a step without such a condition.".to_owned(),
                    spot: self.spot(&format!("steps[{n}].when")),
                },
            )),
            Holds::Yes if step.round_robin => {
                let mut turns = Reach::default();
                self.take(&mut turns, &name, lines, at, counts);
                let rings = usize::from(self.snapshot.repeat) + 1;
                let known = turns.certain.iter().filter(|user| reach.certain.contains(*user)).count();
                let others = turns.certain.len() - known;
                // Whoever is certain anyway may have the turn each time.
                reach.in_turn = reach.in_turn.max(others.min(rings.saturating_sub(known)));
                reach.missing.extend(turns.missing);
            }
            Holds::Yes => self.take(reach, &name, lines, at, counts),
        }
    }

    fn spot(&self, path: &str) -> Option<Spot> {
        match &self.place {
            Place::Policy(id) => Some(Spot::of(ConfigKind::Policy, id.as_str(), path)),
            Place::Role(role) => Some(Spot::of(ConfigKind::Response, "response", role)),
            Place::Administrators => None,
        }
    }

    /// Where the way itself stands.
    pub(super) fn own_spot(&self) -> Option<Spot> {
        self.spot("steps")
    }

    fn take(&self, reach: &mut Reach, name: &str, lines: &[Timeline], at: Instant, counts: Counts<'_>) {
        for line in lines {
            match means(line, at) {
                None => {}
                Some(Err(lack)) => reach.missing.push((name.to_owned(), lack.clone())),
                Some(Ok(people)) => {
                    for user in people {
                        match counts(user, at) {
                            Ok(()) => _ = reach.certain.insert(user.clone()),
                            Err(lack) => reach.missing.push((name.to_owned(), lack)),
                        }
                    }
                }
            }
        }
    }

    fn holds(&self, when: &Condition, at: Instant) -> Holds {
        let known = Condition { urgency: when.urgency, hours: when.hours.clone(), ..Condition::default() };
        if known.holds(self.urgency, &self.snapshot.facts, &self.snapshot.locality(), at).is_err() {
            Holds::No
        } else if known == *when {
            Holds::Yes
        } else {
            Holds::Perhaps
        }
    }
}

impl Reach {
    fn join(&mut self, other: Self) {
        self.certain.extend(other.certain);
        self.in_turn = self.in_turn.max(other.in_turn);
        self.missing.extend(other.missing);
    }
}

/// Targets with those of the first step of each policy among them, as the engine reaches them: one level deep.
fn expand(org: &Organisation, targets: &[Target]) -> Vec<Target> {
    let mut all = Vec::new();
    for target in targets {
        match target {
            Target::Policy(id) => match org.first_step(id) {
                Err(_) => all.push(target.clone()),
                Ok(step) => {
                    all.extend(step.notify.iter().filter(|one| !matches!(one, Target::Policy(_))).cloned());
                }
            },
            other => all.push(other.clone()),
        }
    }
    all
}

fn means(line: &[Segment], at: Instant) -> Option<Result<&[UserId], &Lack>> {
    let n = line.partition_point(|part| part.to <= at);
    let part = line.get(n).filter(|part| part.from <= at)?;
    Some(part.means.as_deref())
}

/// Every instant at which a clock in a zone shows one of these times, or midnight, or is changed. A superset of what matters is exact still.
fn civil_edges(zone: &str, times: &[CivilTime], (from, to): (Instant, Instant), edges: &mut BTreeSet<Instant>) {
    let Ok(zone) = local::zone(zone) else { return };
    let day = SignedDuration::from_hours(24);
    let begin = local::civil(&zone, from.saturating_add(-2 * day).unwrap_or(from)).date();
    let end = local::civil(&zone, to.saturating_add(2 * day).unwrap_or(to)).date();
    for date in begin.series(1.day()).take_while(|date| *date <= end) {
        let midnight = date.to_datetime(Time::midnight());
        let shown =
            times.iter().filter_map(|time| midnight.checked_add(i64::from(time.minute_of_day()).minutes()).ok());
        for civil in shown.chain([midnight]) {
            both(&zone, civil, edges);
        }
    }
    edges.extend(zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < to));
    edges.retain(|at| from <= *at && *at < to);
}

/// A time that comes twice has both its instants; one that never comes has the instants around the change.
fn both(zone: &TimeZone, civil: DateTime, edges: &mut BTreeSet<Instant>) {
    let shown = zone.to_ambiguous_timestamp(civil);
    edges.extend([shown.earlier(), shown.later()].into_iter().flatten());
}

/// The zone of the first schedule it rings, else its team's.
fn zone_of(org: &Organisation, snapshot: &PolicySnapshot) -> String {
    let mut targets = snapshot.steps.iter().flat_map(|step| &step.notify).chain(&snapshot.last_resort);
    let schedule = targets.find_map(|target| match target {
        Target::Schedule(id) | Target::Backup(id) | Target::Next(id) => org.schedules.get(id),
        _ => None,
    });
    let team = || snapshot.policy.as_ref().and_then(|id| org.policies.get(id)).map(|p| p.locality(org).time_zone);
    schedule.map(|found| found.calendar.time_zone.clone()).or_else(team).unwrap_or_else(|| "UTC".to_owned())
}
