//! Whom a target means over a span of time, as half-open segments that cover all of it.

use super::holes::{Lack, Spot};
use nightbell_calendar::{Gap, Shift};
use nightbell_domain::{
    ids::{ScheduleId, UserId},
    org::{ConfigKind, Organisation, Target},
    record::Instant,
};
use std::{collections::BTreeMap, rc::Rc};

/// A part of time in which a target means the same people; nobody, with why.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub from: Instant,
    pub to: Instant,
    pub means: Result<Vec<UserId>, Lack>,
}

/// The whole span, in order, without holes.
pub(super) type Timeline = Rc<Vec<Segment>>;

/// Timelines of one span, each worked out once.
pub(super) struct Timelines<'a> {
    org: &'a Organisation,
    from: Instant,
    to: Instant,
    shifts: BTreeMap<ScheduleId, Rc<Result<Turns, String>>>,
    known: BTreeMap<Target, Timeline>,
}

/// The shifts of a schedule and what lies between them.
struct Turns {
    shifts: Vec<Shift>,
    gaps: Vec<Gap>,
}

impl<'a> Timelines<'a> {
    pub(super) fn of(org: &'a Organisation, from: Instant, to: Instant) -> Self {
        Self { org, from, to, shifts: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// What is looked at.
    pub(super) fn span(&self) -> (Instant, Instant) {
        (self.from, self.to)
    }

    /// Whom a target means. A policy is not asked for: [`super::walk`] takes its first step's targets instead.
    pub(super) fn target(&mut self, target: &Target) -> Timeline {
        if let Some(known) = self.known.get(target) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.make(target));
        self.known.insert(target.clone(), Rc::clone(&found));
        found
    }

    fn make(&mut self, target: &Target) -> Vec<Segment> {
        let (from, to) = (self.from, self.to);
        let always = |means| vec![Segment { from, to, means }];
        match target {
            Target::User(user) => always(Ok(vec![user.clone()])),
            Target::Team(id) => always(self.org.teams.get(id).map_or_else(
                || Err(Lack::plain(format!("team {id} does not exist"), "Define the team, or name another.")),
                |team| match team.members.is_empty() {
                    true => Err(Lack::plain(format!("team {id} has no members"), "Give the team members.")),
                    false => Ok(team.members.clone()),
                },
            )),
            Target::Policy(id) => always(Err(Lack::plain(
                format!("policy {id} does not exist, or has no steps"),
                "Define the policy, or name another.",
            ))),
            Target::Schedule(id) | Target::Backup(id) | Target::Next(id) => {
                let turns = self.turns(id);
                match turns.as_ref() {
                    Err(why) => always(Err(Lack {
                        why: why.clone(),
                        fix: "Mend the schedule.".to_owned(),
                        spot: Some(Spot::of(ConfigKind::Schedule, id.as_str(), "")),
                    })),
                    Ok(turns) => self.seat(target, id, turns),
                }
            }
        }
    }

    fn turns(&mut self, id: &ScheduleId) -> Rc<Result<Turns, String>> {
        let (org, from, to) = (self.org, self.from, self.to);
        let entry = self.shifts.entry(id.clone()).or_insert_with(|| {
            Rc::new(org.rota(id).and_then(|rota| {
                let wrong = |e: nightbell_calendar::CalendarError| format!("schedule {id}: {e}");
                let shifts = rota.shifts(from, to).map_err(wrong)?;
                let whole = shifts.windows(2).all(|two| two[0].to == two[1].from);
                let edges = shifts.first().is_some_and(|s| s.from == from) && shifts.last().is_some_and(|s| s.to == to);
                let gaps = if whole && edges { Vec::new() } else { rota.gaps(from, to).map_err(wrong)? };
                Ok(Turns { shifts, gaps })
            }))
        });
        Rc::clone(entry)
    }

    fn seat(&self, target: &Target, id: &ScheduleId, turns: &Turns) -> Vec<Segment> {
        let mut segments: Vec<Segment> = turns
            .shifts
            .iter()
            .map(|shift| Segment { from: shift.from, to: shift.to, means: self.people(target, id, shift) })
            .collect();
        segments.extend(turns.gaps.iter().map(|gap| Segment {
            from: gap.from,
            to: gap.to,
            means: match target {
                // Whoever comes next is there in a gap as well.
                Target::Next(_) => self.next(target, gap.from),
                _ => Err(gap_lack(id, gap.declared)),
            },
        }));
        segments.sort_by_key(|segment| segment.from);
        segments
    }

    fn people(&self, target: &Target, id: &ScheduleId, shift: &Shift) -> Result<Vec<UserId>, Lack> {
        let users = |members: &mut dyn Iterator<Item = &nightbell_calendar::Member>| -> Vec<UserId> {
            members.filter_map(|member| member.as_str().parse().ok()).collect()
        };
        match target {
            Target::Next(_) => self.next(target, shift.from),
            Target::Backup(_) => match users(&mut shift.backup.iter()) {
                none if none.is_empty() => Err(Lack {
                    why: format!("nobody is backup on {id}"),
                    fix: format!("Give {id} a second member, or name somebody else in a later step."),
                    spot: Some(Spot::of(ConfigKind::Schedule, id.as_str(), "layers")),
                }),
                found => Ok(found),
            },
            _ => Ok(users(&mut shift.everyone())),
        }
    }

    /// Nothing changes between two hand-offs, so that asking at the first instant is asking for all.
    fn next(&self, target: &Target, at: Instant) -> Result<Vec<UserId>, Lack> {
        match self.org.reach(target, at) {
            Ok(reached) => Ok(reached.into_iter().map(|person| person.user).collect()),
            Err(why) => Err(Lack::plain(why, "Give the schedule a second member.")),
        }
    }
}

fn gap_lack(id: &ScheduleId, declared: bool) -> Lack {
    let (why, fix) = if declared {
        (
            format!("{id} says that nobody is on call"),
            "Name somebody in a later step of the policy, or fill the empty turn.",
        )
    } else {
        (format!("nobody is on call on {id}"), "Add a layer or an override that has somebody then.")
    };
    Lack { why, fix: fix.to_owned(), spot: Some(Spot::of(ConfigKind::Schedule, id.as_str(), "layers")) }
}
