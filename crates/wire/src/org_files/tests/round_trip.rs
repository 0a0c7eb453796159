//! Whatever is stored comes back from its own export unchanged.

use super::{EXAMPLE, RUNBOOK, organisation, read, shown};
use crate::org_files::{Action, export, export_policy, plan};
use nightbell_domain::org::{
    AccessRole, Acknowledge, CivilTime, Condition, ConfigObject, Contact, ContactKind, HoldLow, Integration,
    IntegrationKind, NotificationRule, NotificationRules, Organisation, Policy, PolicyStep, ResponseSettings, Rhythm,
    Route, RouteOutcome, RunbookSource, Schedule, Service, Severity, SeverityTable, StatusComponent, StatusPage,
    Target, Team, Urgency, User, Weekday, WorkingHours,
};
use nightbell_domain::response::RoleKind;
use nightbell_domain::signal::AlertSeverity;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::json;
use std::collections::BTreeSet;

/// The export of `org`, read back, plans no change and makes the same organisation.
fn check(org: &Organisation) -> Result<(), TestCaseError> {
    let files = export(org);
    let refs: Vec<(&str, &str)> = files.iter().map(|(path, content)| (path.as_str(), content.as_str())).collect();
    let parsed = read(&refs).map_err(|p| TestCaseError::fail(format!("{}\n{}", shown(&p), files[0].1)))?;
    let planned = plan(org, &BTreeSet::new(), &parsed, true);
    prop_assert!(planned.is_empty(), "{planned}\n{}", files[0].1);
    prop_assert_eq!(export(&organisation(&parsed)), files);
    Ok(())
}

#[test]
fn the_contracts_example() {
    let parsed = read(&[("o.yaml", EXAMPLE), ("r.md", RUNBOOK)]).expect("the example parses");
    check(&organisation(&parsed)).expect("it comes back");
}

#[test]
fn an_export_reads_like_something_a_person_wrote() {
    let parsed = read(&[("o.yaml", EXAMPLE), ("r.md", RUNBOOK)]).expect("the example parses");
    let files = export(&organisation(&parsed));
    assert_eq!(files[1], ("runbooks/stripe-webhook-failures.md".to_owned(), RUNBOOK.to_owned()));
    assert_eq!(files[0].1, include_str!("../fixtures/contract-example.export.yaml"));
}

/// What a page gives to copy is what the file says, under its key.
#[test]
fn one_policy_to_copy_is_read_back_as_it_is() {
    let parsed = read(&[("nightbell.yaml", EXAMPLE)]).unwrap_or_else(|problems| panic!("{}", shown(&problems)));
    let org = organisation(&parsed);
    assert!(!org.policies.is_empty());
    for policy in org.policies.values() {
        let content = format!("version: 1\n{}", export_policy(policy));
        let parsed = read(&[("one.yaml", content.as_str())]).unwrap_or_else(|problems| panic!("{}", shown(&problems)));
        let told = plan(&org, &BTreeSet::new(), &parsed, false);
        assert!(told.changes.iter().all(|change| change.action == Action::Keep), "{content}: {told:?}");
    }
}

#[test]
fn an_empty_organisation() {
    check(&Organisation::default()).expect("it comes back");
}

#[test]
fn a_runbook_stored_without_its_head_gets_one() {
    for (markdown, expected) in [
        ("# Disk full\n", "---\nid: disk\nservices: [db, web]\n---\n# Disk full\n"),
        (
            "---\nid: other\ntitle: Disk\n---\n# Disk full\n",
            "---\nid: disk\nservices: [db, web]\ntitle: Disk\n---\n# Disk full\n",
        ),
        (
            "---\nid: disk\nservices: [db, web]\n---\r\n# Kept\r\n",
            "---\nid: disk\nservices: [db, web]\n---\r\n# Kept\r\n",
        ),
    ] {
        let mut org = Organisation::default();
        let services = ["db", "web"].map(|s| s.parse().expect("a handle")).to_vec();
        org.put(ConfigObject::Runbook(RunbookSource {
            id: "disk".parse().expect("a handle"),
            services,
            markdown: markdown.to_owned(),
        }));
        assert_eq!(export(&org)[1].1, expected);
        check(&org).expect("it comes back");
    }
}

fn handle<T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    // Words YAML would take for something else are among them.
    let odd = select(vec!["1", "007", "1e3", "0x1f", "no", "y", "null", "true", "1.5", "12_30", "2026-01-05", "1_0"])
        .prop_map(str::to_owned);
    prop_oneof!["[a-z0-9][a-z0-9._-]{0,8}", odd].prop_map(|text: String| text.parse().expect("a handle"))
}

/// Text people and programs put into fields, the worst of it.
fn text() -> impl Strategy<Value = String> {
    let odd = vec![
        "",
        " ",
        "null",
        "~",
        "yes",
        "NO",
        "1",
        "1_000",
        "0o7",
        ".5",
        "1e9",
        ".inf",
        "- a",
        "a: b",
        "a #b",
        "# a",
        "'",
        "\"",
        "\\",
        "\n",
        "a\nb",
        "\ta",
        "a\r\n",
        "[",
        "{",
        "]",
        "}",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`",
        "---",
        "...",
        "<<",
        "=",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{0}",
        "\u{7f}",
        "😀",
        "?",
        ": ",
        "2026-01-05T09:00",
        "12:30",
        "a: [b, {c}]",
        "trailing ",
        "x: |\n  y\n",
    ];
    prop_oneof![select(odd).prop_map(str::to_owned), "\\PC{0,12}", "(?s).{0,12}", "[a-z ]{0,200}"]
}

fn zone() -> impl Strategy<Value = String> {
    select(vec!["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]).prop_map(str::to_owned)
}

fn length() -> impl Strategy<Value = jiff::SignedDuration> {
    prop_oneof![
        (0_i64..10_000_000).prop_map(jiff::SignedDuration::from_secs),
        (0_i64..10_000_000).prop_map(jiff::SignedDuration::from_millis)
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        handle().prop_map(Target::User),
        handle().prop_map(Target::Team),
        handle().prop_map(Target::Policy),
        handle().prop_map(Target::Schedule),
        handle().prop_map(Target::Backup),
        handle().prop_map(Target::Next),
    ]
}

fn user() -> impl Strategy<Value = User> {
    let kind = prop_oneof![
        "[a-z+0-9]{1,8}@[a-z]{1,8}[.]org".prop_map(|address| ContactKind::Email { address }),
        "https?://[a-z.]{1,9}(:[0-9]{2})?/[!-~]{0,12}".prop_map(|url| ContactKind::Webhook { url }),
        "https://[a-z]{1,9}[.]org/[!-~]{0,12}".prop_map(|url| ContactKind::Teams { url }),
        "[A-Za-z0-9_-]{1,64}".prop_map(|topic| ContactKind::Ntfy { topic, server: None }),
        "[A-Za-z0-9_-]{1,64}".prop_map(|topic| {
            ContactKind::Ntfy { topic, server: Some("https://ntfy.example:8443/deep".to_owned()) }
        }),
        "-?[0-9]{1,14}".prop_map(|chat| ContactKind::Telegram { chat }),
        "U[A-Z0-9]{8,10}".prop_map(|member| ContactKind::Slack { member }),
        "[0-9]{17,19}".prop_map(|user| ContactKind::Discord { user }),
        "[a-z][a-z0-9._-]{0,20}".prop_map(|user| ContactKind::Mattermost { user }),
        "[+][1-9][0-9]{6,14}".prop_map(|number| ContactKind::Sms { number }),
        "[+][1-9][0-9]{6,14}".prop_map(|number| ContactKind::Voice { number }),
    ];
    let contact = (handle(), kind, any::<bool>()).prop_map(|(id, kind, verified)| Contact { id, kind, verified });
    let rule = (length(), handle()).prop_map(|(after, via)| NotificationRule { after, via }).boxed();
    let rules = (vec(rule.clone(), 0..3), vec(rule, 0..3)).prop_map(|(high, low)| NotificationRules { high, low });
    let role = select(vec![AccessRole::Admin, AccessRole::Manager, AccessRole::Responder, AccessRole::Viewer]);
    (handle(), text(), text(), role, zone(), vec(contact, 0..3), rules).prop_map(
        |(id, name, email, role, time_zone, contacts, rules)| User {
            id,
            name,
            email,
            role,
            time_zone,
            contacts,
            rules,
        },
    )
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let member = || handle::<nightbell_domain::ids::UserId>();
    let local = || {
        (2020..2030_u16, 1..=12_u8, 1..=28_u8, 0..24_u8, 0..60_u8, select(vec!["", ":07", ":30.5"]))
            .prop_map(|(y, m, d, h, min, s)| format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}{s}"))
    };
    let clock =
        || prop_oneof![(0..24_u8, 0..60_u8).prop_map(|(h, m)| format!("{h:02}:{m:02}")), Just("24:00".to_owned())];
    let days = vec(select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), 0..4);
    let on_days = (days, clock(), clock()).prop_map(|(days, from, to)| json!({ "days": days, "from": from, "to": to }));
    let range =
        (clock(), clock()).prop_map(|(from, to)| json!({ "from": format!("fri {from}"), "to": format!("mon {to}") }));
    let hours = prop_oneof![on_days, range];
    let slot = prop_oneof![
        4 => member().prop_map(|one| json!(one)),
        1 => vec(member(), 2..4).prop_map(|several| json!(several)),
        1 => Just(json!("nobody")),
    ];
    let every = (vec(0..500_u16, 1..4), select(vec!["h", "d", "w", "mo"])).prop_map(|(counts, unit)| {
        let lengths: Vec<String> = counts.iter().map(|count| format!("{count}{unit}")).collect();
        if lengths.len() == 1 { json!(lengths[0]) } else { json!(lengths) }
    });
    let day = (2020..2030_u16, 1..=12_u8, 1..=28_u8).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"));
    let holidays = option::of((option::of("[A-Z]{2}"), vec(day, 0..3), select(vec!["off", "only"])))
        .prop_map(|said| said.map(|(country, days, on)| json!({ "country": country, "days": days, "on": on })));
    let layer = (text(), vec(slot, 0..4), every, local(), vec(hours, 0..3), holidays).prop_map(
        |(name, members, every, starts, hours, holidays)| json!({ "name": name, "members": members, "every": every, "starts": starts, "hours": hours, "holidays": holidays }),
    );
    let exact =
        (0_i64..4_000_000_000).prop_map(|second| jiff::Timestamp::from_second(second).expect("in range").to_string());
    let edge = || prop_oneof![local(), exact.clone()];
    let kind = select(vec!["replace", "add", "shadow", "reverse-shadow"]);
    let taken = (member(), edge(), edge(), kind, option::of(member()), option::of(text())).prop_map(
        |(user, from, to, kind, instead_of, note)| json!({ "user": user, "from": from, "to": to, "kind": kind, "instead_of": instead_of, "note": note }),
    );
    let backup = select(vec!["next_in_rotation", "none"]);
    (
        handle::<nightbell_domain::ids::ScheduleId>(),
        option::of(handle::<nightbell_domain::ids::TeamId>()),
        zone(),
        vec(layer, 0..3),
        vec(taken, 0..3),
        backup,
    )
        .prop_map(|(id, team, time_zone, layers, overrides, backup)| {
            let calendar =
                json!({ "time_zone": time_zone, "layers": layers, "overrides": overrides, "backup": backup });
            serde_json::from_value(json!({ "id": id, "team": team, "calendar": calendar })).expect("a stored schedule")
        })
}

fn clock_time() -> impl Strategy<Value = CivilTime> {
    (0..24_u16, 0..60_u16).prop_map(|(hour, minute)| CivilTime::new(hour, minute).expect("a time of day"))
}

fn days() -> impl Strategy<Value = Vec<Weekday>> {
    vec(select(Weekday::ALL.to_vec()), 0..4)
}

fn condition() -> impl Strategy<Value = Condition> {
    let urgency = option::of(select(std::vec![Urgency::Low, Urgency::High]));
    let hours = (days(), clock_time(), clock_time(), option::of(zone()), any::<bool>())
        .prop_map(|(days, from, to, time_zone, outside)| WorkingHours { days, from, to, time_zone, outside });
    let labels = prop::collection::btree_map("[a-z]{1,6}", vec(text(), 1..3), 0..3);
    let severity = option::of(select(std::vec![AlertSeverity::Info, AlertSeverity::Critical]));
    (urgency, option::of(hours), labels, severity, vec(text(), 0..3)).prop_map(
        |(urgency, hours, labels, severity, priority)| Condition { urgency, hours, labels, severity, priority },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let all = any::<bool>().prop_map(|all| if all { Acknowledge::All } else { Acknowledge::Any });
    let step = (length(), vec(target(), 0..3), any::<bool>(), all, condition(), option::of(handle())).prop_map(
        |(after, notify, round_robin, acknowledge, when, hand_over)| PolicyStep {
            after,
            notify,
            round_robin,
            acknowledge,
            when,
            hand_over,
        },
    );
    let hold = (clock_time(), clock_time(), days(), option::of(zone()))
        .prop_map(|(until, from, days, time_zone)| HoldLow { until, from, days, time_zone });
    let more = (option::of(hold), option::of(length()));
    (handle(), option::of(handle()), vec(step, 0..4), any::<u16>(), vec(target(), 0..3), more).prop_map(
        |(id, team, steps, repeat, last_resort, (hold_low, ack_timeout))| Policy {
            hold_low,
            ack_timeout,
            ..Policy::plain(id, team, steps, repeat, last_resort)
        },
    )
}

fn runbook() -> impl Strategy<Value = RunbookSource> {
    let body = "(# [A-Z][a-z]{0,9}\n)?[a-z0-9 `:\n]{0,60}";
    let with_head =
        ("[a-z0-9][a-z0-9-]{0,8}", vec(handle::<nightbell_domain::ids::ServiceId>(), 0..3), body, any::<bool>());
    with_head.prop_map(|(id, services, body, head)| {
        let names: Vec<&str> = services.iter().map(|s| s.as_str()).collect();
        let head = if head { format!("---\nid: {id}\nservices: [{}]\n---\n", names.join(",")) } else { String::new() };
        RunbookSource { id: id.parse().expect("a handle"), services, markdown: head + &body }
    })
}

fn status_page() -> impl Strategy<Value = StatusPage> {
    let component = (handle(), text(), option::of(text()), option::of(text()))
        .prop_map(|(id, name, group, description)| StatusComponent { id, name, group, description });
    (handle(), text(), text(), zone(), vec(component, 0..4))
        .prop_map(|(id, name, slug, time_zone, components)| StatusPage { id, name, slug, time_zone, components })
}

fn small_object() -> impl Strategy<Value = ConfigObject> {
    let team = (handle(), text(), vec(handle(), 0..4), zone(), option::of("[A-Z]{2}"), any::<bool>()).prop_map(
        |(id, name, members, time_zone, holidays, no_test_page)| Team {
            id,
            name,
            members,
            time_zone,
            holidays,
            no_test_page,
        },
    );
    let service =
        (handle(), text(), option::of(handle()), option::of(handle()), vec(handle(), 0..3), option::of(handle()))
            .prop_map(|(id, name, team, policy, runbooks, component)| Service {
                id,
                name,
                team,
                policy,
                runbooks,
                component,
            });
    let kind = select(vec![IntegrationKind::Alertmanager, IntegrationKind::Generic, IntegrationKind::Pagerduty]);
    let key = || "[a-zA-Z0-9][a-zA-Z0-9._~-]{0,30}";
    let integration = (handle(), kind, option::of(handle()), key()).prop_map(|(id, kind, service, key)| Integration {
        id,
        kind,
        service,
        key,
        rhythm: None,
    });
    let heartbeat =
        (handle(), option::of(handle()), key(), length(), length()).prop_map(|(id, service, key, every, grace)| {
            let rhythm = Some(Rhythm { every, grace });
            Integration { id, kind: IntegrationKind::Heartbeat, service, key, rhythm }
        });
    prop_oneof![
        team.prop_map(ConfigObject::Team),
        service.prop_map(ConfigObject::Service),
        integration.prop_map(ConfigObject::Integration),
        heartbeat.prop_map(ConfigObject::Integration)
    ]
}

fn singleton() -> impl Strategy<Value = ConfigObject> {
    let outcome = select(vec![RouteOutcome::Page, RouteOutcome::Notify, RouteOutcome::Record, RouteOutcome::Drop]);
    let urgency = option::of(select(vec![Urgency::High, Urgency::Low]));
    let route = (text(), outcome, urgency, option::of(handle()), option::of(handle()))
        .prop_map(|(when, outcome, urgency, service, declare)| Route { when, outcome, urgency, service, declare });
    let within = || option::of(length());
    let roles = vec(select(RoleKind::ALL.to_vec()), 0..4);
    let severity = (
        handle::<nightbell_domain::ids::SeverityId>(),
        text(),
        roles,
        any::<bool>(),
        (within(), within(), within(), within()),
        option::of(any::<u16>()),
    )
        .prop_map(
            |(
                id,
                impact,
                roles,
                page_execs,
                (commander_within, roles_within, public_within, update_every),
                postmortem_business_days,
            )| Severity {
                id,
                impact,
                roles,
                page_execs,
                commander_within,
                roles_within,
                public_within,
                update_every,
                postmortem_business_days,
            },
        );
    let table = vec(severity, 1..5).prop_map(|mut rows| {
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(row.id.clone()));
        SeverityTable { rows }
    });
    let targets = || vec(target(), 0..3);
    let response = (targets(), targets(), targets(), targets(), targets(), option::of(text())).prop_map(
        |(commander, ops, comms, scribe, execs, root_cause_label)| ResponseSettings {
            commander,
            ops,
            comms,
            scribe,
            execs,
            root_cause_label,
        },
    );
    prop_oneof![
        vec(route, 0..4).prop_map(ConfigObject::Routes),
        table.prop_map(ConfigObject::Severities),
        response.prop_map(ConfigObject::Response)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_organisation(objects in vec(prop_oneof![
        user().prop_map(ConfigObject::User),
        schedule().prop_map(ConfigObject::Schedule),
        policy().prop_map(ConfigObject::Policy),
        runbook().prop_map(ConfigObject::Runbook),
        status_page().prop_map(ConfigObject::StatusPage),
        small_object(),
        singleton(),
    ], 0..12)) {
        let mut org = Organisation::default();
        objects.into_iter().for_each(|object| org.put(object));
        check(&org)?;
    }
}
