//! The laws of escalation for policies that say everything a policy can: turns, everybody, `next`, people who are on call together and shadows,
//! conditions, another policy, the morning, acknowledgements that run out. Random people do random things at random times of a week.

use super::{at, example, put};
use crate::{
    org::{Acknowledge, Organisation, Policy, PolicyStep, Target, Urgency},
    paging::{Page, PageEvent, PageStart, PageStatus, PolicySnapshot, Rank, Rung, Subject, owed, plan},
    record::{Actor, Aggregate, Instant, Recorded, fold},
    signal::AlertSeverity,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TARGETS: [&str; 12] = [
    "user:alice",
    "user:bob",
    "user:carol",
    "user:mute",
    "user:nemo",
    "team:payments",
    "team:empty",
    "schedule:payments-primary",
    "schedule:payments-primary/next",
    "schedule:crowd",
    "schedule:crowd/next",
    "schedule:gone",
];

const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dora", "mute"];

/// The example with a schedule that two are on at once while a third watches, and with policies that hand over, also in a circle.
fn town() -> Organisation {
    let mut org = example();
    let layer = json!({ "name": "weekly", "members": ["carol", "bob"], "every": "1w", "starts": "2026-01-05T09:00" });
    let beside = |user: &str, kind: &str| json!({ "user": user, "from": "2026-05-01T00:00", "to": "2026-06-01T00:00", "kind": kind });
    let calendar = json!({ "time_zone": "Europe/Berlin", "layers": [layer], "overrides": [beside("dora", "add"), beside("alice", "shadow")] });
    put(&mut org, "schedule", json!({ "id": "crowd", "team": "payments", "calendar": calendar }));
    for (id, steps) in [
        (
            "relay",
            json!([{ "after": "1m", "notify": ["user:carol"] }, { "after": "2m", "hand_over": "circle", "notify": [] }]),
        ),
        (
            "circle",
            json!([{ "after": "0s", "hand_over": "relay", "notify": [] }, { "after": "30s", "notify": ["user:dora"] }]),
        ),
        ("bare", json!([])),
    ] {
        put(
            &mut org,
            "policy",
            json!({ "id": id, "team": "payments", "steps": steps, "repeat": 0, "last_resort": [] }),
        );
    }
    org
}

fn targets(least: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TARGETS.to_vec()), least..4)
}

fn condition() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({}),
        json!({ "urgency": "high" }),
        json!({ "urgency": "low" }),
        json!({ "hours": {} }),
        json!({ "hours": { "days": ["fri", "sat"], "from": "22:00", "to": "06:00", "outside": true } }),
        json!({ "labels": { "region": ["eu", "us"] } }),
        json!({ "severity": "critical" }),
        json!({ "priority": ["P1"] }),
    ])
}

fn delay() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["0s", "0s", "1s", "1m", "5m", "1h"])
}

fn step() -> impl Strategy<Value = Value> {
    let rings = (delay(), targets(0), any::<bool>(), any::<bool>(), condition()).prop_map(|(after, notify, turns, all, when)| {
        json!({ "after": after, "notify": notify, "round_robin": turns, "acknowledge": if all { "all" } else { "any" }, "when": when })
    });
    let to = prop::sample::select(vec!["payments", "relay", "circle", "bare", "gone", "p"]);
    let hands = (delay(), to, condition())
        .prop_map(|(after, to, when)| json!({ "after": after, "notify": [], "hand_over": to, "when": when }));
    prop_oneof![5 => rings, 1 => hands]
}

fn any_policy() -> impl Strategy<Value = PolicySnapshot> {
    let hold = prop::option::weighted(0.3, Just(json!({ "until": "08:00" })));
    let timeout = prop::option::weighted(0.5, prop::sample::select(vec!["1m", "30m", "3h"]));
    (prop::collection::vec(step(), 0..5), 0..3_u16, targets(0), hold, timeout, any::<u64>()).prop_map(
        |(steps, repeat, last_resort, hold, timeout, turn)| {
            let mut body =
                json!({ "id": "p", "team": "payments", "steps": steps, "repeat": repeat, "last_resort": last_resort });
            let fields = body.as_object_mut().unwrap();
            fields.extend(hold.map(|hold| ("hold_low".to_owned(), hold)));
            fields.extend(timeout.map(|timeout| ("ack_timeout".to_owned(), json!(timeout))));
            let policy: Policy = serde_json::from_value(body).expect("a policy");
            PolicySnapshot { turn, ..PolicySnapshot::of(&town(), &policy) }.knowing(&labels(0), AlertSeverity::Error)
        },
    )
}

/// What an alert says about itself.
fn labels(which: usize) -> BTreeMap<String, String> {
    let said: &[(&str, &str)] = match which {
        0 => &[("region", "eu")],
        1 => &[("region", "asia"), ("priority", "p1")],
        _ => &[],
    };
    said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn urgency() -> impl Strategy<Value = Urgency> {
    prop::sample::select(vec![Urgency::High, Urgency::High, Urgency::Low])
}

/// When it begins: within a week that has a holiday, by day and by night.
fn begin() -> impl Strategy<Value = Instant> {
    (0..7 * 24 * 4_i64).prop_map(|quarter| at(quarter * 900))
}

fn somebody() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PEOPLE.to_vec())
}

#[derive(Debug, Clone)]
enum Doing {
    Tick(i64),
    WaitForTheAlarm,
    HandOver,
    HandTo(&'static str, Box<PolicySnapshot>),
    Acknowledge(&'static str),
    AcknowledgeByTool,
    Snooze(&'static str, i64),
    Prolong,
    Raise,
    Learn(usize),
    Unreachable,
    End,
    Edit(usize),
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        4 => prop::sample::select(vec![0, 1, 59, 300, 3_600, 86_400]).prop_map(Doing::Tick),
        10 => Just(Doing::WaitForTheAlarm),
        2 => Just(Doing::HandOver),
        1 => (somebody(), any_policy()).prop_map(|(who, policy)| Doing::HandTo(who, Box::new(policy))),
        3 => somebody().prop_map(Doing::Acknowledge),
        1 => Just(Doing::AcknowledgeByTool),
        1 => (somebody(), prop::sample::select(vec![60, 3_600, 86_400])).prop_map(|(who, s)| Doing::Snooze(who, s)),
        1 => Just(Doing::Prolong),
        1 => Just(Doing::Raise),
        1 => (0..3_usize).prop_map(Doing::Learn),
        1 => Just(Doing::Unreachable),
        1 => Just(Doing::End),
        2 => (0..5_usize).prop_map(Doing::Edit),
    ]
}

/// A page on a clock of its own; every event it records is judged.
struct Play {
    org: Organisation,
    page: Page,
    history: Vec<Recorded<PageEvent>>,
    /// (cycle, step) of what was tried last.
    tried: Option<(u32, u32)>,
    now: Instant,
}

impl Play {
    fn begin(policy: &PolicySnapshot, urgency: Urgency, now: Instant) -> Self {
        let event = start(policy, urgency).event(uuid::Uuid::from_u128(7).into(), now);
        let first = Recorded { seq: 1, at: now, actor: Actor::system("ingest"), event };
        let page = Page::evolve(None, &first).expect("a page");
        let play = Self { org: town(), page, history: vec![first], tried: None, now };
        play.judge_first();
        play
    }

    /// INV-08: what wakes a person is due after the delay that its policy says, and low urgency alone is held.
    fn judge_first(&self) {
        let held = self.page.held_until.unwrap_or(self.now);
        assert!(self.page.urgency == Urgency::Low || held == self.now, "high urgency was held");
        assert!(held >= self.now);
        assert_eq!(self.page.next_due_at, Some(held + self.page.policy.first_wait()));
    }

    fn record(&mut self, actor: &Actor, event: PageEvent) {
        self.judge(&event);
        let recorded = Recorded { seq: self.page.version + 1, at: self.now, actor: actor.clone(), event };
        let before = self.page.clone();
        self.page = Page::evolve(Some(before.clone()), &recorded).expect("it belongs here");
        self.judge_change(&before, actor, &recorded.event);
        self.history.push(recorded);
    }

    /// Judged on the page as it was.
    fn judge(&mut self, event: &PageEvent) {
        let place = match event {
            PageEvent::StepRang { cycle, step, .. }
            | PageEvent::StepEmpty { cycle, step, .. }
            | PageEvent::StepSkipped { cycle, step, .. }
            | PageEvent::StepHandedOver { cycle, step, .. } => Some((*cycle, *step)),
            PageEvent::LastResortRang { cycle, .. } => Some((*cycle, self.page.policy.end())),
            _ => None,
        };
        if let Some(place) = place {
            assert!(self.page.is_waiting(), "INV-05: it rang although somebody has it, or it is over: {event:?}");
            assert!(!self.page.is_held(self.now), "it rang while it is held");
            assert!(self.tried.is_none_or(|last| last < place), "INV-04, INV-06: {place:?} after {:?}", self.tried);
            self.tried = Some(place);
        }
        match event {
            PageEvent::StepRang { step, rung, copies, .. } => {
                let step = self.page.policy.steps[*step as usize].clone();
                self.judge_ring(&step, rung, copies);
            }
            PageEvent::StepEmpty { step, .. } => {
                let step = &self.page.policy.steps[*step as usize];
                assert_eq!(self.could_ring(&step.notify), BTreeSet::new(), "INV-04: the step is not empty");
            }
            _ => {}
        }
    }

    /// Whom targets reach now, each for itself; without those who acknowledged while others must.
    fn could_ring(&self, targets: &[Target]) -> BTreeSet<String> {
        let of = |target: &Target| self.org.reach(target, self.now).unwrap_or_default();
        let reached = targets.iter().flat_map(of).map(|reached| reached.user);
        let usable = reached.filter(|user| {
            self.org.person(user).is_some_and(|person| person.contacts.iter().any(|contact| contact.verified))
        });
        usable.filter(|user| !self.page.has_answered(user)).map(|user| user.to_string()).collect()
    }

    fn judge_ring(&self, step: &PolicyStep, rung: &[Rung], copies: &[Rung]) {
        let names = |list: &[Rung]| list.iter().map(|one| one.user.to_string()).collect::<BTreeSet<_>>();
        let (people, watching) = (names(rung), names(copies));
        assert_eq!(people.len(), rung.len(), "INV-06: nobody is rung twice by one step");
        assert!(people.is_disjoint(&watching), "nobody gets a copy of what rings them");
        assert!(watching.iter().all(|one| one == "alice"), "a copy for somebody who shadows nobody: {watching:?}");
        if !step.round_robin {
            assert_eq!(people, self.could_ring(&step.notify), "INV-04: targets of one step are independent");
            return;
        }
        // Whose turn it is, and whoever follows as long as nobody is reached.
        let count = step.notify.len() as u64;
        let first = self.page.policy.turn.wrapping_add(u64::from(self.page.cycle)) % count;
        let turns = (0..count).map(|n| &step.notify[((first + n) % count) as usize]);
        let expected = turns.map(|target| self.could_ring(std::slice::from_ref(target))).find(|set| !set.is_empty());
        assert_eq!(Some(people), expected, "turn {first} of {count}");
    }

    /// What an event may change.
    fn judge_change(&self, before: &Page, actor: &Actor, event: &PageEvent) {
        let (page, said) = (&self.page, format!("{event:?}"));
        assert_eq!(page.is_waiting(), page.next_due_at.is_some(), "INV-03: {said}");
        assert!(page.wake_at().is_none() || matches!(page.status, PageStatus::Acknowledged { .. }), "INV-03: {said}");
        assert!(!before.is_ended() || page.is_ended(), "what is over stays over: {said}");
        let begins = match event {
            PageEvent::RangAgain { .. } | PageEvent::HandedTo { .. } => true,
            PageEvent::Raised { cycle, .. } => cycle.is_some(),
            _ => false,
        };
        assert!(
            before.is_waiting() || begins || !page.is_waiting(),
            "INV-05: it rings again without a new cycle: {said}"
        );
        assert!(!begins || (page.cycle > before.cycle && page.begun_cycle == page.cycle), "INV-04: {said}");
        assert!(!begins || page.answers.is_empty(), "whoever answered the run before is asked anew: {said}");
        match event {
            PageEvent::HandedTo { policy, .. } => assert_eq!(&page.policy, policy),
            PageEvent::Learned { facts } => {
                let same = PolicySnapshot { facts: facts.clone(), ..before.policy.clone() };
                assert_eq!(page.policy, same, "INV-12");
            }
            _ => assert_eq!(page.policy, before.policy, "INV-12: {said}"),
        }
        match event {
            PageEvent::AnsweredByOne { .. } => {
                assert!(page.is_waiting() && page.owing().next().is_some(), "nobody is left to wait for");
                assert_eq!(page.next_due_at, before.next_due_at, "one answer moves no alarm of the others");
            }
            PageEvent::Acknowledged { .. } => {
                let one = actor.user().filter(|_| before.status == PageStatus::Ringing);
                let others = one.and_then(|user| before.owing().find(|owes| *owes != user));
                assert_eq!(others, None, "taken for all while somebody still must acknowledge");
                assert_eq!(page.wake_at().is_some(), page.policy.ack_timeout.is_some());
            }
            PageEvent::StepRang { step, rung, .. } => {
                let all = page.policy.steps[*step as usize].acknowledge == Acknowledge::All;
                assert!(!all || rung.iter().all(|one| page.owing().any(|owes| *owes == one.user)), "each of them must");
            }
            PageEvent::AskedStillOn { .. } => {
                assert_eq!(page.wake_at(), page.awake.map(|awake| awake.rings_again_at()), "asked once");
            }
            _ => {}
        }
    }

    /// What the clock does: asked twice at an instant, it does nothing the second time, and nothing due is left behind.
    fn pass(&mut self) {
        let system = Actor::system("escalate");
        let (waking, rang_before) = (self.page.wake(self.now), self.page.rings.len());
        if !waking.is_empty() {
            assert!(self.page.wake_at().is_some_and(|due| due <= self.now), "INV-13: woke early: {waking:?}");
        }
        waking.into_iter().for_each(|event| self.record(&system, event));
        let ringing = self.page.advance(&self.org, self.now);
        ringing.into_iter().for_each(|event| self.record(&system, event));
        assert!(self.page.rings.len() <= rang_before + 1, "one pass rings one step");
        assert_eq!(self.page.advance(&self.org, self.now), Vec::new(), "a second pass does nothing");
        assert!(self.page.next_due_at.is_none_or(|due| due > self.now), "INV-03: something due is left behind");
        assert!(self.page.wake_at().is_none_or(|due| due > self.now), "INV-03: an acknowledgement is left behind");
    }

    fn edit(&mut self, what: usize) {
        use crate::org::ConfigKind;
        match what {
            0 => self.org.remove(ConfigKind::User, "alice"),
            1 => self.org.remove(ConfigKind::User, "bob"),
            2 => self.org.remove(ConfigKind::Schedule, "crowd"),
            3 => self.org.remove(ConfigKind::Policy, "payments"),
            _ => self.org = town(),
        }
    }

    /// What somebody decides at `now`, by the functions that every door calls.
    fn decided(&self, doing: &Doing) -> (Actor, Vec<PageEvent>) {
        let (page, now) = (&self.page, self.now);
        let person = |who: &str| Actor::User(who.parse().unwrap());
        let decided = match doing {
            Doing::HandOver => page.hand_over(now),
            Doing::HandTo(who, policy) => {
                let to: Target = format!("user:{who}").parse().unwrap();
                page.hand_to(to, (**policy).clone(), "it is theirs", now)
            }
            Doing::Acknowledge(who) => {
                return (person(who), page.acknowledge(&person(who), "link", now).unwrap_or_default());
            }
            Doing::AcknowledgeByTool => page.acknowledge(&Actor::system("tool"), "integration", now),
            Doing::Snooze(who, seconds) => {
                let until = now + SignedDuration::from_secs(*seconds);
                return (person(who), page.snooze(&person(who), "link", until, now).unwrap_or_default());
            }
            Doing::Prolong => page.prolong(now),
            Doing::Raise => Ok(page.raise("it became worse", Rank::FIRST, now)),
            Doing::Learn(which) => Ok(page.learn(&labels(*which), AlertSeverity::Critical)),
            Doing::Unreachable if page.is_waiting() => {
                Ok(vec![PageEvent::Unreachable { user: "bob".parse().unwrap(), next_due_at: now }])
            }
            Doing::End => Ok(page.end("resolved: by hand")),
            _ => Ok(Vec::new()),
        };
        (Actor::system("test"), decided.unwrap_or_default())
    }
}

fn start(policy: &PolicySnapshot, urgency: Urgency) -> PageStart {
    let subject = Subject::Alert { alert: uuid::Uuid::from_u128(1).into() };
    PageStart { subject, ..super::start(policy.clone(), urgency) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn inv_03_inv_04_inv_05_inv_06_inv_08_inv_12_hold_for_every_word_of_a_policy(
        policy in any_policy(), urgency in urgency(), begin in begin(), doings in prop::collection::vec(doing(), 1..50),
    ) {
        let mut play = Play::begin(&policy, urgency, begin);
        for doing in &doings {
            match doing {
                Doing::Tick(seconds) => play.now += SignedDuration::from_secs(*seconds),
                Doing::WaitForTheAlarm => {
                    play.now = play.page.next_due_at.or(play.page.wake_at()).unwrap_or(play.now).max(play.now);
                }
                Doing::Edit(what) => play.edit(*what),
                _ => {
                    let over = play.page.is_ended();
                    let (actor, events) = play.decided(doing);
                    prop_assert!(!over || events.is_empty(), "done to what is over: {events:?}");
                    events.into_iter().for_each(|event| play.record(&actor, event));
                    continue;
                }
            }
            play.pass();
        }
        prop_assert_eq!(fold::<Page>(&play.history), Ok(Some(play.page)));
    }

    #[test]
    fn inv_01_whatever_a_policy_says_an_unanswered_page_reaches_its_last_resort(
        policy in any_policy(), urgency in urgency(), begin in begin(),
    ) {
        let mut play = Play::begin(&policy, urgency, begin);
        let passes_max = (policy.steps.len() + 1) * (usize::from(policy.repeat) + 1);
        let mut passes = 0;
        while play.page.status == PageStatus::Ringing {
            play.now = play.page.next_due_at.unwrap();
            play.pass();
            passes += 1;
            prop_assert!(passes <= passes_max, "does not come to an end");
        }
        prop_assert!(play.page.rings.iter().any(|ring| !ring.rung.is_empty()), "nobody was rung");
        let due = play.page.next_due_at.unwrap();
        prop_assert_eq!(due.duration_since(play.now), crate::limits::LAST_RESORT_EVERY);
    }

    #[test]
    fn the_plan_says_exactly_what_every_word_of_a_policy_rings(
        policy in any_policy(), urgency in urgency(), begin in begin(),
    ) {
        let planned: BTreeSet<_> = plan(&town(), start(&policy, urgency), begin)
            .into_iter()
            .filter_map(|line| Some((line.at, line.user?, line.contact?)))
            .collect();
        let mut play = Play::begin(&policy, urgency, begin);
        let mut rung = BTreeSet::new();
        while play.page.status == PageStatus::Ringing {
            play.now = play.page.next_due_at.unwrap();
            let before = play.page.rings.len();
            play.pass();
            let people = play.page.rings[before..].iter().flat_map(|ring| &ring.rung);
            rung.extend(people.flat_map(|one| owed(&play.org, &play.page, &one.user, play.now)).map(|o| (o.due_at, o.user, o.contact)));
        }
        prop_assert_eq!(planned, rung);
    }
}
