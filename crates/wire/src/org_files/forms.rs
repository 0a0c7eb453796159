//! The shape of organisation files: what may be written, with its defaults. The JSON Schema is made from these.
//!
//! Forms, not meaning: a form becomes a domain object in `convert.rs`, and a domain object a form in `export.rs`.
//! Doc comments here are what an editor shows to the author of a file.

mod people;
mod policy;
mod schedules;

pub(super) use people::{ContactFile, ContactWord, RuleFile, RulesFile, SwitchWord, TeamFile, UserFile};
pub(super) use policy::{ConditionFile, HoldLowFile, OneOf, PolicyFile, StepFile, WorkingHoursFile};
pub(super) use schedules::{BackupWord, ScheduleFile};

use super::words::{Handle, IntegrationWord, Length, OutcomeWord, RoleWord, TargetWord, UrgencyWord, Zone};
use nightbell_domain::{
    ids::{ComponentId, IntegrationId, PolicyId, RunbookId, ServiceId, SeverityId, StatusPageId, TeamId},
    org::{IntegrationKind, RouteOutcome, Target, Urgency},
    response::RoleKind,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn utc() -> String {
    "UTC".to_owned()
}
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A Nightbell organisation, or a part of one: several files are read as one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Nightbell organisation")]
pub(super) struct OrganisationFile {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u64,
    /// People.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserFile>,
    /// Teams own services, schedules and policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamFile>,
    /// Who is on call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<ScheduleFile>,
    /// Whom a page rings, and in which order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyFile>,
    /// Public status pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status_pages: Vec<StatusPageFile>,
    /// What can break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceFile>,
    /// Where monitoring tools send their events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<IntegrationFile>,
    /// Rules for alerts: the first whose `when` holds decides. All in one file, because their order counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteFile>,
    /// The severity table, most severe first; replaces the shipped one as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<SeverityFile>,
    /// Who fills the response roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseFile>,
}

/// What can break.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: ServiceId,
    /// Shown name; the handle when not said.
    #[serde(default)]
    pub name: Option<String>,
    /// The owning team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub team: Option<TeamId>,
    /// Whom its alerts page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub policy: Option<PolicyId>,
    /// Runbooks, the most useful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Handle>")]
    pub runbooks: Vec<RunbookId>,
    /// The component of a status page that stands for it in public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub component: Option<ComponentId>,
}

/// Where a monitoring tool sends its events.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IntegrationFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: IntegrationId,
    /// Its wire format.
    #[schemars(with = "IntegrationWord")]
    pub kind: IntegrationKind,
    /// The service its alerts belong to unless a route says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub service: Option<ServiceId>,
    /// The secret in the URL; when not said, one is made once and kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub key: Option<String>,
    /// Of a heartbeat: from one beat to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// Of a heartbeat: waited for beyond that before its absence is an alert; 1m when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Length>,
}

/// A rule for alerts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteFile {
    /// CEL over `labels`, `title`, `severity`, `source`, `service`, `integration`.
    pub when: String,
    /// What happens.
    #[serde(rename = "do")]
    #[schemars(with = "OutcomeWord")]
    pub outcome: RouteOutcome,
    /// For `page`; high when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<UrgencyWord>")]
    pub urgency: Option<Urgency>,
    /// Sends the alert to another service than the integration's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub service: Option<ServiceId>,
    /// Declares an incident of this severity as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub declare: Option<SeverityId>,
}

/// A public status page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusPageFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: StatusPageId,
    /// Public heading; the handle when not said.
    #[serde(default)]
    pub name: Option<String>,
    /// Place in the URL, `/status/{slug}`; the handle when not said.
    #[serde(default)]
    pub slug: Option<String>,
    /// The zone of its days.
    #[serde(default = "utc")]
    #[schemars(with = "Zone")]
    pub time_zone: String,
    /// What it shows.
    #[serde(default)]
    pub components: Vec<ComponentFile>,
}

/// A component of a status page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ComponentFile {
    /// Handle, unique over all pages.
    #[schemars(with = "Handle")]
    pub id: ComponentId,
    /// The public name.
    pub name: String,
    /// Group heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// One public sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A row of the severity table.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeverityFile {
    /// `sev1`.
    #[schemars(with = "Handle")]
    pub id: SeverityId,
    /// What it means to customers.
    pub impact: String,
    /// Roles owed, and paged for at declaration.
    #[serde(default)]
    #[schemars(with = "Vec<RoleWord>")]
    pub roles: Vec<RoleKind>,
    /// Whether executives are told at declaration.
    #[serde(default)]
    pub page_execs: bool,
    /// A commander is owed within this time; not owed when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commander_within: Option<Length>,
    /// The other roles are owed within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles_within: Option<Length>,
    /// The public page must speak within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_within: Option<Length>,
    /// Longest time between two updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_every: Option<Length>,
    /// A postmortem is owed within this many business days; optional when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postmortem_business_days: Option<u16>,
}

/// Who fills the response roles. An empty list falls back to the service's policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResponseFile {
    /// Who can command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub commander: Vec<Target>,
    /// Who debugs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub ops: Vec<Target>,
    /// Who talks to customers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub comms: Vec<Target>,
    /// Who keeps the timeline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub scribe: Vec<Target>,
    /// Told of the most severe incidents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<TargetWord>")]
    pub execs: Vec<Target>,
    /// The heading of the postmortem's cause section; "Root cause" when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_cause_label: Option<String>,
}

/// The JSON Schema of organisation files, for editors; committed as `docs/schema/organisation.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(OrganisationFile).to_value()
}
