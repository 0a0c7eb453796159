//! The process stands still for a minute, as a machine does that is suspended, swapped out or live-migrated: longer than the lease of a send.

use super::{
    super::{
        double::{Double, Reaction, outline},
        house::House,
        wait::{SOON, thread, until, wall_clock},
    },
    accepted, end_and_verify, organisation, pages, press, state,
};
use jiff::SignedDuration;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

const STOPPED: SignedDuration = SignedDuration::from_secs(60);

/// Takes everything, but never answers the first message to the one who is being reached when the process stops.
fn receiver() -> Double {
    let hung = AtomicBool::new(false);
    Double::new(move |message| {
        let to_hanging = message["user"] == "hanging-first" && message["type"] == "page";
        if to_hanging && !hung.swap(true, Ordering::SeqCst) { Reaction::Hang } else { Reaction::Accept }
    })
}

#[test]
fn inv_03_05_06_13_after_a_minute_of_standing_still_what_was_due_goes_out_once() {
    let house = House::new();
    let double = receiver();
    let server = house.serve();
    let names = ["due", "acked", "pressed", "hanging"];
    let services = names.map(|name| (name, "20s"));
    house.apply(&server, &organisation(&double.url(), &services));
    for name in names {
        accepted(&server, name, name);
    }
    let ledger = double.wait("everybody's first message", SOON, |ledger| {
        names.iter().all(|name| pages(ledger, &format!("{name}-first"), name).len() == 1)
    });
    let button = |name: &str| pages(&ledger, &format!("{name}-first"), name)[0].clone();
    let pressed = press(&server.url, &button("acked")).expect("an answer");
    assert!(matches!(pressed.status, 200 | 303), "{}", pressed.text());
    let acknowledged_at = wall_clock();

    server.process.signal("STOP");
    let stopped_at = wall_clock();
    // Pressed while nobody answers: it lies in the socket, and is the race when the process goes on.
    let (url, message) = (server.url.clone(), button("pressed"));
    let pressing = thread(move || {
        until("the press is answered", Duration::from_secs(120), || press(&url, &message).ok());
        wall_clock()
    });
    let minute = Duration::try_from(STOPPED).expect("positive") + SOON;
    until("a minute is over", minute, || (wall_clock() >= stopped_at + STOPPED).then_some(()));
    let seen = double.ledger().len();
    assert_eq!(seen, ledger.len(), "a process that stands still sends nothing:\n{}", outline(&double.ledger()));
    server.process.signal("CONT");

    // 20 s after the start fell into the minute: rung as soon as it goes on. The hung message's lease ran out: said again, marked.
    let ledger = double.wait("what was due, and the lost one again", SOON, |ledger| {
        ["due", "hanging"].iter().all(|name| !pages(ledger, &format!("{name}-second"), name).is_empty())
            && pages(ledger, "hanging-first", "hanging").len() == 2
    });
    let pressed_at = pressing.join().expect("the press");
    until("the press counts", SOON, || (state(&server, "pressed") == "acknowledged").then_some(()));
    assert_eq!(state(&server, "acked"), "acknowledged");
    for (name, end) in [("acked", acknowledged_at), ("pressed", pressed_at)] {
        let late = double
            .ledger()
            .into_iter()
            .find(|m| m.kind() == "page" && m.text("/alert/dedup_key") == name && m.sent_at() > end);
        assert!(late.is_none(), "INV-05: {name} was sent after its acknowledgement:\n{}", outline(&ledger));
    }
    for name in ["due", "hanging"] {
        let answer = server.enqueue(&format!("{name}-key"), "resolve", name).expect("an answer");
        assert_eq!(answer.status, 202);
    }
    double.wait("the end is told", SOON, |ledger| {
        ledger.iter().any(|m| m.kind() == "resolved" && m.path == "/due-second")
    });
    end_and_verify(&house, server);

    // At most one copy more than owed, and it says so.
    let ledger = double.ledger();
    let mut copies: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for message in &ledger {
        copies.entry(message.text("/id")).or_default().push(message.repeat());
    }
    let fine = |repeats: &Vec<bool>| matches!(repeats.as_slice(), [_] | [false, true]);
    assert!(copies.values().all(fine), "INV-06:\n{}", outline(&ledger));
    let repeats = ledger.iter().filter(|m| m.repeat()).count();
    println!("stopped for 60 s: {} messages, {repeats} of them repeats", ledger.len());
}
