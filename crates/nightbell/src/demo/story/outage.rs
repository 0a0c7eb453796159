//! The beats themselves, in three acts. The times are minutes after the alert, 09:32, and follow the playbook's own timeline. Where a clock
//! of the playbook rings because of them, that is a beat as well: the story must not know less than the product.

use super::{Act, Beat, Look, Who};

const MINUTE: i64 = 60;
/// Monday, 09:00.
const MONDAY: i64 = (2 * 24 * 60 - 32) * MINUTE;

const fn beat(after_s: i64, who: Who, text: &'static str, act: Act, look: Look) -> Beat {
    Beat { after_s, who, text, act, look, by_the_clock: false }
}

/// A beat that a clock of the playbook brings about.
const fn rung(after_s: i64, who: Who, text: &'static str, act: Act, look: Look) -> Beat {
    Beat { by_the_clock: true, ..beat(after_s, who, text, act, look) }
}

/// 09:32 to 09:41: somebody is woken, and there is a commander, a room and a public word.
pub const WOKEN: &[Beat] = &[
    beat(
        0,
        Who::Alertmanager,
        "CheckoutErrorRate fires. Prometheus Alertmanager posts its webhook to Nightbell.",
        Act::Alert { resolved: false },
        Look::Inbox,
    ),
    beat(0, Who::Alice, "is on call for Checkout, and is woken by a mail.", Act::Letter("[ALERT] 5xx"), Look::Inbox),
    beat(
        MINUTE,
        Who::Alice,
        "opens the link on her phone. No sign-in; and looking changes nothing, because mail scanners look too.",
        Act::Open,
        Look::Inbox,
    ),
    beat(MINUTE, Who::Alice, "presses Acknowledge. Nobody else is woken for it.", Act::Acknowledge, Look::Inbox),
    beat(
        2 * MINUTE,
        Who::Alice,
        "declares an incident from the same page. The severity decides what is owed from now on.",
        Act::Declare { title: "Checkout down", severity: "sev1" },
        Look::Room,
    ),
    beat(2 * MINUTE, Who::Dana, "is paged: SEV1 needs an Incident Commander.", Act::Mail("[ALERT] SEV1"), Look::Inbox),
    beat(
        2 * MINUTE,
        Who::Carol,
        "is paged: SEV1 needs somebody who talks to customers.",
        Act::Mail("[ALERT] SEV1"),
        Look::Inbox,
    ),
    beat(
        3 * MINUTE,
        Who::Dana,
        "answers. Whoever answers a page for an empty seat is offered the seat;",
        Act::Acknowledge,
        Look::Room,
    ),
    beat(
        3 * MINUTE,
        Who::Dana,
        "accepting it is her own act. Dana is Incident Commander.",
        Act::Room("roles", r#"{"role":"commander","action":"accept"}"#),
        Look::Room,
    ),
    beat(3 * MINUTE, Who::Alice, "takes Ops.", Act::Room("roles", r#"{"role":"ops","action":"take"}"#), Look::Room),
    beat(4 * MINUTE, Who::Carol, "answers,", Act::Acknowledge, Look::Room),
    beat(
        4 * MINUTE,
        Who::Carol,
        "and accepts Comms.",
        Act::Room("roles", r#"{"role":"comms","action":"accept"}"#),
        Look::Room,
    ),
    beat(
        4 * MINUTE,
        Who::Alice,
        "writes a hypothesis: Stripe rate limit.",
        Act::Room("entries", r#"{"kind":"hypothesis","text":"Stripe rate limit: their webhooks answer 429"}"#),
        Look::Room,
    ),
    rung(
        4 * MINUTE + 30,
        Who::Nightbell,
        "SEV1 owes the public a word within five minutes. Half of them are over, and the room is told:",
        Act::Clock("Reminder: tell the public page"),
        Look::Room,
    ),
    beat(
        5 * MINUTE,
        Who::Carol,
        "writes to the public, in a hurry: “Checkout is down. It will be fixed in ten minutes.”",
        Act::Refused(
            "publish",
            r#"{"title":"Checkouts are failing","text":"Checkout is down. It will be fixed in ten minutes."}"#,
            "wording-blocked",
        ),
        Look::Status,
    ),
    beat(
        6 * MINUTE,
        Who::Carol,
        "writes what is known instead, and publishes it.",
        Act::Speak(
            "publish",
            r#"{"title":"Checkouts are failing","text":"Some payments at checkout fail. We are investigating. Browsing and orders already placed are not affected."}"#,
        ),
        Look::Status,
    ),
    rung(
        7 * MINUTE,
        Who::Nightbell,
        "SEV1 owes four filled roles within ten minutes. Nobody is Scribe yet:",
        Act::Clock("Reminder: fill the empty roles"),
        Look::Room,
    ),
];

/// 09:42 to 10:04: updates as promised, mitigation before diagnosis, and the end.
pub const RESPONSE: &[Beat] = &[
    beat(
        10 * MINUTE,
        Who::Carol,
        "posts the update, and promises the next one. The public gets words of its own.",
        Act::Speak(
            "updates",
            r#"{"text":"30% of checkouts failing. Investigating Stripe webhook errors. Suspected rate limit.","mitigation":"switching to retry queue","next_in":"13m","public":{"text":"About 30% of payments at checkout fail. We suspect a limit between us and our payment provider and are working around it."}}"#,
        ),
        Look::Room,
    ),
    beat(
        10 * MINUTE,
        Who::Alice,
        "stops the bleeding first: the runbook's second mitigation, the retry queue. One press: “tried it”.",
        Act::Room("mitigations/2", r#"{"action":"try"}"#),
        Look::Room,
    ),
    rung(
        12 * MINUTE,
        Who::Nightbell,
        "Ten minutes, and still no Scribe. The room says so, and the commander is paged:",
        Act::Clock("Roles not filled in time"),
        Look::Room,
    ),
    rung(12 * MINUTE, Who::Dana, "is paged.", Act::Mail("[ALERT] SEV1"), Look::Inbox),
    rung(12 * MINUTE, Who::Dana, "answers,", Act::Acknowledge, Look::Room),
    beat(
        12 * MINUTE,
        Who::Dana,
        "calls for help from the room: /page @bob We need a second pair of hands, and a scribe",
        Act::Room("command", r#"{"text":"/page @bob We need a second pair of hands, and a scribe"}"#),
        Look::Room,
    ),
    beat(12 * MINUTE, Who::Bob, "is paged.", Act::Mail("[ALERT] We need"), Look::Inbox),
    beat(13 * MINUTE, Who::Bob, "answers,", Act::Acknowledge, Look::Room),
    beat(13 * MINUTE, Who::Bob, "joins Ops,", Act::Room("roles", r#"{"role":"ops","action":"take"}"#), Look::Room),
    beat(
        13 * MINUTE,
        Who::Bob,
        "and takes the Scribe's seat. In a small team one person wears two hats; the hats are still named.",
        Act::Room("roles", r#"{"role":"scribe","action":"take"}"#),
        Look::Room,
    ),
    beat(
        14 * MINUTE,
        Who::Alice,
        "reports: the retry queue did not help.",
        Act::Room("mitigations/2", r#"{"action":"failed"}"#),
        Look::Room,
    ),
    beat(
        14 * MINUTE,
        Who::Alice,
        "refutes the hypothesis. It stays in the timeline, struck through, with the reason.",
        Act::Refute("Stripe rate limit", "Stripe answers normally; the errors are our own"),
        Look::Room,
    ),
    beat(
        14 * MINUTE,
        Who::Alice,
        "writes the next one: a bad deploy.",
        Act::Room(
            "entries",
            r#"{"kind":"hypothesis","text":"bad deploy: webhook-worker went out two minutes before the alert"}"#,
        ),
        Look::Room,
    ),
    beat(
        15 * MINUTE,
        Who::Dana,
        "decides: roll back first, diagnose later.",
        Act::Room("entries", r#"{"kind":"decision","text":"Roll back webhook-worker, then investigate"}"#),
        Look::Room,
    ),
    beat(
        16 * MINUTE,
        Who::Bob,
        "rolls back: the runbook's first mitigation.",
        Act::Room("mitigations/1", r#"{"action":"try"}"#),
        Look::Room,
    ),
    rung(
        21 * MINUTE,
        Who::Nightbell,
        "An update was promised for 09:55. Two minutes before:",
        Act::Clock("Reminder: the promised update is due"),
        Look::Room,
    ),
    beat(
        21 * MINUTE,
        Who::Carol,
        "posts the next update before it is due. The public word becomes “identified”.",
        Act::Speak(
            "updates",
            r#"{"text":"The last deploy of webhook-worker broke retries. Failing checkouts down to 20% and falling.","mitigation":"rolling back","status":"identified","next_in":"12m","public":{"text":"We found the cause, a faulty release, and are going back to the version before it. Some payments still fail."}}"#,
        ),
        Look::Status,
    ),
    beat(
        26 * MINUTE,
        Who::Carol,
        "“monitoring”: the rollback is out everywhere.",
        Act::Speak(
            "updates",
            r#"{"text":"Rollback complete. Failing checkouts below 1%. Watching.","status":"monitoring","next_in":"12m","public":{"text":"The earlier version is back and payments go through again. We keep watching.","components":[{"component":"checkout","status":"degraded_performance"}]}}"#,
        ),
        Look::Status,
    ),
    beat(
        32 * MINUTE,
        Who::Alertmanager,
        "The alert is over. Alertmanager says so.",
        Act::Alert { resolved: true },
        Look::Inbox,
    ),
    beat(32 * MINUTE, Who::Alice, "was woken for it, so she is told; once.", Act::Mail("[RESOLVED]"), Look::Inbox),
    beat(
        32 * MINUTE,
        Who::Bob,
        "presses “it worked” on the rollback.",
        Act::Room("mitigations/1", r#"{"action":"worked"}"#),
        Look::Room,
    ),
    beat(
        32 * MINUTE,
        Who::Dana,
        "resolves, with a last update to everybody.",
        Act::Speak(
            "resolve",
            r#"{"text":"Recovery confirmed: error rate back to normal. Up to 30% of checkouts had failed.","public":{"text":"Payments at checkout work normally again. Orders that failed were not charged. We are sorry."}}"#,
        ),
        Look::Status,
    ),
    beat(32 * MINUTE, Who::Nightbell, "has drafted the postmortem from the timeline.", Act::Due, Look::Postmortem),
];

/// Monday: what was learned, and who does what about it.
pub const LEARNING: &[Beat] = &[
    beat(
        MONDAY,
        Who::Carol,
        "adds an action item: “We should improve testing.” Who? Until when?",
        Act::Refused("actions", r#"{"text":"We should improve testing"}"#, ""),
        Look::Postmortem,
    ),
    beat(
        MONDAY,
        Who::Carol,
        "adds three that can be done.",
        Act::Room(
            "actions",
            r#"{"text":"add integration test for retry path","owner":"alice","due_on":"{date+7}","priority":"P0"}"#,
        ),
        Look::Postmortem,
    ),
    beat(
        MONDAY,
        Who::Carol,
        "",
        Act::Room("actions", r#"{"text":"write checkout runbook","owner":"bob","due_on":"{date+14}","priority":"P1"}"#),
        Look::Postmortem,
    ),
    beat(
        MONDAY,
        Who::Carol,
        "",
        Act::Room(
            "actions",
            r#"{"text":"enable canary deploy for webhook-worker","owner":"carol","due_on":"{date+14}","priority":"P1"}"#,
        ),
        Look::Postmortem,
    ),
    beat(
        MONDAY,
        Who::Bob,
        "writes under Root cause: “Alice's PR broke prod.” It is saved; the blame check has a better idea.",
        Act::Write { root_cause: "Alice's PR broke prod.", blames: true },
        Look::Postmortem,
    ),
    beat(
        MONDAY + 5 * MINUTE,
        Who::Bob,
        "writes about the system instead.",
        Act::Write {
            root_cause: "The last deploy of webhook-worker introduced a bug in retry handling.\nTests passed; integration tests didn't cover this code path.",
            blames: false,
        },
        Look::Postmortem,
    ),
    beat(
        MONDAY + 10 * MINUTE,
        Who::Dana,
        "publishes the postmortem inside the organisation.",
        Act::Room("postmortem/publish", "{}"),
        Look::Postmortem,
    ),
    beat(
        MONDAY + 10 * MINUTE,
        Who::Dana,
        "closes the incident: nothing is owed any more.",
        Act::Room("close", "{}"),
        Look::Room,
    ),
];
