//! Targets: whom a policy step, a last resort or a playbook rule reaches.

use super::Organisation;
use crate::{
    ids::{IdError, PolicyId, ScheduleId, TeamId, UserId},
    record::Instant,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Whom a step reaches; text form `schedule:payments-primary`, `schedule:payments-primary/backup`, `user:bob`, `team:payments`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The primary on call.
    Schedule(ScheduleId),
    /// The backup on call.
    Backup(ScheduleId),
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
        match (kind, id.strip_suffix("/backup")) {
            ("schedule", Some(schedule)) => Ok(Self::Backup(schedule.parse()?)),
            ("schedule", None) => Ok(Self::Schedule(id.parse()?)),
            ("user", None) => Ok(Self::User(id.parse()?)),
            ("team", None) => Ok(Self::Team(id.parse()?)),
            ("policy", None) => Ok(Self::Policy(id.parse()?)),
            _ => Err(IdError(format!(
                "{text:?} is not a target: write schedule:ID, schedule:ID/backup, user:ID, team:ID or policy:ID"
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
            Target::Schedule(id) | Target::Backup(id) => {
                let backup = matches!(target, Target::Backup(_));
                let now = self.on_call(id, at)?;
                let seat = if backup { "backup" } else { "primary" };
                let member = if backup { now.backup } else { now.primary };
                let member = member.ok_or_else(|| format!("nobody is {seat} on {id}"))?;
                let user: UserId = member.0.parse().map_err(|e: IdError| e.0)?;
                one(&user, format!("{seat} on {id}"))
            }
            Target::Policy(id) => {
                let policy = self.policies.get(id).ok_or_else(|| format!("policy {id} does not exist"))?;
                let step = policy.steps.first().ok_or_else(|| format!("policy {id} has no steps"))?;
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

    /// Who is on call on a schedule.
    pub fn on_call(&self, schedule: &ScheduleId, at: Instant) -> Result<nightbell_calendar::OnCall, String> {
        let found = self.schedules.get(schedule).ok_or_else(|| format!("schedule {schedule} does not exist"))?;
        nightbell_calendar::on_call(&found.calendar, at).map_err(|e| format!("schedule {schedule}: {e}"))
    }
}
