//! Aggregates to store, made by the domain's own constructors, and short ways to write and read them.

use crate::{Database, Sqlite, StoreError, Stored, Tx, Verdict, journal};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{AlertId, IncidentId, NotificationId, PageId, PostmortemId},
    learning::{Postmortem, PostmortemEvent, postmortem},
    org::{PolicyStep, RouteOutcome, SeverityTable, Urgency},
    paging::{
        MessageKind, Notification, NotificationStatus, Page, PageEvent, PageStart, PolicySnapshot, Rank, Subject,
    },
    record::{Actor, Aggregate, Instant},
    response::{Act, DeclareInput, Incident, IncidentEvent, declare},
    signal::{Alert, AlertEvent, AlertSeverity, Event, EventAction, route::Routing},
};
use std::path::Path;

/// 2026-05-02 10:00 UTC and so many seconds.
pub fn at(seconds: i64) -> Instant {
    Instant::from_second(1_777_716_000 + seconds).expect("an instant")
}

/// The n-th id of a noun; a larger n sorts later.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, n: u32) -> T {
    format!("{prefix}_{n:032x}").parse().expect("an id")
}

pub fn alert_id(n: u32) -> AlertId {
    id(AlertId::PREFIX, n)
}
pub fn page_id(n: u32) -> PageId {
    id(PageId::PREFIX, n)
}
pub fn incident_id(n: u32) -> IncidentId {
    id(IncidentId::PREFIX, n)
}
pub fn postmortem_id(n: u32) -> PostmortemId {
    id(PostmortemId::PREFIX, n)
}
pub fn notification_id(n: u32) -> NotificationId {
    id(NotificationId::PREFIX, n)
}

/// A handle of any noun.
pub fn handle<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a handle")
}

pub fn alice() -> Actor {
    Actor::User(handle("alice"))
}

/// A trigger as a tool sends it.
pub fn event(title: &str) -> Event {
    Event {
        action: EventAction::Trigger,
        dedup_key: None,
        title: title.to_owned(),
        body: "p99 over 2 s".to_owned(),
        severity: AlertSeverity::Critical,
        source: "web-1".to_owned(),
        labels: [("team".to_owned(), "payments".to_owned())].into(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    }
}

/// The first event of an alert on `uptime`.
pub fn triggered(n: u32, key: &str) -> Vec<AlertEvent> {
    let routing = Routing {
        outcome: RouteOutcome::Page,
        urgency: Urgency::High,
        service: Some(handle("checkout")),
        declare: None,
        reason: "no route matched".to_owned(),
    };
    let event = Box::new(event("Checkout is slow"));
    vec![AlertEvent::Triggered {
        id: alert_id(n),
        integration: handle("uptime"),
        dedup_key: key.to_owned(),
        event,
        routing,
    }]
}

/// A page for alert `alert` whose first step is due `due` seconds after ten o'clock.
pub fn started(n: u32, alert: u32, due: i64) -> Vec<PageEvent> {
    let step = |seconds| PolicyStep::plain(SignedDuration::from_secs(seconds), vec![handle("user:alice")]);
    let start = PageStart {
        subject: Subject::Alert { alert: alert_id(alert) },
        title: "Checkout is slow".to_owned(),
        body: String::new(),
        service: Some(handle("checkout")),
        urgency: Urgency::High,
        policy: PolicySnapshot { steps: vec![step(due), step(60)], ..PolicySnapshot::default() },
        why: "no route matched".to_owned(),
        rank: Rank::SECOND,
    };
    vec![start.event(page_id(n), at(0))]
}

/// An incident of the most severe row, declared `second` seconds after ten o'clock.
pub fn declared(n: u32, slug: &str, second: i64) -> Vec<IncidentEvent> {
    let input = DeclareInput {
        id: incident_id(n),
        slug: slug.to_owned(),
        title: "Checkout down".to_owned(),
        severity: SeverityTable::default().rows.remove(0),
        answers: None,
        why: String::new(),
        service: Some(handle("checkout")),
        runbook: None,
        mitigations: Vec::new(),
        alert: None,
    };
    declare(Act::new(&alice(), at(second)), input).expect("a declaration")
}

/// A postmortem of incident `incident`, due so many seconds after ten o'clock.
pub fn drafted(n: u32, incident: u32, due: i64) -> Vec<PostmortemEvent> {
    let markdown = "# Postmortem: Checkout down\n".to_owned();
    let slug = format!("inc-2026-05-02-{incident}");
    postmortem::draft(postmortem_id(n), incident_id(incident), &slug, "Checkout down", Some(at(due)), markdown)
        .expect("a draft")
}

/// A notification of page `page` to Alice by mail, due so many seconds after ten o'clock.
pub fn notification(n: u32, page: u32, due: i64) -> Notification {
    Notification {
        id: notification_id(n),
        page: page_id(page),
        kind: MessageKind::Page,
        cycle: 0,
        step: n,
        user: handle("alice"),
        contact: handle("mail"),
        medium: "email".to_owned(),
        due_at: at(due),
        status: NotificationStatus::Queued,
        attempts: 0,
        repeat: false,
        next_due_at: Some(at(due)),
        reason: None,
        rank: Rank::SECOND,
        begun_at: None,
        sent_with: None,
    }
}

/// One operation in a batch of its own: kept when it succeeds, undone when it fails.
pub fn write<T>(
    db: &mut dyn Database,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut answer = None;
    db.write(&mut [&mut |tx: &mut dyn Tx| {
        let result = work(tx).and_then(|answer| tx.flush().map(|()| answer));
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        answer = Some(result);
        verdict
    }])?;
    answer.expect("the operation was run")
}

/// A view that must succeed.
pub fn read<T>(db: &mut dyn Database, view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    try_read(db, view).expect("readable")
}

/// A view.
pub fn try_read<T>(
    db: &mut dyn Database,
    mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut answer = None;
    db.read(&mut |tx| answer = Some(view(tx)))?;
    answer.expect("the view was run")
}

/// Commits events of one aggregate by Alice.
pub fn try_commit<A: Stored>(
    db: &mut dyn Database,
    before: Option<&A>,
    events: &[A::Event],
    second: i64,
) -> Result<A, StoreError> {
    write(db, |tx| crate::commit(tx, before.cloned(), events.to_vec(), at(second), &alice()))
        .map(|after| after.expect("a state"))
}

/// Commits events that must be taken.
pub fn commit<A: Stored>(db: &mut dyn Database, before: Option<&A>, events: &[A::Event], second: i64) -> A {
    try_commit(db, before, events, second).expect("committed")
}

pub fn new_alert(db: &mut dyn Database, n: u32, key: &str) -> Alert {
    commit(db, None, &triggered(n, key), 0)
}
pub fn new_page(db: &mut dyn Database, n: u32, due: i64) -> Page {
    commit(db, None, &started(n, 1, due), 0)
}
pub fn new_incident(db: &mut dyn Database, n: u32, second: i64) -> Incident {
    commit(db, None, &declared(n, &format!("inc-2026-05-02-{n}"), second), second)
}
pub fn new_postmortem(db: &mut dyn Database, n: u32, incident: u32, due: i64) -> Postmortem {
    commit(db, None, &drafted(n, incident, due), 0)
}
pub fn owe(db: &mut dyn Database, n: &Notification) {
    write(db, |tx| crate::paging::owe(tx, n)).expect("storable");
    let stored = read(db, |tx| crate::paging::notification(tx, n.id));
    assert!(stored.is_some(), "{n:?} was owed already");
}

/// What [`journal::verify`] says of a stream.
pub fn verify<A: Stored>(db: &mut dyn Database, key: &str) -> Result<usize, String> {
    read(db, |tx| journal::verify::<A>(tx, key))
}

/// The ids of the streams of a kind whose verification fails, with what is wrong.
fn damage_of<A: Stored>(db: &mut dyn Database) -> Vec<String> {
    let keys = read(db, |tx| journal::streams(tx, <A as Aggregate>::KIND));
    keys.iter().filter_map(|key| verify::<A>(db, key).err()).collect()
}

/// INV-18: what is wrong with any stream.
pub fn damage(db: &mut dyn Database) -> Vec<String> {
    [damage_of::<Alert>(db), damage_of::<Page>(db), damage_of::<Incident>(db), damage_of::<Postmortem>(db)].concat()
}

/// The only number a question answers.
pub fn number(db: &mut dyn Database, sql: &'static str) -> i64 {
    read(db, |tx| tx.row(sql, &[])?.expect("a row").int(0))
}

/// Opens, or creates, the SQLite database of a folder.
pub fn open(folder: &Path) -> Sqlite {
    Sqlite::open(&folder.join("nightbell.db")).expect("a database")
}
