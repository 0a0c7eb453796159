//! What a plan says, and that applying it leaves nothing to do.

use super::{EXAMPLE, RUNBOOK, organisation, read, sound};
use crate::org_files::{Action, plan};
use nightbell_domain::org::{ConfigKind, Organisation};
use std::collections::BTreeSet;

/// The plan from one file to another reads like this, and after it there is nothing to do.
fn check(before: &str, after: &str, expected: &str) {
    let current = organisation(&sound(before));
    let parsed = sound(after);
    let planned = plan(&current, &BTreeSet::new(), &parsed, false);
    assert_eq!(planned.to_string(), expected);
    let again = plan(&planned.applied_to(&current), &BTreeSet::new(), &parsed, true);
    assert!(again.is_empty(), "{again}");
}

#[test]
fn a_plan_reads_as_a_difference() {
    let policy = |after: &str| {
        format!(
            "policies: [{{ id: payments, steps: [{{ after: 0s, notify: ['user:a'] }}, {{ after: {after}, notify: ['user:b'] }}] }}]"
        )
    };
    check("", &policy("5m"), "+ policy payments\n1 to create, 0 to change, 0 to delete, 0 unchanged.");
    check(&policy("5m"), &policy("5m"), "No change: 1 objects are as the files say.");
    check(&policy("5m"), &policy("300s"), "No change: 1 objects are as the files say.");
    check(
        &policy("5m"),
        &policy("10m"),
        "~ policy payments: steps[1].after 5m → 10m\n0 to create, 1 to change, 0 to delete, 0 unchanged.",
    );
    check(
        "teams: [{ id: x, name: X, members: [a] }, { id: y }]",
        "teams: [{ id: x, name: 'X ', members: [b, c], holidays: DE }, { id: y }]",
        "~ team x:\n    holidays (none) → DE\n    members[0] a → b\n    members[1] (none) → c\n    name X → \"X \"\n0 to create, 1 to change, 0 to delete, 1 unchanged.",
    );
    check(
        "routes: [{ when: 'true', do: page }]",
        "routes: [{ when: 'true', do: page, urgency: low }, { when: 'false', do: drop }]",
        "~ routes:\n    [0].urgency (none) → low\n    [1] (none) → {\"declare\":null,\"do\":\"drop\",\"service\":null,\"urgency\":null,\"when\":\"false\"}\n0 to create, 1 to change, 0 to delete, 0 unchanged.",
    );
    let schedule = |every: &str| {
        format!(
            "schedules: [{{ id: s, layers: [{{ name: all, members: [a], every: {every}, starts: 2026-01-05T09:00 }}] }}]"
        )
    };
    check(
        &schedule("1w"),
        &schedule("1d"),
        "~ schedule s: layers[0].every 1w → 1d\n0 to create, 1 to change, 0 to delete, 0 unchanged.",
    );
}

#[test]
fn secrets_are_masked_and_control_characters_cannot_reach_a_terminal() {
    let with = |key: &str| format!("integrations: [{{ id: i, kind: generic, key: {key} }}]");
    check(
        &with("first-key"),
        &with("second-key"),
        "~ integration i: key (secret) → (another secret)\n0 to create, 1 to change, 0 to delete, 0 unchanged.",
    );
    check(
        "teams: [{ id: t }]",
        "teams: [{ id: t, name: \"a\\e[2Jb\" }]",
        "~ team t: name t → a\\u{1b}[2Jb\n0 to create, 1 to change, 0 to delete, 0 unchanged.",
    );
}

#[test]
fn a_key_is_made_once_and_kept() {
    let bare = sound("integrations: [{ id: i, kind: generic }]");
    let first = plan(&Organisation::default(), &BTreeSet::new(), &bare, false);
    let org = first.applied_to(&Organisation::default());
    assert_eq!(org.integrations.values().next().map(|i| i.key.as_str()), Some("fresh-i"));
    let mut stored = org;
    stored.integrations.values_mut().for_each(|i| i.key = "made-last-year".to_owned());
    let second = plan(&stored, &BTreeSet::new(), &bare, false);
    assert!(second.is_empty(), "{second}");
    assert_eq!(second.applied_to(&stored), stored);
}

#[test]
fn pruning_deletes_what_came_from_files_and_nothing_else() {
    let current = organisation(&sound(
        "teams: [{ id: a }, { id: b }, { id: c }]\nusers: [{ id: u, name: U, email: u@x.org }]\nroutes: [{ when: 'true', do: page }]",
    ));
    let managed: BTreeSet<_> = [
        (ConfigKind::Team, "a"),
        (ConfigKind::Team, "b"),
        (ConfigKind::User, "u"),
        (ConfigKind::Routes, "routes"),
        (ConfigKind::Team, "gone"),
    ]
    .map(|(kind, id)| (kind, id.to_owned()))
    .into();
    let parsed = sound("teams: [{ id: a }]");
    let kept = plan(&current, &managed, &parsed, false);
    assert!(kept.is_empty());
    assert_eq!(
        kept.to_string(),
        "No change: 1 objects are as the files say.\nNo longer in the files, and kept: routes, team b, user u. --prune deletes them."
    );
    let pruned = plan(&current, &managed, &parsed, true);
    assert_eq!(pruned.to_string(), "- routes\n- team b\n- user u\n0 to create, 0 to change, 3 to delete, 1 unchanged.");
    let after = pruned.applied_to(&current);
    assert_eq!(after.teams.keys().map(|t| t.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert!(after.users.is_empty() && after.routes.is_empty());
}

#[test]
fn the_shipped_severity_table_written_down_is_no_change() {
    let org = Organisation::default();
    let mut other = org.clone();
    other.severities.rows.truncate(1);
    let written = crate::org_files::export(&other);
    let parsed = read(&[("o.yaml", &written[0].1)]).expect("an export parses");
    assert_eq!(
        plan(&org, &BTreeSet::new(), &parsed, false).to_string(),
        "+ severities\n1 to create, 0 to change, 0 to delete, 0 unchanged."
    );
    assert_eq!(plan(&other, &BTreeSet::new(), &parsed, false).changes[0].action, Action::Keep);
}

#[test]
fn applying_the_example_twice_changes_nothing() {
    let parsed = read(&[("o.yaml", EXAMPLE), ("runbooks/r.md", RUNBOOK)]).expect("the example parses");
    let empty = Organisation::default();
    let first = plan(&empty, &BTreeSet::new(), &parsed, false);
    assert!(first.changes.iter().all(|c| c.action == Action::Create), "{first}");
    let org = first.applied_to(&empty);
    let managed: BTreeSet<_> = first.changes.iter().map(|c| (c.kind, c.id.clone())).collect();
    assert!(plan(&org, &managed, &parsed, true).is_empty());
}
