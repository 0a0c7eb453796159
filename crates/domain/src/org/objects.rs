//! Teams, services, integrations, routes, runbooks, status pages: what an organisation is made of beside its people.

use super::{Target, Urgency};
use crate::{
    ids::{ComponentId, IntegrationId, PolicyId, RunbookId, ServiceId, SeverityId, StatusPageId, TeamId, UserId},
    record::Instant,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Owns services, schedules, policies and runbooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Handle.
    pub id: TeamId,
    /// Shown name.
    pub name: String,
    /// Members.
    pub members: Vec<UserId>,
    /// IANA zone of the team's business days.
    pub time_zone: String,
    /// Country code whose public holidays are not business days (`DE`).
    pub holidays: Option<String>,
    /// Whether its members are spared the weekly test page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_test_page: bool,
}

/// What can break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Handle.
    pub id: ServiceId,
    /// Shown name.
    pub name: String,
    /// The owning team.
    pub team: Option<TeamId>,
    /// Whom its alerts page.
    pub policy: Option<PolicyId>,
    /// Runbooks, the most useful first.
    pub runbooks: Vec<RunbookId>,
    /// The component of a status page that stands for it in public.
    pub component: Option<ComponentId>,
}

/// The wire format an integration speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntegrationKind {
    /// PagerDuty Events API v2, `POST /v2/enqueue`.
    Pagerduty,
    /// Prometheus Alertmanager's webhook, `POST /in/alertmanager/{key}`.
    Alertmanager,
    /// Any JSON, `POST /in/generic/{key}`.
    Generic,
    /// "I am alive", `GET` or `POST /heartbeat/{key}`; its absence is an alert.
    Heartbeat,
}

impl IntegrationKind {
    /// The word in files and URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pagerduty => "pagerduty",
            Self::Alertmanager => "alertmanager",
            Self::Generic => "generic",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// How often a heartbeat is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// From one beat to the next; at least a second.
    #[serde(with = "crate::text::duration::duration_text")]
    pub every: SignedDuration,
    /// Waited for beyond that before its absence is an alert.
    #[serde(with = "crate::text::duration::duration_text")]
    pub grace: SignedDuration,
}

impl Rhythm {
    /// What is waited beyond the time of the next beat when nobody says.
    pub const GRACE: SignedDuration = SignedDuration::from_mins(1);

    /// When a beat heard at `seen_at` is missed, unless another comes.
    pub fn missed_at(&self, seen_at: Instant) -> Instant {
        let add = |at: Instant, span| at.checked_add(span).unwrap_or(Instant::MAX);
        add(add(seen_at, self.every), self.grace)
    }
}

/// An inbound endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    /// Handle.
    pub id: IntegrationId,
    /// Its wire format.
    pub kind: IntegrationKind,
    /// The service its alerts belong to unless a route says otherwise.
    pub service: Option<ServiceId>,
    /// The credential in the URL or the `routing_key`.
    pub key: String,
    /// How often it beats: of a heartbeat, and of nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
}

/// The one outcome a route ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteOutcome {
    /// Somebody is paged.
    Page,
    /// Chat or mail, nobody woken.
    Notify,
    /// Dashboard only.
    Record,
    /// Counted, with a reason, and nothing else.
    Drop,
}

/// A rule: when its CEL expression holds, its outcome is taken; the first match wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// CEL over `labels`, `title`, `severity`, `source`, `service`, `integration`.
    pub when: String,
    /// What happens.
    #[serde(rename = "do")]
    pub outcome: RouteOutcome,
    /// For `page`; high when not said.
    pub urgency: Option<Urgency>,
    /// Sends the alert to another service than the integration's.
    pub service: Option<ServiceId>,
    /// Declares an incident of this severity as well.
    pub declare: Option<SeverityId>,
}

/// A runbook as stored: its Markdown; [`crate::text::runbook`] reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookSource {
    /// Handle.
    pub id: RunbookId,
    /// Services it is for, beside those that name it.
    pub services: Vec<ServiceId>,
    /// The whole file, front matter included.
    pub markdown: String,
}

/// A component of a status page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusComponent {
    /// Handle, unique over all pages.
    pub id: ComponentId,
    /// The public name.
    pub name: String,
    /// Group heading; components without one stand first.
    pub group: Option<String>,
    /// One public sentence.
    pub description: Option<String>,
}

/// A status page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPage {
    /// Handle.
    pub id: StatusPageId,
    /// Public heading.
    pub name: String,
    /// Place in the URL: `/status/{slug}`.
    pub slug: String,
    /// IANA zone of its days.
    pub time_zone: String,
    /// What it shows.
    pub components: Vec<StatusComponent>,
}

/// Who fills the response roles: reached at declaration and by the playbook's clocks. Empty lists fall back to the service's policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseSettings {
    /// Who can command.
    pub commander: Vec<Target>,
    /// Who debugs; falls back to the service's policy.
    pub ops: Vec<Target>,
    /// Who talks to customers.
    pub comms: Vec<Target>,
    /// Who keeps the timeline.
    pub scribe: Vec<Target>,
    /// Told of SEV1.
    pub execs: Vec<Target>,
    /// The heading of the postmortem's cause section; "Root cause" when not said.
    pub root_cause_label: Option<String>,
}
