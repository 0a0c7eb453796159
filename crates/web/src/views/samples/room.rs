//! Samples of the room: in the middle of the outage, just declared, and over.

use super::super::room::{
    CommandHelp, Entry, LinkedAlert, LinkedPage, Mitigation, Need, NextUpdate, Playbook, PublicSees, RoomPage, Rule,
    RunbookAside, Seat, StatusMove,
};
use super::super::{Field, Filter, Link, Nav, Person, SafeHtml, Shell, Tag};
use super::manage::RUNBOOK;
use super::respond::show;
use super::{Rendered, Voice, at, choices, shell, since, until};

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut new = room(v);
    new.needs = vec![
        Need {
            text: "No commander yet: owed for 2 min".into(),
            link: Link::new("#roles", "Take or offer"),
            overdue: true,
        },
        Need {
            text: "Nothing is public yet: due in 3 min".into(),
            link: Link::new("/incidents/x/update?public=on", "Write it"),
            overdue: false,
        },
    ];
    new.seats[0] = Seat {
        person: None,
        owed: true,
        overdue: true,
        can_take: true,
        note: "owed for 2 min".into(),
        ..new.seats.remove(0)
    };
    new.seats[0].can_release = false;
    new.public = PublicSees {
        status: None,
        text: "Nothing yet.".into(),
        at: None,
        behind: String::new(),
        reach: String::new(),
        page: None,
        late: true,
    };
    new.mitigations.clear();
    new.timeline.truncate(1);
    new.say = Field::refused(v.t("/deside roll back"), "There is no command /deside. Did you mean /decide?");
    let mut read_only = room(v);
    read_only.can_write = false;
    read_only.age = None;
    read_only.span = "lasted 48 min".into();
    read_only.status = Tag::state("resolved");
    read_only.needs.clear();
    read_only.next_update = NextUpdate { clock: None, text: "No update is owed any more.".into(), can_update: false };
    read_only.postmortem = Some(Link::new("/postmortems/pm_1", "Postmortem"));
    vec![("room", show(&room(v))), ("room-new", show(&new)), ("room-over", show(&read_only))]
}

fn seats(v: Voice) -> Vec<Seat> {
    let seat = |role: &str, label: &str, who: Option<&str>, note: &str| Seat {
        role: role.into(),
        label: label.into(),
        person: who.map(|name| Person::new(v.t(name), "x")),
        note: note.into(),
        overdue: false,
        owed: who.is_none(),
        offered_to_me: role == "comms",
        can_take: who.is_none(),
        can_offer: true,
        can_release: role == "ic",
    };
    vec![
        seat("ic", "Incident Commander", Some("Dana Rivers"), "since 09:35"),
        seat("ops", "Ops", Some("Alice Example"), "since 09:34"),
        seat("comms", "Comms", Some("Carol King"), "offered to you"),
        seat("scribe", "Scribe", None, "owed for 3 min"),
    ]
}

fn playbook(v: Voice) -> Playbook {
    let rule = |id: &str, label: &str, state: &str, clock, value: &str| Rule {
        id: id.into(),
        label: label.into(),
        state: Tag::state(state),
        clock,
        value: value.into(),
        explain: v.t("SEV1 asks for this within 5 minutes of declaring; then it nags the room, then pages."),
        can_waive: state == "due" || state == "breached",
        reason: Field::default(),
    };
    Playbook {
        score: "5 of 6 kept".into(),
        rules: vec![
            rule("roles-filled", "Roles filled", "breached", Some(until(-3)), ""),
            rule("update-cadence", "Next update promised", "due", Some(until(4)), ""),
            rule("ic-named", "Commander named", "met", None, "1:40"),
            rule("public-notice", "Public told in time", "met", None, "4:05"),
            rule("honest-words", "Honest words", "met", None, ""),
            rule("postmortem-on-time", "Postmortem by Fri 8 May", "open", None, ""),
        ],
    }
}

fn timeline(v: Voice) -> Vec<Entry> {
    let entry = |id: &str, minutes: i64, glyph: &'static str, kind: &str, text: &str, meta: &str| Entry {
        id: id.into(),
        day: None,
        at: at(minutes),
        glyph,
        kind: kind.into(),
        text: v.t(text),
        verbatim: String::new(),
        hangs: false,
        meta: v.t(meta),
        tags: Vec::new(),
        link: None,
        pinned: kind == "Decision",
    };
    let mut update = entry("e3", -22, "❝", "Update", "", "room, stakeholders, public · Carol");
    update.text = String::new();
    update.hangs = true;
    update.verbatim = v.t("[09:42 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.\n            Suspected rate limit. Mitigation: switching to retry queue.\n            ETA next update: 09:55.");
    let mut refuted = entry("e4", -23, "?", "Hypothesis", "Stripe rate limit", "Alice");
    refuted.tags = vec![Tag::plain("refuted 09:46")];
    let mut paged = entry("e6", -31, "☎", "Page", "Alice acknowledged after 48 s", "");
    paged.link = Some(Link::new("/alerts/alert_sample", "alert"));
    let mut before = entry("e7", -60 * 11, "▲", "Alert", "Queue depth rising", "prometheus");
    before.day = Some("Fri 1 May".into());
    vec![
        entry("e1", -16, "◆", "Decision", "Roll back webhook-worker to 1.41", "Dana · no objections"),
        entry("e2", -16, "▶", "Mitigation", "Roll back tried", "Alice"),
        update,
        refuted,
        entry("e5", -29, "☺", "Role", "Dana took Incident Commander", ""),
        paged,
        before,
    ]
}

fn mitigations(v: Voice) -> Vec<Mitigation> {
    let one = |id: &str, text: &str, command: &str, state: Option<Tag>, by: &str, record: &str| Mitigation {
        id: id.into(),
        text: v.t(text),
        command: if command.is_empty() { String::new() } else { v.t(command) },
        state,
        by: by.into(),
        record: record.into(),
        can_report: true,
    };
    vec![
        one("m1", "Roll back webhook-worker", "", Some(Tag::state("tried")), "Alice, 09:48", "worked 3 of 4 times"),
        one("m2", "Scale the workers to 20", "kubectl scale deploy/webhook-worker --replicas=20", None, "", ""),
    ]
}

fn room(v: Voice) -> RoomPage {
    let filter = |label: &str, current| Filter {
        href: "/incidents/x?show=x".into(),
        label: label.into(),
        count: String::new(),
        current,
    };
    RoomPage {
        shell: Shell {
            live: Some("/live?topic=incident:inc-2026-05-02-checkout-down".into()),
            open_incidents: Vec::new(),
            ..shell(v, "Checkout down", Nav::Incidents)
        },
        slug: "inc-2026-05-02-checkout-down".into(),
        title: v.t("Checkout down"),
        severity: Tag::severity("SEV1"),
        status: Tag::state("identified"),
        age: Some(since(32)),
        span: v.t("declared 09:32 UTC by Alice"),
        summary: v.t("30 % of checkouts fail. Bad deploy of webhook-worker suspected. Rolling back."),
        drill: v.hostile,
        needs: needs(),
        can_write: true,
        seats: seats(v),
        people: choices(v, &[("bob", "Bob Example"), ("carol", "Carol King")], "bob"),
        playbook: playbook(v),
        timeline_title: "Timeline · UTC, Sat 2 May".into(),
        filters: vec![
            filter("All", true),
            filter("Decisions", false),
            filter("Updates", false),
            filter("Pages", false),
        ],
        timeline: timeline(v),
        earlier: Some(Link::new("/incidents/x?before=e6", "Earlier")),
        say: Field::default(),
        kinds: choices(
            v,
            &[("note", "Note"), ("decision", "Decision"), ("hypothesis", "Hypothesis"), ("output", "Output")],
            "note",
        ),
        commands: commands(),
        next_update: NextUpdate {
            clock: Some(until(4)),
            text: "promised for 10:08 UTC, then Comms is paged".into(),
            can_update: true,
        },
        public: public_sees(v),
        mitigations: mitigations(v),
        mitigations_none: "No runbook is linked to Checkout yet, so nothing is written down to try first.".into(),
        runbook: Some(RunbookAside {
            link: Link::new("/runbooks/stripe-webhook-failures", v.t("Stripe webhook failures")),
            html: SafeHtml::from_markdown(&v.t(RUNBOOK)),
        }),
        alerts: alerts(v),
        pages: linked_pages(v),
        statuses: statuses(v),
        status_reason: Field::default(),
        severities: choices(Voice { hostile: false }, &[("sev1", "SEV1"), ("sev2", "SEV2"), ("sev3", "SEV3")], "sev1"),
        severity_reason: Field::default(),
        callable: choices(
            v,
            &[("schedule:payments-primary", "payments-primary (Alice)"), ("user:bob", "Bob Example")],
            "",
        ),
        page_message: Field::default(),
        postmortem: None,
    }
}

fn public_sees(v: Voice) -> PublicSees {
    PublicSees {
        status: Some(Tag::state("identified")),
        text: v.t("“About 30 % of checkouts fail. We have found the cause and are undoing a change.”"),
        at: Some(at(-9)),
        behind: "7 min behind the room".into(),
        reach: "reaches 1,240 people".into(),
        page: Some(Link::new("/status/main", "Open the public page")),
        late: true,
    }
}

fn statuses(v: Voice) -> Vec<StatusMove> {
    let status = |value: &str, label: &str, does: &str, needs_reason, primary| StatusMove {
        value: value.into(),
        label: label.into(),
        does: v.t(does),
        needs_reason,
        primary,
    };
    vec![
        status("monitoring", "Monitoring", "The fix is in; we watch. The room goes on.", false, false),
        status(
            "resolved",
            "Resolve",
            "Ends the clocks, tells the 4 people paged, and starts the postmortem due Fri 8 May.",
            false,
            true,
        ),
        status("cancelled", "Cancel: false alarm", "Ends it and keeps it as a false alarm.", true, false),
    ]
}

fn needs() -> Vec<Need> {
    vec![Need {
        text: "Scribe seat empty: owed for 3 min".into(),
        link: Link::new("#roles", "Take or offer"),
        overdue: true,
    }]
}

fn commands() -> Vec<CommandHelp> {
    vec![
        CommandHelp { example: "/decide roll back to 1.41".into(), does: "records a decision".into() },
        CommandHelp { example: "/role ic @ann".into(), does: "offers a role".into() },
        CommandHelp { example: "/page payments-oncall".into(), does: "wakes somebody".into() },
    ]
}

fn alerts(v: Voice) -> Vec<LinkedAlert> {
    vec![LinkedAlert {
        link: Link::new("/alerts/alert_sample", v.t("12 % of checkouts fail with 5xx")),
        state: Tag::state("firing"),
        since: at(-36),
    }]
}

fn linked_pages(v: Voice) -> Vec<LinkedPage> {
    vec![LinkedPage { who: v.t("Alice"), state: Tag::state("acknowledged"), note: "after 48 s".into(), link: None }]
}
