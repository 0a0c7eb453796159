//! A storm over three nodes while nodes are killed, stopped and cut off from the database, and the database crashes, at random moments: nothing
//! is lost, nothing is said after its end, nothing is said twice unmarked, and no node that wakes up sends what it held.

use super::{
    double::{Double, Reaction, Received, outline},
    town::{Node, Town, alert_of, event, press},
    wait::{Deadline, SOON, pause, thread, until, wall_clock},
};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const SEED: u64 = 20_261_124;
/// Alerts, each of somebody else's service, so that no message is held back for another.
const ALERTS: usize = 240;
/// Faults of each kind.
const KILLS: usize = 6;
const STOPS: usize = 4;
const CUTS: usize = 3;
const CRASHES: usize = 5;
/// A message that comes so much later than it was handed out was held by a node that was stopped meanwhile.
const HELD_MS: i64 = 3_000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).expect("small")
    }
}

/// What the actors share: where nodes are, and when an end was answered, by alert.
struct Scene {
    urls: Mutex<Vec<String>>,
    taken: Mutex<BTreeMap<usize, Option<Timestamp>>>,
    over: AtomicBool,
}

impl Scene {
    fn urls(&self) -> Vec<String> {
        self.urls.lock().expect("nobody panics with it").clone()
    }

    /// Asks one node after the other until one answers with one of these statuses.
    fn insist(&self, from: usize, statuses: &[u16], ask: impl Fn(&str) -> std::io::Result<super::http::Answer>) {
        let deadline = Deadline::within(SOON);
        for turn in from.. {
            let urls = self.urls();
            match ask(&urls[turn % urls.len()]) {
                Ok(answer) if statuses.contains(&answer.status) => return,
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text()),
                Err(_) => {}
            }
            assert!(!deadline.over(), "no node answered within {SOON:?}");
        }
    }
}

/// Takes everything; a third of it slowly, so that much is under way at any moment.
fn receiver() -> Double {
    let random = Mutex::new(Random(SEED ^ 1));
    Double::new(move |_| {
        let drawn = random.lock().expect("nobody panics with it").below(300);
        if drawn < 100 {
            pause(Duration::from_millis(drawn as u64 * 4));
        }
        Reaction::Accept
    })
}

fn send(scene: &Scene, numbers: impl Iterator<Item = usize>) {
    let mut random = Random(SEED ^ 2);
    for n in numbers {
        scene.insist(n, &[202], |url| event(url, n, "trigger"));
        scene.taken.lock().expect("nobody panics with it").insert(n, None);
        pause(Duration::from_millis(random.below(120) as u64));
    }
}

/// Presses the button in every third message, at whichever node.
fn press_some(scene: &Scene, double: &Double) {
    let mut seen = 0;
    while !scene.over.load(Ordering::SeqCst) {
        for message in double.after(seen, Duration::from_millis(200)) {
            seen += 1;
            let n = number_of(&message);
            if message.kind() == "page" && n.is_multiple_of(3) {
                scene.insist(n + 1, &[200, 303, 409], |url| press(url, message.text("/ack_url")));
                let now = wall_clock();
                scene.taken.lock().expect("nobody panics with it").entry(n).or_default().get_or_insert(now);
            }
        }
    }
}

fn number_of(message: &Received) -> usize {
    message.path.trim_start_matches("/p").parse().expect("a person's number")
}

/// Kills, stops, cuts and crashes, in an order that is drawn.
fn trouble(town: &Town, scene: &Scene, nodes: &mut [Node]) {
    let mut random = Random(SEED);
    let mut left = [KILLS, STOPS, CUTS, CRASHES];
    while left.iter().sum::<usize>() > 0 {
        pause(Duration::from_millis(200 + random.below(600) as u64));
        let (kind, whom) = (random.below(left.len()), random.below(nodes.len()));
        if left[kind] == 0 {
            continue;
        }
        left[kind] -= 1;
        match kind {
            0 => {
                nodes[whom].process.kill();
                nodes[whom] = town.node();
                scene.urls.lock().expect("nobody panics with it")[whom].clone_from(&nodes[whom].url);
            }
            1 => {
                nodes[whom].process.signal("STOP");
                // Its clients notice too: they come back to another node.
                scene.urls.lock().expect("nobody panics with it")[whom]
                    .clone_from(&nodes[(whom + 1) % nodes.len()].url);
                pause(Duration::from_millis(1_000 + random.below(5_000) as u64));
                nodes[whom].process.signal("CONT");
                scene.urls.lock().expect("nobody panics with it")[whom].clone_from(&nodes[whom].url);
            }
            2 => assert!(town.cut() > 0, "there were connections to cut"),
            _ => town.crash(),
        }
    }
}

/// Every finding; empty is the proof.
fn findings(ledger: &[Received], taken: &BTreeMap<usize, Option<Timestamp>>) -> Vec<String> {
    let mut found = Vec::new();
    let mut of: BTreeMap<usize, Vec<&Received>> = BTreeMap::new();
    for message in ledger.iter().filter(|m| m.kind() == "page") {
        of.entry(number_of(message)).or_default().push(message);
        let held_ms = message.at.as_millisecond() - message.sent_at().as_millisecond();
        if held_ms > HELD_MS {
            found.push(format!("INV-22: {} came {held_ms} ms after it was handed out", message.path));
        }
    }
    for (n, ended_at) in taken {
        let copies = of.get(n).map(Vec::as_slice).unwrap_or_default();
        if copies.is_empty() {
            found.push(format!("INV-01: nobody heard of alert {n}"));
        }
        if copies.iter().any(|m| m.text("/id") != copies[0].text("/id")) {
            found.push(format!("INV-06: alert {n} is told in two messages"));
        }
        if copies.iter().skip(1).any(|m| !m.repeat()) {
            found.push(format!("INV-06: a second copy of alert {n} does not say so"));
        }
        if ended_at.is_some_and(|end| copies.iter().any(|m| m.sent_at() > end)) {
            found.push(format!("INV-05: alert {n} was sent after its end at {ended_at:?}"));
        }
    }
    found
}

#[test]
fn inv_03_05_06_22_nothing_is_lost_whatever_happens_to_nodes() {
    let double = Arc::new(receiver());
    let mut town = Town::new(&double.url(), ALERTS);
    let mut nodes: Vec<Node> = (0..3).map(|_| town.node()).collect();
    let scene = Arc::new(Scene {
        urls: Mutex::new(nodes.iter().map(|node| node.url.clone()).collect()),
        taken: Mutex::default(),
        over: AtomicBool::new(false),
    });
    let senders: Vec<_> = (0..3)
        .map(|sender| {
            let scene = Arc::clone(&scene);
            thread(move || send(&scene, (0..ALERTS).filter(|n| n % 3 == sender)))
        })
        .collect();
    let presser = {
        let (scene, double) = (Arc::clone(&scene), Arc::clone(&double));
        thread(move || press_some(&scene, &double))
    };
    trouble(&town, &scene, &mut nodes);
    for sender in senders {
        sender.join().expect("a sender");
    }
    let taken = scene.taken.lock().expect("nobody panics with it").clone();
    assert_eq!(taken.len(), ALERTS);
    double.wait("everything that was accepted", SOON, |ledger| {
        taken.keys().all(|n| ledger.iter().any(|m| m.kind() == "page" && number_of(m) == *n))
    });
    scene.over.store(true, Ordering::SeqCst);
    presser.join().expect("the presser");
    for n in 0..ALERTS {
        scene.insist(n, &[202], |url| event(url, n, "resolve"));
    }
    until("nothing is owed to anybody", SOON * 2, || (town.open() == 0).then_some(()));
    let taken = scene.taken.lock().expect("nobody panics with it").clone();
    let ledger = double.ledger();
    let mut found = findings(&ledger, &taken);
    // Its page may have gone out before a crash took the alert itself.
    let stored = town.alerts(&nodes[0]);
    let lost = taken.keys().filter(|n| !stored.contains(&alert_of(**n)));
    found.extend(lost.map(|n| format!("INV-01: alert {n} was answered and is not stored")));
    let repeats = ledger.iter().filter(|m| m.kind() == "page" && m.repeat()).count();
    println!("node faults: {}", KILLS + STOPS + CUTS + CRASHES);
    println!(
        "nodes' storm: {ALERTS} alerts, {KILLS} kills, {STOPS} stops, {CUTS} cuts, {CRASHES} crashes of the database, findings {}, repeats {repeats}",
        found.len()
    );
    println!("pages lost: {}", found.iter().filter(|one| one.starts_with("INV-01")).count());
    println!("repeats: {repeats}");
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), outline(&ledger));
    for node in &mut nodes {
        node.process.terminate();
        assert_eq!(node.process.ended(SOON).code(), Some(0), "{}", node.process.output());
    }
    let proof = town.run(&["verify", "--json"]);
    assert_eq!(proof["findings"].as_array().map(Vec::len), Some(0), "{proof}");
    let spoiled: Vec<Received> = ledger.iter().filter(|m| number_of(m) != 0).cloned().collect();
    assert!(!findings(&spoiled, &taken).is_empty(), "a check that finds nothing in spoiled evidence");
}
