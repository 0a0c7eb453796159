//! Whether the organisation fits together: every reference resolves, every schedule turns, every key is unique.

use super::{ConfigKind, Organisation, OrganisationProblem};
use crate::{
    limits,
    org::{IntegrationKind, Target},
    text::suggest::closest,
};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

struct Findings(Vec<OrganisationProblem>);

impl Findings {
    fn add(&mut self, kind: ConfigKind, id: impl ToString, path: impl ToString, message: impl ToString) {
        self.0.push(OrganisationProblem {
            kind,
            id: id.to_string(),
            path: path.to_string(),
            message: message.to_string(),
            dangling: false,
        });
    }

    /// A reference that does not resolve, with the closest name that would.
    fn missing<'a>(
        &mut self,
        at: (ConfigKind, &str, &str),
        noun: &str,
        wanted: &str,
        known: impl Iterator<Item = &'a str>,
    ) {
        let hint = closest(wanted, known).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"));
        self.add(at.0, at.1, at.2, format!("there is no {noun} {wanted:?}.{hint}"));
        if let Some(problem) = self.0.last_mut() {
            problem.dangling = matches!(noun, "user" | "runbook");
        }
    }
}

impl Organisation {
    /// Everything that does not fit together; empty means the organisation may be stored.
    pub fn problems(&self) -> Vec<OrganisationProblem> {
        let mut out = Findings(Vec::new());
        self.check_people(&mut out);
        self.check_schedules(&mut out);
        self.check_policies(&mut out);
        self.check_services(&mut out);
        self.check_integrations(&mut out);
        self.check_status_pages(&mut out);
        self.check_response(&mut out);
        out.0
    }

    fn check_user(&self, out: &mut Findings, at: (ConfigKind, &str, &str), user: &crate::ids::UserId) {
        if !self.users.contains_key(user) {
            out.missing(at, "user", user.as_str(), self.users.keys().map(|k| k.as_str()));
        }
    }

    fn check_team(&self, out: &mut Findings, at: (ConfigKind, &str, &str), team: Option<&crate::ids::TeamId>) {
        if let Some(team) = team.filter(|t| !self.teams.contains_key(*t)) {
            out.missing(at, "team", team.as_str(), self.teams.keys().map(|k| k.as_str()));
        }
    }

    fn check_target(&self, out: &mut Findings, at: (ConfigKind, &str, &str), target: &Target) {
        match target {
            Target::User(id) => self.check_user(out, at, id),
            Target::Team(id) => self.check_team(out, at, Some(id)),
            Target::Schedule(id) | Target::Backup(id) | Target::Next(id) => {
                if !self.schedules.contains_key(id) {
                    out.missing(at, "schedule", id.as_str(), self.schedules.keys().map(|k| k.as_str()));
                }
            }
            Target::Policy(id) => {
                if !self.policies.contains_key(id) {
                    out.missing(at, "policy", id.as_str(), self.policies.keys().map(|k| k.as_str()));
                }
            }
        }
    }

    fn check_zone(out: &mut Findings, kind: ConfigKind, id: &str, zone: &str) {
        if jiff::tz::TimeZone::get(zone).is_err() {
            out.add(
                kind,
                id,
                "time_zone",
                format!("{zone:?} is not an IANA time zone; write one like Europe/Berlin or UTC"),
            );
        }
    }

    fn check_people(&self, out: &mut Findings) {
        let mut emails = BTreeMap::new();
        for user in self.users.values() {
            let id = user.id.as_str();
            Self::check_zone(out, ConfigKind::User, id, &user.time_zone);
            if !user.email.contains('@') {
                out.add(ConfigKind::User, id, "email", "an e-mail address has an @");
            }
            if let Some(other) = emails.insert(user.email.to_lowercase(), id) {
                out.add(
                    ConfigKind::User,
                    id,
                    "email",
                    format!("@{other} has the same address; people sign in with it, so it must be theirs alone"),
                );
            }
            let known: BTreeSet<_> = user.contacts.iter().map(|c| c.id.as_str()).collect();
            if known.len() != user.contacts.len() {
                out.add(ConfigKind::User, id, "contacts", "two contact methods have the same id");
            }
            for (urgency, rules) in [("high", &user.rules.high), ("low", &user.rules.low)] {
                for (n, rule) in rules.iter().enumerate() {
                    if !known.contains(rule.via.as_str()) {
                        let path = format!("rules.{urgency}[{n}].via");
                        out.missing(
                            (ConfigKind::User, id, &path),
                            "contact method",
                            rule.via.as_str(),
                            known.iter().copied(),
                        );
                    }
                }
            }
        }
        self.check_own_rules(out);
        for team in self.teams.values() {
            let id = team.id.as_str();
            Self::check_zone(out, ConfigKind::Team, id, &team.time_zone);
            for (n, member) in team.members.iter().enumerate() {
                self.check_user(out, (ConfigKind::Team, id, &format!("members[{n}]")), member);
            }
        }
    }

    /// A method a person's own rules name may have gone from the files since: told, and no reason to refuse the files.
    fn check_own_rules(&self, out: &mut Findings) {
        for (user, own) in &self.personal {
            let (Some(person), Some(rules)) = (self.person(user), &own.rules) else { continue };
            let known: BTreeSet<_> = person.contacts.iter().map(|c| c.id.as_str()).collect();
            for (urgency, rules) in [("high", &rules.high), ("low", &rules.low)] {
                for (n, rule) in rules.iter().enumerate().filter(|(_, rule)| !known.contains(rule.via.as_str())) {
                    let path = format!("rules.{urgency}[{n}].via");
                    let at = (ConfigKind::Personal, user.as_str(), path.as_str());
                    out.missing(at, "contact method", rule.via.as_str(), known.iter().copied());
                    if let Some(problem) = out.0.last_mut() {
                        problem.dangling = true;
                    }
                }
            }
        }
    }

    fn check_schedules(&self, out: &mut Findings) {
        for schedule in self.schedules.values() {
            let id = schedule.id.as_str();
            self.check_team(out, (ConfigKind::Schedule, id, "team"), schedule.team.as_ref());
            if let Err(problems) = nightbell_calendar::validate(&schedule.calendar) {
                problems.into_iter().for_each(|p| out.add(ConfigKind::Schedule, id, "", p));
            }
            let layered = schedule.calendar.layers.iter().enumerate().flat_map(|(l, layer)| {
                let slots = layer.members.iter().enumerate();
                slots.flat_map(move |(s, slot)| {
                    let several = slot.members.len() > 1;
                    slot.members.iter().enumerate().map(move |(m, member)| {
                        let within = if several { format!("[{m}]") } else { String::new() };
                        (format!("layers[{l}].members[{s}]{within}"), member)
                    })
                })
            });
            let overriding = schedule.calendar.overrides.iter().enumerate().flat_map(|(n, o)| {
                let place = o.instead_of.iter().map(move |member| (format!("overrides[{n}].instead_of"), member));
                std::iter::once((format!("overrides[{n}].user"), &o.user)).chain(place)
            });
            for (path, member) in layered.chain(overriding) {
                match member.0.parse() {
                    Ok(user) => self.check_user(out, (ConfigKind::Schedule, id, &path), &user),
                    Err(e) => out.add(ConfigKind::Schedule, id, path, e),
                }
            }
        }
    }

    fn check_policies(&self, out: &mut Findings) {
        for policy in self.policies.values() {
            let id = policy.id.as_str();
            self.check_team(out, (ConfigKind::Policy, id, "team"), policy.team.as_ref());
            if policy.steps.is_empty() && policy.last_resort.is_empty() {
                out.add(ConfigKind::Policy, id, "steps", "a policy without steps and last resort would wake nobody");
            }
            if policy.steps.len() > limits::POLICY_STEPS_MAX || policy.repeat > limits::POLICY_REPEATS_MAX {
                let message = format!(
                    "at most {} steps and {} repeats: after that the last resort rings every 10 minutes anyway",
                    limits::POLICY_STEPS_MAX,
                    limits::POLICY_REPEATS_MAX
                );
                out.add(ConfigKind::Policy, id, "repeat", message);
            }
            for (path, message) in policy.own_problems() {
                out.add(ConfigKind::Policy, id, path, message);
            }
            for (s, step) in policy.steps.iter().enumerate() {
                if let Some(to) = step.hand_over.as_ref() {
                    let path = format!("steps[{s}].hand_over");
                    if to == &policy.id {
                        out.add(ConfigKind::Policy, id, &path, "a policy cannot hand over to itself; use repeat");
                    } else {
                        self.check_target(out, (ConfigKind::Policy, id, &path), &Target::Policy(to.clone()));
                    }
                }
                for (n, target) in step.notify.iter().enumerate() {
                    self.check_target(out, (ConfigKind::Policy, id, &format!("steps[{s}].notify[{n}]")), target);
                }
            }
            for (n, target) in policy.last_resort.iter().enumerate() {
                self.check_target(out, (ConfigKind::Policy, id, &format!("last_resort[{n}]")), target);
            }
        }
    }

    fn check_services(&self, out: &mut Findings) {
        for service in self.services.values() {
            let id = service.id.as_str();
            self.check_team(out, (ConfigKind::Service, id, "team"), service.team.as_ref());
            if let Some(policy) = service.policy.as_ref().filter(|p| !self.policies.contains_key(*p)) {
                out.missing(
                    (ConfigKind::Service, id, "policy"),
                    "policy",
                    policy.as_str(),
                    self.policies.keys().map(|k| k.as_str()),
                );
            }
            for (n, runbook) in service.runbooks.iter().enumerate().filter(|(_, r)| !self.runbooks.contains_key(*r)) {
                let path = format!("runbooks[{n}]");
                out.missing(
                    (ConfigKind::Service, id, &path),
                    "runbook",
                    runbook.as_str(),
                    self.runbooks.keys().map(|k| k.as_str()),
                );
            }
            if let Some(component) = service.component.as_ref().filter(|c| self.component(c).is_none()) {
                let known = self.status_pages.values().flat_map(|p| p.components.iter().map(|c| c.id.as_str()));
                out.missing((ConfigKind::Service, id, "component"), "component", component.as_str(), known);
            }
        }
    }

    fn check_integrations(&self, out: &mut Findings) {
        let mut keys = BTreeMap::new();
        for integration in self.integrations.values() {
            let id = integration.id.as_str();
            if let Some(service) = integration.service.as_ref().filter(|s| !self.services.contains_key(*s)) {
                let known = self.services.keys().map(|k| k.as_str());
                out.missing((ConfigKind::Integration, id, "service"), "service", service.as_str(), known);
            }
            match (integration.kind, integration.rhythm) {
                (IntegrationKind::Heartbeat, None) => {
                    out.add(
                        ConfigKind::Integration,
                        id,
                        "every",
                        "a heartbeat says how often it comes, for example 5m",
                    );
                }
                (IntegrationKind::Heartbeat, Some(rhythm)) if rhythm.every < SignedDuration::from_secs(1) => {
                    out.add(ConfigKind::Integration, id, "every", "a heartbeat comes once a second at most");
                }
                (IntegrationKind::Heartbeat, Some(_)) | (_, None) => {}
                (_, Some(_)) => out.add(ConfigKind::Integration, id, "every", "only a heartbeat has a rhythm"),
            }
            if let Some(other) = keys.insert(integration.key.as_str(), id) {
                out.add(
                    ConfigKind::Integration,
                    id,
                    "key",
                    format!("integration {other:?} has the same key; a key names one integration"),
                );
            }
        }
        for (n, route) in self.routes.iter().enumerate() {
            let at = |field: &str| format!("[{n}].{field}");
            if let Err(e) = crate::signal::route::compile(&route.when) {
                out.add(ConfigKind::Routes, "routes", at("when"), e);
            }
            if let Some(service) = route.service.as_ref().filter(|s| !self.services.contains_key(*s)) {
                let known = self.services.keys().map(|k| k.as_str());
                out.missing((ConfigKind::Routes, "routes", &at("service")), "service", service.as_str(), known);
            }
            if let Some(severity) = route.declare.as_ref().filter(|s| self.severities.get(s).is_none()) {
                let known = self.severities.rows.iter().map(|r| r.id.as_str());
                out.missing((ConfigKind::Routes, "routes", &at("declare")), "severity", severity.as_str(), known);
            }
        }
    }

    fn check_status_pages(&self, out: &mut Findings) {
        let mut slugs = BTreeMap::new();
        let mut components = BTreeMap::new();
        for page in self.status_pages.values() {
            let id = page.id.as_str();
            Self::check_zone(out, ConfigKind::StatusPage, id, &page.time_zone);
            if page.slug.parse::<crate::ids::StatusPageId>().is_err() {
                out.add(ConfigKind::StatusPage, id, "slug", "a slug stands in the URL: use a-z, 0-9 and '-'");
            }
            if let Some(other) = slugs.insert(page.slug.as_str(), id) {
                out.add(ConfigKind::StatusPage, id, "slug", format!("status page {other:?} has the same slug"));
            }
            for (n, component) in page.components.iter().enumerate() {
                if let Some(other) = components.insert(component.id.as_str(), id) {
                    let message = format!(
                        "component {:?} stands on status page {other:?} already; its id must be unique",
                        component.id.as_str()
                    );
                    out.add(ConfigKind::StatusPage, id, format!("components[{n}].id"), message);
                }
            }
        }
    }

    fn check_response(&self, out: &mut Findings) {
        if self.severities.rows.is_empty() {
            out.add(ConfigKind::Severities, "severities", "", "a severity table needs at least one row");
        }
        let r = &self.response;
        for (field, targets) in [
            ("commander", &r.commander),
            ("ops", &r.ops),
            ("comms", &r.comms),
            ("scribe", &r.scribe),
            ("execs", &r.execs),
        ] {
            for (n, target) in targets.iter().enumerate() {
                self.check_target(out, (ConfigKind::Response, "response", &format!("{field}[{n}]")), target);
            }
        }
    }
}
