//! Real changes of the clocks under the real binary (libfaketime): hand-overs around them, and a wall clock that is set while it runs.
//! Who must be on call comes from the calendar of this file, which is a count of days; no code of the product is asked.

use super::{
    super::{
        double::{Double, Received},
        fake_clock::Clock,
        house::{House, Server, output_json, said},
        wait::{SOON, thread, until},
    },
    accepted, end_and_verify, pages, press, ready_is, told,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::time::Duration;

/// A house in which every command lives at that time, from `init` on.
fn house(clock: &Clock) -> House {
    let settings = clock.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut house = House::with(&settings);
    house.set("NIGHTBELL_SERVER__PUBLIC_URL", "http://nightbell.test");
    house
}

/// A daily hand-over on a day on which the clocks change.
struct HandOver {
    zone: &'static str,
    /// Wall time of the hand-over.
    at: &'static str,
    /// The local day.
    day: Date,
    /// The instant: a skipped wall time moves to the change, one that comes twice means its first (INV-11).
    instant: &'static str,
}

const HAND_OVERS: [HandOver; 4] = [
    HandOver { zone: "Europe/Berlin", at: "02:30", day: Date::constant(2026, 3, 29), instant: "2026-03-29T01:00:00Z" },
    HandOver { zone: "Europe/Berlin", at: "02:30", day: Date::constant(2026, 10, 25), instant: "2026-10-25T00:30:00Z" },
    HandOver {
        zone: "America/New_York",
        at: "02:30",
        day: Date::constant(2026, 3, 8),
        instant: "2026-03-08T07:00:00Z",
    },
    HandOver {
        zone: "America/New_York",
        at: "01:30",
        day: Date::constant(2026, 11, 1),
        instant: "2026-11-01T05:30:00Z",
    },
];

const PEOPLE: [&str; 3] = ["ann", "ben", "cy"];
/// The first day of the rotation; before every hand-over here.
const FIRST: Date = Date::constant(2026, 1, 5);
/// The first step rings before the hand-over, the second after it.
const BEFORE: SignedDuration = SignedDuration::from_secs(8);
const SECOND_AFTER: &str = "10s";

fn on_call(day: Date) -> &'static str {
    let days = FIRST.until(day).expect("days apart").get_days();
    PEOPLE[usize::try_from(days).expect("after the first") % PEOPLE.len()]
}

fn organisation(receiver: &str, hand_over: &HandOver) -> String {
    let person = |id: &&str| {
        format!(
            "  - {{ id: {id}, name: {id}, email: {id}@example.com, time_zone: {}, contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/{id}\", verified: true }} ] }}\n",
            hand_over.zone
        )
    };
    let people: String = PEOPLE.iter().map(person).collect();
    format!(
        r#"version: 1
users:
{people}teams:
  - {{ id: ops, name: Ops, members: [ann, ben, cy], time_zone: {zone} }}
schedules:
  - id: primary
    team: ops
    time_zone: {zone}
    layers:
      - {{ name: daily, members: [ann, ben, cy], every: 1d, starts: "{FIRST}T{at}" }}
policies:
  - {{ id: shop, steps: [ {{ after: 0s, notify: ["schedule:primary"] }}, {{ after: {SECOND_AFTER}, notify: ["schedule:primary"] }} ], last_resort: ["user:ann"] }}
services:
  - {{ id: shop, name: Shop, policy: shop }}
integrations:
  - {{ id: shop, kind: pagerduty, service: shop, key: shop-key }}
"#,
        zone = hand_over.zone,
        at = hand_over.at,
    )
}

/// Who is on call, as `nightbell oncall` says.
fn asked(house: &House, at: Timestamp) -> String {
    let answer = house.run(&["oncall", "--data", "data", "--schedule", "primary", "--at", &at.to_string(), "--json"]);
    assert!(answer.status.success(), "{}", said(&answer));
    output_json(&answer)[0]["primary"]["id"].as_str().expect("somebody is on call").to_owned()
}

fn who(messages: &[Received], key: &str) -> Vec<String> {
    let of_key = messages.iter().filter(|m| m.kind() == "page" && m.text("/alert/dedup_key") == key);
    of_key.map(|m| m.path.trim_start_matches('/').to_owned()).collect()
}

fn hands_over(hand_over: &HandOver) {
    let instant: Timestamp = hand_over.instant.parse().expect("a time");
    let clock = Clock::at(instant - SignedDuration::from_mins(5));
    let house = house(&clock);
    let double = Double::obliging();
    let server = house.serve();
    house.apply(&server, &organisation(&double.url(), hand_over));
    let (before, after) = (on_call(hand_over.day.yesterday().expect("a day")), on_call(hand_over.day));
    let what = format!("{} {} on {}", hand_over.zone, hand_over.at, hand_over.day);
    let second = SignedDuration::from_secs(1);
    for (at, expected) in [
        (instant - second, before),
        (instant - SignedDuration::from_micros(1), before),
        (instant, after),
        (instant + second, after),
        (instant + SignedDuration::from_hours(22), after),
    ] {
        assert_eq!(asked(&house, at), expected, "{what}: on call at {at}");
    }

    clock.set(instant - BEFORE);
    accepted(&server, "shop", "across");
    let ledger = double.wait("the first step", SOON, |ledger| who(ledger, "across").len() == 1);
    assert_eq!(who(&ledger, "across"), [before], "{what}: paged before it");
    assert!(clock.now() < instant, "{what}: the machine is too slow for this test");
    let ledger = double.wait("the second step", SOON, |ledger| who(ledger, "across").len() == 2);
    assert_eq!(who(&ledger, "across"), [before, after], "{what}: who is on call when a step rings is rung");
    let second = ledger.iter().rfind(|m| m.text("/alert/dedup_key") == "across").expect("two came");
    assert!(second.sent_at() >= instant, "{what}: the second step was sent at {}", second.sent_at());
    // While one rings, what comes for the same person is held back and told together (INV-08).
    let pressed = press(&server.url, second).expect("an answer");
    assert!(matches!(pressed.status, 200 | 303), "{}", pressed.text());
    accepted(&server, "shop", "later");
    let ledger = double.wait("a new one", SOON, |ledger| !who(ledger, "later").is_empty());
    assert_eq!(who(&ledger, "later")[0], after, "{what}: paged after it");
    end_and_verify(&house, server);
}

#[test]
fn inv_10_11_who_is_paged_around_a_change_of_the_clocks_is_who_is_on_call() {
    // Side by side: most of the time they wait for their clocks.
    let running: Vec<_> = HAND_OVERS.iter().map(|hand_over| thread(move || hands_over(hand_over))).collect();
    for one in running {
        one.join().expect("what it prints says why");
    }
    println!("changes of the clocks: {} hand-overs around them", HAND_OVERS.len());
}

/// Answered when the server has looked at its clock since: what is taken together has one time, read at its beginning, and an alert that
/// joined what began before the clock was set would be paged by the time before it.
fn looks_again(server: &Server, service: &str) {
    let answer = server.enqueue(&format!("{service}-key"), "resolve", "nothing").expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
}

/// How many messages a person got that do not say that they may be a second copy: one that does is owed when the clock is set between the arrival
/// of the first and its note, for then nobody knows that it arrived (INV-06).
fn told_once(ledger: &[Received], name: &str, step: &str) -> usize {
    pages(ledger, &format!("{name}-{step}"), name).iter().filter(|message| !message.repeat()).count()
}

/// A clock that was six hours ahead while something rang is put right: under a running server, and while it is down. The next step must not wait
/// for the time it was promised at to come round again.
#[test]
fn inv_03_13_a_clock_that_was_ahead_holds_up_no_next_step() {
    let clock = Clock::at("2026-03-29T00:30:00Z".parse().expect("a time"));
    let house = house(&clock);
    let double = Double::obliging();
    let mut server = house.serve();
    let names = ["running", "down"];
    house.apply(&server, &super::organisation(&double.url(), &names.map(|name| (name, "15s"))));
    let rung = |name: &str, step: &str| {
        // Its own delay, and the pump's longest sleep before it sees that the clock was set.
        let within = SOON + Duration::from_secs(25);
        let person = format!("{name}-{step}");
        let ledger = double.wait(&person, within, |ledger| !pages(ledger, &person, name).is_empty());
        pages(&ledger, &person, name)[0].sent_at()
    };
    let ahead = SignedDuration::from_hours(6);
    for name in names {
        clock.step(ahead);
        looks_again(&server, name);
        accepted(&server, name, name);
        let first = rung(name, "first");
        if name == "down" {
            server.process.terminate();
            assert_eq!(server.process.ended(SOON).code(), Some(0), "{}", server.process.output());
        }
        clock.step(-ahead);
        if name == "down" {
            server = house.serve();
        } else {
            told(&server, "THE CLOCK WAS SET BACK");
        }
        let second = rung(name, "second");
        assert!(second < first, "{name}: told at {second}, by the clock as it is now");
        assert_eq!(["first", "second"].map(|step| told_once(&double.ledger(), name, step)), [1, 1], "{name}");
    }
    end_and_verify(&house, server);
    println!("a clock that was 6 h ahead was put right twice: {} pages went on", names.len());
}

/// Somebody sets the clock of the machine an hour forward, an hour back, a year forward, while pages ring.
#[test]
fn inv_03_13_no_alarm_is_lost_when_the_wall_clock_is_set() {
    let clock = Clock::at("2026-03-29T00:30:00Z".parse().expect("a time"));
    let house = house(&clock);
    let double = Double::obliging();
    let server = house.serve();
    let names = ["forward", "back", "year"];
    let services = names.map(|name| (name, "15m"));
    house.apply(&server, &super::organisation(&double.url(), &services));
    let rung = |name: &str, step: &str| {
        let within = SOON + Duration::from_secs(10);
        double.wait(&format!("{name}: {step}"), within, |ledger| {
            !pages(ledger, &format!("{name}-{step}"), name).is_empty()
        })
    };
    let hour = SignedDuration::from_hours(1);

    accepted(&server, "forward", "forward");
    rung("forward", "first");
    clock.step(hour);
    // Overdue by 45 minutes now: noticed within the pump's longest sleep, although its timer was set for 15 minutes.
    rung("forward", "second");

    accepted(&server, "back", "back");
    rung("back", "first");
    clock.step(-hour);
    // New pages do not wait for the old time to come round again.
    accepted(&server, "year", "year");
    let ledger = rung("year", "first");
    assert!(pages(&ledger, "back-second", "back").is_empty(), "its time has not come");
    until("it is ready", SOON, || ready_is(&server, 200));
    clock.step(hour + SignedDuration::from_mins(16));
    rung("back", "second");
    clock.step(hour * 24 * 365);
    rung("year", "second");

    // A copy for each step, whatever the clock did.
    for name in names {
        for step in ["first", "second"] {
            assert_eq!(told_once(&double.ledger(), name, step), 1, "{name}-{step}");
        }
    }
    clock.step(-hour * 24 * 365);
    end_and_verify(&house, server);
    println!("the wall clock was set 5 times, by an hour and by a year: 6 pages, each once");
}
