//! Services and runbooks: what can break, who answers for it, what to do. Reading a runbook is the domain's; this file words it.

use super::{Eyes, count, line};
use crate::{
    markdown,
    views::{
        Empty, Link, Shell, Tag, Tone,
        services::{RunbookPage, ServiceRow, ServicesPage},
    },
};
use nightbell_engine::domain::{
    org::{RunbookSource, Service},
    signal::{Alert, AlertStatus},
    text::runbook::parse_runbook,
};

/// Fills `/services`; `alerts` are the open ones.
pub fn page(eyes: &Eyes<'_>, shell: Shell, alerts: &[Alert]) -> ServicesPage {
    let mut services: Vec<&Service> = eyes.org.services.values().collect();
    services.sort_by_key(|service| service.name.to_lowercase());
    ServicesPage {
        shell,
        services: services.into_iter().map(|service| row(eyes, service, alerts)).collect(),
        empty: Empty::new(
            "No service yet. Describe one in the organisation files and apply them.",
            "/settings",
            "See the organisation",
        ),
    }
}

fn row(eyes: &Eyes<'_>, service: &Service, alerts: &[Alert]) -> ServiceRow {
    let id = service.id.to_string();
    ServiceRow {
        name: line(&service.name),
        team: service
            .team
            .as_ref()
            .map_or(String::new(), |id| eyes.org.teams.get(id).map_or_else(|| id.to_string(), |team| line(&team.name))),
        policy: service.policy.as_ref().map_or(String::new(), ToString::to_string),
        oncall: on_call(eyes, service),
        runbooks: eyes.org.runbooks_of(service).into_iter().map(runbook_link).collect(),
        component: service
            .component
            .as_ref()
            .and_then(|id| eyes.org.component(id))
            .map_or(String::new(), |(_, component)| line(&component.name)),
        state: state(service, alerts),
        explain: format!("/explain?service={id}"),
        declare: format!("/incidents/new?service={id}"),
        id,
    }
}

/// Whom its pages reach now, step by step: `Alice, then Bob`.
fn on_call(eyes: &Eyes<'_>, service: &Service) -> String {
    let Some(policy) = service.policy.as_ref().and_then(|id| eyes.org.policies.get(id)) else { return String::new() };
    let mut steps: Vec<String> = Vec::new();
    for step in &policy.steps {
        let reached = step.notify.iter().filter_map(|target| eyes.org.reach(target, eyes.now).ok()).flatten();
        let mut names: Vec<String> = Vec::new();
        for name in reached.map(|reached| eyes.name_or_you(&reached.user)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let names = names.join(" and ");
        if !names.is_empty() && !steps.contains(&names) {
            steps.push(names);
        }
    }
    steps.join(", then ")
}

fn state(service: &Service, alerts: &[Alert]) -> Tag {
    let own = || alerts.iter().filter(|alert| alert.service.as_ref() == Some(&service.id));
    let firing = own().filter(|alert| alert.status == AlertStatus::Firing).count();
    match (firing, own().count()) {
        (0, 0) => Tag::new(Tone::Ok, "✓", "Quiet"),
        (0, _) => Tag::state("acknowledged"),
        (_, all) => {
            Tag::new(Tone::Act, "▲", format!("{} open", count(u64::try_from(all).unwrap_or(u64::MAX), "alert")))
        }
    }
}

/// A runbook's page, by its title.
pub fn runbook_link(source: &RunbookSource) -> Link {
    Link::new(format!("/runbooks/{}", source.id), title(source))
}

fn title(source: &RunbookSource) -> String {
    parse_runbook(&source.markdown).map_or_else(|_| source.id.to_string(), |(runbook, _)| line(&runbook.title))
}

/// Services a runbook is for: those that name it and those it names.
pub fn services_of<'a>(eyes: &Eyes<'a>, source: &RunbookSource) -> Vec<&'a Service> {
    let org = eyes.org;
    org.services
        .values()
        .filter(|service| service.runbooks.contains(&source.id) || source.services.contains(&service.id))
        .collect()
}

/// Services that page somebody and have no runbook.
pub fn without_runbook(eyes: &Eyes<'_>) -> Vec<Link> {
    let bare = eyes
        .org
        .services
        .values()
        .filter(|service| service.policy.is_some() && eyes.org.runbooks_of(service).is_empty());
    bare.map(|service| Link::new(format!("/services#{}", service.id), line(&service.name))).collect()
}

/// What the lint says, one sentence per finding, with its line in the file.
pub fn lint(source: &RunbookSource) -> Vec<String> {
    match parse_runbook(&source.markdown) {
        Ok((_, findings)) => {
            findings.iter().map(|found| format!("line {}: {} {}", found.line, found.what, found.fix)).collect()
        }
        Err(e) => vec![format!("this runbook cannot be read: {e}")],
    }
}

/// Fills `/runbooks/{id}`.
pub fn runbook(eyes: &Eyes<'_>, shell: Shell, source: &RunbookSource) -> RunbookPage {
    let services: Vec<Link> = services_of(eyes, source)
        .into_iter()
        .map(|service| Link::new(format!("/services#{}", service.id), line(&service.name)))
        .collect();
    let (note, html) = match parse_runbook(&source.markdown) {
        Ok((runbook, _)) => {
            let steps = count(u64::try_from(runbook.mitigations.len()).unwrap_or(u64::MAX), "quick mitigation");
            (steps, markdown::render(&runbook.body_md))
        }
        Err(_) => ("shown as it is written".to_owned(), markdown::verbatim(&source.markdown)),
    };
    RunbookPage { title: shell.title.clone(), shell, note, services, html, lint: lint(source) }
}
