//! The example of the contract, as printed there.

use super::{EXAMPLE, RUNBOOK, organisation, read};
use crate::org_files::{check, plan};
use nightbell_domain::org::{AccessRole, ConfigObject, ContactKind, RouteOutcome, Target, Urgency};
use std::collections::BTreeSet;

#[test]
fn the_contracts_example_parses_unchanged() {
    let parsed = read(&[("nightbell.yaml", EXAMPLE)]).unwrap_or_else(|p| panic!("{p:?}"));
    let names: Vec<String> = parsed.objects.iter().map(|o| format!("{} {}", o.kind().word(), o.id())).collect();
    assert_eq!(
        names,
        [
            "user alice",
            "team payments",
            "schedule payments-primary",
            "policy payments",
            "status-page main",
            "service checkout",
            "integration prometheus",
            "routes routes"
        ]
    );
    let org = organisation(&parsed);
    let alice = &org.users[&"alice".parse().expect("a handle")];
    assert_eq!((alice.role, alice.time_zone.as_str()), (AccessRole::Responder, "Europe/Berlin"));
    assert_eq!(alice.contacts[1].kind, ContactKind::Webhook { url: "http://127.0.0.1:9099/alice".to_owned() });
    assert!(alice.contacts.iter().all(|c| c.verified));
    assert_eq!(alice.rules.high[1].after.as_secs(), 60);
    let policy = &org.policies[&"payments".parse().expect("a handle")];
    assert_eq!((policy.repeat, policy.steps[1].after.as_secs()), (2, 300));
    assert_eq!(policy.last_resort, ["user:carol".parse::<Target>().expect("a target")]);
    assert_eq!(org.routes[0].urgency, Some(Urgency::High));
    assert_eq!(org.routes[1].outcome, RouteOutcome::Record);
    let schedule = &org.schedules[&"payments-primary".parse().expect("a handle")];
    let calendar = serde_json::to_value(&schedule.calendar).expect("a schedule is JSON");
    assert_eq!(calendar["layers"][0]["every"], "1w");
    assert_eq!(calendar["layers"][0]["hours"][0]["to"], "24:00");
    assert_eq!(calendar["overrides"][0]["user"], "bob");
    let origin = &parsed.origins[&(parsed.objects[3].kind(), "payments".to_owned())];
    assert_eq!((origin.path.as_str(), origin.line), ("nightbell.yaml", 25));
}

#[test]
fn the_example_may_be_stored_though_bob_carol_and_the_runbook_are_elsewhere() {
    let parsed = read(&[("nightbell.yaml", EXAMPLE)]).expect("the example parses");
    let plan = plan(&Default::default(), &BTreeSet::new(), &parsed, false);
    let org = plan.applied_to(&Default::default());
    let findings = check(&org);
    assert!(findings.iter().all(|f| !f.blocking), "{findings:?}");
    let said: Vec<String> = findings.iter().map(|f| parsed.locate(&f.problem).to_string()).collect();
    assert_eq!(
        said,
        [
            "nightbell.yaml:15:54: team payments: there is no user \"bob\". Paging the team leaves them out until they are defined.",
            "nightbell.yaml:21:42: schedule payments-primary: there is no user \"bob\". Their turns reach nobody until they are defined.",
            "nightbell.yaml:23:17: schedule payments-primary: there is no user \"bob\". Their turns reach nobody until they are defined.",
            "nightbell.yaml:29:31: policy payments: there is no user \"bob\". This step reaches nobody by this name until it is defined.",
            "nightbell.yaml:31:19: policy payments: there is no user \"carol\". The last resort reaches nobody by this name until it is defined.",
            "nightbell.yaml:33:82: service checkout: there is no runbook \"stripe-webhook-failures\". Pages of this service come without it until it is defined.",
        ]
    );
}

#[test]
fn a_broken_reference_that_is_no_person_or_runbook_blocks() {
    let org = organisation(&super::sound("services: [{ id: checkout, policy: nowhere }]"));
    let findings = check(&org);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].blocking);
}

#[test]
fn a_step_that_names_nobody_is_told() {
    let org = organisation(&super::sound("policies: [{ id: quiet, steps: [{ after: 0s, notify: [] }] }]"));
    let findings = check(&org);
    assert_eq!(findings.iter().map(|f| f.problem.path.as_str()).collect::<Vec<_>>(), ["steps[0].notify"]);
    assert!(!findings[0].blocking);
}

#[test]
fn several_files_and_runbooks_are_one_organisation() {
    let people = "version: 1\nusers:\n  - { id: bob, name: Bob, email: bob@example.com }\n  - { id: carol, name: Carol, email: carol@example.com }\n";
    let parsed =
        read(&[("a.yaml", EXAMPLE), ("people.yml", people), ("runbooks/stripe.md", RUNBOOK)]).expect("all three parse");
    assert!(check(&organisation(&parsed)).is_empty());
    let ConfigObject::Runbook(runbook) = &parsed.objects[6] else { panic!("{:?}", parsed.objects[6]) };
    assert_eq!(
        (runbook.id.as_str(), runbook.services[0].as_str(), runbook.markdown.as_str()),
        ("stripe-webhook-failures", "checkout", RUNBOOK)
    );
}

#[test]
fn what_is_not_said_gets_the_contracts_defaults() {
    let org = organisation(&super::sound(
        "users: [{ id: a, name: A, email: a@x.org, contacts: [{ id: mail, kind: email, address: a@x.org }] }]
teams: [{ id: t }]
schedules: [{ id: s, layers: [{ name: all, members: [a], every: 1d, starts: 2026-01-05T09:00 }] }]
policies: [{ id: p, steps: [{ after: 0s, notify: ['schedule:s/backup'] }] }]
status_pages: [{ id: main }]
routes: [{ when: 'true', do: page }]
teams_are_optional: []"
            .trim_end_matches("\nteams_are_optional: []"),
    ));
    let user = org.users.values().next().expect("one user");
    assert_eq!((user.role, user.time_zone.as_str(), user.contacts[0].verified), (AccessRole::Responder, "UTC", false));
    let team = org.teams.values().next().expect("one team");
    assert_eq!((team.name.as_str(), team.time_zone.as_str(), &team.holidays), ("t", "UTC", &None));
    let calendar = serde_json::to_value(&org.schedules.values().next().expect("one schedule").calendar).expect("JSON");
    assert_eq!((&calendar["time_zone"], &calendar["backup"]), (&"UTC".into(), &"next_in_rotation".into()));
    let policy = org.policies.values().next().expect("one policy");
    assert_eq!((policy.repeat, policy.last_resort.len()), (0, 0));
    let page = org.status_pages.values().next().expect("one page");
    assert_eq!((page.name.as_str(), page.slug.as_str(), page.time_zone.as_str()), ("main", "main", "UTC"));
    assert_eq!((org.routes[0].urgency, &org.routes[0].declare), (None, &None));
}

#[test]
fn norway_is_a_country_and_an_empty_section_is_empty() {
    let org = organisation(&super::sound("teams: [{ id: oslo, holidays: NO }]\nusers:\n"));
    assert_eq!(org.teams.values().next().and_then(|t| t.holidays.as_deref()), Some("NO"));
    assert!(org.users.is_empty());
}

#[test]
fn severities_and_response_are_read() {
    let org = organisation(&super::sound(
        "severities:
  - { id: sev1, impact: All down, roles: [commander, ops], page_execs: true, commander_within: 5m, update_every: 15m, postmortem_business_days: 5 }
  - { id: sev2, impact: Some down }
response:
  commander: ['policy:payments']
  execs: ['user:carol', 'team:board']
  root_cause_label: Contributing factors",
    ));
    assert_eq!(org.severities.rows.len(), 2);
    assert_eq!(org.severities.rows[0].update_every.map(|d| d.as_secs()), Some(900));
    assert_eq!(org.severities.rows[1].commander_within, None);
    assert_eq!(org.response.execs.len(), 2);
    assert_eq!(org.response.root_cause_label.as_deref(), Some("Contributing factors"));
}
