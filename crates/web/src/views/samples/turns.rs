//! The pages under `/oncall`.

use super::super::oncall::lanes::{
    AgreedRow, Day, Lane, Lanes, LanesPage, LegendRow, NoteRow, RequestRow, Segment, StagedRow, Week,
};
use super::super::oncall::load::{LoadPage, LoadRow};
use super::super::oncall::plan::{LayerForm, PlanLook, PlanPage};
use super::super::oncall::turns::{AskPage, ChangeRow, MinePage, OverridePage, SpanPreview, TurnRow};
use super::super::oncall::{OncallPage, ScheduleCard, ShiftRow};
use super::super::{Choice, Empty, Field, Filter, Nav, Person, Tag};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices};

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut out = list(v);
    out.extend(schedule(v));
    out.extend(forms(v));
    out.push(("oncall-load", show(&load(v))));
    out
}

fn alice(v: Voice) -> Person {
    Person::new(v.t("Alice Example"), "alice")
}

fn card(v: Voice, id: &str, gaps: &str) -> ScheduleCard {
    ScheduleCard {
        id: id.into(),
        name: v.t(id),
        note: v.t("Payments · Europe/Berlin"),
        primary: gaps.is_empty().then(|| alice(v)),
        also: vec![Person::new(v.t("Dan Reyes"), "dan")],
        backup: Some(Person::new(v.t("Bob Example"), "bob")),
        until: Some(at(60 * 47)),
        gaps: gaps.into(),
        relied_on: true,
        next: v.t("Then Bob Example."),
        call: if gaps.is_empty() { v.t("Alice Example") } else { String::new() },
        may_take: true,
        may_give_back: gaps.is_empty(),
    }
}

fn turn(v: Voice, now: bool) -> TurnRow {
    TurnRow {
        schedule: "payments-primary".into(),
        seat: Tag::plain(v.t("primary")),
        from: at(if now { -60 } else { 600 }),
        to: at(60 * 40),
        length: "7 days".into(),
        now,
        endless: false,
        ask: "/oncall/payments-primary/ask?from=2026-05-04T07:00:00Z&to=2026-05-11T07:00:00Z".into(),
        whole: ("2026-05-04T07:00:00Z".into(), "2026-05-11T07:00:00Z".into()),
        whom: choices(v, &[("", "Everybody of the schedule"), ("bob", "Bob Example")], ""),
    }
}

fn list(v: Voice) -> Vec<Rendered> {
    let page = OncallPage {
        shell: calm(v, "On call", Nav::Oncall),
        mine: vec![turn(v, true), turn(v, false)],
        asked_count: 2,
        own_count: 1,
        holes: super::policies::holes(v),
        more_holes: 1,
        may_create: true,
        schedules: vec![
            card(v, "payments-primary", ""),
            card(v, "search-primary", "1 gap in the next 8 weeks, on Mon 11 May 09:00 for 7 days"),
        ],
        empty: Empty::new("No schedule yet.", "/oncall/new", "Make one"),
        services: choices(v, &[("checkout", "Checkout"), ("search", "Search")], "checkout"),
        at: Field::new("2026-05-03T03:00"),
    };
    let none = OncallPage {
        shell: calm(v, "On call", Nav::Oncall),
        mine: Vec::new(),
        asked_count: 0,
        own_count: 0,
        holes: Vec::new(),
        more_holes: 0,
        may_create: false,
        schedules: Vec::new(),
        services: Vec::new(),
        empty: page.empty.clone(),
        at: Field::default(),
    };
    vec![("oncall", show(&page)), ("oncall-empty", show(&none))]
}

fn lanes(v: Voice, opens: &str) -> Lanes {
    let segment = |x: &str, width: &str, class: &'static str, name: &str, last: bool| Segment {
        x: x.into(),
        width: width.into(),
        class,
        agreed: class == "p1",
        letters: if class == "gap" { "▲".into() } else { "AE".into() },
        name: v.t(name),
        title: v.t("Alice Example: Mon 4 May 09:00 to Mon 11 May 09:00 Europe/Berlin"),
        href: if last { "/oncall/payments-primary/override?from=2026-05-04T07:00:00Z".into() } else { String::new() },
    };
    let week = |n: u32| Week {
        label: format!("{} – {} May 2026", n * 7 + 4, n * 7 + 10),
        from: "2026-05-03T22:00:00Z".into(),
        to: "2026-05-10T22:00:00Z".into(),
        height: 150,
        days: (0..7)
            .map(|d| Day {
                x: format!("{:.3}", f64::from(d) * 14.285),
                width: "14.285".into(),
                label: format!("Day {d}"),
                mark: if d == 6 { "clock +1 h".into() } else { String::new() },
                today: d == 2,
            })
            .collect(),
        lanes: vec![
            Lane {
                name: v.t("weekly"),
                y: 54,
                height: 20,
                last: false,
                segments: vec![segment("0", "100", "p0", "Alice Example", false)],
            },
            Lane {
                name: "On call".into(),
                y: 92,
                height: 46,
                last: true,
                segments: vec![
                    segment("0", "40", "p0", "Alice Example", true),
                    segment("40", "30", "p1", "Bob Example", true),
                    segment("70", "30", "gap", "Nobody", true),
                ],
            },
        ],
        now_x: if n == 0 { "33.1".into() } else { String::new() },
    };
    Lanes {
        weeks: (0..4).map(week).collect(),
        opens: opens.into(),
        step_minutes: 360,
        legend: vec![
            LegendRow { person: alice(v), colour: "p0" },
            LegendRow { person: Person::new(v.t("Bob Example"), "bob"), colour: "p1" },
        ],
        zone: "Days are those of Europe/Berlin, yours and the schedule's.".into(),
        reader_zone: "Europe/Berlin".into(),
    }
}

fn request(v: Voice, id: &str, state: &str) -> RequestRow {
    RequestRow {
        schedule: "payments-primary".into(),
        id: id.into(),
        person: alice(v),
        whom: v.t("asks everybody"),
        from: at(600),
        to: at(1200),
        back: Some((at(6000), at(6600))),
        note: v.t("My daughter's birthday"),
        state: Tag::plain(v.t(state)),
        said: v.t("Bob Example took it."),
        may_accept: true,
        may_decline: true,
        may_withdraw: true,
        undo: Some("span-1".into()),
        misgivings: vec![v.t("Only 3 h of rest after the turn on other; 11 h are owed.")],
        needs_reason: true,
    }
}

fn schedule(v: Voice) -> Vec<Rendered> {
    let shift = |from: i64, primary: &str, mark: &str| ShiftRow {
        from: at(from * 1440),
        to: at((from + 7) * 1440),
        length: "7 days".into(),
        primary: v.t(primary),
        backup: v.t("Bob Example"),
        mark: mark.into(),
        gap: primary.is_empty(),
        now: from < 0,
    };
    let page = LanesPage {
        shell: calm(v, "payments-primary", Nav::Oncall),
        id: "payments-primary".into(),
        note: v.t("Payments · Europe/Berlin"),
        source: "The plan comes from a file: change it there and apply it.".into(),
        now: card(v, "payments-primary", "1 gap in the next 8 weeks"),
        spans: vec![
            Filter {
                href: "/oncall/payments-primary?weeks=1".into(),
                label: "1 week".into(),
                count: String::new(),
                current: false,
            },
            Filter {
                href: "/oncall/payments-primary?weeks=4".into(),
                label: "4 weeks".into(),
                count: String::new(),
                current: true,
            },
        ],
        earlier: "/oncall/payments-primary?from=2026-04-06".into(),
        later: "/oncall/payments-primary?from=2026-06-01".into(),
        lanes: lanes(v, "/oncall/payments-primary/override"),
        may_act: true,
        may_edit: true,
        may_import: true,
        agreed: vec![AgreedRow {
            id: "span-1".into(),
            person: alice(v),
            what: Tag::plain("swap"),
            from: at(600),
            to: at(1200),
            note: v.t("arranged by Carol Khan · Concert"),
            undo: Some("Undo".into()),
        }],
        requests: vec![request(v, "r1", "open")],
        staged: vec![
            StagedRow { from: at(6000), iso: "2026-06-01T07:00:00Z".into(), by: v.t("Carol Khan"), begun: false },
            StagedRow { from: at(-6000), iso: "2026-04-01T07:00:00Z".into(), by: v.t("Carol Khan"), begun: true },
        ],
        notes: vec![NoteRow { by: v.t("Alice Example"), at: at(-60), text: v.t("The queue is slow.") }],
        may_note: true,
        shifts: vec![shift(-5, "Alice Example", ""), shift(2, "Bob Example", "override"), shift(9, "", "")],
    };
    let mine = MinePage {
        shell: calm(v, "My turns", Nav::Oncall),
        turns: vec![turn(v, true), turn(v, false)],
        later: vec![turn(v, false)],
        behind: vec![TurnRow { ask: String::new(), ..turn(v, false) }],
        asked: vec![request(v, "r1", "open")],
        own: vec![request(v, "r2", "taken")],
        load: vec![("168 h".into(), "On call".into())],
        unreachable: "no method of yours is proved.".into(),
        may_act: true,
    };
    vec![("oncall-schedule", show(&page)), ("oncall-me", show(&mine))]
}

fn change(v: Voice) -> ChangeRow {
    ChangeRow {
        from: at(600),
        to: at(1200),
        length: "10 hours".into(),
        before: v.t("Alice Example"),
        after: String::new(),
    }
}

fn people(v: Voice) -> Vec<Choice> {
    choices(v, &[("alice", "Alice Example"), ("bob", "Bob Example")], "bob")
}

fn forms(v: Voice) -> Vec<Rendered> {
    let span = OverridePage {
        shell: calm(v, "Put somebody on call", Nav::Oncall),
        id: "payments-primary".into(),
        zone: "Europe/Berlin".into(),
        people: people(v),
        people_error: Some("Choose somebody of the list.".into()),
        kinds: choices(v, &[("replace", "Takes it"), ("add", "Joins")], "replace"),
        from: Field::new("2026-05-03T18:00"),
        to: Field::refused("2026-05-03T17:00", "The end must lie after the beginning."),
        note: Field::new(v.t("Concert")),
        although: Some(Field::refused("", "Say why.")),
        preview: Some(SpanPreview {
            rows: vec![change(v)],
            misgivings: vec![v.t("No rest before the turn on other.")],
        }),
        ask: "/oncall/payments-primary/ask".into(),
    };
    let ask = AskPage {
        shell: calm(v, "Ask for cover", Nav::Oncall),
        id: "payments-primary".into(),
        zone: "Europe/Berlin".into(),
        users: people(v),
        person: alice(v),
        asked: choices(v, &[("", "Everybody of the schedule"), ("bob", "Bob Example")], ""),
        asked_error: Some("Choose somebody of the list.".into()),
        back: choices(v, &[("", "nothing"), ("bob 1 2", "Bob Example: Tue 12 May")], ""),
        back_error: Some("Choose a turn of the list.".into()),
        from: Field::new("2026-05-03T18:00"),
        to: Field::new("2026-05-03T20:00"),
        note: Field::new(v.t("Birthday")),
    };
    vec![
        ("oncall-override", show(&span)),
        ("oncall-ask", show(&ask)),
        ("oncall-new", show(&plan(v, "", false))),
        ("oncall-edit", show(&plan(v, "night-watch", true))),
    ]
}

/// The form of a plan; `look`: after its preview was asked for.
fn plan(v: Voice, id: &str, look: bool) -> PlanPage {
    let layer = |n: usize| LayerForm {
        key: format!("l{n}"),
        title: format!("Layer {}", n + 1),
        name: Field::new(v.t("weekly")),
        people: Field::new(v.t("alice, bob+carol, nobody")),
        every: Field::refused("1x", "Write a length."),
        starts: Field::new("2026-05-04T09:00"),
        hours: Field::new(v.t("mon tue 09:00-17:00")),
        holidays: Field::new("DE off"),
        turns: Field::refused("many", "Write a number from 1 to 520."),
        removable: n > 0,
    };
    PlanPage {
        shell: calm(v, "Plan", Nav::Oncall),
        action: if id.is_empty() { "/oncall/new".into() } else { format!("/oncall/{id}/edit") },
        id: id.into(),
        handle: Field::new(v.t("night-watch")),
        teams: choices(v, &[("", "none"), ("payments", "Payments")], "payments"),
        zone: Field::refused(v.t("Mars/Base"), "That is no zone."),
        zones: vec!["Europe/Berlin".into(), "UTC".into()],
        backup: vec![Choice::new("next", "The next in the rotation", true), Choice::new("none", "Nobody", false)],
        layers: vec![layer(0), layer(1)],
        begins: choices(v, &[("now", "Now"), ("at", "At the time below")], "now"),
        begin_error: None,
        at: Field::default(),
        although: look.then(|| Field::refused("", "Say why.")),
        preview: look.then(|| PlanLook {
            from: at(60),
            lanes: lanes(v, ""),
            changes: vec![change(v)],
            more: 3,
            gaps: vec![(at(600), at(700))],
            unreachable: vec![v.t("Frank Example")],
        }),
        people: v.t("alice, bob"),
    }
}

fn load(v: Voice) -> LoadPage {
    let row = |name: &str, width: &str| LoadRow {
        name: v.t(name),
        hours: "168".into(),
        nights: "56".into(),
        weekends: "48".into(),
        holidays: "0".into(),
        weighted: "248".into(),
        shifts: 1,
        pages: 12,
        night_pages: 3,
        bar: vec![("0.00".into(), width.into(), "plainly"), ("50.00".into(), "20.00".into(), "nightly")],
        pages_width: "80.00".into(),
    };
    LoadPage {
        shell: calm(v, "Load", Nav::Oncall),
        month: "May 2026".into(),
        months: vec![Filter {
            href: "/oncall/load?month=2026-05".into(),
            label: "May 2026".into(),
            count: String::new(),
            current: true,
        }],
        schedules: choices(v, &[("", "All schedules"), ("payments-primary", "payments-primary")], ""),
        value: "2026-05".into(),
        fairness: "92".into(),
        fairness_words: "Everybody carries about the same.".into(),
        people: vec![row("Alice Example", "50.00"), row("Bob Example", "30.00")],
        csv: "/oncall/load.csv?month=2026-05&schedule=".into(),
    }
}
