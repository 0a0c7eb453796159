//! The forms of escalation policies.

use super::super::words::{Handle, Length, SeverityWord, TargetWord, TimeOfDay, UrgencyWord, WeekdayWord, Zone};
use super::is_default;
use nightbell_domain::{
    ids::{PolicyId, TeamId},
    org::{Acknowledge, CivilTime, Target, Urgency, Weekday},
    signal::AlertSeverity,
};
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// An escalation policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct PolicyFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: PolicyId,
    /// The owning team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub team: Option<TeamId>,
    /// In order.
    #[serde(default)]
    pub steps: Vec<StepFile>,
    /// How many times the steps are run again before the last resort.
    #[serde(default)]
    pub repeat: u16,
    /// Rung when everybody else was silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub last_resort: Vec<Target>,
    /// Pages of low urgency wait for the morning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_low: Option<HoldLowFile>,
    /// A page that was acknowledged so long ago, and is not over, rings again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_timeout: Option<Length>,
}

/// One step of a policy: it rings people, or hands over to another policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct StepFile {
    /// Waited after the step before.
    pub after: Length,
    /// Whom it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<TargetWord>>")]
    pub notify: Option<Vec<Target>>,
    /// The targets take turns, one for each page and each repeat.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round_robin: bool,
    /// How many of those it rings must acknowledge: any of them, or all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acknowledge: AcknowledgeWord,
    /// Rings under these conditions alone, and is skipped at once otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionFile>,
    /// Goes on with the steps of another policy instead of ringing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub hand_over: Option<PolicyId>,
}

/// How many must acknowledge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum AcknowledgeWord {
    /// Whoever comes first has it for all.
    #[default]
    Any,
    /// Each of them.
    All,
}

impl From<AcknowledgeWord> for Acknowledge {
    fn from(word: AcknowledgeWord) -> Self {
        match word {
            AcknowledgeWord::Any => Self::Any,
            AcknowledgeWord::All => Self::All,
        }
    }
}

impl From<Acknowledge> for AcknowledgeWord {
    fn from(word: Acknowledge) -> Self {
        match word {
            Acknowledge::Any => Self::Any,
            Acknowledge::All => Self::All,
        }
    }
}

/// What a step asks of the page; everything that is said must hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct ConditionFile {
    /// The page has this urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<UrgencyWord>")]
    pub urgency: Option<Urgency>,
    /// It is within these hours, or outside of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<WorkingHoursFile>,
    /// The alert has each of these labels, with this value or one of several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, OneOf>,
    /// The alert is at least so severe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SeverityWord>")]
    pub severity: Option<AlertSeverity>,
    /// The alert's label `priority` is this, or one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<OneOf>,
}

/// Hours in which people work; the team's holidays are none.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct WorkingHoursFile {
    /// The days on which the hours begin; Monday to Friday when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<WeekdayWord>>")]
    pub days: Option<Vec<Weekday>>,
    /// First minute, inclusive; 09:00 when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimeOfDay>")]
    pub from: Option<CivilTime>,
    /// End, exclusive; 17:00 when not said. At or before `from` it lies on the following day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimeOfDay>")]
    pub to: Option<CivilTime>,
    /// The policy's team's zone when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Zone>")]
    pub time_zone: Option<String>,
    /// Outside of these hours instead.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outside: bool,
}

/// Pages of low urgency ring from `until` to `from` on these days, and wait at any other time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct HoldLowFile {
    /// The morning: what was held rings then.
    #[schemars(with = "TimeOfDay")]
    pub until: CivilTime,
    /// The evening: what comes later is held; 18:00 when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimeOfDay>")]
    pub from: Option<CivilTime>,
    /// Days on which pages of low urgency ring; Monday to Friday when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<WeekdayWord>>")]
    pub days: Option<Vec<Weekday>>,
    /// The policy's team's zone when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Zone>")]
    pub time_zone: Option<String>,
}

/// One word, or a list of them.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(in crate::org_files) enum OneOf {
    /// This one.
    One(String),
    /// One of these.
    Of(Vec<String>),
}

impl OneOf {
    /// Shortest form of some words.
    pub fn new(mut words: Vec<String>) -> Self {
        if words.len() == 1 { Self::One(words.swap_remove(0)) } else { Self::Of(words) }
    }

    /// All of them.
    pub fn words(self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word],
            Self::Of(words) => words,
        }
    }
}

impl<'de> Deserialize<'de> for OneOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = OneOf;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E>(self, word: &str) -> Result<OneOf, E> {
                Ok(OneOf::One(word.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOf, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(OneOf::new(words))
            }
        }
        deserializer.deserialize_any(Words)
    }
}
