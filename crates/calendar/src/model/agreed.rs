//! Overrides: what people agreed on, whatever the layers say.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Member, ParseError};
use crate::Instant;

/// Somebody takes, joins or watches a span, whatever the layers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who.
    pub user: Member,
    /// Inclusive.
    pub from: Edge,
    /// Exclusive.
    pub to: Edge,
    /// What they do there.
    #[serde(default, skip_serializing_if = "OverrideKind::is_default")]
    pub kind: OverrideKind,
    /// Only with [`OverrideKind::Replace`]: whose place the user takes, wherever that person stands in the
    /// span; others stay. Without it the user alone has the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Member>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What somebody does in the span of an [`Override`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverrideKind {
    /// Has it, instead of whoever had it.
    #[default]
    Replace,
    /// Is on call as well; has it, where nobody is.
    Add,
    /// Gets a copy of what is sent; nobody counts on them.
    Shadow,
    /// Learns by doing: is called first, and whoever would have been is rung together with them. Where
    /// nobody is on call, nobody is: a learner is never alone.
    ReverseShadow,
}

impl OverrideKind {
    fn is_default(&self) -> bool {
        *self == Self::Replace
    }
}

/// Begin or end of an [`Override`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Wall time in the schedule's zone: `2026-05-01T09:00`.
    Wall(DateTime),
    /// An exact instant: `2026-05-01T07:00:00Z`, or with an offset.
    Exact(Instant),
}

impl Override {
    /// Somebody has a span.
    pub fn new(user: impl Into<Member>, from: impl Into<Edge>, to: impl Into<Edge>) -> Self {
        Self {
            user: user.into(),
            from: from.into(),
            to: to.into(),
            kind: OverrideKind::Replace,
            instead_of: None,
            note: None,
        }
    }

    /// The same, of another kind.
    #[must_use]
    pub fn kind(self, kind: OverrideKind) -> Self {
        Self { kind, ..self }
    }

    /// The same, in the place of one person alone.
    #[must_use]
    pub fn instead_of(self, member: impl Into<Member>) -> Self {
        Self { instead_of: Some(member.into()), ..self }
    }
}

impl From<DateTime> for Edge {
    fn from(at: DateTime) -> Self {
        Self::Wall(at)
    }
}

impl From<Instant> for Edge {
    fn from(at: Instant) -> Self {
        Self::Exact(at)
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall(at) => at.fmt(f),
            Self::Exact(at) => at.fmt(f),
        }
    }
}

impl FromStr for Edge {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = || ParseError::Edge(text.to_owned());
        // The library reads a wall time with an offset and forgets the offset: somebody would be on call at the wrong hour.
        let time = text.get(10..).unwrap_or("");
        if time.contains(['Z', 'z', '+', '-']) {
            return text.parse().map(Self::Exact).map_err(|_| refuse());
        }
        if time.contains('[') {
            return Err(refuse());
        }
        text.parse().map(Self::Wall).map_err(|_| refuse())
    }
}

impl Serialize for Edge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Edge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
