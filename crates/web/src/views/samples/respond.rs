//! Samples of what people see while something is broken: the woken person, home, alerts, declaring, the room, the update.

use super::super::alerts::{AlertPage, AlertRow, AlertsPage, Delivery, EventRow, Fact, PageRun, WhyPart};
use super::super::entry::EntryPage;
use super::super::home::{FirstStep, HomePage, IncidentCard, OncallNow, Owed, RingingPage};
use super::super::incidents::{DeclarePage, FromAlert, IncidentRow, IncidentsPage, Proposal, Question, SeverityRow};
use super::super::update::{ComponentPick, Finding, Preview, UpdatePage};
use super::super::{Choice, Empty, ExternalLink, Field, Filter, FlashKind, Link, Nav, Person, Shell, Tag};
use super::{Rendered, Voice, at, calm, choices, shell, since, until, with_flash};
use askama::Template;

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut out = home_pages(v);
    out.extend(alert_pages(v));
    out.extend(incident_pages(v));
    out.push(("update-new", show(&update(v, false))));
    out.push(("update", show(&update(v, true))));
    out.push((
        "publish",
        show(&UpdatePage { with_room: false, heading: "Bring the public up to date".into(), ..update(v, true) }),
    ));
    out.push(("entry", show(&entry(v))));
    out
}

/// Renders, or shows why not; a failed render fails the tests that look for an `h1`.
pub(super) fn show(page: &impl Template) -> String {
    page.render().unwrap_or_else(|e| e.to_string())
}

fn home_pages(v: Voice) -> Vec<Rendered> {
    let oncall = |gap: bool| OncallNow {
        schedule: Link::new("/oncall#payments-primary", v.t("payments-primary")),
        primary: (!gap).then(|| Person::new(v.t("Alice Example"), "alice")),
        backup: Some(Person::new(v.t("Bob Example"), "bob")),
        relied_on: true,
        until: Some(at(60 * 47)),
    };
    let busy = HomePage {
        shell: shell(v, "Now", Nav::Home),
        holes: super::policies::holes(v),
        more_holes: 1,
        ringing: vec![RingingPage {
            id: "page_sample".into(),
            urgency: Tag::urgency("high"),
            title: v.t("12 % of checkouts fail with 5xx on /webhooks/stripe"),
            href: "/alerts/alert_sample".into(),
            service: v.t("Checkout"),
            since: since(4),
            who: v.t("you"),
            next: v.t("Bob at 03:12"),
            can_ack: true,
        }],
        incidents: vec![IncidentCard {
            slug: "inc-2026-05-02-checkout-down".into(),
            title: v.t("Checkout down"),
            severity: Tag::severity("SEV1"),
            status: Tag::state("identified"),
            age: since(32),
            command: v.t("No commander yet: owed for 2 min"),
            command_owed: true,
            next_update: Some(until(4)),
        }],
        gap_fact: v.t("Nobody is on call on payments-primary until 09:00."),
        oncall: vec![oncall(false), oncall(true)],
        owed: vec![
            Owed {
                kind: "Postmortem".into(),
                what: Link::new("/postmortems/pm_1", v.t("Search slow for 40 minutes")),
                owner: v.t("Dana"),
                due: "2 business days late".into(),
                state: Tag::state("overdue"),
            },
            Owed {
                kind: "Action item".into(),
                what: Link::new("/actions", v.t("Alert on queue depth before it hurts")),
                owner: v.t("Bob"),
                due: "due Fri 8 May".into(),
                state: Tag::state("open"),
            },
        ],
        first_steps: Vec::new(),
        quiet_fact: String::new(),
    };
    vec![("home", show(&busy)), ("home-quiet", show(&home_quiet(v)))]
}

fn alert_pages(v: Voice) -> Vec<Rendered> {
    let filters = vec![
        Filter { href: "/alerts".into(), label: "Open".into(), count: "2".into(), current: true },
        Filter { href: "/alerts?state=all".into(), label: "All".into(), count: "412".into(), current: false },
    ];
    let row = |title: &str, state: &str, outcome: Tag, minutes: i64| AlertRow {
        href: "/alerts/alert_sample".into(),
        title: v.t(title),
        state: Tag::state(state),
        outcome,
        service: v.t("Checkout"),
        source: v.t("prometheus"),
        since: at(-minutes),
        events: "37 events".into(),
        incident: Some(Link::new("/incidents/inc-2026-05-02-checkout-down", v.t("Checkout down"))),
    };
    let list = AlertsPage {
        shell: shell(v, "Alerts", Nav::Alerts),
        filters: filters.clone(),
        state: "open".into(),
        query: v.t("stripe"),
        alerts: vec![
            row("12 % of checkouts fail with 5xx on /webhooks/stripe", "firing", Tag::urgency("high"), 4),
            row("Queue depth above 10 000", "acknowledged", Tag::urgency("low"), 31),
            row("Disk 80 % full on db-3", "suppressed", Tag::plain("recorded"), 600),
        ],
        empty: Empty::new("", "/", ""),
        more: Some(Link::new("/alerts?before=x", "Older alerts")),
    };
    let none = AlertsPage {
        shell: calm(v, "Alerts", Nav::Alerts),
        filters,
        state: "open".into(),
        query: String::new(),
        alerts: Vec::new(),
        empty: Empty::new(v.t("No alert is open."), "/settings#integrations", "Connect a monitoring tool"),
        more: None,
    };
    vec![("alerts", show(&list)), ("alerts-empty", show(&none)), ("alert", show(&alert(v)))]
}

fn alert(v: Voice) -> AlertPage {
    let fact = |name: &str, value: &str| Fact { name: v.t(name), value: v.t(value) };
    let try_of = |minutes: i64, who: &str, method: &str, attempt: &str, outcome: &str, detail: &str| Delivery {
        at: at(minutes),
        who: v.t(who),
        method: method.into(),
        step: "step 1".into(),
        attempt: attempt.into(),
        outcome: Tag::state(outcome),
        detail: v.t(detail),
    };
    AlertPage {
        shell: shell(v, "Alert", Nav::Alerts),
        id: "alert_sample".into(),
        title: v.t("12 % of checkouts fail with 5xx on /webhooks/stripe"),
        state: Tag::state("firing"),
        outcome: Tag::urgency("high"),
        description: v.t("5xx share of POST /webhooks/stripe above 5 % for 3 minutes."),
        age: Some(since(4)),
        facts: vec![
            fact("Service", "Checkout"),
            fact("Integration", "prometheus (alertmanager)"),
            fact("Dedup key", "3f1c0d9e0a"),
        ],
        labels: vec![fact("severity", "critical"), fact("job", "webhook-worker")],
        reasons: vec![
            v.t("Route 1 matched labels.severity == \"critical\": page, urgency high."),
            "No silence and no maintenance covers it.".into(),
            v.t("Service Checkout uses the policy payments."),
        ],
        source: ExternalLink::new("https://prometheus.example/graph", v.t("See it in Prometheus")),
        runbooks: vec![Link::new("/runbooks/stripe-webhook-failures", v.t("Stripe webhook failures"))],
        incident: None,
        declare: Some("/incidents/new?alert=alert_sample".into()),
        can_ack: true,
        can_resolve: true,
        snoozed: String::new(),
        snooze: choices(v, &[("30m", "30 minutes"), ("2h", "2 hours"), ("morning", "Until 08:00")], ""),
        pages: vec![PageRun {
            id: "page_sample".into(),
            state: Tag::state("ringing"),
            began: at(-4),
            summary: v.t("Rings Alice; Bob at 03:12 next"),
            deliveries: vec![
                try_of(-4, "Alice", "webhook", "1", "failed-temporary", "connection refused; next try 03:07:30"),
                try_of(-4, "Alice", "webhook", "2", "accepted", "204"),
                try_of(1, "Alice", "mail", "", "next", ""),
            ],
        }],
        events: vec![
            EventRow { at: at(-1), kind: "trigger".into(), outcome: "deduplicated".into(), summary: v.t("12 % fail") },
            EventRow {
                at: at(-4),
                kind: "trigger".into(),
                outcome: "new alert, paged".into(),
                summary: v.t("8 % fail"),
            },
        ],
        events_note: "The 2 newest of 37.".into(),
        why: WhyPart {
            people: vec![Choice::new("alice", v.t("Alice Example"), true), Choice::new("bob", v.t("Bob Example"), false)],
            sentences: vec![v.t("@alice was paged at 2026-05-02 09:37:00 UTC by step 1 of policy payments: primary on payments-primary.")],
        },
    }
}

fn incident_pages(v: Voice) -> Vec<Rendered> {
    let row = |title: &str, sev: &str, status: &str, owes: &str| IncidentRow {
        slug: "inc-2026-05-02-checkout-down".into(),
        title: v.t(title),
        severity: Tag::severity(sev),
        status: Tag::state(status),
        declared: at(-60 * 26),
        length: "open for 32 min".into(),
        commander: v.t("Dana Example"),
        playbook: "6 of 7 kept".into(),
        owes: owes.into(),
    };
    let list = IncidentsPage {
        shell: shell(v, "Incidents", Nav::Incidents),
        filters: vec![
            Filter { href: "/incidents".into(), label: "All".into(), count: String::new(), current: true },
            Filter { href: "/incidents?state=open".into(), label: "Open".into(), count: "1".into(), current: false },
        ],
        incidents: vec![
            row("Checkout down", "SEV1", "identified", ""),
            row("Search slow for 40 minutes", "SEV2", "resolved", "a postmortem by Fri 8 May"),
            row("One customer cannot export", "SEV3", "cancelled", ""),
        ],
        empty: Empty::new("", "/", ""),
        more: None,
        can_declare: true,
    };
    let mut bad = declare(v);
    bad.title = Field::refused("", "Say what is broken: it names the room.");
    bad.severity_error = Some("Choose a severity.".into());
    bad.proposal = None;
    vec![("incidents", show(&list)), ("declare", show(&declare(v))), ("declare-refused", show(&bad))]
}

fn declare(v: Voice) -> DeclarePage {
    let question = |name: &str, text: &str, pairs: &[(&str, &str)], selected: &str| Question {
        name: name.into(),
        text: text.into(),
        answers: choices(v, pairs, selected),
        error: None,
    };
    let row = |value: &str, impact: &str, pages: &str, owes: &str| SeverityRow {
        value: value.into(),
        severity: Tag::severity(value),
        impact: impact.into(),
        pages: pages.into(),
        owes: owes.into(),
        selected: value == "sev1",
    };
    DeclarePage {
        shell: still(v, "Declare an incident"),
        title: Field::new(v.t("Checkout down")),
        summary: Field::new(v.t("30 % of checkouts fail since 09:30.")),
        services: choices(v, &[("", "Not known yet"), ("checkout", "Checkout")], "checkout"),
        service_error: None,
        alert: Some(FromAlert {
            id: "alert_sample".into(),
            title: v.t("12 % of checkouts fail"),
            href: "/alerts/alert_sample".into(),
        }),
        questions: vec![
            question(
                "affected",
                "Who is affected?",
                &[
                    ("many", "Many customers"),
                    ("some", "Some customers"),
                    ("one", "One customer, or only us"),
                    ("unsure", "Not sure"),
                ],
                "many",
            ),
            question("money", "Is money at risk?", &[("yes", "Yes"), ("no", "No"), ("unsure", "Not sure")], "yes"),
            question(
                "workaround",
                "Is there a workaround?",
                &[("yes", "Yes"), ("no", "No"), ("unsure", "Not sure")],
                "unsure",
            ),
        ],
        proposal: Some(Proposal {
            severity: Tag::severity("SEV1"),
            reason: "Many customers are affected and money is at risk.".into(),
        }),
        severities: vec![
            row(
                "sev1",
                "Major customer impact, revenue at risk",
                "Pages commander, ops and comms on call, and executives.",
                "First public notice within 5 min, then an update every 15 min. Postmortem within 5 business days.",
            ),
            row(
                "sev2",
                "Significant impact, mitigation possible",
                "Pages commander and ops.",
                "First public notice within 15 min, then an update every 30 min. Postmortem within 5 business days.",
            ),
            row("sev3", "Minor, or a single customer", "Pages the engineer only.", "No public notice."),
        ],
        severity_error: None,
    }
}

/// A frame in which nothing changes by itself: a form somebody is filling.
fn still(v: Voice, title: &str) -> Shell {
    Shell { live: None, ..shell(v, title, Nav::Incidents) }
}

fn update(v: Voice, previewed: bool) -> UpdatePage {
    UpdatePage {
        shell: still(v, "Write an update"),
        heading: "Write an update".into(),
        action: "/incidents/inc-2026-05-02-checkout-down/update".into(),
        with_room: true,
        slug: "inc-2026-05-02-checkout-down".into(),
        incident: v.t("Checkout down"),
        severity: Tag::severity("SEV1"),
        status: Tag::state("identified"),
        promised: Some(until(if previewed { -3 } else { 4 })),
        impact: Field::new(v.t("30% of checkouts failing.")),
        doing: if previewed {
            Field::new(v.t("Investigating Stripe webhook errors."))
        } else {
            Field::refused("", "Say what is being done; “still investigating” will do.")
        },
        statuses: choices(
            v,
            &[("investigating", "Investigating"), ("identified", "Identified"), ("monitoring", "Monitoring")],
            "identified",
        ),
        status_error: None,
        status_reason: Field::default(),
        next_minutes: choices(v, &[("15", "15 min"), ("30", "30 min")], "15"),
        next_error: None,
        next_hint: "SEV1 promises an update every 15 min.".into(),
        publish: previewed,
        publish_does: v.t("Publishes to Acme status and reaches 1,240 people."),
        can_publish: true,
        public_text: Field::new(v.t("About 30 % of checkouts fail. We will be back within the hour.")),
        components: vec![ComponentPick {
            id: "checkout".into(),
            name: v.t("Checkout"),
            statuses: choices(v, &[("", "Not concerned"), ("partial_outage", "Partial outage")], "partial_outage"),
        }],
        components_error: None,
        override_wanted: previewed,
        override_reason: Field::default(),
        findings: if previewed { findings(v) } else { Vec::new() },
        previews: if previewed { previews(v) } else { Vec::new() },
        can_send: previewed && v.hostile,
        cannot_because: if previewed { "The public words promise a time of repair.".into() } else { String::new() },
    }
}

fn entry(v: Voice) -> EntryPage {
    EntryPage {
        shell: still(v, "Edit an entry"),
        slug: "inc-2026-05-02-checkout-down".into(),
        incident: v.t("Checkout down"),
        seq: "7".into(),
        kind: "Hypothesis".into(),
        who: v.t("Alice Example"),
        at: at(-20),
        first: v.t("Stripe rate limit"),
        text: Some(Field::refused(v.t("Stripe rate limit"), "The text is empty: write at least a word.")),
        refute: Some(Field::default()),
    }
}

fn home_quiet(v: Voice) -> HomePage {
    HomePage {
        shell: with_flash(calm(v, "Now", Nav::Home), FlashKind::Done, v.t("You are signed in.")),
        gap_fact: String::new(),
        holes: Vec::new(),
        more_holes: 0,
        ringing: Vec::new(),
        incidents: Vec::new(),
        oncall: Vec::new(),
        owed: Vec::new(),
        first_steps: vec![
            FirstStep {
                link: Link::new("/settings", "Create the first administrator"),
                why: "You are here.".into(),
                done: true,
            },
            FirstStep {
                link: Link::new("/oncall", "Say who is on call"),
                why: "Without a schedule nobody can be woken.".into(),
                done: false,
            },
            FirstStep {
                link: Link::new("/settings#integrations", "Connect a monitoring tool"),
                why: "Alertmanager, anything that speaks PagerDuty, or plain JSON.".into(),
                done: false,
            },
        ],
        quiet_fact: v.t("The last alert was 3 h ago; Bob had it in 48 s."),
    }
}

fn findings(v: Voice) -> Vec<Finding> {
    vec![
        Finding {
            words: v.t("within the hour"),
            why: "promises a time of repair.".into(),
            instead: v.t("We will write again by 10:19 UTC."),
            stops: true,
        },
        Finding {
            words: v.t("webhook-worker"),
            why: "is an internal name.".into(),
            instead: String::new(),
            stops: false,
        },
    ]
}

fn previews(v: Voice) -> Vec<Preview> {
    let text = v.t("[10:04 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.\n            Suspected rate limit. Mitigation: switching to retry queue.\n            ETA next update: 10:19.");
    let preview = |audience: &str, reach: &str, text: String, fixed| Preview {
        audience: audience.into(),
        reach: reach.into(),
        text,
        fixed,
    };

    vec![
        preview("Room", "4 people", text.clone(), true),
        preview("Stakeholders", "11 people", text, true),
        preview(
            "Public page",
            "1,240 people",
            v.t("About 30 % of checkouts fail. We will be back within the hour."),
            false,
        ),
    ]
}
