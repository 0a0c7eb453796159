//! What holds for every page: random policies, organisations, jumps of the clock and doings of people.

use super::{Run, at, example, person, policy, put, snapshot};
use crate::{
    org::{ConfigKind, Urgency},
    paging::{Owed, Page, PageEvent, PageStatus, PolicySnapshot, owed, plan},
    record::{Actor, Instant},
};
use proptest::prelude::*;

const TARGETS: [&str; 12] = [
    "user:alice",
    "user:bob",
    "user:carol",
    "user:mute",
    "user:nemo",
    "team:payments",
    "team:empty",
    "schedule:payments-primary",
    "schedule:payments-primary/backup",
    "schedule:gone",
    "policy:payments",
    "policy:gone",
];

fn targets() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TARGETS.to_vec()), 0..4).prop_map(|all| all.join(" "))
}

fn any_policy() -> impl Strategy<Value = PolicySnapshot> {
    let delay = prop::sample::select(vec!["0s", "0s", "1s", "1m", "5m", "1h"]);
    (prop::collection::vec((delay, targets()), 0..5), 0..4_u16, targets()).prop_map(|(steps, repeat, last_resort)| {
        let steps: Vec<_> = steps.iter().map(|(after, notify)| (*after, notify.as_str())).collect();
        snapshot(policy(&steps, repeat, &last_resort))
    })
}

/// Something that happens to a page or around it.
#[derive(Debug, Clone)]
enum Doing {
    Tick { after_s: i64 },
    WaitForTheAlarm,
    HandOver,
    Acknowledge,
    End,
    Unreachable,
    Edit { what: usize },
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        4 => prop::sample::select(vec![0, 1, 59, 300, 3_600, 86_400]).prop_map(|after_s| Doing::Tick { after_s }),
        8 => Just(Doing::WaitForTheAlarm),
        2 => Just(Doing::HandOver),
        1 => Just(Doing::Acknowledge),
        1 => Just(Doing::End),
        1 => Just(Doing::Unreachable),
        2 => (0..6_usize).prop_map(|what| Doing::Edit { what }),
    ]
}

fn edit(run: &mut Run, what: usize) {
    match what {
        0 => run.org.remove(ConfigKind::User, "alice"),
        1 => run.org.remove(ConfigKind::User, "bob"),
        2 => run.org.remove(ConfigKind::Schedule, "payments-primary"),
        3 => run.org.remove(ConfigKind::Policy, "payments"),
        4 => put(&mut run.org, "user", person("mute", "admin", true)),
        _ => run.org = example(),
    }
}

fn apply(run: &mut Run, now: Instant, doing: &Doing) -> Vec<PageEvent> {
    let somebody = Actor::User("bob".parse().unwrap());
    let decided = match doing {
        Doing::Tick { .. } | Doing::WaitForTheAlarm => return run.advance(now),
        Doing::HandOver => run.page.hand_over(now).unwrap_or_default(),
        Doing::Acknowledge => run.page.acknowledge(&somebody, "api", now).unwrap_or_default(),
        Doing::End => run.page.end("resolved: by hand"),
        Doing::Unreachable => vec![PageEvent::Unreachable { user: "bob".parse().unwrap(), next_due_at: now }],
        Doing::Edit { what } => {
            edit(run, *what);
            Vec::new()
        }
    };
    for event in &decided {
        run.record(now, somebody.clone(), event.clone());
    }
    decided
}

/// (repeat, step) of everything that was tried, the last resort one past the last step.
fn tried(run: &Run) -> Vec<(u32, u32)> {
    let last = run.page.policy.steps.len() as u32;
    let place = |event: &PageEvent| match event {
        PageEvent::StepRang { cycle, step, .. } | PageEvent::StepEmpty { cycle, step, .. } => Some((*cycle, *step)),
        PageEvent::LastResortRang { cycle, .. } => Some((*cycle, last)),
        _ => None,
    };
    run.history.iter().filter_map(|recorded| place(&recorded.event)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn inv_03_inv_04_inv_12_hold_whatever_happens(policy in any_policy(), doings in prop::collection::vec(doing(), 1..40)) {
        let mut run = Run::begin(example(), policy.clone(), at(0));
        let mut now = at(0);
        let mut over = false;
        for doing in &doings {
            now = match doing {
                Doing::Tick { after_s } => now + jiff::SignedDuration::from_secs(*after_s),
                Doing::WaitForTheAlarm => run.page.next_due_at.unwrap_or(now).max(now),
                _ => now,
            };
            let before = run.page.clone();
            let events = apply(&mut run, now, doing);
            run.assert_sound();
            prop_assert_eq!(&run.page.policy, &policy);
            prop_assert!(run.page.rings.starts_with(&before.rings));
            let ticked = matches!(doing, Doing::Tick { .. } | Doing::WaitForTheAlarm);
            prop_assert!(!ticked || run.page.next_due_at.is_none_or(|due| due > now), "after a pass nothing is due any more");
            prop_assert!(!over || !ticked || events.is_empty(), "rang after it was taken: {events:?}");
            over |= !run.page.is_waiting();
            prop_assert!(!(over && run.page.is_waiting()), "what is taken or over never rings again");
        }
        prop_assert!(tried(&run).windows(2).all(|pair| pair[0] < pair[1]), "went backwards: {:?}", tried(&run));
    }

    #[test]
    fn inv_01_an_unanswered_page_reaches_its_last_resort(policy in any_policy()) {
        let mut run = Run::begin(example(), policy.clone(), at(0));
        let passes_max = (policy.steps.len() + 1) * (usize::from(policy.repeat) + 1);
        let mut passes = 0;
        while run.page.status == PageStatus::Ringing {
            let due = run.page.next_due_at.unwrap();
            prop_assert!(!run.advance(due).is_empty());
            passes += 1;
            prop_assert!(passes <= passes_max, "does not come to an end");
        }
        prop_assert!(run.page.rings.iter().any(|ring| !ring.rung.is_empty()), "an organisation with an administrator always rings somebody");
        let since = run.page.rings.last().unwrap().at;
        let next = run.page.next_due_at.unwrap();
        prop_assert_eq!(next.duration_since(since), crate::limits::LAST_RESORT_EVERY);
        prop_assert_eq!(run.advance(next).len(), 1);
    }

    #[test]
    fn the_plan_says_exactly_what_is_rung(policy in any_policy(), high in any::<bool>()) {
        let urgency = if high { Urgency::High } else { Urgency::Low };
        let org = example();
        let mut planned: Vec<_> = plan(&org, super::start(policy.clone(), urgency), at(0))
            .into_iter()
            .filter_map(|line| Some((line.at, line.user?, line.contact?, line.medium?)))
            .collect();
        let mut run = Run::begin(org.clone(), policy, at(0));
        run.page.urgency = urgency;
        let mut rung: Vec<_> = rings(&org, run.page).into_iter().map(|o| (o.due_at, o.user, o.contact, o.medium.to_owned())).collect();
        planned.sort();
        rung.sort();
        prop_assert_eq!(planned, rung);
    }
}

/// Everything that would be sent if nobody answered, up to the first ring of the last resort, by the functions that ring people.
fn rings(org: &crate::org::Organisation, mut page: Page) -> Vec<Owed> {
    use crate::record::{Aggregate, Recorded};
    let mut all = Vec::new();
    while page.status == PageStatus::Ringing {
        let now = page.next_due_at.unwrap();
        for event in page.advance(org, now) {
            let rings_before = page.rings.len();
            page = Page::evolve(
                Some(page.clone()),
                &Recorded { seq: page.version + 1, at: now, actor: Actor::system("escalate"), event },
            )
            .unwrap();
            for person in page.rings[rings_before..].iter().flat_map(|ring| &ring.rung) {
                all.extend(owed(org, &page, &person.user, now));
            }
        }
    }
    all
}
