//! The forms of people: users and how to reach them, teams.

use super::{is_default, utc};
use crate::org_files::words::{AccessWord, Handle, Length, Zone};
use nightbell_domain::{
    ids::{ContactId, TeamId, UserId},
    org::{AccessRole, ContactKind},
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
    /// Which way is used when; without rules push and chat at once, a call after 1 minute, SMS after 3, mail after 5.
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
    /// The mail address, the number, the chat, the member, the topic: whatever the medium is reached by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// For `webhook` and `teams`: where to POST.
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
    Ntfy,
    Telegram,
    Slack,
    Discord,
    Mattermost,
    Teams,
    Sms,
    Voice,
}

impl ContactWord {
    /// As in [`ContactKind::word`].
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Ntfy => "ntfy",
            Self::Telegram => "telegram",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Mattermost => "mattermost",
            Self::Teams => "teams",
            Self::Sms => "sms",
            Self::Voice => "voice",
        }
    }

    /// The field that holds where it leads.
    pub fn field(self) -> &'static str {
        if matches!(self, Self::Webhook | Self::Teams) { "url" } else { "address" }
    }

    /// How one is written.
    pub fn example(self) -> &'static str {
        match self {
            Self::Email => "address: alice@example.com",
            Self::Webhook => "url: \"https://example.com/hook\"",
            Self::Teams => "url: \"https://example.com/workflow\"",
            Self::Ntfy => "address: oncall-alice",
            Self::Telegram => "address: \"123456789\"",
            Self::Slack => "address: U0123ABCD",
            Self::Discord => "address: \"80351110224678912\"",
            Self::Mattermost => "address: alice",
            Self::Sms | Self::Voice => "address: \"+4915112345678\"",
        }
    }

    /// `None` for a medium that no file can name.
    pub fn of(kind: &ContactKind) -> Option<Self> {
        Some(match kind {
            ContactKind::Email { .. } => Self::Email,
            ContactKind::Webhook { .. } => Self::Webhook,
            ContactKind::Ntfy { .. } => Self::Ntfy,
            ContactKind::Telegram { .. } => Self::Telegram,
            ContactKind::Slack { .. } => Self::Slack,
            ContactKind::Discord { .. } => Self::Discord,
            ContactKind::Mattermost { .. } => Self::Mattermost,
            ContactKind::Teams { .. } => Self::Teams,
            ContactKind::Sms { .. } => Self::Sms,
            ContactKind::Voice { .. } => Self::Voice,
            ContactKind::Push { .. } => return None,
        })
    }
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
    /// Whether its members who are on call get a test page once a week.
    #[serde(default, skip_serializing_if = "is_default")]
    pub test_page: SwitchWord,
}

/// On or off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum SwitchWord {
    #[default]
    On,
    Off,
}
