//! The organisation as files: what is stored, written so that `parse` and `plan` take it back without a change.

use super::{
    FORMAT_VERSION,
    forms::{
        BackupWord, ComponentFile, ContactFile, ContactWord, IntegrationFile, OrganisationFile, ResponseFile,
        RouteFile, RuleFile, RulesFile, ScheduleFile, ServiceFile, SeverityFile, StatusPageFile, SwitchWord, TeamFile,
        UserFile,
    },
    policies, runbooks,
    words::Length,
};
use nightbell_domain::org::{
    Contact, ContactKind, NotificationRule, Organisation, Policy, ResponseSettings, Route, Schedule, Severity,
    SeverityTable, StatusPage, User,
};
use serde_json::{Value, json};

/// The file that holds everything but the runbooks.
const MAIN_FILE: &str = "organisation.yaml";
const PREFACE: &str = "# The organisation as Nightbell has it; `nightbell apply` takes it back unchanged.\n# It holds the keys of the integrations: keep it where secrets may lie.\n";

/// All files, as (path, content): `organisation.yaml` and `runbooks/{id}.md`.
pub fn export(org: &Organisation) -> Vec<(String, String)> {
    let file = OrganisationFile {
        version: FORMAT_VERSION,
        users: org.users.values().map(user).collect(),
        teams: org.teams.values().cloned().map(team).collect(),
        schedules: org.schedules.values().filter_map(schedule).collect(),
        policies: org.policies.values().cloned().map(policies::export).collect(),
        status_pages: org.status_pages.values().cloned().map(status_page).collect(),
        services: org.services.values().cloned().map(service).collect(),
        integrations: org.integrations.values().cloned().map(integration).collect(),
        routes: org.routes.iter().cloned().map(route).collect(),
        severities: if org.severities == SeverityTable::default() {
            Vec::new()
        } else {
            org.severities.rows.iter().map(severity).collect()
        },
        response: (org.response != ResponseSettings::default()).then(|| response(&org.response)),
    };
    let yaml = yaml(&file);
    let mut files = vec![(MAIN_FILE.to_owned(), format!("{PREFACE}{yaml}"))];
    files.extend(org.runbooks.values().map(|r| (format!("runbooks/{}.md", r.id), runbooks::file_of(r))));
    files
}

/// One policy as it stands in a file, under its key: what is copied into the file that it comes from.
pub fn export_policy(policy: &Policy) -> String {
    yaml(&std::collections::BTreeMap::from([("policies", [policies::export(policy.clone())])]))
}

/// No folded text: a value stands on the line of its key, which is what people search for and diff.
fn yaml(form: &impl serde::Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false, compact_list_indent: false };
    serde_saphyr::to_string_with_options(form, options)
        .expect("forms hold text, numbers and lists only, which YAML can always say")
}

fn user(user: &User) -> UserFile {
    let rules = |rules: &[NotificationRule]| {
        rules.iter().map(|r| RuleFile { after: Length(r.after), via: r.via.clone() }).collect()
    };
    UserFile {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role,
        time_zone: user.time_zone.clone(),
        contacts: user.contacts.iter().filter_map(contact).collect(),
        rules: RulesFile { high: rules(&user.rules.high), low: rules(&user.rules.low) },
    }
}

/// A push subscription belongs to one browser and is never in a file.
fn contact(contact: &Contact) -> Option<ContactFile> {
    let kind = ContactWord::of(&contact.kind)?;
    let given = match &contact.kind {
        ContactKind::Ntfy { topic, server: Some(server) } => format!("{server}/{topic}"),
        other => other.address().to_owned(),
    };
    let (address, url) = if kind.field() == "url" { (None, Some(given)) } else { (Some(given), None) };
    Some(ContactFile { id: contact.id.clone(), kind, address, url, verified: contact.verified })
}

fn team(team: nightbell_domain::org::Team) -> TeamFile {
    TeamFile {
        id: team.id,
        name: Some(team.name),
        members: team.members,
        time_zone: team.time_zone,
        holidays: team.holidays,
        test_page: if team.no_test_page { SwitchWord::Off } else { SwitchWord::On },
    }
}

/// The calendar's own stored form is the file's form but for one word, so it goes through it. A schedule with a member that
/// could never be a handle is left out: no file can say it, and nobody can be reached by it.
fn schedule(schedule: &Schedule) -> Option<ScheduleFile> {
    let mut body = serde_json::to_value(&schedule.calendar).ok()?;
    let none = body.get("backup") == Some(&json!("none"));
    let fields = body.as_object_mut()?;
    fields.remove("backup");
    fields.insert("id".to_owned(), Value::String(schedule.id.to_string()));
    let mut form: ScheduleFile = serde_json::from_value(body).ok()?;
    form.team.clone_from(&schedule.team);
    form.backup = if none { BackupWord::None } else { BackupWord::Next };
    Some(form)
}

fn status_page(page: StatusPage) -> StatusPageFile {
    let components = page.components.into_iter().map(|c| ComponentFile {
        id: c.id,
        name: c.name,
        group: c.group,
        description: c.description,
    });
    StatusPageFile {
        id: page.id,
        name: Some(page.name),
        slug: Some(page.slug),
        time_zone: page.time_zone,
        components: components.collect(),
    }
}

fn service(service: nightbell_domain::org::Service) -> ServiceFile {
    ServiceFile {
        id: service.id,
        name: Some(service.name),
        team: service.team,
        policy: service.policy,
        runbooks: service.runbooks,
        component: service.component,
    }
}

fn integration(integration: nightbell_domain::org::Integration) -> IntegrationFile {
    IntegrationFile {
        id: integration.id,
        kind: integration.kind,
        service: integration.service,
        key: Some(integration.key),
        every: integration.rhythm.map(|rhythm| Length(rhythm.every)),
        grace: integration.rhythm.map(|rhythm| Length(rhythm.grace)),
    }
}

fn route(route: Route) -> RouteFile {
    RouteFile {
        when: route.when,
        outcome: route.outcome,
        urgency: route.urgency,
        service: route.service,
        declare: route.declare,
    }
}

fn severity(row: &Severity) -> SeverityFile {
    SeverityFile {
        id: row.id.clone(),
        impact: row.impact.clone(),
        roles: row.roles.clone(),
        page_execs: row.page_execs,
        commander_within: row.commander_within.map(Length),
        roles_within: row.roles_within.map(Length),
        public_within: row.public_within.map(Length),
        update_every: row.update_every.map(Length),
        postmortem_business_days: row.postmortem_business_days,
    }
}

fn response(settings: &ResponseSettings) -> ResponseFile {
    ResponseFile {
        commander: settings.commander.clone(),
        ops: settings.ops.clone(),
        comms: settings.comms.clone(),
        scribe: settings.scribe.clone(),
        execs: settings.execs.clone(),
        root_cause_label: settings.root_cause_label.clone(),
    }
}
