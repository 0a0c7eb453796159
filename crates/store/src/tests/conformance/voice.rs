//! Notices and component changes, as published.

use crate::{
    Database,
    tests::samples::{at, handle, incident_id, number, read, write},
    voice,
};
use nightbell_domain::ids::{ComponentId, StatusPageId};
use nightbell_public::{ComponentStatus, Impact, Notice, NoticeStatus};

fn notice(id: &str, started: i64, resolved: Option<i64>) -> Notice {
    Notice {
        id: id.to_owned(),
        title: "Checkout is failing".to_owned(),
        status: if resolved.is_some() { NoticeStatus::Resolved } else { NoticeStatus::Investigating },
        impact: Impact::Major,
        components: vec!["checkout".to_owned()],
        started_at: at(started),
        resolved_at: resolved.map(at),
        updates: Vec::new(),
    }
}

pub fn notices_are_listed_newest_first_open_or_recent(db: &mut dyn Database) {
    let (main, other): (StatusPageId, StatusPageId) = (handle("main"), handle("other"));
    let notices =
        [notice("old", 0, Some(10)), notice("recent", 20, Some(100)), notice("open", 5, None), notice("b", 20, None)];
    for notice in &notices {
        write(db, |tx| voice::put_notice(tx, &main, Some(incident_id(1)), notice)).expect("stored");
    }
    write(db, |tx| voice::put_notice(tx, &other, None, &notice("elsewhere", 30, None))).expect("stored");
    let list = |db: &mut dyn Database, page: &StatusPageId, since: i64| -> Vec<String> {
        read(db, |tx| voice::notices(tx, page, at(since))).into_iter().map(|n| n.id).collect()
    };
    assert_eq!(list(db, &main, 100), ["b", "recent", "open"]);
    assert_eq!(list(db, &main, 101), ["b", "open"]);
    assert_eq!(list(db, &main, 0), ["b", "recent", "open", "old"]);
    assert_eq!(list(db, &other, 0), ["elsewhere"]);
}

pub fn notice_is_replaced_as_published_last(db: &mut dyn Database) {
    let main: StatusPageId = handle("main");
    write(db, |tx| voice::put_notice(tx, &main, None, &notice("first", 10, None))).expect("stored");
    write(db, |tx| voice::put_notice(tx, &main, None, &notice("second", 20, None))).expect("stored");
    let corrected = notice("first", 30, Some(60));
    write(db, |tx| voice::put_notice(tx, &main, None, &corrected)).expect("stored");
    assert_eq!(read(db, |tx| voice::notice(tx, "first")), Some(corrected));
    assert_eq!(read(db, |tx| voice::notice(tx, "third")), None);
    let order: Vec<String> = read(db, |tx| voice::notices(tx, &main, at(0))).into_iter().map(|n| n.id).collect();
    assert_eq!(order, ["first", "second"], "by the corrected begin");
    assert_eq!(number(db, "SELECT COUNT(*) FROM notice"), 2);
}

pub fn component_changes_are_kept_once_each(db: &mut dyn Database) {
    let (checkout, search): (ComponentId, ComponentId) = (handle("checkout"), handle("search"));
    let now = |db: &mut dyn Database, component: &ComponentId| read(db, |tx| voice::component_now(tx, component));
    assert_eq!(now(db, &checkout), ComponentStatus::Operational, "until somebody published otherwise");
    for second in [0, 5] {
        write(db, |tx| voice::open_component(tx, &checkout, at(second))).expect("stored");
    }
    let steps = [
        (7, ComponentStatus::Operational),
        (10, ComponentStatus::MajorOutage),
        (20, ComponentStatus::MajorOutage),
        (30, ComponentStatus::DegradedPerformance),
        (30, ComponentStatus::PartialOutage),
        (40, ComponentStatus::Operational),
    ];
    for (second, status) in steps {
        write(db, |tx| voice::set_component(tx, &checkout, status, "n1", at(second))).expect("stored");
        assert_eq!(now(db, &checkout), status, "at {second}");
    }
    let all = [
        (at(0), ComponentStatus::Operational),
        (at(10), ComponentStatus::MajorOutage),
        (at(30), ComponentStatus::PartialOutage),
        (at(40), ComponentStatus::Operational),
    ];
    // Since when, and how many are older than the one that held then.
    for (since, older) in [(-5, 0), (0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (99, 3)] {
        assert_eq!(read(db, |tx| voice::component_changes(tx, &checkout, at(since))), all[older..], "since {since}");
    }
    assert_eq!(read(db, |tx| voice::component_since(tx, &checkout)), Some(at(0)));
    assert_eq!(read(db, |tx| voice::component_since(tx, &search)), None);
    assert_eq!(now(db, &search), ComponentStatus::Operational);
    assert_eq!(read(db, |tx| voice::component_changes(tx, &search, at(0))), []);
    write(db, |tx| voice::set_component(tx, &search, ComponentStatus::MajorOutage, "n1", at(50))).expect("stored");
    let changes = read(db, |tx| voice::component_changes(tx, &search, at(0)));
    assert_eq!(changes, [(at(50), ComponentStatus::MajorOutage)], "broken from its first moment");
}
