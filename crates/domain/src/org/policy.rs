//! Escalation policies: whom a page rings, in which order, under which conditions. Plain values and what can be said of one of them alone.
//! Is not: what a running page does next (`paging::escalation`), nor the words of a policy for people (`sentence`).

mod condition;
mod sentence;
mod validate;

pub use condition::{Condition, Facts, HoldLow, Locality, WorkingHours};

pub use nightbell_calendar::{CivilTime, Weekday};

use super::{Organisation, Target};
use crate::ids::{PolicyId, TeamId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How many of those whom a step rings must acknowledge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acknowledge {
    /// Whoever comes first has it for all.
    #[default]
    Any,
    /// Each of them: the page rings on for whoever has not.
    All,
}

impl Acknowledge {
    /// The word in files and the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

/// One step of an escalation policy: it rings people, or hands over to another policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyStep {
    /// Waited after the step before (the first: after the page began).
    #[serde(with = "crate::text::duration::duration_text")]
    pub after: SignedDuration,
    /// Whom it rings; each independent of the others. Empty when it hands over.
    pub notify: Vec<Target>,
    /// Its targets take turns, one for each page and each repeat, instead of ringing together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round_robin: bool,
    /// How many of those it rings must acknowledge.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acknowledge: Acknowledge,
    /// Rings under these conditions alone, and is skipped at once otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub when: Condition,
    /// The page goes on with the steps of this policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<PolicyId>,
}

impl PolicyStep {
    /// Rings some targets after a while, and nothing else.
    pub fn plain(after: SignedDuration, notify: Vec<Target>) -> Self {
        Self { after, notify, ..Self::default() }
    }
}

/// Ordered steps, repeats, last resort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Handle.
    pub id: PolicyId,
    /// The owning team.
    pub team: Option<TeamId>,
    /// In order.
    pub steps: Vec<PolicyStep>,
    /// How many times the steps are run again before the last resort.
    pub repeat: u16,
    /// Rung when everybody else was silent.
    pub last_resort: Vec<Target>,
    /// Pages of low urgency wait for the morning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_low: Option<HoldLow>,
    /// A page that was acknowledged so long ago, and is not over, rings again.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::text::duration::optional_duration_text")]
    pub ack_timeout: Option<SignedDuration>,
}

impl Policy {
    /// Steps, repeats and a last resort, and nothing else.
    pub fn plain(
        id: PolicyId,
        team: Option<TeamId>,
        steps: Vec<PolicyStep>,
        repeat: u16,
        last_resort: Vec<Target>,
    ) -> Self {
        Self { id, team, steps, repeat, last_resort, hold_low: None, ack_timeout: None }
    }

    /// Where its people work: what "08:00" and "a holiday" mean when the policy does not say.
    pub fn locality(&self, org: &Organisation) -> Locality {
        let team = self.team.as_ref().and_then(|id| org.teams.get(id));
        team.map_or_else(Locality::default, |team| Locality {
            time_zone: team.time_zone.clone(),
            holidays: team.holidays.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
