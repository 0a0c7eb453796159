//! The closed word lists of the response: roles, status words, kinds of entry. Their text forms are stored and typed; never rename one.

use crate::{ids::IdError, text::suggest::did_you_mean};
use nightbell_public::NoticeStatus;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A role in the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleKind {
    /// Drives the response, coordinates, decides scope, owns updates. Exactly one.
    Commander,
    /// Debugs. Any number.
    Ops,
    /// Talks to stakeholders, customers and the status page.
    Comms,
    /// Keeps the timeline.
    Scribe,
}

impl RoleKind {
    /// In the order in which seats are shown.
    pub const ALL: [Self; 4] = [Self::Commander, Self::Ops, Self::Comms, Self::Scribe];

    /// What people read: "Incident Commander".
    pub fn label(self) -> &'static str {
        match self {
            Self::Commander => "Incident Commander",
            Self::Ops => "Ops",
            Self::Comms => "Comms",
            Self::Scribe => "Scribe",
        }
    }

    /// The stored and typed word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Ops => "ops",
            Self::Comms => "comms",
            Self::Scribe => "scribe",
        }
    }
}

impl fmt::Display for RoleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for RoleKind {
    type Err = IdError;
    /// Takes what people type: `ic`, `commander`, `ops`, `comms`, `scribe`.
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.trim().to_lowercase().as_str() {
            "ic" | "commander" | "incident-commander" => Ok(Self::Commander),
            "ops" => Ok(Self::Ops),
            "comms" => Ok(Self::Comms),
            "scribe" => Ok(Self::Scribe),
            other => {
                let near = did_you_mean(other, ["ic", "commander", "ops", "comms", "scribe"]);
                Err(IdError(format!("{:?} is not a role{near}: use ic, ops, comms or scribe", cut(text))))
            }
        }
    }
}

/// Where an incident stands. The order of the first four is the order of the public words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentStatus {
    /// Something is wrong; the cause is not known.
    Investigating,
    /// The cause is known.
    Identified,
    /// A mitigation is in; it is being watched.
    Monitoring,
    /// Over; the postmortem may still be owed.
    Resolved,
    /// Over, and nothing is owed any more. Final.
    Closed,
    /// A false alarm, kept. Final.
    Cancelled,
}

impl IncidentStatus {
    /// The four words said in public, in their order.
    pub const PUBLIC: [Self; 4] = [Self::Investigating, Self::Identified, Self::Monitoring, Self::Resolved];

    /// The stored, typed and shown word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether people are still working on it: clocks run.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Investigating | Self::Identified | Self::Monitoring)
    }

    /// Whether nothing may change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }

    /// The word the public reads for it.
    pub fn public(self) -> NoticeStatus {
        match self {
            Self::Investigating => NoticeStatus::Investigating,
            Self::Identified => NoticeStatus::Identified,
            Self::Monitoring => NoticeStatus::Monitoring,
            Self::Resolved | Self::Closed | Self::Cancelled => NoticeStatus::Resolved,
        }
    }
}

impl fmt::Display for IncidentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for IncidentStatus {
    type Err = IdError;
    /// Takes the four words people may set: the two final ones have their own commands.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let word = text.trim().to_lowercase();
        Self::PUBLIC.into_iter().find(|status| status.word() == word).ok_or_else(|| {
            let near = did_you_mean(&word, Self::PUBLIC.map(Self::word));
            IdError(format!(
                "{:?} is not a status{near}: use investigating, identified, monitoring or resolved",
                cut(text)
            ))
        })
    }
}

/// What a person adds to the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Anything worth keeping.
    Note,
    /// What was decided.
    Decision,
    /// What may be the cause; can be refuted.
    Hypothesis,
    /// What somebody did.
    Action,
    /// What a command printed.
    Output,
    /// A dashboard, a trace, a ticket.
    Link,
}

impl EntryKind {
    /// The stored, typed and shown word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Decision => "decision",
            Self::Hypothesis => "hypothesis",
            Self::Action => "action",
            Self::Output => "output",
            Self::Link => "link",
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}
