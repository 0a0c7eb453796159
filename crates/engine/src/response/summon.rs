//! Whom an incident summons: at declaration by the severity's roles, later by the playbook's clocks. And when those calls are over.

use super::change::record;
use crate::{Fault, Unit, paging};
use nightbell_domain::{
    org::{Organisation, Policy, Target, Urgency},
    paging::{Page, PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
    response::{Incident, RoleKind, RuleId, WhoToPage},
};
use std::collections::BTreeSet;

const DECLARED: &str = "declared:";

/// The role a page was started for, when it was for one.
pub(super) fn wanted_role(page: &Page) -> Option<RoleKind> {
    let Subject::Incident { purpose, .. } = &page.subject else { return None };
    match purpose.strip_prefix(DECLARED) {
        Some(role) => RoleKind::ALL.into_iter().find(|r| purpose_word(*r) == role),
        None if purpose == RuleId::IcNamed.word() => Some(RoleKind::Commander),
        None => None,
    }
}

fn purpose_word(role: RoleKind) -> &'static str {
    match role {
        RoleKind::Commander => "commander",
        RoleKind::Ops => "ops",
        RoleKind::Comms => "comms",
        RoleKind::Scribe => "scribe",
    }
}

fn configured(org: &Organisation, role: RoleKind) -> &[Target] {
    match role {
        RoleKind::Commander => &org.response.commander,
        RoleKind::Ops => &org.response.ops,
        RoleKind::Comms => &org.response.comms,
        RoleKind::Scribe => &org.response.scribe,
    }
}

fn policy<'a>(org: &'a Organisation, incident: &Incident) -> Option<&'a Policy> {
    let service = org.services.get(incident.service.as_ref()?)?;
    org.policies.get(service.policy.as_ref()?)
}

/// At declaration: one page for each role whose people are configured; the service's own policy for Ops, unless an alert rings it already.
pub(super) fn at_declaration(
    unit: &mut Unit<'_>,
    incident: Incident,
    actor: &Actor,
    ringing: bool,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let org = &directory.org;
    let mut calls: Vec<(String, PolicySnapshot)> = Vec::new();
    for role in incident.row.roles.iter().copied() {
        let targets = configured(org, role);
        if !targets.is_empty() {
            calls.push((format!("{DECLARED}{}", purpose_word(role)), calling(targets.to_vec())));
        } else if role == RoleKind::Ops && !ringing {
            let snapshot = policy(org, &incident).map(|policy| PolicySnapshot::of(org, policy)).unwrap_or_default();
            calls.push((format!("{DECLARED}ops"), snapshot));
        }
    }
    if incident.row.page_execs && !org.response.execs.is_empty() {
        calls.push((format!("{DECLARED}execs"), calling(org.response.execs.clone())));
    }
    let mut incident = incident;
    for (purpose, snapshot) in calls {
        if reaches_only(org, &snapshot, actor, unit) {
            continue;
        }
        let why = match wanted_role_word(&purpose) {
            Some(role) => format!("declared {}: {role} is needed", incident.severity.as_str().to_uppercase()),
            None => format!("declared {}", incident.severity.as_str().to_uppercase()),
        };
        incident = call(unit, incident, purpose, why, snapshot)?;
    }
    Ok(incident)
}

fn wanted_role_word(purpose: &str) -> Option<RoleKind> {
    RoleKind::ALL.into_iter().find(|r| purpose.strip_prefix(DECLARED) == Some(purpose_word(*r)))
}

/// Whoever declares is awake: a call that would reach only them rings nobody.
fn reaches_only(org: &Organisation, snapshot: &PolicySnapshot, actor: &Actor, unit: &Unit<'_>) -> bool {
    let everybody: BTreeSet<_> = snapshot
        .steps
        .iter()
        .flat_map(|s| &s.notify)
        .filter_map(|t| org.reach(t, unit.now).ok())
        .flatten()
        .map(|r| r.user)
        .collect();
    everybody.len() == 1 && actor.user().is_some_and(|user| everybody.contains(user))
}

/// Rings the targets, then the same again: a playbook clock has its own next person, so its pages do not climb to the administrators.
fn calling(targets: Vec<Target>) -> PolicySnapshot {
    PolicySnapshot { last_resort: targets.clone(), ..PolicySnapshot::direct(targets) }
}

fn call(
    unit: &mut Unit<'_>,
    incident: Incident,
    purpose: String,
    why: String,
    policy: PolicySnapshot,
) -> Result<Incident, Fault> {
    let summary = if incident.summary.is_empty() { incident.severity_why.clone() } else { incident.summary.clone() };
    // A late document is not a broken service: it is asked for by the calmer methods.
    let urgency = if purpose == RuleId::PostmortemOnTime.word() { Urgency::Low } else { Urgency::High };
    let begin = PageStart {
        subject: Subject::Incident { incident: incident.id, purpose },
        title: format!("{} {}", incident.severity.as_str().to_uppercase(), incident.title),
        body: format!("{why}.\n{summary}"),
        service: incident.service.clone(),
        urgency,
        policy,
        why: why.clone(),
        rank: Rank::of_incident(urgency, &incident.severity, &unit.directory.org.severities),
    };
    let actor = Actor::system("playbook");
    let page = paging::start(unit, begin, &actor)?;
    let events = incident.page_started(page.id, &rung_words(&page), &why);
    record(unit, incident, events, &actor)
}

/// "@alice, @bob", or that nobody was reached yet.
pub(super) fn rung_words(page: &Page) -> String {
    let mut names: Vec<String> = Vec::new();
    for rung in page.rings.iter().flat_map(|ring| &ring.rung) {
        let name = format!("@{}", rung.user);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") }
}

/// A playbook clock asks for somebody.
pub(super) fn by_rule(
    unit: &mut Unit<'_>,
    incident: Incident,
    rule: RuleId,
    who: WhoToPage,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let targets = targets_of(&directory.org, &incident, who);
    let snapshot = if targets.is_empty() { PolicySnapshot::default() } else { calling(targets) };
    let why = format!("{}: {} is wanted", rule.label(), who.label());
    call(unit, incident, rule.word().to_owned(), why, snapshot)
}

fn targets_of(org: &Organisation, incident: &Incident, who: WhoToPage) -> Vec<Target> {
    let seat = |role: RoleKind| incident.roles.holders(role).first().map(|user| vec![Target::User((*user).clone())]);
    let or_policy = |targets: &[Target]| {
        if targets.is_empty() { policy(org, incident).map_or(Vec::new(), on_call_of) } else { targets.to_vec() }
    };
    match who {
        WhoToPage::CommanderOnCall => with_backups(or_policy(&org.response.commander)),
        WhoToPage::Commander => seat(RoleKind::Commander).unwrap_or_else(|| or_policy(&org.response.commander)),
        WhoToPage::Comms => seat(RoleKind::Comms).unwrap_or_else(|| or_policy(&org.response.comms)),
        WhoToPage::Backup => {
            let commanders = or_policy(&org.response.commander);
            let backups: Vec<_> =
                with_backups(commanders.clone()).into_iter().filter(|t| !commanders.contains(t)).collect();
            if backups.is_empty() {
                policy(org, incident).map_or(Vec::new(), |p| p.last_resort.clone())
            } else {
                backups
            }
        }
    }
}

/// Whom a policy rings first.
fn on_call_of(policy: &Policy) -> Vec<Target> {
    policy.steps.first().map_or_else(|| policy.last_resort.clone(), |step| step.notify.clone())
}

fn with_backups(targets: Vec<Target>) -> Vec<Target> {
    let backups: Vec<_> = targets
        .iter()
        .filter_map(|t| if let Target::Schedule(id) = t { Some(Target::Backup(id.clone())) } else { None })
        .collect();
    targets.into_iter().chain(backups).collect()
}

/// Ends the incident's pages whose purpose is served: the seat is filled, the rule is kept, the incident is over.
pub(super) fn dismiss(
    unit: &mut Unit<'_>,
    incident: &Incident,
    actor: &Actor,
    served: impl Fn(&str) -> bool,
    reason: &str,
) -> Result<(), Fault> {
    for page in nightbell_store::paging::of_subject(unit.tx, &incident.id.to_string())? {
        let Subject::Incident { purpose, .. } = &page.subject else { continue };
        if !page.is_ended() && served(purpose) {
            paging::end(unit, page, reason, actor)?;
        }
    }
    Ok(())
}

/// The purposes that filling a role serves.
pub(super) fn serves_role(role: RoleKind) -> impl Fn(&str) -> bool {
    move |purpose| {
        purpose.strip_prefix(DECLARED) == Some(purpose_word(role))
            || (role == RoleKind::Commander && purpose == RuleId::IcNamed.word())
    }
}
