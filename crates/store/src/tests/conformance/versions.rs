//! Expected versions: who decided from an old state is told, and leaves nothing.

use crate::{
    Database, StoreError, Stored, journal,
    tests::samples::{
        alert_id, commit, declared, drafted, new_alert, new_incident, new_page, new_postmortem, number, read, started,
        triggered, try_commit, verify,
    },
};
use nightbell_domain::{
    learning::{Postmortem, PostmortemEvent},
    paging::{Page, PageEvent},
    record::Aggregate,
    response::{EntryKind, Incident},
    signal::{Alert, AlertEvent},
};

/// Two decisions from the same state: the first is stored, the second conflicts.
fn stale<A: Stored>(db: &mut dyn Database, before: &A, events: &[A::Event]) {
    let key = before.key();
    let after = commit(db, Some(before), events, 1);
    let events_before = number(db, "SELECT COUNT(*) FROM event");
    let late = try_commit(db, Some(before), events, 2);
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{}: {late:?}", A::KIND);
    assert_eq!(read(db, |tx| crate::load::<A>(tx, &key)), Some(after.clone()), "{} kept the first", A::KIND);
    assert_eq!(number(db, "SELECT COUNT(*) FROM event"), events_before, "{}: no event of the second", A::KIND);
    assert_eq!(verify::<A>(db, &key), Ok(after.version() as usize));
}

pub fn stale_commit_is_a_conflict_and_leaves_no_event(db: &mut dyn Database) {
    let alert = new_alert(db, 1, "cpu");
    stale(db, &alert, &[AlertEvent::Acknowledged]);
    let page = new_page(db, 1, 0);
    stale(db, &page, &[PageEvent::taken("page")]);
    let incident = new_incident(db, 1, 0);
    let note = incident.write(EntryKind::Note, "Rolling back").expect("a note");
    stale(db, &incident, &note);
    let postmortem = new_postmortem(db, 1, 1, 0);
    stale(db, &postmortem, &[PostmortemEvent::SentToReview]);
}

fn twice<A: Stored>(db: &mut dyn Database, events: &[A::Event]) {
    let first: A = commit(db, None, events, 0);
    let second = try_commit::<A>(db, None, events, 1);
    assert!(matches!(second, Err(StoreError::Conflict(_))), "{}: {second:?}", A::KIND);
    assert_eq!(verify::<A>(db, &first.key()), Ok(events.len()));
}

pub fn second_beginning_is_a_conflict(db: &mut dyn Database) {
    twice::<Alert>(db, &triggered(1, "cpu"));
    twice::<Page>(db, &started(1, 1, 0));
    twice::<Incident>(db, &declared(1, "inc-1", 0));
    twice::<Postmortem>(db, &drafted(1, 1, 0));
}

pub fn nothing_to_record_writes_nothing(db: &mut dyn Database) {
    let alert = new_alert(db, 1, "cpu");
    let same = commit(db, Some(&alert), &[], 5);
    assert_eq!(same, alert);
    assert_eq!(number(db, "SELECT COUNT(*) FROM event"), 1);
}

pub fn one_commit_may_record_several_events(db: &mut dyn Database) {
    let alert = new_alert(db, 1, "cpu");
    let resolved = AlertEvent::Resolved { reason: "the source said so".to_owned() };
    let after = commit(db, Some(&alert), &[AlertEvent::Acknowledged, resolved], 5);
    assert_eq!(after.version, 3);
    let seqs: Vec<u64> = read(db, |tx| journal::stream::<Alert>(tx, &alert.key())).iter().map(|e| e.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
}

pub fn missing_aggregate_is_none(db: &mut dyn Database) {
    assert_eq!(read(db, |tx| crate::load::<Alert>(tx, &alert_id(7).to_string())), None);
    assert_eq!(verify::<Alert>(db, &alert_id(7).to_string()), Ok(0));
}
