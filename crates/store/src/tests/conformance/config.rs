//! Configuration keeps every revision; facts are written or claimed.

use crate::{
    Database, StoreError, Tx, Verdict, config, meta,
    tests::samples::{alice, at, handle, read, try_read, write},
};
use nightbell_domain::org::{
    AccessRole, ConfigKind, ConfigObject, NotificationRules, Organisation, Policy, Route, RouteOutcome, RunbookSource,
    Team, User,
};

fn team(name: &str) -> ConfigObject {
    ConfigObject::Team(Team {
        id: handle("payments"),
        name: name.to_owned(),
        members: vec![handle("alice")],
        time_zone: "Europe/Berlin".to_owned(),
        holidays: None,
        no_test_page: false,
    })
}

fn objects() -> Vec<ConfigObject> {
    let user = User {
        id: handle("alice"),
        name: "Alice Ångström".to_owned(),
        email: "alice@example.org".to_owned(),
        role: AccessRole::Admin,
        time_zone: "Europe/Berlin".to_owned(),
        contacts: Vec::new(),
        rules: NotificationRules::default(),
    };
    let policy = Policy::plain(handle("payments"), Some(handle("payments")), Vec::new(), 2, vec![handle("user:alice")]);
    let runbook = RunbookSource { id: handle("checkout"), services: Vec::new(), markdown: "# Checkout\n".to_owned() };
    let route =
        Route { when: "true".to_owned(), outcome: RouteOutcome::Page, urgency: None, service: None, declare: None };
    vec![
        ConfigObject::User(user),
        team("Payments"),
        ConfigObject::Policy(policy),
        ConfigObject::Runbook(runbook),
        ConfigObject::Routes(vec![route]),
    ]
}

fn put(db: &mut dyn Database, object: &ConfigObject, managed: bool) {
    write(db, |tx| config::put(tx, object, managed, at(0), &alice())).expect("stored");
}

/// Version, actor and body of every revision of the team.
fn revisions(db: &mut dyn Database) -> Vec<(u64, String, Option<String>)> {
    let sql = "SELECT version, actor, body FROM config_revision WHERE kind = $1 AND id = $2 ORDER BY version";
    read(db, |tx| {
        let rows = tx.rows(sql, &[ConfigKind::Team.word().into(), "payments".into()])?;
        rows.iter()
            .map(|row| Ok((row.count(0)?, row.text(1)?.to_owned(), row.text_option(2)?.map(str::to_owned))))
            .collect()
    })
}

pub fn every_change_is_a_revision_and_moves_the_version(db: &mut dyn Database) {
    assert_eq!(read(db, config::version), 0);
    put(db, &team("Payments"), false);
    put(db, &team("Payments and checkout"), true);
    assert_eq!(read(db, config::version), 2);
    let kept = revisions(db);
    assert_eq!(kept.iter().map(|(version, ..)| *version).collect::<Vec<_>>(), [1, 2]);
    assert!(kept.iter().all(|(_, actor, _)| actor.contains("alice")), "{kept:?}");
    assert!(kept[0].2.as_deref().is_some_and(|body| body.contains("Payments\"")), "the earlier one is as it was");
    let (organisation, managed) = read(db, config::load);
    assert_eq!(organisation.version, 2);
    assert_eq!(organisation.teams[&handle("payments")].name, "Payments and checkout");
    assert_eq!(managed.into_iter().collect::<Vec<_>>(), [(ConfigKind::Team, "payments".to_owned())]);
    put(db, &team("Payments"), false);
    assert!(read(db, config::load).1.is_empty(), "managed by files no more");
}

pub fn removed_object_keeps_its_revisions(db: &mut dyn Database) {
    put(db, &team("Payments"), false);
    write(db, |tx| config::remove(tx, ConfigKind::Team, "payments", at(1), &alice())).expect("removed");
    assert_eq!(read(db, config::version), 2);
    assert!(read(db, config::load).0.teams.is_empty());
    let kept = revisions(db);
    assert_eq!(
        kept.iter().map(|(version, _, body)| (*version, body.is_some())).collect::<Vec<_>>(),
        [(1, true), (2, false)]
    );
    put(db, &team("Payments again"), false);
    assert_eq!(revisions(db).last().map(|(version, ..)| *version), Some(3), "a name used again counts on");
}

pub fn undone_change_leaves_the_version(db: &mut dyn Database) {
    put(db, &team("Payments"), false);
    let mut undone = |tx: &mut dyn Tx| {
        config::put(tx, &team("Other"), false, at(1), &alice()).expect("stored");
        Verdict::Undo
    };
    db.write(&mut [&mut undone]).expect("nothing to keep");
    assert_eq!(read(db, config::version), 1);
    assert_eq!(revisions(db).len(), 1);
}

pub fn organisation_reads_back_as_written(db: &mut dyn Database) {
    assert_eq!(read(db, config::load).0, Organisation::default());
    let mut expected = Organisation::default();
    for object in objects() {
        put(db, &object, false);
        expected.put(object);
    }
    expected.version = 5;
    assert_eq!(read(db, config::load).0, expected);
    assert_eq!(read(db, config::load).0.objects(), objects());
}

pub fn undecodable_object_is_loud(db: &mut dyn Database) {
    put(db, &team("Payments"), false);
    write(db, |tx| tx.run("UPDATE config SET body = '{}'", &[])).expect("altered");
    let loaded = try_read(db, config::load);
    assert!(matches!(loaded, Err(StoreError::Corrupt(_))), "{loaded:?}");
    write(db, |tx| meta::set(tx, "org_version", "two")).expect("altered");
    let version = try_read(db, config::version);
    assert!(matches!(version, Err(StoreError::Corrupt(_))), "{version:?}");
}

pub fn fact_is_claimed_once(db: &mut dyn Database) {
    let mut won = Vec::new();
    for who in ["alice", "bob"] {
        won.push(write(db, |tx| meta::claim(tx, "first_admin", who)).expect("asked"));
    }
    assert_eq!(won, [true, false]);
    assert_eq!(read(db, |tx| meta::get(tx, "first_admin")).as_deref(), Some("alice"));
    // Two in one batch race as well; the loser's own undo does not take the winner's claim away.
    let (mut first, mut second) = (None, None);
    db.write(&mut [
        &mut |tx: &mut dyn Tx| {
            first = Some(meta::claim(tx, "second", "carol").expect("asked"));
            Verdict::Keep
        },
        &mut |tx: &mut dyn Tx| {
            second = Some(meta::claim(tx, "second", "dave").expect("asked"));
            Verdict::Undo
        },
    ])
    .expect("committed");
    assert_eq!((first, second), (Some(true), Some(false)));
    assert_eq!(read(db, |tx| meta::get(tx, "second")).as_deref(), Some("carol"));
}

pub fn fact_is_overwritten(db: &mut dyn Database) {
    assert_eq!(read(db, |tx| meta::get(tx, "key")), None);
    for value in ["1", "2", ""] {
        write(db, |tx| meta::set(tx, "key", value)).expect("stored");
        assert_eq!(read(db, |tx| meta::get(tx, "key")).as_deref(), Some(value));
    }
}
