//! The journal: one total order, contiguous and chained streams, readable from any position.

use crate::{
    Database, Stored, journal,
    tests::samples::{
        alice, at, commit, new_alert, new_incident, new_page, new_postmortem, read, triggered, verify, write,
    },
};
use nightbell_domain::{
    learning::{Postmortem, PostmortemEvent},
    paging::{Page, PageEvent},
    record::{Aggregate, Instant},
    response::{EntryKind, Incident},
    signal::{Alert, AlertEvent, Event},
};

fn repeated() -> AlertEvent {
    let AlertEvent::Triggered { event, .. } = triggered(1, "cpu").remove(0) else { panic!("the first event triggers") };
    AlertEvent::Repeated { event: Box::new(Event { title: "Checkout is slower".to_owned(), ..*event }) }
}

fn proved<A: Stored>(db: &mut dyn Database, state: &A) {
    let key = state.key();
    assert_eq!(verify::<A>(db, &key), Ok(state.version() as usize), "{}", A::KIND);
    let lines = read(db, |tx| journal::raw_stream(tx, A::KIND, &key));
    assert!(lines.iter().map(|line| line.seq).eq(1..=state.version()), "{} is contiguous", A::KIND);
    assert!(lines.iter().all(|line| line.hash.len() == 32));
    assert_eq!(lines[0].hash, lines[0].expected_hash(&[0; 32]), "{} begins at the genesis", A::KIND);
    assert!(lines.windows(2).all(|pair| pair[1].hash == pair[1].expected_hash(&pair[0].hash)));
    assert_eq!(read(db, |tx| journal::streams(tx, A::KIND)), [key]);
}

pub fn inv_18_every_kind_of_stream_is_chained_and_folds_to_its_row(db: &mut dyn Database) {
    let alert = new_alert(db, 1, "cpu");
    let alert = commit(db, Some(&alert), &[repeated(), repeated()], 1);
    let alert = commit(db, Some(&alert), &[AlertEvent::Acknowledged], 2);
    proved::<Alert>(db, &alert);
    let page = new_page(db, 1, 0);
    let page = commit(db, Some(&page), &[PageEvent::taken("link")], 1);
    let page = commit(db, Some(&page), &page.end("resolved"), 2);
    proved::<Page>(db, &page);
    let incident = new_incident(db, 1, 0);
    let note = incident.write(EntryKind::Note, "Rolling back").expect("a note");
    let incident = commit(db, Some(&incident), &note, 1);
    let incident = commit(db, Some(&incident), &incident.tick(at(86_400)), 86_400);
    assert!(incident.version > 5, "its clocks rang");
    proved::<Incident>(db, &incident);
    let postmortem = new_postmortem(db, 1, 1, 0);
    let postmortem = commit(db, Some(&postmortem), &[PostmortemEvent::Chased, PostmortemEvent::Published], 1);
    proved::<Postmortem>(db, &postmortem);
}

pub fn positions_strictly_increase_over_streams(db: &mut dyn Database) {
    assert_eq!(read(db, journal::head), 0);
    let (mut a, mut b) = (new_alert(db, 1, "cpu"), new_alert(db, 2, "disk"));
    let mut heads = vec![read(db, journal::head)];
    for second in 1..5 {
        a = commit(db, Some(&a), &[repeated()], second);
        heads.push(read(db, journal::head));
        b = commit(db, Some(&b), &[repeated(), repeated()], second);
        heads.push(read(db, journal::head));
    }
    assert!(heads.windows(2).all(|pair| pair[0] < pair[1]), "{heads:?}");
    let lines = read(db, |tx| journal::after(tx, 0, 1_000));
    assert_eq!(lines.len(), 14);
    assert!(lines.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert_eq!(lines.last().map(|line| line.position), heads.last().copied());
    let of_b: Vec<u64> = lines.iter().filter(|l| l.stream_id == b.id.to_string()).map(|l| l.seq).collect();
    assert!(of_b.iter().copied().eq(1..=9), "{of_b:?}");
}

pub fn reading_resumes_after_a_position(db: &mut dyn Database) {
    let alert = new_alert(db, 1, "cpu");
    commit(db, Some(&alert), &vec![repeated(); 10], 1);
    let all = read(db, |tx| journal::after(tx, 0, 1_000));
    assert_eq!(all.len(), 11);
    let (mut resumed, mut position) = (Vec::new(), 0);
    loop {
        let lines = read(db, |tx| journal::after(tx, position, 4));
        assert!(lines.len() <= 4);
        let Some(last) = lines.last() else { break };
        position = last.position;
        resumed.extend(lines);
    }
    assert_eq!(resumed, all);
    let head = read(db, journal::head);
    assert_eq!(read(db, |tx| journal::after(tx, head, 4)), []);
    assert_eq!(read(db, |tx| journal::after(tx, u64::MAX, 4)), []);
}

pub fn instants_are_kept_to_the_microsecond(db: &mut dyn Database) {
    let exact: Instant = "2026-05-02T10:00:00.123456789Z".parse().expect("an instant");
    let stored =
        write(db, |tx| crate::commit::<Alert>(tx, None, triggered(1, "cpu"), exact, &alice())).expect("stored");
    let alert = stored.expect("an alert");
    assert_eq!(alert.last_at.to_string(), "2026-05-02T10:00:00.123456Z");
    assert_eq!(read(db, |tx| crate::load::<Alert>(tx, &alert.key())), Some(alert.clone()));
    let early: Instant = "1969-12-31T23:59:59.999999Z".parse().expect("an instant");
    let stored =
        write(db, |tx| crate::commit::<Alert>(tx, None, triggered(2, "disk"), early, &alice())).expect("stored");
    assert_eq!(stored.expect("an alert").last_at, early, "also before 1970");
}
