//! The answers: shifts, gaps, and who is on call at an instant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Member;
use crate::Instant;

/// A half-open span `[from, to)` in which the people on call do not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive; always after `from`.
    pub to: Instant,
    /// Who is called first.
    pub primary: Member,
    /// Others on call at the same time, rung together with the primary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Member>,
    /// Who stands behind; never one of those on call.
    pub backup: Option<Member>,
    /// Who gets a copy; nobody counts on them, and they are none of those on call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<Member>,
    /// What put the primary there.
    pub source: ShiftSource,
}

/// What put somebody on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftSource {
    /// The layer of this name.
    Layer(Arc<str>),
    /// An override.
    Override,
}

/// Who is on call at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// `None` in a gap.
    pub primary: Option<Member>,
    /// Others on call at the same time, rung together with the primary; empty whenever `primary` is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Member>,
    /// Who stands behind; `None` whenever `primary` is.
    pub backup: Option<Member>,
    /// Who gets a copy; nobody counts on them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<Member>,
    /// What put the primary there; `None` whenever `primary` is.
    pub source: Option<ShiftSource>,
    /// The next instant at which any of the above changes; `None` if it never does. The one
    /// exception is a schedule with more than [`crate::limits::LOOKAHEAD_STEPS_MAX`] hand-offs
    /// that change nothing: then it is an instant before which nothing changes.
    pub until: Option<Instant>,
}

/// A half-open span `[from, to)` in which nobody is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive; always after `from`.
    pub to: Instant,
    /// Whether a layer says `nobody` there in so many words, rather than nothing being said at all.
    pub declared: bool,
}

impl Shift {
    /// Those on call: the primary first, then the others who are rung together with them.
    pub fn everyone(&self) -> impl Iterator<Item = &Member> {
        std::iter::once(&self.primary).chain(&self.also)
    }

    /// Whether the same people are on call, stand behind and watch, for the same reason.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.source == other.source && self.same_people(other)
    }

    /// Whether the same people are on call, stand behind and watch.
    #[must_use]
    pub fn same_people(&self, other: &Self) -> bool {
        self.primary == other.primary
            && self.also == other.also
            && self.backup == other.backup
            && self.shadows == other.shadows
    }
}

impl OnCall {
    /// Those on call: the primary first, then the others who are rung together with them.
    pub fn everyone(&self) -> impl Iterator<Item = &Member> {
        self.primary.iter().chain(&self.also)
    }
}
