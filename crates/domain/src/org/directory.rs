//! The organisation as one value: every configuration object by its handle, and the questions decisions ask of it.

use super::{
    Cover, Integration, Personal, Policy, ResponseSettings, Route, RunbookSource, Schedule, Service, SeverityTable,
    StatusComponent, StatusPage, Target, Team, User,
};
use crate::ids::{
    ComponentId, IntegrationId, PolicyId, RunbookId, ScheduleId, ServiceId, StatusPageId, TeamId, UserId,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

/// The kinds of configuration object, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigKind {
    /// [`User`].
    User,
    /// [`Team`].
    Team,
    /// [`Schedule`].
    Schedule,
    /// [`Policy`].
    Policy,
    /// [`RunbookSource`].
    Runbook,
    /// [`StatusPage`].
    StatusPage,
    /// [`Service`].
    Service,
    /// [`Integration`].
    Integration,
    /// [`Personal`], id of the user.
    Personal,
    /// [`Cover`], id of the schedule.
    Cover,
    /// The one ordered list of [`Route`]s, id `routes`.
    Routes,
    /// The one [`SeverityTable`], id `severities`.
    Severities,
    /// The one [`ResponseSettings`], id `response`.
    Response,
}

impl ConfigKind {
    /// Every kind, in the order in which references resolve.
    pub const ALL: [Self; 13] = [
        Self::User,
        Self::Team,
        Self::Schedule,
        Self::Policy,
        Self::Runbook,
        Self::StatusPage,
        Self::Service,
        Self::Integration,
        Self::Personal,
        Self::Cover,
        Self::Routes,
        Self::Severities,
        Self::Response,
    ];

    /// The word in the database, plans and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Team => "team",
            Self::Schedule => "schedule",
            Self::Policy => "policy",
            Self::Runbook => "runbook",
            Self::StatusPage => "status-page",
            Self::Service => "service",
            Self::Integration => "integration",
            Self::Personal => "personal",
            Self::Cover => "cover",
            Self::Routes => "routes",
            Self::Severities => "severities",
            Self::Response => "response",
        }
    }
}

/// One configuration object, whatever its kind. The stored body is its JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "kebab-case")]
pub enum ConfigObject {
    /// A person.
    User(User),
    /// A team.
    Team(Team),
    /// A schedule.
    Schedule(Schedule),
    /// An escalation policy.
    Policy(Policy),
    /// A runbook.
    Runbook(RunbookSource),
    /// A status page.
    StatusPage(StatusPage),
    /// A service.
    Service(Service),
    /// An integration.
    Integration(Integration),
    /// What a person set for themselves.
    Personal(Personal),
    /// What was agreed beside a schedule's plan.
    Cover(Cover),
    /// All routes, in order.
    Routes(Vec<Route>),
    /// The severity table.
    Severities(SeverityTable),
    /// Who fills the response roles.
    Response(ResponseSettings),
}

impl ConfigObject {
    /// Its kind.
    pub fn kind(&self) -> ConfigKind {
        match self {
            Self::User(_) => ConfigKind::User,
            Self::Team(_) => ConfigKind::Team,
            Self::Schedule(_) => ConfigKind::Schedule,
            Self::Policy(_) => ConfigKind::Policy,
            Self::Runbook(_) => ConfigKind::Runbook,
            Self::StatusPage(_) => ConfigKind::StatusPage,
            Self::Service(_) => ConfigKind::Service,
            Self::Integration(_) => ConfigKind::Integration,
            Self::Personal(_) => ConfigKind::Personal,
            Self::Cover(_) => ConfigKind::Cover,
            Self::Routes(_) => ConfigKind::Routes,
            Self::Severities(_) => ConfigKind::Severities,
            Self::Response(_) => ConfigKind::Response,
        }
    }

    /// Its handle; the singletons are named after their kind.
    pub fn id(&self) -> &str {
        match self {
            Self::User(o) => o.id.as_str(),
            Self::Team(o) => o.id.as_str(),
            Self::Schedule(o) => o.id.as_str(),
            Self::Policy(o) => o.id.as_str(),
            Self::Runbook(o) => o.id.as_str(),
            Self::StatusPage(o) => o.id.as_str(),
            Self::Service(o) => o.id.as_str(),
            Self::Integration(o) => o.id.as_str(),
            Self::Personal(o) => o.user.as_str(),
            Self::Cover(o) => o.schedule.as_str(),
            Self::Routes(_) | Self::Severities(_) | Self::Response(_) => self.kind().word(),
        }
    }
}

/// Something in the organisation does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganisationProblem {
    /// Which object.
    pub kind: ConfigKind,
    /// Its handle.
    pub id: String,
    /// Dotted path of the field: `steps[0].notify[1]`.
    pub path: String,
    /// What is wrong, what it means and what to do.
    pub message: String,
    /// A reference to a user or runbook that does not exist (yet): nobody is reached through it, everything else works.
    pub dangling: bool,
}

/// Everything that is configured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Organisation {
    /// Grows with every change.
    pub version: u64,
    /// People.
    pub users: BTreeMap<UserId, User>,
    /// Teams.
    pub teams: BTreeMap<TeamId, Team>,
    /// Schedules.
    pub schedules: BTreeMap<ScheduleId, Schedule>,
    /// Escalation policies.
    pub policies: BTreeMap<PolicyId, Policy>,
    /// Runbooks.
    pub runbooks: BTreeMap<RunbookId, RunbookSource>,
    /// Status pages.
    pub status_pages: BTreeMap<StatusPageId, StatusPage>,
    /// Services.
    pub services: BTreeMap<ServiceId, Service>,
    /// Integrations.
    pub integrations: BTreeMap<IntegrationId, Integration>,
    /// What people set for themselves.
    pub personal: BTreeMap<UserId, Personal>,
    /// What was agreed beside the plans of schedules.
    pub covers: BTreeMap<ScheduleId, Cover>,
    /// Routes, in order.
    pub routes: Vec<Route>,
    /// The severity table.
    pub severities: SeverityTable,
    /// Who fills the response roles.
    pub response: ResponseSettings,
}

impl Organisation {
    /// Takes an object in, replacing the one of the same kind and id.
    pub fn put(&mut self, object: ConfigObject) {
        match object {
            ConfigObject::User(o) => drop(self.users.insert(o.id.clone(), o)),
            ConfigObject::Team(o) => drop(self.teams.insert(o.id.clone(), o)),
            ConfigObject::Schedule(o) => drop(self.schedules.insert(o.id.clone(), o)),
            ConfigObject::Policy(o) => drop(self.policies.insert(o.id.clone(), o)),
            ConfigObject::Runbook(o) => drop(self.runbooks.insert(o.id.clone(), o)),
            ConfigObject::StatusPage(o) => drop(self.status_pages.insert(o.id.clone(), o)),
            ConfigObject::Service(o) => drop(self.services.insert(o.id.clone(), o)),
            ConfigObject::Integration(o) => drop(self.integrations.insert(o.id.clone(), o)),
            ConfigObject::Personal(o) => drop(self.personal.insert(o.user.clone(), o)),
            ConfigObject::Cover(o) => drop(self.covers.insert(o.schedule.clone(), o)),
            ConfigObject::Routes(o) => self.routes = o,
            ConfigObject::Severities(o) => self.severities = o,
            ConfigObject::Response(o) => self.response = o,
        }
    }

    /// Removes an object; the singletons go back to their defaults. An id that is not there changes nothing.
    pub fn remove(&mut self, kind: ConfigKind, id: &str) {
        fn drop_key<K: std::str::FromStr + Ord, V>(map: &mut BTreeMap<K, V>, id: &str) {
            if let Ok(key) = id.parse() {
                map.remove(&key);
            }
        }
        match kind {
            ConfigKind::User => drop_key(&mut self.users, id),
            ConfigKind::Team => drop_key(&mut self.teams, id),
            ConfigKind::Schedule => drop_key(&mut self.schedules, id),
            ConfigKind::Policy => drop_key(&mut self.policies, id),
            ConfigKind::Runbook => drop_key(&mut self.runbooks, id),
            ConfigKind::StatusPage => drop_key(&mut self.status_pages, id),
            ConfigKind::Service => drop_key(&mut self.services, id),
            ConfigKind::Integration => drop_key(&mut self.integrations, id),
            ConfigKind::Personal => drop_key(&mut self.personal, id),
            ConfigKind::Cover => drop_key(&mut self.covers, id),
            ConfigKind::Routes => self.routes.clear(),
            ConfigKind::Severities => self.severities = SeverityTable::default(),
            ConfigKind::Response => self.response = ResponseSettings::default(),
        }
    }

    /// Every object, in reference order. Singletons that are still the shipped defaults are left out.
    pub fn objects(&self) -> Vec<ConfigObject> {
        let mut all = Vec::new();
        all.extend(self.users.values().cloned().map(ConfigObject::User));
        all.extend(self.teams.values().cloned().map(ConfigObject::Team));
        all.extend(self.schedules.values().cloned().map(ConfigObject::Schedule));
        all.extend(self.policies.values().cloned().map(ConfigObject::Policy));
        all.extend(self.runbooks.values().cloned().map(ConfigObject::Runbook));
        all.extend(self.status_pages.values().cloned().map(ConfigObject::StatusPage));
        all.extend(self.services.values().cloned().map(ConfigObject::Service));
        all.extend(self.integrations.values().cloned().map(ConfigObject::Integration));
        all.extend(self.personal.values().cloned().map(ConfigObject::Personal));
        all.extend(self.covers.values().cloned().map(ConfigObject::Cover));
        if !self.routes.is_empty() {
            all.push(ConfigObject::Routes(self.routes.clone()));
        }
        if self.severities != SeverityTable::default() {
            all.push(ConfigObject::Severities(self.severities.clone()));
        }
        if self.response != ResponseSettings::default() {
            all.push(ConfigObject::Response(self.response.clone()));
        }
        all
    }

    /// A person as the files say and as they set themselves: what reaches people asks this.
    pub fn person(&self, id: &UserId) -> Option<Cow<'_, User>> {
        let user = self.users.get(id)?;
        Some(self.personal.get(id).map_or(Cow::Borrowed(user), |own| own.over(user)))
    }

    /// The status page and component that stand for a component handle in public.
    pub fn component(&self, id: &ComponentId) -> Option<(&StatusPage, &StatusComponent)> {
        self.status_pages.values().find_map(|page| page.components.iter().find(|c| c.id == *id).map(|c| (page, c)))
    }

    /// Runbooks of a service: those it names first, then those that name it.
    pub fn runbooks_of(&self, service: &Service) -> Vec<&RunbookSource> {
        let named = service.runbooks.iter().filter_map(|id| self.runbooks.get(id));
        let naming =
            self.runbooks.values().filter(|r| r.services.contains(&service.id) && !service.runbooks.contains(&r.id));
        named.chain(naming).collect()
    }

    /// Whom the organisation rings when nothing else says whom: every administrator. INV-01's "no route → last resort".
    pub fn last_resort(&self) -> Vec<Target> {
        self.users.values().filter(|u| u.role == super::AccessRole::Admin).map(|u| Target::User(u.id.clone())).collect()
    }
}

mod validate;
