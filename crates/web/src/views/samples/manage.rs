//! Samples of the room, on call, services and runbooks.

use super::super::oncall::{ExplainPage, OncallPage, Plan, PlanStep, ScheduleCard, ShiftRow};
use super::super::room::{
    CommandHelp, Entry, LinkedAlert, LinkedPage, Mitigation, Need, NextUpdate, Playbook, PublicSees, RoomPage, Rule,
    RunbookAside, Seat, StatusMove,
};
use super::super::services::{RunbookPage, RunbookRow, RunbooksPage, ServiceRow, ServicesPage};
use super::super::{Choice, Empty, Field, Filter, Link, Nav, Person, SafeHtml, Shell, Tag};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices, shell, since, until};

const RUNBOOK: &str = "# Runbook: Stripe Webhook Failures\n\n## Symptoms\n- 5xx rate spike on `/webhooks/stripe`\n- Stripe dashboard shows webhook delivery failures\n\n## Quick mitigations\n1. Check Stripe API status: https://status.stripe.com\n2. If queue backed up, scale workers: `kubectl scale deploy/webhook-worker --replicas=20`\n\n## Diagnosis\n1. Check logs: `{service=\"webhook-worker\"} |= \"stripe\"`\n\n## Escalation\n- Page #payments-oncall if blocked > 30 min\n";

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut out = oncall_pages(v);
    out.extend(service_pages(v));
    out
}

pub(super) fn room_pages(v: Voice) -> Vec<Rendered> {
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
    new.seats[0] =
        Seat { person: None, owed: true, can_take: true, note: "owed for 2 min".into(), ..new.seats.remove(0) };
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
        meta: v.t(meta),
        tags: Vec::new(),
        link: None,
        pinned: kind == "Decision",
    };
    let mut update = entry("e3", -22, "❝", "Update", "", "room, stakeholders, public · Carol");
    update.text = String::new();
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
        tried: state.is_some(),
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
    let status = |value: &str, label: &str, does: &str, needs_reason, primary| StatusMove {
        value: value.into(),
        label: label.into(),
        does: v.t(does),
        needs_reason,
        primary,
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
        needs: vec![Need {
            text: "Scribe seat empty: owed for 3 min".into(),
            link: Link::new("#roles", "Take or offer"),
            overdue: true,
        }],
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
        commands: vec![
            CommandHelp { example: "/decide roll back to 1.41".into(), does: "records a decision".into() },
            CommandHelp { example: "/role ic @ann".into(), does: "offers a role".into() },
            CommandHelp { example: "/page payments-oncall".into(), does: "wakes somebody".into() },
        ],
        next_update: NextUpdate {
            clock: Some(until(4)),
            text: "promised for 10:08 UTC, then Comms is paged".into(),
            can_update: true,
        },
        public: PublicSees {
            status: Some(Tag::state("identified")),
            text: v.t("“About 30 % of checkouts fail. We have found the cause and are undoing a change.”"),
            at: Some(at(-9)),
            behind: "7 min behind the room".into(),
            reach: "reaches 1,240 people".into(),
            page: Some(Link::new("/status/main", "Open the public page")),
            late: true,
        },
        mitigations: mitigations(v),
        mitigations_none: "No runbook is linked to Checkout yet, so nothing is written down to try first.".into(),
        runbook: Some(RunbookAside {
            link: Link::new("/runbooks/stripe-webhook-failures", v.t("Stripe webhook failures")),
            html: SafeHtml::from_markdown(&v.t(RUNBOOK)),
        }),
        alerts: vec![LinkedAlert {
            link: Link::new("/alerts/alert_sample", v.t("12 % of checkouts fail with 5xx")),
            state: Tag::state("firing"),
            since: at(-36),
        }],
        pages: vec![LinkedPage {
            who: v.t("Alice"),
            state: Tag::state("acknowledged"),
            note: "after 48 s".into(),
            link: None,
        }],
        statuses: vec![
            status("monitoring", "Monitoring", "The fix is in; we watch. The room goes on.", false, false),
            status(
                "resolved",
                "Resolve",
                "Ends the clocks, tells the 4 people paged, and starts the postmortem due Fri 8 May.",
                false,
                true,
            ),
            status("cancelled", "Cancel: false alarm", "Ends it and keeps it as a false alarm.", true, false),
        ],
        status_reason: Field::default(),
        severities: vec![
            Choice::new("sev1", "SEV1", true),
            Choice::new("sev2", "SEV2", false),
            Choice::new("sev3", "SEV3", false),
        ],
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

fn oncall_pages(v: Voice) -> Vec<Rendered> {
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
    let card = |id: &str, gaps: &str| ScheduleCard {
        id: id.into(),
        name: v.t(id),
        note: v.t("Payments · Europe/Berlin"),
        primary: gaps.is_empty().then(|| Person::new(v.t("Alice Example"), "alice")),
        backup: Some(Person::new(v.t("Bob Example"), "bob")),
        until: Some(at(60 * 47)),
        shifts: vec![
            shift(-5, "Alice Example", ""),
            shift(2, "Bob Example", "override"),
            ShiftRow { gap: !gaps.is_empty(), ..shift(9, "Alice Example", "") },
        ],
        gaps: gaps.into(),
    };
    let services = choices(v, &[("checkout", "Checkout"), ("search", "Search")], "checkout");
    let page = OncallPage {
        shell: calm(v, "On call", Nav::Oncall),
        schedules: vec![
            card("payments-primary", ""),
            card("search-primary", "1 gap in the next 8 weeks, on Mon 11 May 09:00 for 7 days"),
        ],
        empty: Empty::new("No schedule yet.", "/settings", "Describe one in the organisation files and apply them"),
        services: services.clone(),
        at: Field::new("2026-05-03T03:00"),
    };
    let none = OncallPage {
        shell: calm(v, "On call", Nav::Oncall),
        schedules: Vec::new(),
        services: Vec::new(),
        empty: page.empty.clone(),
        at: Field::default(),
    };
    let step = |offset: &str, minutes, who: &str, method: &str, reason: &str, state: &str| PlanStep {
        offset: offset.into(),
        at: at(minutes),
        who: Person::new(v.t(who), "x"),
        method: method.into(),
        reason: v.t(reason),
        state: Tag::state(state),
        source: Some(Link::new("/oncall#payments-primary", "schedule")),
    };
    let ask = |plan| ExplainPage {
        shell: calm(v, "Explain", Nav::Oncall),
        services: services.clone(),
        service_error: None,
        urgencies: choices(v, &[("high", "high"), ("low", "low")], "high"),
        at: Field::new("2026-05-03T03:00"),
        plan,
    };
    let plan = Plan {
        lead: v.t("If an alert on Checkout fired on Sun 3 May at 03:00 and nobody acknowledged:"),
        policy: v.t("Checkout uses the policy payments: 2 steps, repeated twice, then the last resort."),
        steps: vec![
            step(
                "+0:00",
                0,
                "Alice Example",
                "webhook",
                "Step 1 calls schedule payments-primary, where Alice is on call until Mon 09:00. Her first rule for high urgency.",
                "reachable",
            ),
            step("+1:00", 1, "Alice Example", "mail", "Her rule: mail after 1 min.", "reachable"),
            step("+5:00", 5, "Bob Example", "webhook", "Step 2 after 5 min calls Bob.", "unverified"),
        ],
        ending: v.t("After 15 min the last resort, Carol; then the instance raises its own alarm."),
        warnings: vec![v.t("Bob has no verified method.")],
    };
    vec![
        ("oncall", show(&page)),
        ("oncall-empty", show(&none)),
        ("explain", show(&ask(Some(plan)))),
        ("explain-ask", show(&ask(None))),
    ]
}

fn service_pages(v: Voice) -> Vec<Rendered> {
    let service = |id: &str, state: Tag, bare: bool| ServiceRow {
        id: id.into(),
        name: v.t(id),
        team: v.t("Payments"),
        policy: if bare { String::new() } else { v.t("payments") },
        oncall: if bare { String::new() } else { v.t("Alice, then Bob") },
        runbooks: if bare {
            Vec::new()
        } else {
            vec![Link::new("/runbooks/stripe-webhook-failures", v.t("Stripe webhook failures"))]
        },
        component: if bare { String::new() } else { v.t("Checkout") },
        state,
        explain: format!("/explain?service={id}"),
        declare: format!("/incidents/new?service={id}"),
    };
    let services = ServicesPage {
        shell: shell(v, "Services", Nav::Services),
        services: vec![service("checkout", Tag::state("firing"), false), service("search", Tag::plain("quiet"), true)],
        empty: Empty::new("No service yet.", "/settings", "Describe one in the organisation files"),
    };
    let runbooks = RunbooksPage {
        shell: calm(v, "Runbooks", Nav::Runbooks),
        runbooks: vec![RunbookRow {
            link: Link::new("/runbooks/stripe-webhook-failures", v.t("Stripe webhook failures")),
            services: v.t("Checkout"),
            mitigations: "3 quick mitigations".into(),
            changed: at(-60 * 80),
            lint: v.t("The Escalation section names nobody."),
        }],
        missing: vec![Link::new("/services#search", v.t("Search"))],
        empty: Empty::new("No runbook yet.", "/services", "See which services need one"),
    };
    let runbook = RunbookPage {
        shell: calm(v, "Stripe webhook failures", Nav::Runbooks),
        title: v.t("Stripe webhook failures"),
        note: "changed 3 days ago".into(),
        services: vec![Link::new("/services#checkout", v.t("Checkout"))],
        html: SafeHtml::from_markdown(&v.t(RUNBOOK)),
        lint: vec![v.t("The Escalation section names nobody.")],
    };
    vec![("services", show(&services)), ("runbooks", show(&runbooks)), ("runbook", show(&runbook))]
}
