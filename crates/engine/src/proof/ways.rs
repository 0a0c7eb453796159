//! The ways a page can take: which policies, which lists of targets, at which urgency, and who sends pages there.

use nightbell_domain::{
    ids::PolicyId,
    org::{Organisation, RouteOutcome, Target, Urgency},
    paging::PolicySnapshot,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What decides whom a page rings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "is", content = "id", rename_all = "kebab-case")]
pub enum Place {
    /// An escalation policy.
    Policy(PolicyId),
    /// Who fills a response role: `commander`, `ops`, `comms`, `scribe`.
    Role(String),
    /// Nobody says whom: every administrator is rung.
    Administrators,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Policy(id) => write!(f, "policy {id}"),
            Self::Role(role) => write!(f, "response role {role}"),
            Self::Administrators => f.write_str("the administrators"),
        }
    }
}

/// One way, and what leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Where.
    pub place: Place,
    /// How loudly.
    pub urgency: Urgency,
    /// `service checkout`, `integration prometheus`, `route 2`, …: what sends pages there, for people.
    pub led_by: Vec<String>,
}

/// Every way, in a fixed order. A policy that nothing leads to is none.
pub(super) fn all(org: &Organisation) -> Vec<Way> {
    let mut found: BTreeMap<(Place, Urgency), BTreeSet<String>> = BTreeMap::new();
    let urgencies = urgencies(org);
    let mut add = |place: &Place, urgency: Urgency, led_by: String| {
        found.entry((place.clone(), urgency)).or_default().insert(led_by);
    };
    for service in org.services.values() {
        let place = of_service(org, service.policy.as_ref());
        for urgency in &urgencies {
            add(&place, *urgency, format!("service {}", service.id));
            let integrations = org.integrations.values().filter(|one| one.service.as_ref() == Some(&service.id));
            integrations.for_each(|one| add(&place, *urgency, format!("integration {}", one.id)));
        }
    }
    for (n, route) in (1..).zip(&org.routes).filter(|(_, route)| route.outcome == RouteOutcome::Page) {
        if let Some(service) = route.service.as_ref().and_then(|id| org.services.get(id)) {
            let place = of_service(org, service.policy.as_ref());
            add(&place, route.urgency.unwrap_or(Urgency::High), format!("route {n}"));
        }
    }
    let homeless = org.integrations.values().filter(|one| one.service.is_none());
    for integration in homeless {
        for urgency in &urgencies {
            add(&Place::Administrators, *urgency, format!("integration {} without a service", integration.id));
        }
    }
    for (role, targets) in roles(org) {
        if !targets.is_empty() {
            add(&Place::Role(role.to_owned()), Urgency::High, "every declared incident that owes the role".to_owned());
        }
    }
    let way = |((place, urgency), led_by): ((Place, Urgency), BTreeSet<String>)| Way {
        place,
        urgency,
        led_by: led_by.into_iter().collect(),
    };
    found.into_iter().map(way).collect()
}

fn of_service(org: &Organisation, policy: Option<&PolicyId>) -> Place {
    let known = policy.filter(|id| org.policies.contains_key(*id));
    known.map_or(Place::Administrators, |id| Place::Policy(id.clone()))
}

/// High always: what no route decides is high. Low where some route says so for whatever service the alert is of.
fn urgencies(org: &Organisation) -> Vec<Urgency> {
    let low = org.routes.iter().any(|route| {
        route.outcome == RouteOutcome::Page && route.urgency == Some(Urgency::Low) && route.service.is_none()
    });
    if low { vec![Urgency::High, Urgency::Low] } else { vec![Urgency::High] }
}

/// Roles that are paged. Who is only told (`execs`) is not among them.
fn roles(org: &Organisation) -> [(&'static str, &[Target]); 4] {
    let response = &org.response;
    [
        ("commander", response.commander.as_slice()),
        ("ops", response.ops.as_slice()),
        ("comms", response.comms.as_slice()),
        ("scribe", response.scribe.as_slice()),
    ]
}

impl Place {
    /// What a page that takes this way would do.
    pub(super) fn snapshot(&self, org: &Organisation) -> PolicySnapshot {
        match self {
            Self::Policy(id) => org.policies.get(id).map(|p| PolicySnapshot::of(org, p)).unwrap_or_default(),
            Self::Administrators => PolicySnapshot::direct(org.last_resort()),
            Self::Role(role) => {
                let targets = roles(org).into_iter().find(|(name, _)| name == role).map_or(&[][..], |(_, found)| found);
                // A role's clock pages the backups of its schedules after its primaries.
                let backups = targets.iter().filter_map(|target| match target {
                    Target::Schedule(id) => Some(Target::Backup(id.clone())),
                    _ => None,
                });
                PolicySnapshot::direct(targets.iter().cloned().chain(backups).collect())
            }
        }
    }
}
