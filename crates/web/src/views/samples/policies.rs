//! Escalation policies: the list, one of them, the form.

use super::super::oncall::policy::{
    HoldForm, HoleLine, PoliciesPage, PolicyCard, PolicyForm, PolicyLook, PolicyPage, PolicyTold, RungNow, StepForm,
    StepTold, TargetField, TargetsForm, WhenForm,
};
use super::super::{Choice, Empty, Field, Link, Nav, Person};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices};

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    vec![
        ("policies", show(&list(v, true))),
        ("policies-none", show(&list(v, false))),
        ("policy", show(&one(v, false))),
        ("policy-from-file", show(&one(v, true))),
        ("policy-new", show(&form(v, "", false))),
        ("policy-edit", show(&form(v, "payments", true))),
    ]
}

fn list(v: Voice, some: bool) -> PoliciesPage {
    let card = |id: &str, from_file: bool| PolicyCard {
        id: id.into(),
        note: v.t("Payments"),
        from_file,
        sentences: vec![
            v.t("Ring the primary of payments."),
            v.t("After 5 minutes, if nobody acknowledged, ring Bob."),
        ],
        used_by: if from_file { v.t("Checkout, the policy web") } else { String::new() },
    };
    PoliciesPage {
        shell: calm(v, "Policies", Nav::Oncall),
        policies: if some { vec![card("payments", true), card("search", false)] } else { Vec::new() },
        may_create: some,
        empty: Empty::new("No policy yet: every page rings the administrators.", "/oncall/policies/new", "Make one"),
    }
}

fn rung(v: Voice, is_reached: bool) -> RungNow {
    RungNow { person: Person::new(v.t("Alice Example"), "alice"), why: v.t("primary on payments"), is_reached }
}

fn told(v: Voice) -> PolicyTold {
    let step = |sentence: &str, rings: Vec<RungNow>, notes: &[&str]| StepTold {
        sentence: v.t(sentence),
        is_new: rings.is_empty(),
        is_silent: rings.is_empty(),
        rings,
        notes: notes.iter().map(|note| v.t(note)).collect(),
        goes_on: None,
    };
    let over = StepTold {
        goes_on: Some(Link::new("/oncall/policies/database", v.t("See database"))),
        ..step("After 10 minutes, if nobody acknowledged, go on with the policy database.", Vec::new(), &[])
    };
    PolicyTold {
        before: v.t(
            "Low urgency rings Monday to Friday from 08:00 to 18:00; at any other time it waits for the next 08:00.",
        ),
        steps: vec![
            step("Ring the primary of payments.", vec![rung(v, true), rung(v, false)], &[]),
            step(
                "After 5 minutes, if nobody acknowledged, ring the backup.",
                Vec::new(),
                &["Reaches nobody: no backup."],
            ),
            over,
        ],
        last: step("Do this once more; when everybody was still silent, ring Carol.", vec![rung(v, true)], &[]),
        after: v.t("Ring again when it is not over after 30 minutes."),
    }
}

/// Two spans in which a page reaches too few.
pub(super) fn holes(v: Voice) -> Vec<HoleLine> {
    vec![hole(v, false), hole(v, true)]
}

fn hole(v: Voice, is_deaf: bool) -> HoleLine {
    HoleLine {
        who: v.t("Reaches Bob Example alone"),
        place: v.t("Policy payments (low urgency)"),
        from: (!is_deaf).then(|| at(600)),
        to: (!is_deaf).then(|| at(2040)),
        long: "24 h".into(),
        missing: vec![v.t("step 2: nobody is backup on payments")],
        fix: v.t("Add a step that rings somebody else."),
        is_deaf,
    }
}

const YAML: &str =
    "policies:\n  - id: payments\n    steps:\n      - after: 0s\n        notify: [\"schedule:payments\"]\n";

fn one(v: Voice, from_file: bool) -> PolicyPage {
    PolicyPage {
        shell: calm(v, "Policy", Nav::Oncall),
        id: "payments".into(),
        note: v.t("Payments"),
        from_file,
        may_edit: true,
        told: told(v),
        services: if from_file { Vec::new() } else { vec![Link::new("/explain?service=checkout", v.t("Checkout"))] },
        led_by: if from_file { String::new() } else { v.t("the policy web") },
        running: "2 pages run with the policy as it was when they began.".into(),
        holes: if from_file { Vec::new() } else { vec![hole(v, false), hole(v, true)] },
        more_holes: 2,
        weeks: 4,
        yaml: v.t(YAML),
    }
}

fn targets(v: Voice, key: &str, listed: bool) -> TargetsForm {
    let field = |value: &str| TargetField {
        value: value.into(),
        groups: if listed {
            vec![("People".into(), choices(v, &[("user:alice", "Alice Example"), ("user:bob", "Bob Example")], value))]
        } else {
            Vec::new()
        },
    };
    TargetsForm {
        key: key.into(),
        label: "Step 1 rings".into(),
        joint: "and",
        fields: vec![field("user:bob"), field("")],
        error: (!listed).then(|| v.t("There is no user \"bbo\".")),
    }
}

fn step(v: Voice, n: usize, over: bool, listed: bool) -> StepForm {
    let key = format!("s{n}");
    let days = |key: &str| {
        vec![Choice::new(format!("{key}-day-mon"), "Mon", true), Choice::new(format!("{key}-day-sun"), "Sun", false)]
    };
    StepForm {
        number: n + 1,
        unless: if n == 0 { String::new() } else { "if nobody acknowledged".into() },
        over,
        after: if n == 1 { Field::refused("5x", "Write a duration.") } else { Field::new("0s") },
        targets: targets(v, &format!("{key}-t"), listed),
        policies: choices(v, &[("", "choose one"), ("database", "database")], ""),
        policy_error: over.then(|| "Choose the policy that goes on.".into()),
        summary: "Always · all at once · the first to acknowledge has it".into(),
        open: n == 1,
        how: choices(v, &[("all", "all of them at once"), ("turns", "one of them, in turn")], "all"),
        how_error: (n == 1).then(|| "Turns need at least two targets.".into()),
        acknowledge: choices(v, &[("any", "whoever is first has it"), ("all", "each of them must")], "any"),
        when: WhenForm {
            urgency: choices(v, &[("", "any urgency"), ("high", "high urgency only")], ""),
            severity: choices(v, &[("", "any severity"), ("error", "error or worse")], "error"),
            hours: choices(v, &[("", "at any time"), ("within", "within these hours")], "within"),
            days: days(&key),
            days_error: (n == 1).then(|| "Name at least one day.".into()),
            from: Field::new("09:00"),
            to: Field::refused("25:00", "Write a time of day: 09:00."),
            zone: Field::new(v.t("Europe/Berlin")),
            labels: Field::new(v.t("env = prod, eu")),
            priority: Field::new(v.t("P1")),
        },
        up: n > 0,
        down: n == 0,
        removable: true,
        key,
    }
}

fn form(v: Voice, id: &str, look: bool) -> PolicyForm {
    PolicyForm {
        shell: calm(v, "Policy", Nav::Oncall),
        action: if id.is_empty() { "/oncall/policies/new".into() } else { format!("/oncall/policies/{id}/edit") },
        id: id.into(),
        revision: "3".into(),
        from_file: false,
        handle: Field::refused(v.t("Night Watch"), "Write a-z."),
        teams: choices(v, &[("", "none"), ("payments", "Payments")], "payments"),
        team_error: None,
        steps: vec![step(v, 0, false, look), step(v, 1, false, look), step(v, 2, true, look)],
        repeat: Field::new("1"),
        last: targets(v, "last-t", look),
        hold: HoldForm {
            on: look,
            until: Field::new("08:00"),
            from: Field::new("18:00"),
            days: vec![Choice::new("hold-day-mon", "Mon", true)],
            days_error: None,
            zone: Field::new(""),
        },
        ack_timeout: Field::new("30m"),
        words: if look { Vec::new() } else { choices(v, &[("user:bob", "Bob Example")], "") },
        zones: vec!["UTC".into()],
        wrong: if look { String::new() } else { v.t("There is no user.") },
        preview: look.then(|| PolicyLook {
            told: told(v),
            gone: vec![v.t("Ring everybody in payments.")],
            same: false,
            verdict: String::new(),
            is_proved: false,
            worse: vec![hole(v, true)],
            more_worse: 1,
            although: false,
            although_error: Some("It reaches fewer people than now.".into()),
            running: String::new(),
            yaml: v.t(YAML),
        }),
        theirs: if look { vec![v.t("Ring Bob Example.")] } else { Vec::new() },
    }
}
