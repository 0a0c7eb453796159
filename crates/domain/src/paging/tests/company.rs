//! Who is rung through a schedule beside its primary: whoever is next, whoever is on call too, and who only watches. Story by story.

use super::{at, example, put, start};
use crate::{
    org::{Organisation, Policy, Urgency},
    paging::{Page, PageEvent, PageStatus, PolicySnapshot, plan},
    record::{Actor, Aggregate, Instant, Recorded},
};
use serde_json::{Value, json};

/// Bob leads until Monday, Alice follows; what is said stands beside.
fn crowd(overrides: &[(&str, &str)]) -> Organisation {
    let mut org = example();
    let layer = json!({ "name": "weekly", "members": ["alice", "bob"], "every": "1w", "starts": "2026-01-12T09:00" });
    let beside = |(user, kind): &(&str, &str)| json!({ "user": user, "from": "2026-05-11T09:00", "to": "2026-05-18T09:00", "kind": kind });
    let overrides: Vec<Value> = overrides.iter().map(beside).collect();
    let calendar = json!({ "time_zone": "Europe/Berlin", "layers": [layer], "overrides": overrides });
    put(&mut org, "schedule", json!({ "id": "crowd", "team": "payments", "calendar": calendar }));
    org
}

fn snapshot(org: &Organisation, steps: Value) -> PolicySnapshot {
    let body = json!({ "id": "p", "team": "payments", "steps": steps, "repeat": 0, "last_resort": ["user:dora"] });
    PolicySnapshot::of(org, &serde_json::from_value::<Policy>(body).expect("a policy"))
}

struct Play {
    org: Organisation,
    page: Page,
}

impl Play {
    fn begin(org: Organisation, steps: Value) -> Self {
        let event = start(snapshot(&org, steps), Urgency::High).event(uuid::Uuid::from_u128(7).into(), at(0));
        let first = Recorded { seq: 1, at: at(0), actor: Actor::system("ingest"), event };
        Self { page: Page::evolve(None, &first).expect("a page"), org }
    }

    fn record(&mut self, now: Instant, actor: &Actor, events: &[PageEvent]) {
        for event in events {
            let recorded = Recorded { seq: self.page.version + 1, at: now, actor: actor.clone(), event: event.clone() };
            self.page = Page::evolve(Some(self.page.clone()), &recorded).expect("it belongs here");
        }
    }

    /// What the first due step does: `bob (primary on crowd); carol (…) | copy: alice (…) | silent`.
    fn rings(&mut self) -> String {
        let now = self.page.next_due_at.expect("it waits");
        let events = self.page.advance(&self.org, now);
        self.record(now, &Actor::system("escalate"), &events);
        let people = |list: &[crate::paging::Rung]| {
            list.iter().map(|one| format!("{} ({})", one.user, one.why)).collect::<Vec<_>>().join("; ")
        };
        match &events[0] {
            PageEvent::StepRang { rung, silent, copies, .. } => {
                [people(rung), people(copies), silent.join("; ")].join(" | ")
            }
            PageEvent::StepEmpty { silent, .. } => format!("nobody: {}", silent.join("; ")),
            other => format!("{other:?}"),
        }
    }

    fn acknowledge(&mut self, who: &str) -> (bool, bool) {
        let actor = Actor::User(who.parse().expect("a handle"));
        let events = self.page.acknowledge(&actor, "link", at(60)).expect("it may");
        self.record(at(60), &actor, &events);
        let took_over = events.iter().any(|event| matches!(event, PageEvent::Acknowledged { took_over: true, .. }));
        (matches!(self.page.status, PageStatus::Acknowledged { .. }), took_over)
    }
}

fn one(notify: &[&str], more: &Value) -> Value {
    let mut step = json!({ "after": "0s", "notify": notify });
    step.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!([step])
}

#[test]
fn who_a_schedule_rings() {
    /// What stands beside the plan, what the step names, whom it rings.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a str);
    let add = [("carol", "add")];
    let watched = [("carol", "shadow")];
    let learning = [("carol", "reverse-shadow")];
    let replaced = [("alice", "replace")];
    let both = ["schedule:crowd", "schedule:crowd/next"];
    let cases: [Case<'_>; 11] = [
        (&[], &["schedule:crowd"], "bob (primary on crowd) |  | "),
        (&[], &["schedule:crowd/next"], "alice (on call next on crowd) |  | "),
        (&[], &both, "bob (primary on crowd); alice (on call next on crowd) |  | "),
        (&add, &["schedule:crowd"], "bob (primary on crowd); carol (on call too on crowd) |  | "),
        (&add, &["schedule:crowd/next"], "alice (on call next on crowd) |  | "),
        (&watched, &["schedule:crowd"], "bob (primary on crowd) | carol (shadows crowd) | "),
        (&watched, &["schedule:crowd", "user:carol"], "bob (primary on crowd); carol (named in the policy) |  | "),
        (&watched, &["schedule:crowd/next"], "alice (on call next on crowd) |  | "),
        (&learning, &["schedule:crowd"], "carol (primary on crowd); bob (on call too on crowd) |  | "),
        // Alice stands in until Monday, when her own week begins; the next one is whoever follows her.
        (&replaced, &["schedule:crowd/next"], "bob (on call next on crowd) |  | "),
        (
            &[("mute", "add")],
            &["schedule:crowd"],
            "bob (primary on crowd) |  | schedule:crowd: @mute has no verified contact method",
        ),
    ];
    for (overrides, notify, expected) in cases {
        let mut play = Play::begin(crowd(overrides), one(notify, &json!({})));
        assert_eq!(play.rings(), expected, "{overrides:?} {notify:?}");
    }
}

#[test]
fn somebody_who_is_gone_keeps_nobody_else_from_being_rung() {
    let mut play = Play::begin(crowd(&[("carol", "add")]), one(&["schedule:crowd"], &json!({})));
    play.org.remove(crate::org::ConfigKind::User, "bob");
    assert_eq!(play.rings(), "carol (on call too on crowd) |  | ");
    let mut alone = Play::begin(crowd(&[("alice", "replace")]), one(&["schedule:crowd/next"], &json!({})));
    alone.org.remove(crate::org::ConfigKind::User, "bob");
    assert_eq!(alone.rings(), "nobody: schedule:crowd/next: on call next on crowd: @bob no longer exists");
}

#[test]
fn where_nobody_follows_the_step_is_empty_and_takes_no_time() {
    let mut org = example();
    let calendar = json!({ "time_zone": "UTC", "layers": [{ "name": "always", "members": ["alice"], "every": "1w", "starts": "2026-01-05T09:00" }] });
    put(&mut org, "schedule", json!({ "id": "alone", "team": "payments", "calendar": calendar }));
    let steps =
        json!([{ "after": "0s", "notify": ["schedule:alone/next"] }, { "after": "5m", "notify": ["user:bob"] }]);
    let mut play = Play::begin(org, steps);
    assert_eq!(play.rings(), "nobody: schedule:alone/next: nobody else is on call on alone after this");
    let ring = play.page.newest_ring().expect("the next step rang at once");
    assert_eq!((ring.at, ring.step, ring.rung[0].user.as_str()), (at(0), 1, "bob"), "INV-04");
}

#[test]
fn everybody_means_those_on_call_together_and_never_who_watches() {
    let everybody = one(&["schedule:crowd"], &json!({ "acknowledge": "all" }));
    let mut play = Play::begin(crowd(&[("carol", "add"), ("dora", "shadow")]), everybody);
    play.rings();
    let owing: Vec<_> = play.page.owing().map(ToString::to_string).collect();
    assert_eq!(owing, ["bob", "carol"]);
    assert_eq!(play.acknowledge("dora"), (false, false), "who watches answers for nobody");
    assert_eq!(play.acknowledge("carol"), (false, false));
    assert_eq!(play.acknowledge("bob"), (true, false));
}

#[test]
fn a_turn_is_a_target_s_whoever_is_on_call_there() {
    let turns = one(&["schedule:crowd", "user:alice"], &json!({ "round_robin": true }));
    let mut play = Play::begin(crowd(&[("carol", "add"), ("dora", "shadow")]), turns);
    assert_eq!(
        play.rings(),
        "bob (primary on crowd; their turn, 1 of 2); carol (on call too on crowd; their turn, 1 of 2) | dora (shadows crowd) | "
    );
}

#[test]
fn who_watches_a_schedule_whose_turn_it_is_not_hears_nothing() {
    let turns = one(&["user:alice", "schedule:crowd"], &json!({ "round_robin": true }));
    let mut play = Play::begin(crowd(&[("dora", "shadow")]), turns);
    assert_eq!(play.rings(), "alice (named in the policy; their turn, 1 of 2) |  | ");
}

#[test]
fn whoever_watches_and_acknowledges_takes_it_over() {
    let mut play = Play::begin(crowd(&[("carol", "shadow")]), one(&["schedule:crowd"], &json!({})));
    play.rings();
    assert_eq!(play.acknowledge("carol"), (true, true), "nobody had rung her");
}

#[test]
fn the_plan_names_who_is_next_who_is_on_call_too_and_who_watches() {
    let org = crowd(&[("carol", "add"), ("dora", "shadow")]);
    let steps =
        json!([{ "after": "0s", "notify": ["schedule:crowd"] }, { "after": "5m", "notify": ["schedule:crowd/next"] }]);
    let lines: Vec<_> = plan(&org, start(snapshot(&org, steps), Urgency::High), at(0))
        .into_iter()
        .filter(|line| {
            line.contact.as_ref().is_none_or(|contact| contact.as_str() != "mail" || line.why.contains("too"))
        })
        .map(|line| {
            format!("{} {}: {}", line.step, line.user.map_or_else(|| "nobody".to_owned(), |u| u.to_string()), line.why)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "step 1 carol: on call too on crowd",
            "step 1 nobody: @dora gets a copy: shadows crowd",
            "step 2 alice: on call next on crowd",
        ]
    );
}

#[test]
fn a_held_page_that_is_passed_on_rings_and_is_held_no_more() {
    let org = crowd(&[]);
    let body = json!({ "id": "p", "team": "payments", "steps": one(&["user:alice"], &json!({})), "repeat": 0,
        "last_resort": [], "hold_low": { "until": "08:00" } });
    let policy = PolicySnapshot::of(&org, &serde_json::from_value::<Policy>(body).expect("a policy"));
    let event = start(policy, Urgency::Low).event(uuid::Uuid::from_u128(7).into(), at(0));
    let first = Recorded { seq: 1, at: at(0), actor: Actor::system("ingest"), event };
    let mut play = Play { page: Page::evolve(None, &first).expect("a page"), org };
    assert!(play.page.is_held(at(60)));
    let events = play.page.hand_over(at(60)).expect("it may");
    play.record(at(60), &Actor::User("bob".parse().expect("a handle")), &events);
    assert!(!play.page.is_held(at(60)), "it is due now");
    assert_eq!(play.rings(), "alice (named in the policy) |  | ");
    assert!(!play.page.is_held(at(61)));
}
