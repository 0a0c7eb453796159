//! Samples of the woken person's page in each of its states.

use super::super::woken::{
    Acknowledged, AlsoRinging, Ended, Here, NextCall, WokenGonePage, WokenMitigation, WokenPage,
};
use super::super::{Choice, ExternalLink, Link, Person, Tag};
use super::respond::show;
use super::{Rendered, Voice, at};

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let ringing = woken(v);
    let mut acked = woken(v);
    acked.ringing = false;
    acked.acknowledged = Some(Acknowledged {
        by: v.t("you"),
        at: at(-1),
        meaning: "Nobody else is called. It rings again at 12:40 if it still fires.".into(),
    });
    acked.can_prolong = true;
    acked.beside.truncate(1);
    acked.beside_more = 0;
    acked.take_all = "Acknowledge it too".into();
    acked.incident = Some(Link::new("/incidents/inc-2026-05-02-checkout-down", v.t("Checkout down")));
    acked.next.clear();
    acked.can_hand_over = false;
    acked.mitigations[0].reported = Some(Tag::state("worked"));
    acked.mitigations[0].can_report = false;
    acked.people[0].state = Tag::state("acknowledged");
    let mut ended = woken(v);
    ended.ringing = false;
    (ended.can_snooze, ended.can_hand_to) = (false, false);
    ended.live = None;
    ended.ended = Some(Ended {
        word: "Resolved".into(),
        at: at(0),
        meaning: "The alert stopped firing. You can sleep; nothing more will be sent.".into(),
        well: true,
    });
    ended.acknowledged = Some(Acknowledged { by: v.t("Bob Example"), at: at(-2), meaning: "After 48 s.".into() });
    ended.beside.clear();
    ended.beside_more = 0;
    ended.take_all = String::new();
    ended.mitigations.clear();
    ended.runbook = None;
    ended.people.truncate(1);
    ended.people[0].state = Tag::state("acknowledged");
    ended.delivery = vec!["3 notifications, all stopped".into()];
    ended.severities.clear();
    ended.can_hand_over = false;
    let gone = WokenGonePage {
        title: v.t("This link has expired"),
        what: "Links in pages work for 24 hours.".into(),
        meaning: "An expired link stops nothing: whatever still rings goes on ringing.".into(),
        next: vec![Link::new("/sign-in", "Sign in and look"), Link::new("/", "What needs a human now")],
    };
    vec![
        ("page", show(&ringing)),
        ("page-acknowledged", show(&acked)),
        ("page-ended", show(&ended)),
        ("page-gone", show(&gone)),
    ]
}

/// Who else is rung.
fn beside(v: Voice) -> Vec<Here> {
    vec![
        Here {
            person: Person { name: v.t("You"), ..Person::new("Alice Example", "alice") },
            part: "primary".into(),
            state: Tag::state("ringing"),
            at: None,
        },
        Here {
            person: Person::new(v.t("Bob Example"), "bob"),
            part: "backup".into(),
            state: Tag::state("next"),
            at: Some(at(5)),
        },
    ]
}

fn woken(v: Voice) -> WokenPage {
    let step = |id: &str, text: &str, command: &str, record: &str, reported| WokenMitigation {
        id: id.into(),
        text: v.t(text),
        command: if command.is_empty() { String::new() } else { v.t(command) },
        record: record.into(),
        reported,
        can_report: true,
    };
    WokenPage {
        token: "sampletoken".into(),
        csrf: "sample-csrf".into(),
        live: Some("/live?topic=page:page_sample".into()),
        flash: None,
        urgency: Tag::urgency("high"),
        service: v.t("Checkout"),
        title: v.t("12 % of checkouts fail with 5xx on /webhooks/stripe"),
        since: at(-4),
        facts: vec!["Firing for 4 min".into(), "37 events".into(), v.t("from Prometheus CheckoutErrorRate")],
        description: v.t("5xx share of POST /webhooks/stripe above 5 % for 3 minutes."),
        ringing: true,
        beside: [("Payments queue is 40 min behind", "Payments", -3), ("Disk full on db-3", "", -2)]
            .map(|(title, service, minutes)| AlsoRinging {
                title: v.t(title),
                service: v.t(service),
                since: at(minutes),
            })
            .into(),
        beside_more: 10,
        take_all: "Acknowledge all 13".into(),
        acknowledged: None,
        ended: None,
        next: vec![NextCall { who: v.t("Bob"), at: at(5) }, NextCall { who: v.t("Carol"), at: at(10) }],
        next_none: String::new(),
        mitigations: vec![
            step("m1", "Roll back the 09:30 deploy of webhook-worker", "", "worked 3 of 4 times · median 6 min", None),
            step("m2", "Scale the workers to 20", "kubectl scale deploy/webhook-worker --replicas=20", "", None),
        ],
        runbook: Some(Link::new("/runbooks/stripe-webhook-failures", "Runbook")),
        source: ExternalLink::new("https://prometheus.example/graph?g0.expr=x", v.t("See it in Prometheus")),
        people: beside(v),
        incident: None,
        incident_words: "is open for this.",
        severities: vec![
            Choice::new("sev1", "SEV1", false).with_hint("Major customer impact, revenue at risk"),
            Choice::new("sev2", "SEV2", true).with_hint("Significant impact, mitigation possible"),
            Choice::new("sev3", "SEV3", false).with_hint("Minor, or a single customer"),
        ],
        together: String::new(),
        answered: false,
        can_prolong: false,
        test: false,
        can_snooze: true,
        can_hand_to: true,
        can_hand_over: true,
        hand_over_to: v.t("Bob Example"),
        delivery: vec![
            "webhook 03:07:02 delivered".into(),
            "mail 03:08:00 next".into(),
            "acknowledging stops all of them".into(),
        ],
    }
}
