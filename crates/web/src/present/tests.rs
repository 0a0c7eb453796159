//! Presenters on values made by hand: an incident folded from its own events, seen at chosen instants through chosen eyes.

use super::{
    Eyes,
    alerts::Show,
    oncall::is_relied_on,
    room::{rules, seats, sides, timeline},
    sentence,
    typed::Typed,
    update::{components, room_words},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use nightbell_engine::domain::{
    ids::{IncidentId, UserId},
    org::{AccessRole, Organisation, Policy, PolicyStep, Target},
    record::{Actor, Aggregate as _, Instant, Recorded, fold},
    response::{
        self, Act, DeclareInput, Incident, IncidentEvent, IncidentStatus, RoleKind, playbook,
        timeline::timeline as lines,
    },
};

fn start() -> Timestamp {
    "2026-05-02T09:32:00Z".parse().expect("an instant")
}

fn user(handle: &str) -> UserId {
    handle.parse().expect("a handle")
}

fn eyes(org: &Organisation, me: &str, role: AccessRole, minutes: i64) -> Eyes<'static> {
    let org: &'static Organisation = Box::leak(Box::new(org.clone()));
    let now = start() + SignedDuration::from_mins(minutes);
    Eyes { me: user(me), role: Some(role), zone: TimeZone::UTC, now, org }
}

/// An incident and its stream, grown one decision at a time.
struct Story {
    org: Organisation,
    events: Vec<Recorded<IncidentEvent>>,
}

impl Story {
    fn declared(severity: &str) -> Self {
        let org = Organisation::default();
        let id: IncidentId = "inc_01010101010171018101010101010101".parse().expect("an id");
        let row = org.severities.get(&severity.parse().expect("a severity")).expect("a row").clone();
        let input = DeclareInput {
            id,
            slug: "inc-2026-05-02-checkout-down".to_owned(),
            title: "Checkout down".to_owned(),
            severity: row,
            answers: None,
            why: "asked for".to_owned(),
            service: None,
            runbook: None,
            mitigations: Vec::new(),
            alert: None,
        };
        let by = Actor::User(user("alice"));
        let events = response::declare(Act::new(&by, start()), input).expect("declared");
        let mut story = Self { org, events: Vec::new() };
        story.record(start(), &by, events);
        story
    }

    fn record(&mut self, at: Instant, by: &Actor, events: Vec<IncidentEvent>) {
        for event in events {
            let seq = self.events.len() as u64 + 1;
            self.events.push(Recorded { seq, at, actor: by.clone(), event });
        }
    }

    fn incident(&self) -> Incident {
        let incident: Incident = fold(&self.events).expect("it folds").expect("an incident");
        assert_eq!(incident.version(), self.events.len() as u64);
        incident
    }

    fn then(mut self, minutes: i64, who: &str, decide: impl Fn(&Incident, Act<'_>) -> Vec<IncidentEvent>) -> Self {
        let (by, at) = (Actor::User(user(who)), start() + SignedDuration::from_mins(minutes));
        let events = decide(&self.incident(), Act::new(&by, at));
        self.record(at, &by, events);
        self
    }
}

fn taken(role: RoleKind, who: &'static str) -> impl Fn(&Incident, Act<'_>) -> Vec<IncidentEvent> {
    move |incident, act| incident.take_role(act, role, &user(who)).expect("taken")
}

/// Role, note, whether it is owed, may be taken, may be left.
type SeatSeen<'a> = (&'a str, &'a str, bool, bool, bool);
/// Status word, whether it needs a reason, whether it is the usual next one.
type MoveSeen<'a> = (&'a str, bool, bool);

#[test]
fn seats_say_who_sits_where_and_what_is_owed() {
    let story = Story::declared("sev1").then(3, "dana", taken(RoleKind::Commander, "dana")).then(
        4,
        "alice",
        taken(RoleKind::Ops, "alice"),
    );
    let cases: &[(&str, i64, &[SeatSeen<'_>])] = &[
        (
            "dana",
            5,
            &[
                ("ic", "since 09:35 UTC", false, false, false),
                ("ops", "since 09:36 UTC", false, false, false),
                ("ops", "join", false, true, false),
                ("comms", "owed by 09:42 UTC", true, true, false),
                ("scribe", "owed by 09:42 UTC", true, true, false),
            ],
        ),
        (
            "alice",
            20,
            &[
                ("ic", "since 09:35 UTC", false, false, false),
                ("ops", "since 09:36 UTC", false, false, true),
                ("comms", "owed since 09:42 UTC", true, true, false),
                ("scribe", "owed since 09:42 UTC", true, true, false),
            ],
        ),
    ];
    for (me, minutes, expected) in cases {
        let eyes = eyes(&story.org, me, AccessRole::Responder, *minutes);
        let seats = seats::seats(&eyes, &story.incident(), &story.events);
        let seen: Vec<_> =
            seats.iter().map(|s| (s.role.as_str(), s.note.as_str(), s.owed, s.can_take, s.can_release)).collect();
        assert_eq!(seen, *expected, "{me} at {minutes}");
    }
    let viewer = eyes(&story.org, "vera", AccessRole::Viewer, 5);
    let seats = seats::seats(&viewer, &story.incident(), &story.events);
    assert!(seats.iter().all(|s| !(s.can_take || s.can_offer || s.can_release || s.offered_to_me)));
}

#[test]
fn rules_and_needs_follow_the_clocks() {
    let cases: &[(i64, &str, &[&str])] = &[
        (0, "open", &[]),
        (3, "due", &["No commander yet", "Nothing is public yet"]),
        (
            5,
            "breached",
            &[
                "No commander, and the time for one is over",
                "The public page has not spoken in time",
                "Roles are empty",
            ],
        ),
    ];
    for (minutes, state, needs) in cases {
        let story = Story::declared("sev1");
        let (eyes, incident) = (eyes(&story.org, "alice", AccessRole::Manager, *minutes), story.incident());
        let adherence = playbook::adherence(&incident, eyes.now);
        let playbook = rules::playbook(&eyes, &incident, &adherence);
        let rule = playbook.rules.iter().find(|rule| rule.id == "ic-named").expect("the rule");
        assert_eq!(rule.state.text.to_lowercase(), *state, "{minutes}");
        assert!(rule.can_waive && rule.clock.is_some(), "{minutes}");
        let seen: Vec<String> = rules::needs(&eyes, &incident, &adherence).into_iter().map(|need| need.text).collect();
        assert_eq!(seen, *needs, "{minutes}");
    }
}

#[test]
fn the_promise_is_counted_down() {
    let update = |incident: &Incident, act: Act<'_>| {
        incident.post_update(act, &response::UpdateInput { text: "Looking.", ..Default::default() }).expect("posted")
    };
    let sev1 = Story::declared("sev1");
    let sev3 = Story::declared("sev3");
    let cases = [
        (&sev1, "the first is owed by 09:47 UTC, then Comms is paged", Some("9:00")),
        (&sev3, "SEV3 promises no updates; a word is welcome all the same.", None),
    ];
    for (story, text, clock) in cases {
        let next = sides::next_update(&eyes(&story.org, "alice", AccessRole::Responder, 6), &story.incident());
        assert_eq!((next.text.as_str(), next.clock.map(|c| c.text).as_deref()), (text, clock));
    }
    let told = Story::declared("sev1").then(10, "alice", update);
    let next = sides::next_update(&eyes(&told.org, "alice", AccessRole::Viewer, 26), &told.incident());
    assert_eq!((next.text.as_str(), next.can_update), ("promised for 09:57 UTC, then Comms is paged", false));
    assert!(next.clock.is_some_and(|clock| clock.overdue && clock.text == "+1:00"));
}

#[test]
fn status_words_lead_on_or_need_a_reason() {
    let set = |to: IncidentStatus| move |i: &Incident, act: Act<'_>| i.set_status(act, to, None).expect("set");
    let cases: Vec<(Story, &[MoveSeen<'_>])> = vec![
        (
            Story::declared("sev2"),
            &[
                ("identified", false, false),
                ("monitoring", false, false),
                ("resolved", false, true),
                ("cancelled", true, false),
            ],
        ),
        (
            Story::declared("sev2").then(1, "alice", set(IncidentStatus::Monitoring)),
            &[
                ("resolved", false, true),
                ("identified", true, false),
                ("investigating", true, false),
                ("cancelled", true, false),
            ],
        ),
        (Story::declared("sev2").then(1, "alice", |i, _| i.cancel("a test").expect("cancelled")), &[]),
    ];
    for (story, expected) in cases {
        let moves = sides::statuses(&story.incident());
        let seen: Vec<_> = moves.iter().map(|m| (m.value.as_str(), m.needs_reason, m.primary)).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn the_timeline_speaks_once_and_names_days() {
    let story = Story::declared("sev3")
        .then(1, "alice", taken(RoleKind::Ops, "alice"))
        .then(2, "bob", |i, _| i.write(response::EntryKind::Note, "@bob is not a command").expect("written"))
        .then(24 * 60, "bob", |i, act| i.set_status(act, IncidentStatus::Identified, None).expect("set"));
    let eyes = eyes(&story.org, "alice", AccessRole::Responder, 24 * 60 + 1);
    let shown = lines(&story.events);
    let (entries, earlier) = timeline::entries(&eyes, &story.incident(), &story.events, &shown, timeline::Show::All, 0);
    let spoken: Vec<_> = entries
        .iter()
        .filter(|e| e.kind != "Playbook")
        .map(|e| (e.kind.as_str(), e.text.as_str(), e.meta.as_str()))
        .collect();
    let expected = [
        ("Status", "investigating → identified", "@bob"),
        ("Note", "@bob is not a command", "@bob"),
        ("Role", "@alice took Ops", ""),
        ("Status", "Declared SEV3: Checkout down", "asked for · @alice"),
    ];
    assert_eq!(spoken, expected);
    let days: Vec<_> = entries.iter().filter_map(|e| e.day.as_deref()).collect();
    assert_eq!(days, ["Sat 2 May"], "the newest day stands in the title");
    assert!(earlier.is_none());
}

#[test]
fn small_words() {
    for (text, expected) in [("route 1", "Route 1."), ("Done!", "Done!"), ("", ""), (" x ", "X.")] {
        assert_eq!(sentence(text), expected);
    }
    for (word, show) in [("all", Show::All), ("firing", Show::Firing), ("", Show::Open), ("<b>", Show::Open)] {
        assert_eq!(Show::from_word(word), show);
    }
}

#[test]
fn forms_are_read_leniently() {
    let typed = |pairs: &[(&str, &str)]| Typed::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    for (impact, doing, expected) in [
        ("30% fail", "Looking.", "30% fail. Looking."),
        ("30% fail.", "Looking.\r\nStill.", "30% fail. Looking.\nStill."),
        (" 30% fail ", "", "30% fail"),
        ("", "", ""),
    ] {
        assert_eq!(room_words(&typed(&[("impact", impact), ("doing", doing)])), expected);
    }
    let form = typed(&[
        ("a", "1"),
        ("a", "2"),
        ("component-pay", "partial_outage"),
        ("component-search", ""),
        ("component-Bad!", "operational"),
    ]);
    assert_eq!((form.word("a"), form.word("b"), form.given("b"), form.ticked("a")), ("1", "", None, false));
    let chosen: Vec<_> =
        components(&form).into_iter().map(|effect| (effect.component.to_string(), effect.status.word())).collect();
    assert_eq!(chosen, [("pay".to_owned(), "partial_outage")]);
}

#[test]
fn a_gap_troubles_only_who_counts_on_the_schedule() {
    let target = |text: &str| text.parse::<Target>().expect("a target");
    let policy = |first: &str, last: &str| {
        let steps = vec![PolicyStep::plain(SignedDuration::ZERO, vec![target(first)])];
        Policy::plain("p".parse().expect("a handle"), None, steps, 0, vec![target(last)])
    };
    for (first, last, commander, expected) in [
        ("schedule:nights", "user:alice", None, true),
        ("schedule:nights/backup", "user:alice", None, true),
        ("user:alice", "schedule:nights", None, true),
        ("user:alice", "user:bob", Some("schedule:nights"), true),
        ("schedule:days", "user:nights", Some("team:nights"), false),
    ] {
        let mut org = Organisation::default();
        let policy = policy(first, last);
        org.policies.insert(policy.id.clone(), policy);
        org.response.commander = commander.into_iter().map(target).collect();
        assert_eq!(is_relied_on(&org, "nights"), expected, "{first} {last} {commander:?}");
    }
}
