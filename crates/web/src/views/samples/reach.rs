//! Samples of how people are reached, of coverage and of calendars, in the states that say different things.

use super::super::calendars::{AwayRow, CalendarsPage, FeedRow};
use super::super::coverage::{CoveragePage, HoleRow, WayRow};
use super::super::push::PushBox;
use super::super::reach::{
    AddForm, CodeForm, Ladder, MethodCard, NextStep, PeoplePage, PersonRow, ReachPage, Rung, Standing,
};
use super::super::{Choice, Empty, Field, Filter, Link, Nav, Tag, Tone};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices, shell, until};

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    vec![
        ("reach", show(&reach(v))),
        ("reach-nothing", show(&nothing(v))),
        ("people", show(&people(v))),
        ("coverage", show(&coverage(v))),
        ("coverage-whole", show(&whole(v))),
        ("calendars", show(&calendars(v))),
        ("calendars-empty", show(&no_calendar(v))),
    ]
}

fn media() -> Vec<Choice> {
    [("email", "Mail"), ("sms", "Text message"), ("ntfy", "ntfy")].map(|(w, l)| Choice::new(w, l, w == "email")).into()
}

/// A method that is proved, and one that waits for its code after a wrong try.
fn methods(v: Voice) -> Vec<MethodCard> {
    let proved = MethodCard {
        id: "phone".into(),
        medium: "Push to a phone".into(),
        address: "a browser, by push.example.com".into(),
        state: Tag::new(Tone::Ok, "✓", "verified"),
        note: "Proven 3 days ago by a test page. At most 5 messages in 10 min.".into(),
        trouble: String::new(),
        own: true,
        unproved: false,
        can_test: true,
        code: None,
        readdress: None,
        name: Field::new("phone"),
        count: Field::new("5"),
        minutes: Field::new("10"),
        override_why: Some("No verified method is left without it: you cannot be reached.".into()),
        open: false,
        secret: String::new(),
    };
    let waiting = MethodCard {
        id: "work-mail".into(),
        medium: "Mail".into(),
        address: v.t("alice@example.com"),
        state: Tag::new(Tone::Due, "◐", "not verified"),
        note: "Pages do not use it before you enter the code it is sent.".into(),
        trouble: v.t("The last message failed 2 min ago: 550 no such mailbox"),
        unproved: true,
        can_test: false,
        code: Some(CodeForm {
            code: Field::refused(v.t("000000"), "That is not the code. Look at the newest message."),
            expires: until(9),
            left: "4 tries are left".into(),
        }),
        readdress: Some(Field::refused(v.t("alice@"), "That is no mail address.")),
        name: Field::new(v.t("work-mail")),
        count: Field::default(),
        minutes: Field::default(),
        override_why: None,
        open: true,
        secret: v.t("whsec_sample"),
        ..proved.clone()
    };
    vec![proved, waiting]
}

fn ladder(v: Voice, urgency: &str, title: &str) -> Ladder {
    let after = |chosen: &str| choices(v, &[("never", "Never"), ("0", "At once"), ("60", "After 1 min")], chosen);
    Ladder {
        urgency: urgency.into(),
        title: title.into(),
        sentence: "At once by push, after 1 min by mail.".into(),
        rungs: vec![
            Rung { id: "phone".into(), label: "Push to a phone · phone".into(), after: after("0") },
            Rung { id: "work-mail".into(), label: "Mail · work-mail (not verified)".into(), after: after("60") },
        ],
    }
}

fn reach(v: Voice) -> ReachPage {
    ReachPage {
        shell: shell(v, "How Nightbell reaches me", Nav::Settings),
        standing: Standing::Unproved,
        sentence: "A page reaches you at once by push, after 1 min by mail.".into(),
        proved: "Nothing has proved for 35 days that it rings: test it.".into(),
        next: NextStep::Test { id: "phone".into(), urge: true },
        turn: v.t("You are on call now, on payments-primary."),
        warnings: vec!["One method alone rings you: when it fails, the page goes on to the next person.".into()],
        methods: methods(v),
        empty: Empty { text: "You have no method yet, so nothing can wake you.".into(), next: None },
        add: AddForm {
            media: media(),
            address: Field::refused(v.t("0151 12"), "Write an international number, with + and the country."),
            name: Field::new(v.t("pocket")),
            open: true,
        },
        push: Some(PushBox { csrf: "sample-csrf".into(), key: "BPr1-sample".into(), urge: false }),
        ladders: vec![ladder(v, "high", "When it may not wait"), ladder(v, "low", "When it may wait")],
        own_rules: true,
        rules_problem: Some("Choose when it rings from the list.".into()),
        quiet_from: Field::refused("22:00", "Give both times, such as 22:00 and 07:00; or leave both empty for none."),
        quiet_to: Field::default(),
        zone: v.t("Europe/Berlin"),
        sees_people: true,
    }
}

/// Somebody new.
fn nothing(v: Voice) -> ReachPage {
    ReachPage {
        standing: Standing::Unreached,
        sentence: "No page reaches you: no method is verified.".into(),
        proved: String::new(),
        next: NextStep::Go(Link::new("#add", "Add a method")),
        turn: String::new(),
        warnings: Vec::new(),
        methods: Vec::new(),
        add: AddForm { media: media(), address: Field::default(), name: Field::default(), open: false },
        push: None,
        own_rules: false,
        rules_problem: None,
        quiet_from: Field::default(),
        sees_people: false,
        ..reach(v)
    }
}

fn people(v: Voice) -> PeoplePage {
    let row = |id: &str, tag: Tag, methods: Vec<(String, Tag)>, address: Field| PersonRow {
        id: id.into(),
        name: v.t("Alice Example"),
        state: tag,
        turn: if methods.is_empty() { String::new() } else { v.t("Is on call now, on payments-primary.") },
        methods,
        address,
    };
    let verified = || vec![("Mail · mail".to_owned(), Tag::new(Tone::Ok, "✓", "verified"))];
    PeoplePage {
        shell: shell(v, "How everybody is reached", Nav::Settings),
        lead: "2 of 3 people are reached; 1 of them proved it within 35 days.".into(),
        people: vec![
            row("carol", Tag::new(Tone::Act, "▲", "not reached"), Vec::new(), Field::refused(v.t("12"), "No number.")),
            row("bob", Tag::new(Tone::Due, "◐", "not proved lately"), verified(), Field::default()),
            row("alice", Tag::new(Tone::Ok, "✓", "reached"), verified(), Field::default()),
        ],
        invited: Some(("@carol".into(), "https://nightbell.example/welcome/sampletoken".into())),
        media: media(),
    }
}

fn weeks() -> Vec<Filter> {
    let filter = |n: i64| Filter {
        href: format!("/oncall/coverage?weeks={n}"),
        label: format!("{n} weeks"),
        count: String::new(),
        current: n == 8,
    };
    [1, 4, 8, 26].map(filter).into()
}

fn coverage(v: Voice) -> CoveragePage {
    let hole = |deaf, mend| HoleRow {
        place: v.t("Policy payments"),
        deaf,
        who: if deaf { "Reaches nobody".into() } else { v.t("Reaches Bob Example alone") },
        from: deaf.then(|| at(60 * 30)),
        to: deaf.then(|| at(60 * 32)),
        long: "2 h".into(),
        ahead: if deaf { "begins within 2 days".into() } else { String::new() },
        exactly: "2026-05-03 18:04 to 2026-05-03 20:04 Europe/Berlin (2026-05-03 16:04 to 2026-05-03 18:04 UTC, 2 h)"
            .into(),
        missing: vec![v.t("Step 1: nobody is on call on payments-primary")],
        fix: v.t("Add a layer or an override that has somebody then."),
        mend,
        led_by: v.t("service checkout, integration prometheus"),
    };
    let way = |standing, word: &str| WayRow {
        place: v.t("Policy payments"),
        led_by: v.t("service checkout"),
        standing,
        word: word.into(),
    };
    CoveragePage {
        shell: calm(v, "Coverage", Nav::Oncall),
        weeks: weeks(),
        asked: 8,
        standing: Standing::Unreached,
        verdict: "No: in 1 span of the next 8 weeks a page reaches nobody.".into(),
        meaning: "In 1 span more it reaches one person alone.".into(),
        holes: vec![
            hole(true, Some(Link::new("/oncall/payments-primary/override", "Put somebody on call"))),
            hole(false, None),
        ],
        more: "And 12 more, later.".into(),
        ways: vec![
            way(Standing::Unreached, "nobody in 1 span"),
            way(Standing::Unproved, "one person alone in 1 span"),
            way(Standing::Proved, "covered"),
        ],
        proven_days: 35,
        empty: Empty::new("There is no service yet, so no page goes anywhere.", "/services", "See the services"),
    }
}

fn whole(v: Voice) -> CoveragePage {
    CoveragePage {
        standing: Standing::Proved,
        verdict: "Yes: two people are reached at every minute of the next 8 weeks.".into(),
        meaning: "On every one of 3 ways a page can take.".into(),
        holes: Vec::new(),
        more: String::new(),
        ..coverage(v)
    }
}

fn calendars(v: Voice) -> CalendarsPage {
    let absence = |id: &str, turns: Vec<String>| AwayRow {
        id: id.into(),
        from: at(60 * 24),
        to: at(60 * 48),
        source: v.t("holidays"),
        turns,
    };
    CalendarsPage {
        shell: shell(v, "Calendars", Nav::Settings),
        made: Some("https://nightbell.example/ical/sample.ics".into()),
        told: vec![v.t("2 turns of payments-primary would be read in; nothing was changed.")],
        feeds: vec![FeedRow {
            id: "feed_1".into(),
            what: "Your own turns".into(),
            created: at(-900),
            used: Some(at(-5)),
        }],
        schedules: choices(v, &[("", "my own turns"), ("payments-primary", "schedule payments-primary")], ""),
        feed_error: Some("There are 20 already: revoke one first.".into()),
        absences: vec![absence("abs_1", vec![v.t("payments-primary")]), absence("abs_2", Vec::new())],
        from: Field::new("2026-12-24"),
        to: Field::refused("2026-12-20", "The last day is before the first."),
        calendar: Field::new(v.t("holidays")),
        ics: Field::refused(v.t("BEGIN:VCALENDAR"), "That calendar ends before it is whole."),
        arranges: choices(v, &[("payments-primary", "payments-primary")], "payments-primary"),
        turns: Field::new(v.t("BEGIN:VCALENDAR")),
    }
}

fn no_calendar(v: Voice) -> CalendarsPage {
    CalendarsPage {
        shell: calm(v, "Calendars", Nav::Settings),
        made: None,
        told: Vec::new(),
        feeds: Vec::new(),
        feed_error: None,
        absences: Vec::new(),
        from: Field::default(),
        to: Field::default(),
        calendar: Field::default(),
        ics: Field::default(),
        arranges: Vec::new(),
        turns: Field::default(),
        ..calendars(v)
    }
}
