//! The forms of people: users and how to reach them, teams, schedules.

use super::{is_default, utc};
use crate::org_files::words::{AccessWord, ClockTime, Handle, Length, Local, Turn, Zone};
use nightbell_domain::{
    ids::{ContactId, ScheduleId, TeamId, UserId},
    org::AccessRole,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn responder() -> AccessRole {
    AccessRole::Responder
}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct UserFile {
    /// Handle: `alice` is @alice.
    #[schemars(with = "Handle")]
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Signs in with it.
    pub email: String,
    /// What the account may do; being on call needs no edit right.
    #[serde(default = "responder")]
    #[schemars(with = "AccessWord")]
    pub role: AccessRole,
    /// The zone the person reads times in.
    #[serde(default = "utc")]
    #[schemars(with = "Zone")]
    pub time_zone: String,
    /// Ways to reach the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactFile>,
    /// Which way is used when; without rules every verified contact is used at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rules: RulesFile,
}

/// A way to reach a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct ContactFile {
    /// Handle, unique within the person.
    #[schemars(with = "Handle")]
    pub id: ContactId,
    /// The medium.
    pub kind: ContactWord,
    /// For `email`: the mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// For `webhook`: where to POST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it was proved to reach the person. Only verified contacts are used.
    #[serde(default)]
    pub verified: bool,
}

/// The medium of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum ContactWord {
    Email,
    Webhook,
}

/// Notification rules by urgency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct RulesFile {
    /// For pages that wake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub high: Vec<RuleFile>,
    /// For pages that may wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub low: Vec<RuleFile>,
}

/// After some time, use a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct RuleFile {
    /// Counted from the moment the page reached the person.
    pub after: Length,
    /// The id of one of the person's contacts.
    #[schemars(with = "Handle")]
    pub via: ContactId,
}

/// A team.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct TeamFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: TeamId,
    /// Shown name; the handle when not said.
    #[serde(default)]
    pub name: Option<String>,
    /// Handles of its members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Handle>")]
    pub members: Vec<UserId>,
    /// The zone of the team's business days.
    #[serde(default = "utc")]
    #[schemars(with = "Zone")]
    pub time_zone: String,
    /// Country whose public holidays are not business days: `DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z]{2}$"))]
    pub holidays: Option<String>,
}

/// Who is on call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct ScheduleFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: ScheduleId,
    /// The owning team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub team: Option<TeamId>,
    /// The zone of every time in the schedule.
    #[serde(default = "utc")]
    #[schemars(with = "Zone")]
    pub time_zone: String,
    /// Rotations; a later one wins over the earlier ones where it has somebody.
    #[serde(default)]
    pub layers: Vec<LayerFile>,
    /// Spans somebody takes, whatever the layers say; a later one wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideFile>,
    /// Who stands behind the primary.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backup: BackupWord,
}

/// Who stands behind the primary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum BackupWord {
    /// The next different member in the rotation.
    #[default]
    Next,
    /// Nobody.
    None,
}

/// One rotation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct LayerFile {
    /// Unique in its schedule.
    pub name: String,
    /// In order of turn.
    #[schemars(with = "Vec<Handle>")]
    pub members: Vec<UserId>,
    /// How long a turn is: `1w`, `1d`, `12h`. Days and weeks hand over at the same wall-clock time all year.
    #[schemars(with = "Turn")]
    pub every: String,
    /// Begin of the first member's first turn.
    pub starts: Local,
    /// The hours of the week in which the layer has somebody; always when not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<HoursFile>,
}

/// Hours on some days of the week.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct HoursFile {
    /// The days on which the hours begin.
    pub days: Vec<DayWord>,
    /// First minute, inclusive.
    #[schemars(with = "ClockTime")]
    pub from: String,
    /// End, exclusive, up to 24:00. At or before `from` it lies on the following day.
    #[schemars(with = "ClockTime")]
    pub to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(in crate::org_files) enum DayWord {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Somebody takes a span.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct OverrideFile {
    /// Who takes it.
    #[schemars(with = "Handle")]
    pub user: UserId,
    /// Inclusive.
    pub from: Local,
    /// Exclusive.
    pub to: Local,
}
