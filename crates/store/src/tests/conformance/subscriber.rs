//! Subscribers and their mails: owed once, found when due, cancelled, counted, forgotten.

use crate::{
    Database, StoreError, subscriber,
    tests::samples::{at, handle, id, number, read, write},
};
use nightbell_domain::{
    ids::{StatusPageId, SubscriberId},
    voice::subscriber::{MailKind, MailStatus, Subscriber, SubscriberMail, SubscriberState},
};

fn whom(n: u32) -> SubscriberId {
    id(SubscriberId::PREFIX, n)
}

fn person(n: u32, page: &str, state: SubscriberState) -> Subscriber {
    Subscriber {
        id: whom(n),
        page: handle(page),
        recipient: format!("digest-{n}"),
        email: Some(format!("reader-{n}@example.com")),
        state: SubscriberState::Pending,
        rejections: 0,
        changed_at: at(0),
    }
    .turned(state, at(i64::from(n)))
}

fn add(db: &mut dyn Database, n: u32, page: &str, state: SubscriberState) -> Subscriber {
    let new = person(n, page, state);
    write(db, |tx| subscriber::add(tx, &new)).expect("stored");
    new
}

fn owe(db: &mut dyn Database, update: &str, second: i64) -> u64 {
    let main: StatusPageId = handle("main");
    write(db, |tx| subscriber::owe(tx, &main, update, "notice", at(second))).expect("owed")
}

fn mail(db: &mut dyn Database, n: u32, update: &str) -> SubscriberMail {
    read(db, |tx| subscriber::mail_about(tx, whom(n), update)).expect("a mail")
}

fn save(db: &mut dyn Database, before: &SubscriberMail, after: &SubscriberMail) -> Result<(), StoreError> {
    write(db, |tx| subscriber::save_mail(tx, before, after).and_then(|()| tx.flush()))
}

pub fn inv_20_an_update_is_owed_once_to_whoever_said_yes(db: &mut dyn Database) {
    use SubscriberState::{Broken, Confirmed, Pending, Unsubscribed};
    for (n, state) in [(1, Confirmed), (2, Pending), (3, Unsubscribed), (4, Broken), (5, Confirmed)] {
        add(db, n, "main", state);
    }
    add(db, 6, "other", Confirmed);
    assert_eq!(owe(db, "u1", 10), 2);
    assert_eq!(owe(db, "u1", 20), 0, "again: nothing");
    add(db, 7, "main", Confirmed);
    assert_eq!(owe(db, "u1", 30), 1, "the new one alone");
    let waiting = mail(db, 1, "u1");
    assert_eq!(
        (waiting.kind, waiting.status, waiting.next_due_at),
        (MailKind::Update, MailStatus::Queued, Some(at(10)))
    );
    assert_eq!((waiting.recipient.as_str(), waiting.notice.as_str()), ("digest-1", "notice"));
    let over = waiting.begin(at(11)).end(MailStatus::Accepted, "250 ok");
    assert_eq!(save(db, &waiting, &waiting.begin(at(11))), Ok(()));
    assert!(matches!(save(db, &waiting, &over), Err(StoreError::Conflict(_))), "it is not as it was read");
    let sending = mail(db, 1, "u1");
    assert_eq!(sending, waiting.begin(at(11)));
    assert_eq!(save(db, &sending, &over), Ok(()));
    assert_eq!(owe(db, "u1", 40), 0, "not after it was told either");
    assert_eq!(mail(db, 1, "u1"), over);
}

pub fn inv_20_a_mail_waits_exactly_with_an_alarm(db: &mut dyn Database) {
    add(db, 1, "main", SubscriberState::Confirmed);
    owe(db, "u1", 0);
    let waiting = mail(db, 1, "u1");
    for (status, alarm, fits) in [
        (MailStatus::Queued, false, false),
        (MailStatus::Sending, false, false),
        (MailStatus::Accepted, true, false),
        (MailStatus::Cancelled, true, false),
        (MailStatus::Failed, false, true),
    ] {
        let odd = SubscriberMail { status, next_due_at: alarm.then(|| at(5)), ..waiting.clone() };
        assert_eq!(save(db, &waiting, &odd).is_ok(), fits, "{status:?} {alarm}");
    }
    let forgotten = Subscriber { email: None, ..person(2, "main", SubscriberState::Confirmed) };
    let stored = write(db, |tx| subscriber::add(tx, &forgotten).and_then(|()| tx.flush()));
    assert!(stored.is_err(), "whoever wants mail has an address");
}

pub fn subscriber_mails_are_due_questions_first(db: &mut dyn Database) {
    let pending = add(db, 9, "main", SubscriberState::Pending);
    for n in [2, 1] {
        add(db, n, "main", SubscriberState::Confirmed);
    }
    owe(db, "u1", 10);
    owe(db, "u2", 20);
    write(db, |tx| subscriber::ask(tx, &pending, "q1", at(15))).expect("asked");
    let due = |db: &mut dyn Database, second: i64, most: u32| -> Vec<String> {
        let found = read(db, |tx| subscriber::due(tx, at(second), most));
        found.iter().map(|(id, about)| format!("{} {about}", id.to_string().chars().last().unwrap_or('?'))).collect()
    };
    assert_eq!(read(db, subscriber::next_due), Some(at(10)));
    assert_eq!(due(db, 9, 9), Vec::<String>::new());
    assert_eq!(due(db, 15, 9), ["9 q1", "1 u1", "2 u1"]);
    assert_eq!(due(db, 20, 9), ["9 q1", "1 u1", "2 u1", "1 u2", "2 u2"]);
    assert_eq!(due(db, 20, 2), ["9 q1", "1 u1"]);
    let queued: Vec<String> = read(db, |tx| subscriber::queued(tx, whom(1))).into_iter().map(|m| m.about).collect();
    assert_eq!(queued, ["u2", "u1"], "newest first");
    assert_eq!(read(db, |tx| subscriber::asked(tx, "digest-9", at(0))), [at(15)]);
    assert_eq!(read(db, |tx| subscriber::asked(tx, "digest-9", at(15))), []);
}

pub fn subscriber_mails_are_counted_by_recipient_and_cancelled(db: &mut dyn Database) {
    let ann = add(db, 1, "main", SubscriberState::Confirmed);
    add(db, 2, "main", SubscriberState::Confirmed);
    for (update, second) in [("u1", 10), ("u2", 20), ("u3", 30), ("u4", 40)] {
        owe(db, update, second);
    }
    let ends = [("u1", MailStatus::Accepted), ("u2", MailStatus::Failed)];
    for (update, status) in ends {
        let waiting = mail(db, 1, update);
        let begun = waiting.begin(waiting.owed_at);
        save(db, &waiting, &begun).expect("begun");
        save(db, &begun, &begun.end(status, "as told")).expect("over");
    }
    let third = mail(db, 1, "u3");
    let retried = third.begin(at(30)).wait(at(90), "450 later");
    save(db, &third, &third.begin(at(30))).expect("begun");
    save(db, &third.begin(at(30)), &retried).expect("later");
    assert_eq!(
        read(db, |tx| subscriber::begun_to(tx, "digest-1", at(0))),
        [at(10), at(20)],
        "what was deferred did not arrive"
    );
    assert_eq!(read(db, |tx| subscriber::begun_to(tx, "digest-1", at(10))), [at(20)]);
    assert_eq!(read(db, |tx| subscriber::begun_since(tx, at(10))), 2);
    assert!(read(db, |tx| subscriber::others_arrive(tx, "digest-2", at(9))));
    assert!(!read(db, |tx| subscriber::others_arrive(tx, "digest-2", at(10))), "that is too long ago");
    assert!(!read(db, |tx| subscriber::others_arrive(tx, "digest-1", at(0))), "that was itself");
    let fourth = mail(db, 1, "u4");
    save(db, &fourth, &fourth.begin(at(41))).expect("begun");
    assert_eq!(write(db, |tx| subscriber::cancel_queued(tx, ann.id, "said no")), Ok(1));
    assert_eq!((mail(db, 1, "u3").status, mail(db, 1, "u4").status), (MailStatus::Cancelled, MailStatus::Sending));
    assert_eq!(mail(db, 2, "u3").status, MailStatus::Queued);
    assert_eq!(write(db, |tx| subscriber::cancel_everything(tx, "restored")), Ok(5));
    assert_eq!(read(db, subscriber::next_due), None);
    assert_eq!(mail(db, 1, "u1").status, MailStatus::Accepted, "what is over stays as it is");
}

pub fn subscriber_is_one_of_a_page_and_is_forgotten(db: &mut dyn Database) {
    let ann = add(db, 1, "main", SubscriberState::Pending);
    let twin = Subscriber { id: whom(2), ..ann.clone() };
    let twice = write(db, |tx| subscriber::add(tx, &twin).and_then(|()| tx.flush()));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    let elsewhere = Subscriber { page: handle("other"), ..twin };
    write(db, |tx| subscriber::add(tx, &elsewhere)).expect("another page");
    assert_eq!(read(db, |tx| subscriber::of_recipient(tx, &handle("main"), "digest-1")), Some(ann.clone()));
    assert_eq!(read(db, |tx| subscriber::count(tx, &handle("main"))), 1);
    let confirmed = ann.turned(SubscriberState::Confirmed, at(5));
    let change =
        |db: &mut dyn Database| write(db, |tx| subscriber::save(tx, &ann, &confirmed).and_then(|()| tx.flush()));
    assert_eq!(change(db), Ok(()));
    assert!(matches!(change(db), Err(StoreError::Conflict(_))), "it is not as it was read");
    assert_eq!(read(db, |tx| subscriber::one(tx, whom(1))), Some(confirmed.clone()));
    let gone = confirmed.turned(SubscriberState::Unsubscribed, at(6));
    write(db, |tx| subscriber::save(tx, &confirmed, &gone)).expect("stored");
    assert_eq!(read(db, |tx| subscriber::one(tx, whom(1))).and_then(|found| found.email), None);
    assert_eq!(read(db, |tx| subscriber::count(tx, &handle("main"))), 0);
    write(db, |tx| subscriber::ask(tx, &elsewhere, "q", at(1))).expect("asked");
    write(db, |tx| subscriber::ask(tx, &gone, "q", at(1))).expect("asked once");
    assert_eq!(write(db, |tx| subscriber::forget_unconfirmed(tx, at(1), 9)), Ok(0));
    assert_eq!(write(db, |tx| subscriber::forget_unconfirmed(tx, at(2), 9)), Ok(1), "the other page's");
    assert_eq!(write(db, |tx| subscriber::forget_mails(tx, at(2), 9)), Ok(0), "what waits is kept");
    write(db, |tx| subscriber::cancel_everything(tx, "over")).expect("cancelled");
    assert_eq!(write(db, |tx| subscriber::forget_mails(tx, at(2), 9)), Ok(1));
    assert_eq!(number(db, "SELECT COUNT(*) FROM subscriber_mail"), 0);
    assert_eq!(number(db, "SELECT COUNT(*) FROM subscriber"), 1);
}

pub fn inv_20_a_subscriber_goes_by_another_digest_with_what_was_sent(db: &mut dyn Database) {
    let ann = add(db, 1, "main", SubscriberState::Confirmed);
    let gone = add(db, 2, "main", SubscriberState::Unsubscribed);
    assert_eq!(owe(db, "u1", 10), 1);
    write(db, |tx| {
        subscriber::mails_are_to(tx, "digest-1", "other-1")?;
        subscriber::know_as(tx, ann.id, "other-1")?;
        tx.flush()
    })
    .expect("stored");
    assert_eq!(mail(db, 1, "u1").recipient, "other-1");
    let known = Subscriber { recipient: "other-1".to_owned(), ..ann };
    assert_eq!(read(db, subscriber::everybody), [known, gone.clone()]);
    let taken = write(db, |tx| subscriber::know_as(tx, gone.id, "other-1").and_then(|()| tx.flush()));
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "one of a page: {taken:?}");
    let nobody = write(db, |tx| subscriber::know_as(tx, whom(9), "other-9").and_then(|()| tx.flush()));
    assert!(matches!(nobody, Err(StoreError::Conflict(_))), "{nobody:?}");
}
