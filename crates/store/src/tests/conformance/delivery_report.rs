//! What providers tell later: each word once, of attempts there are, told of everything that went in the same message.

use crate::{
    Database,
    delivery_report::{self, DeliveryReport},
    paging,
    tests::samples::{at, new_page, notification, notification_id, owe, page_id, read, write},
};
use nightbell_domain::{ids::NotificationId, paging::Notification};

fn told(notification: NotificationId, what: &str, failed: bool, second: i64) -> DeliveryReport {
    DeliveryReport { notification, attempt: 1, what: what.to_owned(), detail: "x".to_owned(), failed, at: at(second) }
}

pub fn a_word_is_told_once_of_an_attempt(db: &mut dyn Database) {
    new_page(db, 1, 0);
    owe(db, &notification(1, 1, 0));
    let id = notification_id(1);
    let delivered = told(id, "delivered", false, 5);
    assert!(!write(db, |tx| delivery_report::add(tx, &delivered)).expect("asked"), "no attempt was made");
    write(db, |tx| paging::begin_attempt(tx, id, 1, at(1))).expect("begun");
    assert!(write(db, |tx| delivery_report::add(tx, &delivered)).expect("asked"));
    assert!(!write(db, |tx| delivery_report::add(tx, &told(id, "delivered", false, 9))).expect("asked"), "said again");
    assert_eq!(read(db, |tx| delivery_report::failed(tx, id, at(1))), None);
    assert!(write(db, |tx| delivery_report::add(tx, &told(id, "busy", true, 4))).expect("asked"));
    assert_eq!(read(db, |tx| delivery_report::failed(tx, id, at(1))), Some(("busy".to_owned(), "x".to_owned())));
    let log = read(db, |tx| delivery_report::of_page(tx, page_id(1)));
    assert_eq!(log, [told(id, "busy", true, 4), delivered], "in the order it was told");
}

pub fn what_went_along_is_told_of_the_same_message(db: &mut dyn Database) {
    let (leader, along) = (notification_id(1), notification_id(2));
    for n in [1, 2] {
        new_page(db, n, 0);
        let owed = notification(n, n, 0);
        owe(db, &owed);
        let begun = owed.begin(at(1));
        let begun = Notification { sent_with: (n == 2).then_some(leader), ..begun };
        write(db, |tx| {
            paging::save(tx, &owed, &begun)?;
            paging::begin_attempt(tx, owed.id, 1, at(1))
        })
        .expect("begun");
    }
    assert!(write(db, |tx| delivery_report::add(tx, &told(leader, "delivered", false, 5))).expect("asked"));
    for (n, of) in [(1, leader), (2, along)] {
        let log = read(db, |tx| delivery_report::of_page(tx, page_id(n)));
        assert_eq!(log, [told(of, "delivered", false, 5)]);
    }
    let whom = notification(1, 1, 0);
    let lately =
        |tx: &mut dyn crate::Tx, since| delivery_report::lately_told(tx, (&whom.user, &whom.contact), at(since), 9);
    assert_eq!(read(db, |tx| lately(tx, 0)), [(leader, page_id(1))], "one message");
    assert_eq!(read(db, |tx| lately(tx, 1)), []);
    assert_eq!(read(db, |tx| delivery_report::taken_along(tx, leader, at(1), 9)), [], "still under way");
}
