//! The queues alone.

use super::super::{
    Class,
    inbox::{ALERT_MAX, ALERT_OF_SOURCE_MAX, BACKGROUND_MAX, Inbox, PAGING_MAX, PERSON_MAX, PLACE_BYTES, Put},
};
use std::time::Duration;

fn source(name: &str) -> Class {
    Class::Alert(name.parse().expect("a handle"))
}

fn put(inbox: &mut Inbox<String>, class: Class, what: &str) -> Put<String> {
    inbox.put(class, what.to_owned(), 0, Duration::ZERO)
}

/// Something that takes so many places.
fn put_large(inbox: &mut Inbox<String>, class: Class, what: &str, places: usize) -> Put<String> {
    inbox.put(class, what.to_owned(), (places - 1) * PLACE_BYTES, Duration::ZERO)
}

fn taken(inbox: &mut Inbox<String>) -> Vec<String> {
    std::iter::from_fn(|| inbox.take()).collect()
}

#[test]
fn inv_02_paging_goes_first_and_nothing_below_it_starves() {
    let mut inbox = Inbox::default();
    for n in 0..20 {
        for (class, word) in
            [(Class::Background, "background"), (source("prometheus"), "alert"), (Class::Person, "person")]
        {
            put(&mut inbox, class, &format!("{word} {n}"));
        }
    }
    put(&mut inbox, Class::Paging, "page");
    let order = taken(&mut inbox);
    assert_eq!(order.len(), 61);
    assert_eq!(order.first().map(String::as_str), Some("page"), "whenever it came");
    let early = |word: &str| order.iter().skip(1).take(16).filter(|what| what.starts_with(word)).count();
    assert_eq!((early("person"), early("alert"), early("background")), (8, 6, 2));
    put(&mut inbox, source("prometheus"), "alert");
    put(&mut inbox, Class::Paging, "page");
    assert_eq!(taken(&mut inbox), ["page", "alert"], "what is urgent overtakes what already waits");
}

#[test]
fn inv_02_every_class_is_bounded_and_a_page_is_shed_last() {
    let bounds = [
        (Class::Background, BACKGROUND_MAX),
        (source("prometheus"), ALERT_OF_SOURCE_MAX),
        (Class::Person, PERSON_MAX),
        (Class::Paging, PAGING_MAX),
    ];
    let mut inbox = Inbox::default();
    for (class, bound) in &bounds {
        for _ in 0..*bound {
            assert!(matches!(put(&mut inbox, class.clone(), "in"), Put::Taken), "{class:?}");
        }
        assert!(matches!(put(&mut inbox, class.clone(), "one too many"), Put::Refused(_)), "{class:?}");
    }
    let waiting = inbox.depths(Duration::from_secs(3));
    assert!(waiting.iter().all(|depth| depth.oldest_wait == Duration::from_secs(3)));
    // Under the same load of every class, the lowest is the first that finds no room.
    let mut inbox = Inbox::default();
    let mut refused = Vec::new();
    for _ in 0..PAGING_MAX + 1 {
        for class in [Class::Paging, Class::Person, Class::Background] {
            if matches!(put(&mut inbox, class.clone(), "in"), Put::Refused(_)) && !refused.contains(&class) {
                refused.push(class);
            }
        }
    }
    assert_eq!(refused, [Class::Background, Class::Person, Class::Paging]);
    let waits: Vec<_> = refused.iter().map(Class::retry_after_s).collect();
    assert!(waits.is_sorted_by(|a, b| a > b), "the more urgent, the sooner again: {waits:?}");
}

#[test]
fn inv_21_a_flood_neither_delays_nor_sheds_another_source() {
    let mut inbox = Inbox::default();
    for n in 0..ALERT_OF_SOURCE_MAX {
        put(&mut inbox, source("flood"), &format!("flood {n}"));
    }
    assert!(matches!(put(&mut inbox, source("flood"), "flood"), Put::Refused(_)), "its own share is full");
    assert!(matches!(put(&mut inbox, source("calm"), "calm"), Put::Taken));
    assert!(matches!(put(&mut inbox, source("quiet"), "quiet"), Put::Taken));
    let order = taken(&mut inbox);
    let place = |what: &str| order.iter().position(|known| known == what).expect("it was taken");
    assert!(place("calm") <= 2 && place("quiet") <= 2, "each is served within a round: {:?}", &order[..4]);
    assert_eq!(order.len(), ALERT_OF_SOURCE_MAX + 2);
}

#[test]
fn inv_21_floods_that_fill_every_place_give_way_to_who_has_less() {
    let mut inbox = Inbox::default();
    let floods = ALERT_MAX / ALERT_OF_SOURCE_MAX;
    for flood in 0..floods {
        for _ in 0..ALERT_OF_SOURCE_MAX {
            assert!(matches!(put(&mut inbox, source(&format!("flood-{flood}")), "flood"), Put::Taken));
        }
    }
    assert!(matches!(put(&mut inbox, source("calm"), "first page"), Put::Instead(what) if what == ["flood"]));
    let order = taken(&mut inbox);
    assert!(order.iter().take(floods + 1).any(|what| what == "first page"));
    assert_eq!(order.len(), ALERT_MAX);
}

#[test]
fn inv_02_every_class_is_bounded_in_bytes_and_a_page_is_shed_last() {
    const LARGE: usize = 64;
    let bounds = [
        (Class::Background, BACKGROUND_MAX),
        (source("prometheus"), ALERT_OF_SOURCE_MAX),
        (Class::Person, PERSON_MAX),
        (Class::Paging, PAGING_MAX),
    ];
    let mut inbox = Inbox::default();
    for (class, bound) in &bounds {
        for _ in 0..bound / LARGE {
            assert!(matches!(put_large(&mut inbox, class.clone(), "in", LARGE), Put::Taken), "{class:?}");
        }
        assert!(matches!(put(&mut inbox, class.clone(), "one too many"), Put::Refused(_)), "{class:?}");
    }
    let waiting = inbox.depths(Duration::ZERO).map(|depth| depth.waiting);
    let expected = [PAGING_MAX, PERSON_MAX, ALERT_OF_SOURCE_MAX, BACKGROUND_MAX].map(|bound| bound / LARGE);
    assert_eq!(waiting, expected, "units are counted, whatever they hold");
    assert!(waiting.is_sorted_by(|above, below| above >= below), "the higher the class, the more room");
    // What is done makes room again, by what it held.
    while inbox.take().is_some() {}
    for (class, bound) in &bounds {
        assert!(matches!(put_large(&mut inbox, class.clone(), "all of it", *bound), Put::Taken), "{class:?}");
    }
    while inbox.take().is_some() {}
    for (class, bound) in bounds {
        let put_alone = put_large(&mut inbox, class.clone(), "more than all of it", 3 * bound);
        assert!(matches!(put_alone, Put::Taken), "{class:?}: one alone always fits");
        assert!(matches!(put(&mut inbox, class.clone(), "one too many"), Put::Refused(_)), "{class:?}");
    }
    assert_eq!(taken(&mut inbox).len(), 4);
}

#[test]
fn inv_21_large_requests_give_way_to_whoever_holds_less_and_as_many_as_it_takes() {
    let flood = |n: usize| source(&format!("flood-{n}"));
    let full = || {
        let mut inbox = Inbox::default();
        for n in 0..ALERT_MAX / ALERT_OF_SOURCE_MAX {
            for _ in 0..ALERT_OF_SOURCE_MAX / 32 {
                assert!(matches!(put_large(&mut inbox, flood(n), &format!("flood {n}"), 32), Put::Taken));
            }
        }
        inbox
    };
    let mut inbox = full();
    assert!(matches!(put(&mut inbox, source("calm"), "calm"), Put::Instead(gone) if gone.len() == 1));
    let Put::Instead(gone) = put_large(&mut inbox, source("large"), "large", 96) else { panic!("there is room") };
    assert_eq!(gone.len(), 3, "31 places were left by the first; {gone:?}");
    assert!(gone.iter().any(|one| *one != gone[0]), "whoever has most, each time: {gone:?}");
    let order = taken(&mut inbox);
    assert!(order.iter().take(6).any(|what| what == "calm") && order.iter().take(6).any(|what| what == "large"));
    assert_eq!(order.len(), ALERT_MAX / 32 - 4 + 2);
    // Whoever would hold more than the longest, before or while the others give way, is told to wait, and nobody gave way in vain.
    for too_large in [ALERT_OF_SOURCE_MAX, ALERT_OF_SOURCE_MAX - 24] {
        let mut inbox = full();
        assert!(matches!(put_large(&mut inbox, source("large"), "large", too_large), Put::Refused(_)), "{too_large}");
        assert_eq!(taken(&mut inbox).len(), ALERT_MAX / 32);
    }
}

#[test]
fn a_source_that_lost_its_only_request_gets_no_second_turn_by_it() {
    let mut inbox = Inbox::default();
    // Four large ones, each all that its source has, take every place.
    for n in 0..ALERT_MAX / ALERT_OF_SOURCE_MAX {
        put_large(&mut inbox, source(&format!("large-{n}")), "large", ALERT_OF_SOURCE_MAX);
    }
    assert!(matches!(put(&mut inbox, source("calm"), "calm 0"), Put::Instead(gone) if gone == ["large"]));
    // The one that gave way was the last by name; it comes again, with small ones, and so does the calm one.
    for n in 1..4 {
        put(&mut inbox, source("large-3"), &format!("again {n}"));
        put(&mut inbox, source("calm"), &format!("calm {n}"));
    }
    let order = taken(&mut inbox);
    let small: Vec<&str> = order.iter().map(String::as_str).filter(|what| *what != "large").collect();
    assert_eq!(small, ["again 1", "calm 0", "again 2", "calm 1", "again 3", "calm 2", "calm 3"], "in turn: {order:?}");
}

#[test]
fn a_source_that_is_served_leaves_nothing_behind() {
    let mut inbox = Inbox::default();
    for n in 0..10_000 {
        put(&mut inbox, source(&format!("source-{n}")), "alert");
        assert_eq!(inbox.take().as_deref(), Some("alert"));
    }
    assert_eq!(inbox.depths(Duration::ZERO).map(|depth| depth.waiting), [0; 4]);
    assert_eq!(inbox.take(), None);
}
