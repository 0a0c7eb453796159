//! What the doctor says of settings and data, and of a whole installation.

use super::*;
use crate::{
    commands::{DataArgs, backup, restore, tests::initialised},
    config::{Flags, Layers, settle},
    failure::Code,
};
use jiff::Timestamp;
use nightbell_engine::{
    domain::org::{AccessRole, Contact, ContactKind, NotificationRules, User},
    people,
    portable::LastBackup,
    watch::Late,
};

const JSON: Out = Out { json: true };

#[test]
fn addresses_that_open_on_no_phone_are_told() {
    for (set, expected) in [
        (None, Level::Problem),
        (Some("http://127.0.0.1:8080"), Level::Problem),
        (Some("http://localhost:8080"), Level::Problem),
        (Some("http://[::1]:8080"), Level::Problem),
        (Some("http://nightbell.example.com"), Level::Warning),
        (Some("https://nightbell.example.com"), Level::Good),
    ] {
        assert_eq!(settings::public_url(set).level, expected, "{set:?}");
    }
}

#[test]
fn overdue_work_and_old_backups_are_told() {
    let now: Timestamp = "2026-05-12T01:00:00Z".parse().unwrap();
    assert_eq!(data::late(&[]).level, Level::Good);
    let late = |kind: &str, count: u64| Late { kind: kind.to_owned(), count, since: now };
    let look = data::late(&[late("page", 2), late("notification", 1)]);
    assert_eq!(look.level, Level::Problem);
    let expected =
        "Overdue by more than 30 s: 2 pages since 2026-05-12T01:00:00Z, 1 notification since 2026-05-12T01:00:00Z.";
    assert_eq!(look.what, expected);
    let backup = |made_at: &str| LastBackup { made_at: made_at.parse().unwrap(), file: "/backups/b.db".to_owned() };
    assert_eq!(data::backed_up(None, now).level, Level::Warning);
    assert_eq!(data::backed_up(Some(&backup("2026-05-11T01:00:00Z")), now).level, Level::Good);
    assert_eq!(data::backed_up(Some(&backup("2026-05-04T00:59:00Z")), now).level, Level::Warning);
}

fn config_of(data: &std::path::Path, text: &str) -> Config {
    let flags = Flags { data: DataArgs { data: Some(data.to_owned()), database: None }, ..Flags::default() };
    settle(
        &Layers::new(std::path::Path::new("nightbell.toml"), text, std::collections::BTreeMap::new(), &flags).unwrap(),
    )
    .unwrap()
}

/// `check level` of everything that is not good.
fn troubles(config: &Config) -> Vec<String> {
    let (looks, _) = look(config, false, SystemClock.now()).unwrap();
    assert!(looks.iter().all(|look| (look.level == Level::Good) == look.fix.is_empty()), "{looks:#?}");
    looks
        .iter()
        .filter(|look| look.level > Level::Good)
        .map(|look| format!("{} {}", look.check, look.level.word()))
        .collect()
}

#[test]
fn a_fresh_installation_is_told_what_is_missing_and_a_backup_is_seen() {
    let (temporary, place) = initialised();
    let folder = place.as_folder().expect("a folder").clone();
    let config = config_of(folder.path(), "");
    let expected = [
        "public_url problem",
        "mail warning",
        "watch warning",
        "backup warning",
        "administrators warning",
        "people problem",
        "sources warning",
    ];
    assert_eq!(troubles(&config), expected);
    let file = temporary.path().join("b.db");
    let at = |path: &std::path::Path| DataArgs { data: Some(path.to_owned()), database: None };
    backup::run(&backup::Arguments { file: file.clone(), force: false, data: at(folder.path()) }, JSON).unwrap();
    assert!(!troubles(&config).contains(&"backup warning".to_owned()));

    let elsewhere = temporary.path().join("elsewhere");
    let arguments = |data: &std::path::Path| restore::Arguments {
        file: file.clone(),
        force: false,
        end_sessions: false,
        accept_damage: false,
        data: at(data),
    };
    restore::run(&arguments(&elsewhere), JSON).unwrap();
    let config = config_of(
        &elsewhere,
        "[server]\npublic_url = \"https://n.example.com\"\n[mail]\nurl = \"smtp://mail.example.com\"\n",
    );
    assert_eq!(
        troubles(&config),
        ["watch warning", "backup warning", "restored warning", "administrators warning", "sources warning"]
    );
    let (looks, restored) = look(&config, false, SystemClock.now()).unwrap();
    let said = say(&config, &looks, restored.as_ref());
    assert!(said.contains("Restored: re-check these") && said.contains("0 problems, 5 warnings"), "{said}");
    // Never onto something.
    assert_eq!(restore::run(&arguments(&elsewhere), JSON).unwrap_err().code, Code::Findings);
    assert_eq!(
        backup::run(&backup::Arguments { file, force: false, data: at(folder.path()) }, JSON).unwrap_err().code,
        Code::Findings
    );
}

#[test]
fn a_clock_that_is_not_the_databases_is_told() {
    for (ahead_ms, level, said) in [
        (0, Level::Good, "agrees"),
        (-2_000, Level::Good, "agrees"),
        (2_100, Level::Warning, "2.1 s ahead of this machine's"),
        (-9_000, Level::Warning, "9.0 s behind this machine's"),
        (300_000, Level::Problem, "300.0 s ahead of this machine's"),
    ] {
        let look = machine::database_clock(jiff::SignedDuration::from_millis(ahead_ms));
        assert_eq!(look.level, level, "{look:?}");
        assert!(look.what.contains(said), "{look:?}");
    }
}

#[test]
fn what_carries_messages_and_what_of_it_fails_is_told() {
    let key = nightbell_wire::outbound::push::vapid::SenderKey::new(&[7; 32]).public();
    assert!(providers::push(Some(key.clone())).what.ends_with(&key), "the key that browsers know");
    assert!(providers::push(None).what.contains("the first start"));
    let method = |word: &str, address: &str, verified: bool, broken: Option<&str>| people::Method {
        contact: Contact { id: word.parse().unwrap(), kind: ContactKind::from_parts(word, address).unwrap(), verified },
        own: true,
        proven: None,
        missed_at: None,
        broken: broken.map(|why| people::Broken { why: why.to_owned(), at: "2026-05-12T01:00:00Z".parse().unwrap() }),
        code: None,
        at_most: None,
    };
    let reach = |id: &str, methods: Vec<people::Method>| people::Reach {
        person: User {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            email: format!("{id}@example.com"),
            role: AccessRole::Responder,
            time_zone: "UTC".to_owned(),
            contacts: Vec::new(),
            rules: NotificationRules::default(),
        },
        methods,
        own_rules: false,
        quiet: None,
        next_turn: None,
    };
    let number = "+4915112345678";
    let everybody = [
        reach(
            "alice",
            vec![method("sms", number, true, Some("HTTP 401")), method("email", "a@example.com", true, None)],
        ),
        reach("bob", vec![method("sms", number, true, None), method("telegram", "7", true, Some("HTTP 403"))]),
        reach("carol", vec![method("voice", number, false, Some("of no matter: it is not verified"))]),
    ];
    let looks = providers::used(&everybody);
    let told: Vec<(&str, &str)> = looks.iter().map(|look| (look.what.as_str(), look.means.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "The newest message by sms failed for 1 of 2 methods. @alice on 2026-05-12 01:00 UTC: HTTP 401",
                "These people are not reached by it."
            ),
            (
                "The newest message by telegram failed for 1 of 1 method. @bob on 2026-05-12 01:00 UTC: HTTP 403",
                "Nobody is reached by it: whoever has nothing else is not reached at all."
            ),
        ]
    );
    assert!(looks.iter().all(|look| look.level == Level::Warning && !look.fix.is_empty()));
}
