//! Who acts while the server is killed: senders of alerts that send again until they are answered, and a person who presses.

use super::super::{
    double::{Double, Reaction},
    house::enqueue,
    http::{self, Answer},
    wait::{Deadline, SOON, wall_clock},
};
use jiff::Timestamp;
use serde_json::json;
use std::{
    collections::BTreeMap,
    io,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

/// Services of the storm, each with people of its own: what rings for one holds back and bundles only its own (INV-08), so that most messages
/// go out at once and every bundle names all it tells of.
pub const SERVICES: u64 = 300;
/// Requests of one sender between two kills.
const BURST: u64 = 6;
/// How long a client waits before it looks again whether there is anything to do.
const LOOK: Duration = Duration::from_millis(200);

/// A generator of numbers from a seed (SplitMix64): the same storm each time, as far as processes allow.
pub struct Random(pub u64);

impl Random {
    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// By which door an alert came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Pagerduty,
    Generic,
}

impl Door {
    /// By which door a service's alerts come in.
    pub fn of(service: u64) -> Self {
        if service.is_multiple_of(2) { Self::Pagerduty } else { Self::Generic }
    }
}

/// The key of a service's integration.
pub fn key_of(service: u64) -> String {
    format!("storm-key-{service}")
}

/// An alert that was answered with 2xx, and what else was.
#[derive(Debug, Clone)]
pub struct Sent {
    pub service: u64,
    /// When an acknowledgement or a resolve was answered, the earliest.
    pub ended_at: Option<Timestamp>,
    /// Whether a resolve was sent: its key is not used again.
    pub resolved: bool,
}

#[derive(Default)]
struct Inner {
    /// Empty until the first start.
    url: String,
    /// Counts the starts.
    start: u64,
    /// Answers and messages so far.
    events: u64,
    over: bool,
    sent: BTreeMap<String, Sent>,
}

/// What the actors share.
#[derive(Default)]
pub struct Scene {
    inner: Mutex<Inner>,
    moved: Condvar,
}

impl Scene {
    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with it")
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.locked());
        self.moved.notify_all();
    }

    /// The server is (again) there.
    pub fn is_at(&self, url: &str) {
        self.change(|inner| {
            inner.url = url.to_owned();
            inner.start += 1;
        });
    }

    /// The server is still there; each sender begins another burst.
    pub fn again(&self) {
        self.change(|inner| inner.start += 1);
    }

    /// An event that a kill may follow.
    pub fn count(&self) {
        self.change(|inner| inner.events += 1);
    }

    /// Waits for so many more events.
    pub fn wait_for(&self, events: u64, at_most: Duration) {
        let inner = self.locked();
        let wanted = inner.events + events;
        drop(self.moved.wait_timeout_while(inner, at_most, |inner| inner.events < wanted));
    }

    /// Nobody begins anything new.
    pub fn stop(&self) {
        self.change(|inner| inner.over = true);
    }

    fn over(&self) -> bool {
        self.locked().over
    }

    /// The next start after `start`, or nothing when it is over.
    fn next_start(&self, start: u64) -> Option<u64> {
        let inner = self
            .moved
            .wait_while(self.locked(), |inner| inner.start <= start && !inner.over)
            .expect("nobody panics with it");
        (!inner.over).then_some(inner.start)
    }

    /// Every alert that was accepted.
    pub fn sent(&self) -> BTreeMap<String, Sent> {
        self.locked().sent.clone()
    }

    /// Asks again, of whichever server is there, until it is answered with one of these statuses. Only 503 is a reason to come back.
    fn insist(&self, statuses: &[u16], ask: impl Fn(&str) -> io::Result<Answer>) {
        let deadline = Deadline::within(SOON);
        loop {
            let (url, start) = {
                let inner = self.locked();
                (inner.url.clone(), inner.start)
            };
            match ask(&url) {
                Ok(answer) if statuses.contains(&answer.status) => return,
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text()),
                Err(_) => {}
            }
            assert!(!deadline.over(), "no answer, server or not, within {SOON:?}");
            drop(self.moved.wait_timeout_while(self.locked(), LOOK, |inner| inner.start == start));
        }
    }

    fn send(&self, service: u64, action: &str, key: &str) {
        self.insist(&[202], |url| event(url, service, action, key));
        self.count();
    }

    /// Whatever is still open, resolved at its source.
    pub fn resolve_all(&self) {
        for (key, sent) in self.sent() {
            if !sent.resolved {
                self.send(sent.service, "resolve", &key);
            }
        }
    }
}

fn event(url: &str, service: u64, action: &str, key: &str) -> io::Result<Answer> {
    if Door::of(service) == Door::Pagerduty {
        return enqueue(url, &key_of(service), action, key);
    }
    let status = if action == "resolve" { "resolved" } else { "firing" };
    let body = json!({ "title": format!("Alert {key}"), "severity": "critical", "dedup_key": key, "status": status });
    http::post_json(&format!("{url}/in/generic/{}", key_of(service)), &body)
}

/// One sender: a burst after each start.
pub fn send_bursts(scene: &Scene, door: Door, mut random: Random) {
    let (mut start, mut count) = (0, 0_u64);
    let mut mine: Vec<String> = Vec::new();
    while let Some(next) = scene.next_start(start) {
        start = next;
        for _ in 0..BURST {
            if scene.over() {
                return;
            }
            let pick = mine.get(usize::try_from(random.below(mine.len().max(1) as u64)).expect("small")).cloned();
            let service_of = |key: &str| scene.locked().sent[key].service;
            match (random.below(100), pick) {
                (0..10, Some(key)) if !scene.locked().sent[&key].resolved => {
                    scene.send(service_of(&key), "trigger", &key);
                }
                (10..20, Some(key)) if door == Door::Pagerduty && !scene.locked().sent[&key].resolved => {
                    scene.send(service_of(&key), "acknowledge", &key);
                    ended(scene, &key);
                }
                (20..32, Some(key)) => {
                    scene.change(|inner| inner.sent.get_mut(&key).expect("it was sent").resolved = true);
                    scene.send(service_of(&key), "resolve", &key);
                    ended(scene, &key);
                }
                _ => {
                    count += 1;
                    let key = format!("{door:?}-{count}");
                    let service = (random.below(SERVICES / 2) * 2) + u64::from(door == Door::Generic);
                    scene.send(service, "trigger", &key);
                    scene.change(|inner| {
                        inner.sent.insert(key.clone(), Sent { service, ended_at: None, resolved: false });
                    });
                    mine.push(key);
                }
            }
        }
    }
}

fn ended(scene: &Scene, key: &str) {
    let now = wall_clock();
    scene.change(|inner| {
        inner.sent.get_mut(key).expect("it was sent").ended_at.get_or_insert(now);
    });
}

/// Somebody who presses the button in some of the messages that reach them.
pub fn press_some(scene: &Scene, double: &Double, mut random: Random) {
    let mut seen = 0;
    while !scene.over() {
        for message in double.after(seen, LOOK) {
            seen += 1;
            if message.kind() != "page" || message.reaction != Reaction::Accept || random.below(100) >= 25 {
                continue;
            }
            let link = message.text("/ack_url");
            let path = link
                .find("/p/")
                .map(|at| link[at..].to_owned())
                .unwrap_or_else(|| panic!("{link} is no link of a page"));
            let form = [("content-type", "application/x-www-form-urlencoded")];
            // 409: the alert was resolved before the press, and the page says so.
            scene.insist(&[200, 303, 409], |url| http::call("POST", &format!("{url}{path}/ack"), &form, b""));
            scene.count();
            let key = message.text("/alert/dedup_key").to_owned();
            // The message can be faster than the answer that makes its alert known here.
            let known = scene.moved.wait_while(scene.locked(), |inner| !inner.sent.contains_key(&key) && !inner.over);
            if known.expect("nobody panics with it").sent.contains_key(&key) {
                ended(scene, &key);
            }
        }
    }
}
