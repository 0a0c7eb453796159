//! Who lives there: thirty people in four teams, twelve services with a runbook each, schedules, policies, routes, one status page.

use nightbell_engine::domain::{
    access::{Administer, Caller, Manage, Permit, Respond, Via},
    ids::UserId,
    org::AccessRole,
    refusal::Refusal,
};
use nightbell_wire::org_files::{self, ParsedFiles, SourceFile};
use std::fmt::Write as _;

/// Teams with their services, three each.
pub const TEAMS: [(&str, [&str; 3]); 4] = [
    ("storefront", ["checkout", "catalogue", "accounts"]),
    ("payments", ["cards", "invoices", "refunds"]),
    ("platform", ["network", "compute", "storage"]),
    ("insight", ["reports", "exports", "search"]),
];
/// Services there are.
pub const SERVICES: u32 = 12;
/// People who take turns, in each team.
const PEOPLE: usize = 7;
/// Programs that beat every hour.
pub const HEARTBEATS: [&str; 3] = ["nightly-backup", "ledger-export", "index-rebuild"];
/// Where nobody listens; whoever measures puts a receiver in its place.
const NOBODY: &str = "http://127.0.0.1:9";

const FIRST_NAMES: [&str; 7] = ["Ada", "Ben", "Cleo", "Dev", "Edith", "Finn", "Grace"];
const LAST_NAMES: [&str; 4] = ["Arden", "Bellamy", "Castell", "Drummond"];

/// A service by its number.
pub fn service(n: u32) -> &'static str {
    let (_, services) = TEAMS[(n as usize / 3) % TEAMS.len()];
    services[n as usize % 3]
}

/// A person of the team that has a service.
pub fn person(service: u32, n: u64) -> UserId {
    let (team, _) = TEAMS[(service as usize / 3) % TEAMS.len()];
    user(&format!("{team}-{}", n as usize % PEOPLE))
}

/// A handle of ours as a user.
pub fn user(handle: &str) -> UserId {
    handle.parse().expect("the town's handles are well formed")
}

/// The right to respond, for somebody.
pub fn responder(user: &UserId) -> Result<Permit<Respond>, Refusal> {
    Caller::new(user.clone(), AccessRole::Responder, Via::Page).permit()
}

/// The right to manage, for the manager.
pub fn manager() -> Result<Permit<Manage>, Refusal> {
    Caller::new(user("mara"), AccessRole::Manager, Via::Page).permit()
}

/// The right to administer, for whoever made the installation.
pub fn administrator(user: &UserId) -> Result<Permit<Administer>, Refusal> {
    Caller::new(user.clone(), AccessRole::Admin, Via::Terminal).permit()
}

/// The organisation file, its webhooks at `receiver`.
pub fn yaml(receiver: &str) -> String {
    let mut text = String::from("version: 1\nusers:\n");
    let mut person = |handle: &str, name: &str, role: &str| {
        let _ = writeln!(
            text,
            "  - {{ id: {handle}, name: {name}, email: {handle}@example.com, role: {role}, time_zone: Europe/Berlin, contacts: [ \
             {{ id: hook, kind: webhook, url: \"{receiver}/{handle}\", verified: true }}, \
             {{ id: mail, kind: email, address: {handle}@example.com, verified: true }} ], \
             rules: {{ high: [ {{ after: 0s, via: hook }}, {{ after: 2m, via: mail }} ], low: [ {{ after: 0s, via: hook }} ] }} }}"
        );
    };
    for (t, (team, _)) in TEAMS.iter().enumerate() {
        for (n, first) in FIRST_NAMES.iter().enumerate() {
            person(&format!("{team}-{n}"), &format!("{first} {}", LAST_NAMES[t]), "responder");
        }
    }
    person("mara", "Mara Quill", "manager");
    person("noor", "Noor Quill", "manager");
    teams(&mut text);
    services(&mut text);
    text
}

fn teams(text: &mut String) {
    text.push_str("teams:\n");
    let members = |team: &str, from: usize| {
        let turn = |n: usize| format!("{team}-{}", (n + from) % PEOPLE);
        (0..PEOPLE).map(turn).collect::<Vec<_>>().join(", ")
    };
    for (team, _) in TEAMS {
        let _ = writeln!(
            text,
            "  - {{ id: {team}, name: {team} team, members: [{}], time_zone: Europe/Berlin, holidays: DE }}",
            members(team, 0)
        );
    }
    text.push_str("schedules:\n");
    for (n, (team, _)) in TEAMS.iter().enumerate() {
        let _ = writeln!(
            text,
            "  - {{ id: {team}-primary, team: {team}, time_zone: Europe/Berlin, layers: [ {{ name: weekly, members: [{}], every: 1w, \
             starts: \"2023-01-02T09:00\" }} ], overrides: [ {{ user: {team}-1, from: \"2026-05-02T00:00\", to: \"2026-05-03T00:00\" }} ] }}",
            members(team, n)
        );
    }
    text.push_str("policies:\n");
    for (team, _) in TEAMS {
        let _ = writeln!(
            text,
            "  - {{ id: {team}, team: {team}, steps: [ {{ after: 0s, notify: [\"schedule:{team}-primary\"] }}, \
             {{ after: 5m, notify: [\"schedule:{team}-primary/backup\"] }}, {{ after: 10m, notify: [\"user:{team}-6\"] }} ], repeat: 2, \
             last_resort: [\"user:mara\"] }}"
        );
    }
}

fn services(text: &mut String) {
    text.push_str("services:\n");
    let (mut integrations, mut components) = (String::new(), String::new());
    for (team, services) in TEAMS {
        for service in services {
            let _ = writeln!(
                text,
                "  - {{ id: {service}, name: {service} service, team: {team}, policy: {team}, runbooks: [{service}-trouble], component: {service} }}"
            );
            let _ = writeln!(integrations, "  - {{ id: prom-{service}, kind: alertmanager, service: {service} }}");
            let _ = writeln!(
                components,
                "      - {{ id: {service}, name: {service}, group: {team}, description: What customers know as {service} }}"
            );
        }
    }
    for beat in HEARTBEATS {
        let _ =
            writeln!(integrations, "  - {{ id: {beat}, kind: heartbeat, service: reports, every: 1h, grace: 10m }}");
    }
    let _ = write!(
        text,
        "integrations:\n{integrations}routes:\n  - {{ when: 'labels.severity == \"critical\"', do: page, urgency: high }}\n  \
         - {{ when: 'labels.severity == \"error\"', do: notify }}\n  - {{ when: 'labels.severity != \"\"', do: record }}\n\
         response:\n  commander: [\"schedule:platform-primary\"]\n  comms: [\"user:noor\"]\n\
         status_pages:\n  - id: main\n    name: Example status\n    slug: main\n    components:\n{components}"
    );
}

fn runbook(service: &str) -> String {
    format!(
        "---\nid: {service}-trouble\nservices: [{service}]\n---\n# Trouble with {service}\n\n## Symptoms\n\n- Requests fail or take long.\n- The queue grows.\n\n\
         ## Quick mitigations\n\n- Send traffic to the other half\n\n      switch-half --service {service}\n\n- Roll back the last release\n\n      \
         rollback {service}\n\n- Turn the new path off\n\n      flag off {service}-new-path\n\n## Diagnosis\n\n1. Look at the error rate by version.\n\
         2. Look at the queue and at what it waits for.\n3. Look at what changed in the hour before.\n\n## Escalation\n\nPage the platform team if \
         blocked > 30 min\n"
    )
}

/// The files, parsed.
pub fn files() -> Result<ParsedFiles, String> {
    let organisation = yaml(NOBODY);
    let runbooks: Vec<(String, String)> = (0..SERVICES)
        .map(service)
        .map(|service| (format!("runbooks/{service}-trouble.md"), runbook(service)))
        .collect();
    let mut sources = vec![SourceFile { path: "organisation.yaml", content: &organisation }];
    sources.extend(runbooks.iter().map(|(path, content)| SourceFile { path, content }));
    org_files::parse(&sources, &mut |handle| format!("key-{handle}")).map_err(|problems| format!("{problems:?}"))
}
