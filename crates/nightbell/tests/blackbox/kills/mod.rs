//! `kill -9` in the middle of a paging storm, again and again: nothing that was answered with 2xx is lost, nothing is said twice unmarked.
//!
//! Two clients send alerts (and take back, acknowledge, repeat some), a person presses the button in some of the messages, the receiver misbehaves
//! now and then; the server is killed in each of its phases (`phase`): at moments counted in events, so that kills fall between storing and
//! answering, sending and settling; while it starts; while SQLite moves its log into the database. Then the faults stop, everything is brought to its end, and `check` compares what was answered with the ledger and with the store.

mod check;
mod load;
mod phase;

use super::{
    double::{Double, Reaction},
    house::{House, Server, code, said},
    wait::{SOON, thread, until, wall_clock},
};
use check::Evidence;
use load::{Random, Scene, press_some, send_bursts};
use phase::{Kill, Phase};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const SEED: u64 = 20_261_123;
/// How often it is killed.
const KILLS: usize = 200;
/// A sender that was killed is believed for 45 s; then its message goes out again. What rings holds others back for up to a minute.
const CALM_WITHIN: Duration = Duration::from_secs(150);

fn organisation(receiver: &str) -> String {
    let mut parts = [const { String::new() }; 4];
    let [people, policies, services, integrations] = &mut parts;
    let person = |id: &str| {
        format!(
            "  - {{ id: {id}, name: {id}, email: {id}@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/{id}\", verified: true }} ] }}\n"
        )
    };
    for n in 0..load::SERVICES {
        let kind = if load::Door::of(n) == load::Door::Pagerduty { "pagerduty" } else { "generic" };
        people.extend(["alice", "bob", "carol"].map(|name| person(&format!("{name}-{n}"))));
        policies.push_str(&format!(
            "  - {{ id: shop-{n}, steps: [ {{ after: 0s, notify: [\"user:alice-{n}\"] }}, {{ after: 15s, notify: [\"user:bob-{n}\"] }} ], last_resort: [\"user:carol-{n}\"] }}\n"
        ));
        services.push_str(&format!("  - {{ id: shop-{n}, name: Shop {n}, policy: shop-{n} }}\n"));
        integrations
            .push_str(&format!("  - {{ id: in-{n}, kind: {kind}, service: shop-{n}, key: {} }}\n", load::key_of(n)));
    }
    format!("version: 1\nusers:\n{people}policies:\n{policies}services:\n{services}integrations:\n{integrations}")
}

/// A receiver that misbehaves until it is told to be calm, and counts each message before it answers.
fn receiver(scene: &Arc<Scene>, calm: &Arc<AtomicBool>) -> Double {
    let (scene, calm, random) = (Arc::clone(scene), Arc::clone(calm), Mutex::new(Random(SEED ^ 1)));
    Double::new(move |_| {
        scene.count();
        let drawn = random.lock().expect("nobody panics with it").below(100);
        match drawn {
            _ if calm.load(Ordering::SeqCst) => Reaction::Accept,
            0..8 => Reaction::Refuse,
            8..14 => Reaction::Drop,
            14..18 => Reaction::Hang,
            _ => Reaction::Accept,
        }
    })
}

/// The storm: answers when it was killed each time, and the server that survived.
fn storm(house: &House, scene: &Arc<Scene>, mut server: Server) -> (Vec<Kill>, Server) {
    let mut random = Random(SEED);
    let mut kills = Vec::new();
    while kills.len() < KILLS {
        let phase = phase::run(Phase::draw(&mut random), house, scene, &mut random);
        server.process.kill();
        kills.push(Kill { at: wall_clock(), phase });
        while random.below(100) < phase::IN_START_UP_PERCENT {
            kills.push(phase::kill_in_start_up(house, &mut random));
        }
        server = house.serve();
        scene.is_at(&server.url);
    }
    (kills, server)
}

#[test]
fn inv_01_to_09_no_page_is_lost_whenever_it_is_killed() {
    let mut house = House::new();
    house.set("NIGHTBELL_SERVER__PUBLIC_URL", "http://nightbell.test");
    let (scene, calm) = (Arc::new(Scene::default()), Arc::new(AtomicBool::new(false)));
    let double = Arc::new(receiver(&scene, &calm));
    let server = house.serve();
    house.apply(&server, &organisation(&double.url()));
    scene.is_at(&server.url);
    let senders = [load::Door::Pagerduty, load::Door::Generic].map(|door| {
        let scene = Arc::clone(&scene);
        thread(move || send_bursts(&scene, door, Random(SEED ^ (door as u64 + 2))))
    });
    let presser = {
        let (scene, double) = (Arc::clone(&scene), Arc::clone(&double));
        thread(move || press_some(&scene, &double, Random(SEED ^ 4)))
    };

    let (kills, mut server) = storm(&house, &scene, server);
    calm.store(true, Ordering::SeqCst);
    scene.stop();
    for client in senders.into_iter().chain([presser]) {
        client.join().expect("a client of the storm");
    }

    let (sent, pages) = (scene.sent(), check::by_page(&server.alerts()));
    double.wait("everything that was accepted", CALM_WITHIN, |ledger| {
        check::undelivered(&sent, &pages, ledger).is_empty()
    });
    scene.resolve_all();
    until("nothing is owed to anybody", CALM_WITHIN, || check::nothing_is_due(&house).then_some(()));
    let alerts = server.alerts();
    server.process.terminate();
    assert_eq!(server.process.ended(SOON).code(), Some(0), "{}", server.process.output());
    let verified = house.run(&["verify", "--data", "data"]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));

    let evidence = Evidence { sent: scene.sent(), ledger: double.ledger(), kills, alerts, pages: check::pages(&house) };
    let findings = evidence.findings();
    let (kills, accepted) = (evidence.kills.len(), evidence.sent.len());
    let (lost, repeats) = (evidence.lost().len(), evidence.repeats_after_kills());
    println!("kills: {kills} survived, accepted {accepted}, lost {lost}, repeats {repeats}");
    println!("pages lost: {lost}");
    println!("repeats: {repeats}");
    println!("killed in: {}", phase::outline(&evidence.kills));
    println!("seed of the storm: {SEED}, messages: {}", evidence.ledger.len());
    assert!(kills >= KILLS && accepted >= KILLS, "the storm was a breeze");
    assert!(
        Phase::ALL.iter().all(|phase| evidence.kills.iter().any(|kill| kill.phase == *phase)),
        "a phase was spared"
    );
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    assert!(repeats <= kills, "INV-06: {repeats} repeats are more than {kills} crashes explain");
    assert_eq!(check::blunt(evidence), [""; 0], "a check that finds nothing in spoiled evidence");
}
