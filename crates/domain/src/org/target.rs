//! Targets: whom a policy step, a last resort or a playbook rule reaches.

use super::{Organisation, PolicyStep};
use crate::{
    ids::{IdError, PolicyId, ScheduleId, TeamId, UserId},
    record::Instant,
};
use nightbell_calendar::{Rota, Version};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Whom a step reaches; text form `schedule:payments-primary`, `schedule:payments-primary/backup`, `schedule:payments-primary/next`,
/// `user:bob`, `team:payments`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The primary on call.
    Schedule(ScheduleId),
    /// The backup on call.
    Backup(ScheduleId),
    /// Whoever is on call next.
    Next(ScheduleId),
    /// One person.
    User(UserId),
    /// Every member of a team.
    Team(TeamId),
    /// Whoever the first step of another policy would reach now.
    Policy(PolicyId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule(id) => write!(f, "schedule:{id}"),
            Self::Backup(id) => write!(f, "schedule:{id}/backup"),
            Self::Next(id) => write!(f, "schedule:{id}/next"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Team(id) => write!(f, "team:{id}"),
            Self::Policy(id) => write!(f, "policy:{id}"),
        }
    }
}

impl FromStr for Target {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (kind, id) = text.split_once(':').unwrap_or(("", text));
        match (kind, id.rsplit_once('/')) {
            ("schedule", Some((schedule, "backup"))) => Ok(Self::Backup(schedule.parse()?)),
            ("schedule", Some((schedule, "next"))) => Ok(Self::Next(schedule.parse()?)),
            ("schedule", None) => Ok(Self::Schedule(id.parse()?)),
            ("user", None) => Ok(Self::User(id.parse()?)),
            ("team", None) => Ok(Self::Team(id.parse()?)),
            ("policy", None) => Ok(Self::Policy(id.parse()?)),
            _ => Err(IdError(format!(
                "{text:?} is not a target: write schedule:ID, schedule:ID/backup, schedule:ID/next, user:ID, team:ID or policy:ID"
            ))),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Changes of a rota that are looked through for whoever comes next: months of any real one.
const TURNS_LOOKED_AT: usize = 200;

/// A person reached through a target, and why: the reason labels the page's timeline and `explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The person.
    pub user: UserId,
    /// "primary of payments-primary until …", "member of payments", …
    pub why: String,
}

impl Organisation {
    /// Who a target reaches at an instant; empty with a reason when nobody. Never fails: a broken schedule reaches nobody and says so,
    /// and the escalation goes on to the next step.
    pub fn reach(&self, target: &Target, at: Instant) -> Result<Vec<Reached>, String> {
        let one = |user: &UserId, why: String| {
            if self.users.contains_key(user) {
                Ok(vec![Reached { user: user.clone(), why }])
            } else {
                Err(format!("{why}: @{user} no longer exists"))
            }
        };
        match target {
            Target::User(user) => one(user, "named in the policy".to_owned()),
            Target::Team(team) => {
                let team = self.teams.get(team).ok_or_else(|| format!("team {team} does not exist"))?;
                let members: Vec<_> = team.members.iter().filter(|m| self.users.contains_key(*m)).collect();
                if members.is_empty() {
                    return Err(format!("team {} has no members", team.id));
                }
                Ok(members
                    .into_iter()
                    .map(|m| Reached { user: m.clone(), why: format!("member of {}", team.id) })
                    .collect())
            }
            Target::Schedule(id) => self.on_call_now(id, at),
            Target::Backup(id) => {
                let member = self.on_call(id, at)?.backup.ok_or_else(|| format!("nobody is backup on {id}"))?;
                let user: UserId = member.0.parse().map_err(|e: IdError| e.0)?;
                one(&user, format!("backup on {id}"))
            }
            Target::Next(id) => {
                let user: UserId = self.next_on_call(id, at)?.0.parse().map_err(|e: IdError| e.0)?;
                one(&user, format!("on call next on {id}"))
            }
            Target::Policy(id) => {
                let step = self.first_step(id)?;
                // One level only: a policy that points to a policy that points back must not loop.
                let reached: Vec<_> = step
                    .notify
                    .iter()
                    .filter(|t| !matches!(t, Target::Policy(_)))
                    .filter_map(|t| self.reach(t, at).ok())
                    .flatten()
                    .collect();
                if reached.is_empty() {
                    Err(format!("the first step of policy {id} reaches nobody"))
                } else {
                    Ok(reached)
                }
            }
        }
    }

    /// The step that stands for a policy where it is named as a target: its first, or the first of what that hands over to. Everybody it names is
    /// rung, whatever its condition and whosever turn it is; both are for pages that the policy itself runs.
    pub fn first_step(&self, id: &PolicyId) -> Result<&PolicyStep, String> {
        let mut seen = vec![id];
        loop {
            let id = seen[seen.len() - 1];
            let policy = self.policies.get(id).ok_or_else(|| format!("policy {id} does not exist"))?;
            let step = policy.steps.first().ok_or_else(|| format!("policy {id} has no steps"))?;
            match &step.hand_over {
                Some(next) if seen.contains(&next) => return Err(format!("policy {id} leads back to itself")),
                Some(next) => seen.push(next),
                None => return Ok(step),
            }
        }
    }

    /// The primary of a schedule, and whoever is on call with them. One who is gone keeps nobody else from being reached.
    fn on_call_now(&self, id: &ScheduleId, at: Instant) -> Result<Vec<Reached>, String> {
        let now = self.on_call(id, at)?;
        if now.primary.is_none() {
            return Err(format!("nobody is primary on {id}"));
        }
        let (mut reached, mut gone) = (Vec::new(), Vec::new());
        for (n, member) in now.everyone().enumerate() {
            let why = if n == 0 { format!("primary on {id}") } else { format!("on call too on {id}") };
            match member.0.parse::<UserId>() {
                Ok(user) if self.users.contains_key(&user) => reached.push(Reached { user, why }),
                Ok(user) => gone.push(format!("{why}: @{user} no longer exists")),
                Err(e) => gone.push(e.0),
            }
        }
        if reached.is_empty() { Err(gone.join("; ")) } else { Ok(reached) }
    }

    /// Who watches along when a target is rung: nobody counts on them.
    pub fn shadows(&self, target: &Target, at: Instant) -> Vec<Reached> {
        let Target::Schedule(id) = target else { return Vec::new() };
        let shadows = self.on_call(id, at).map(|now| now.shadows).unwrap_or_default();
        let known = |user: &UserId| self.users.contains_key(user);
        let why = || format!("shadows {id}");
        let users = shadows.iter().filter_map(|member| member.0.parse::<UserId>().ok()).filter(known);
        users.map(|user| Reached { user, why: why() }).collect()
    }

    /// Who will be on call on a schedule when somebody else than now is.
    fn next_on_call(&self, id: &ScheduleId, at: Instant) -> Result<nightbell_calendar::Member, String> {
        let rota = self.rota(id)?;
        let ask = |at| rota.on_call(at).map_err(|e| format!("schedule {id}: {e}"));
        let first = ask(at)?;
        let (mut now, mut left) = (first.clone(), TURNS_LOOKED_AT);
        while let Some(until) = now.until.filter(|_| left > 0) {
            now = ask(until)?;
            left -= 1;
            if let Some(next) = now.primary.clone().filter(|next| Some(next) != first.primary.as_ref()) {
                return Ok(next);
            }
        }
        Err(format!("nobody else is on call on {id} after this"))
    }

    /// Who is on call on a schedule.
    pub fn on_call(&self, schedule: &ScheduleId, at: Instant) -> Result<nightbell_calendar::OnCall, String> {
        self.rota(schedule)?.on_call(at).map_err(|e| format!("schedule {schedule}: {e}"))
    }

    /// The plan of a schedule with what people agreed on beside it: the one way to ask who is on call (INV-10).
    pub fn rota(&self, schedule: &ScheduleId) -> Result<Rota, String> {
        let found = self.schedules.get(schedule).ok_or_else(|| format!("schedule {schedule} does not exist"))?;
        let mut rota = Rota::of(found.calendar.clone());
        if let Some(cover) = self.covers.get(schedule) {
            let staged = cover.staged.iter().cloned();
            rota.versions.extend(staged.map(|plan| Version { from: Some(plan.from), schedule: plan.calendar }));
            rota.overrides.extend(cover.spans.iter().map(|agreed| agreed.span.clone()));
        }
        Ok(rota)
    }
}
