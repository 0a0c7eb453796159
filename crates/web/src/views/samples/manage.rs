//! Samples of the room, on call, services and runbooks.

use super::super::oncall::{ExplainPage, Plan, PlanRound, PlanStep};
use super::super::services::{RunbookPage, RunbookRow, RunbooksPage, ServiceRow, ServicesPage};
use super::super::{Empty, Field, Link, Nav, Person, SafeHtml, Tag};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices, shell};

pub(super) const RUNBOOK: &str = "# Runbook: Stripe Webhook Failures\n\n## Symptoms\n- 5xx rate spike on `/webhooks/stripe`\n- Stripe dashboard shows webhook delivery failures\n\n## Quick mitigations\n1. Check Stripe API status: https://status.stripe.com\n2. If queue backed up, scale workers: `kubectl scale deploy/webhook-worker --replicas=20`\n\n## Diagnosis\n1. Check logs: `{service=\"webhook-worker\"} |= \"stripe\"`\n\n## Escalation\n- Page #payments-oncall if blocked > 30 min\n";

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut out = explain_pages(v);
    out.extend(service_pages(v));
    out
}

fn explain_pages(v: Voice) -> Vec<Rendered> {
    let services = choices(v, &[("checkout", "Checkout"), ("search", "Search")], "checkout");
    let step = |offset: &str, minutes, who: &str, method: &str, reason: &str, state: &str| PlanStep {
        offset: offset.into(),
        at: at(minutes),
        who: (!who.is_empty()).then(|| Person::new(v.t(who), "x")),
        method: method.into(),
        reason: v.t(reason),
        state: (!state.is_empty()).then(|| Tag::state(state)),
        source: Some(Link::new("/oncall/payments-primary", "schedule")),
    };
    let ask = |plan| ExplainPage {
        shell: calm(v, "Explain", Nav::Oncall),
        services: services.clone(),
        service_error: None,
        urgencies: choices(v, &[("high", "high"), ("low", "low")], "high"),
        at: Field::new("2026-05-03T03:00"),
        without: Field::default(),
        plan,
    };
    let plan = Plan {
        lead: v.t("If an alert on Checkout fired on Sun 3 May at 03:00 and nobody acknowledged:"),
        policy: v.t("Checkout uses the policy payments: 2 steps, repeated twice, then the last resort."),
        rounds: vec![
            PlanRound {
                again: String::new(),
                steps: vec![
                    step(
                        "+0:00",
                        0,
                        "Alice Example",
                        "webhook",
                        "Step 1 calls schedule payments-primary, where Alice is on call until Mon 09:00. Her first rule for high urgency.",
                        "",
                    ),
                    step("+1:00", 1, "Alice Example", "mail", "Her rule: mail after 1 min.", ""),
                    step(
                        "+1:00",
                        1,
                        "",
                        "",
                        "Step 1: no method of @alice works: the next step rings now.",
                        "unverified",
                    ),
                    step("+5:00", 5, "Bob Example", "webhook", "Step 2 after 5 min calls Bob.", "unverified"),
                ],
            },
            PlanRound {
                again: v.t("Again from 10:14: Alice Example, then Bob Example"),
                steps: vec![step("+10:00", 10, "Alice Example", "webhook", "Step 1 (repeat 1).", "")],
            },
        ],
        ending: v.t("After 15 min the last resort, Carol; then the instance raises its own alarm."),
        warnings: vec![v.t("Bob has no verified method.")],
    };
    vec![("explain", show(&ask(Some(plan)))), ("explain-ask", show(&ask(None)))]
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
