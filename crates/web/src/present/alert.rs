//! One alert: why it paged or did not, and every delivery attempt by attempt.

use super::{Eyes, alerts::outcome, capital, count, line, sentence, services::runbook_link};
use crate::views::{
    Choice, ExternalLink, Link, Shell, Tag,
    alerts::{AlertPage, Delivery, EventRow, Fact, PageRun},
};
use nightbell_engine::{
    domain::{
        org::RouteOutcome,
        paging::{Awake, MessageKind, Notification, NotificationStatus, PageEvent, PageStatus, Rung},
        record::Recorded,
        response::playbook::spoken,
        signal::{Alert, AlertEvent, AlertStatus, EventAction},
    },
    views::{AlertView, PageView},
};

/// Events shown; older ones are counted.
const EVENTS_SHOWN_MAX: usize = 50;

/// Fills the page of an alert.
pub fn page(eyes: &Eyes<'_>, shell: Shell, view: &AlertView) -> AlertPage {
    let alert = &view.alert;
    let may = eyes.may_respond();
    let incident = view.incident.as_ref().map(|i| Link::new(format!("/incidents/{}", i.slug), line(&i.title)));
    AlertPage {
        why: crate::views::alerts::WhyPart::default(),
        id: alert.id.to_string(),
        title: line(&alert.title),
        state: Tag::state(alert.status.word()),
        outcome: outcome(alert),
        description: alert.body.clone(),
        age: alert.is_open().then(|| eyes.since(alert.started_at)),
        facts: facts(eyes, alert),
        labels: alert.labels.iter().map(|(name, value)| fact(name, value)).collect(),
        reasons: reasons(eyes, view),
        source: source(alert),
        runbooks: runbooks(eyes, alert),
        declare: (may && incident.is_none()).then(|| format!("/incidents/new?alert={}", alert.id)),
        incident,
        can_ack: may && alert.status == AlertStatus::Firing,
        can_resolve: may && alert.is_open(),
        snoozed: snoozed(eyes, view),
        snooze: if may && view.pages.iter().any(|page| !page.page.is_ended() && page.page.answered().is_none()) {
            [("30m", "30 minutes"), ("2h", "2 hours"), ("morning", "Until 08:00")]
                .map(|(value, label)| Choice::new(value, label, false))
                .to_vec()
        } else {
            Vec::new()
        },
        pages: view.pages.iter().rev().map(|page| run(eyes, page)).collect(),
        events: view.events.iter().rev().take(EVENTS_SHOWN_MAX).map(|event| event_row(eyes, event)).collect(),
        events_note: match view.events.len() {
            n if n > EVENTS_SHOWN_MAX => format!("The {EVENTS_SHOWN_MAX} newest of {n}."),
            _ => String::new(),
        },
        shell,
    }
}

/// What an acknowledged page waits for.
fn snoozed(eyes: &Eyes<'_>, view: &AlertView) -> String {
    let awake = view.pages.iter().rev().find_map(|page| page.page.awake);
    match awake {
        Some(Awake::Snoozed { until }) => {
            format!("Snoozed until {}. It rings again then if it is not over.", eyes.when(until).clock)
        }
        Some(Awake::TimesOut { rings_again_at, .. }) => {
            format!("It rings again at {} if it is not over by then.", eyes.when(rings_again_at).clock)
        }
        None => String::new(),
    }
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.to_owned(), value: value.into() }
}

fn facts(eyes: &Eyes<'_>, alert: &Alert) -> Vec<Fact> {
    let mut facts = vec![
        fact(
            "Service",
            match eyes.service(alert.service.as_ref()) {
                none if none.is_empty() => "none".to_owned(),
                name => name,
            },
        ),
        fact("Integration", alert.integration.to_string()),
        fact("Severity", alert.severity.word()),
        fact("Source", line(&alert.source)),
        fact("Dedup key", alert.dedup_key.clone()),
        fact("Began", eyes.when(alert.started_at).full),
        fact("Last event", eyes.when(alert.last_at).full),
        fact("Events", alert.event_count.to_string()),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    match &alert.status {
        AlertStatus::Firing => {}
        AlertStatus::Acknowledged { by, at } => {
            facts.push(fact("Acknowledged", format!("{} by {}", eyes.when(*at).clock, eyes.actor(by))))
        }
        AlertStatus::Resolved { by, at } => {
            facts.push(fact("Resolved", format!("{} by {}", eyes.when(*at).clock, eyes.actor(by))))
        }
    }
    facts
}

/// The alert's first link, else the runbook it names itself.
pub fn source(alert: &Alert) -> Option<ExternalLink> {
    let linked = alert.links.iter().find_map(|link| {
        let text = line(&link.text);
        ExternalLink::new(&link.href, if text.is_empty() { "Where it came from".to_owned() } else { text })
    });
    linked.or_else(|| ExternalLink::new(alert.runbook_url.as_deref()?, "Runbook named by the alert"))
}

fn runbooks(eyes: &Eyes<'_>, alert: &Alert) -> Vec<Link> {
    let service = alert.service.as_ref().and_then(|id| eyes.org.services.get(id));
    let sources = service.map_or(Vec::new(), |service| eyes.org.runbooks_of(service));
    sources.into_iter().map(runbook_link).collect()
}

/// Why it paged, or why it did not, in the order in which it was decided.
fn reasons(eyes: &Eyes<'_>, view: &AlertView) -> Vec<String> {
    let routing = &view.alert.routing;
    let mut reasons = vec![sentence(&routing.reason)];
    reasons.push(match routing.outcome {
        RouteOutcome::Page => {
            let service = eyes.service(routing.service.as_ref());
            let place = if service.is_empty() { "without a service".to_owned() } else { format!("for {service}") };
            format!("So it paged with {} urgency, {place}.", routing.urgency.word())
        }
        RouteOutcome::Notify => "So people were told and nobody was woken.".to_owned(),
        RouteOutcome::Record => "So it is recorded and nobody was told.".to_owned(),
        RouteOutcome::Drop => "So it is counted and nothing else.".to_owned(),
    });
    if let Some(severity) = &routing.declare {
        reasons.push(format!("The route also declares {}.", severity.as_str().to_uppercase()));
    }
    for page in &view.pages {
        let policy = page.page.policy.policy.as_ref();
        reasons.push(policy.map_or_else(
            || "No policy was found, so the last resort is rung.".to_owned(),
            |id| format!("Policy {id} says who is rung."),
        ));
        reasons.extend(page.events.iter().filter_map(|event| ring_reason(eyes, event)));
    }
    reasons
}

fn ring_reason(eyes: &Eyes<'_>, event: &Recorded<PageEvent>) -> Option<String> {
    let people = |rung: &[Rung]| {
        rung.iter().map(|r| format!("{} ({})", eyes.name(&r.user), r.why)).collect::<Vec<_>>().join(", ")
    };
    let also = |silent: &[String]| {
        if silent.is_empty() { String::new() } else { format!(" Not reached: {}.", silent.join("; ")) }
    };
    let at = eyes.when(event.at).clock;
    match &event.event {
        PageEvent::StepRang { cycle, step, rung, silent, .. } => {
            Some(format!("{at}, {}: rang {}.{}", step_name(*cycle, *step, u32::MAX), people(rung), also(silent)))
        }
        PageEvent::StepEmpty { cycle, step, silent, .. } => {
            Some(format!("{at}, {} reached nobody: {}.", step_name(*cycle, *step, u32::MAX), silent.join("; ")))
        }
        PageEvent::LastResortRang { rung, silent, .. } if rung.is_empty() => {
            Some(format!("{at}, the last resort reached nobody.{}", also(silent)))
        }
        PageEvent::LastResortRang { rung, silent, .. } => {
            Some(format!("{at}, last resort: rang {}.{}", people(rung), also(silent)))
        }
        PageEvent::Started { held_until: Some(until), .. } => {
            Some(format!("{at}: low urgency, so nobody is rung before {}.", eyes.when(*until).clock))
        }
        PageEvent::StepSkipped { cycle, step, why, .. } => {
            Some(format!("{at}, {} was skipped: {why}.", step_name(*cycle, *step, u32::MAX)))
        }
        PageEvent::StepHandedOver { cycle, step, to, .. } => {
            Some(format!("{at}, {}: goes on with policy {to}.", step_name(*cycle, *step, u32::MAX)))
        }
        PageEvent::AnsweredByOne { .. } => {
            Some(format!("{at}: {} acknowledged; it rings on for the others, who must too.", eyes.actor(&event.actor)))
        }
        PageEvent::Acknowledged { took_over: true, .. } => {
            Some(format!("{at}: {} took it over, whom nobody had paged.", eyes.actor(&event.actor)))
        }
        PageEvent::Snoozed { until } => {
            Some(format!("{at}: {} snoozed it until {}.", eyes.actor(&event.actor), eyes.when(*until).clock))
        }
        PageEvent::AskedStillOn { rings_again_at } => Some(format!(
            "{at}: asked whether anybody is still on it; it rings again at {}.",
            eyes.when(*rings_again_at).clock
        )),
        PageEvent::Prolonged { rings_again_at } => Some(format!(
            "{at}: {} is still on it; it rings again at {} unless it is over.",
            eyes.actor(&event.actor),
            eyes.when(*rings_again_at).clock
        )),
        PageEvent::RangAgain { why, .. } => Some(format!("{at}: rang again from the first step: {why}.")),
        PageEvent::HandedTo { to, reason, .. } => {
            Some(format!("{at}: {} handed it over to {to}: {reason}", eyes.actor(&event.actor)))
        }
        PageEvent::Raised { why, cycle: None, .. } => Some(format!("{at}: became urgent: {why}.")),
        PageEvent::Raised { why, .. } => {
            Some(format!("{at}: became urgent and rang again from the first step: {why}."))
        }
        PageEvent::HandedOver { .. } => {
            Some(format!("{at}: {} handed it over; the next step rang at once.", eyes.actor(&event.actor)))
        }
        PageEvent::Unreachable { user, .. } => {
            Some(format!("{at}: no method reached {}; the next step rang at once.", eyes.name(user)))
        }
        PageEvent::Rescheduled { next_due_at: Some(next), why, .. } => {
            Some(format!("{at}: {why}; the next step rings at {} by the clock as it is now.", eyes.when(*next).clock))
        }
        _ => None,
    }
}

/// `step 1`, `step 2 (repeat 1)`, `last resort`.
fn step_name(cycle: u32, step: u32, steps: u32) -> String {
    match (cycle, step) {
        (_, step) if step >= steps => "last resort".to_owned(),
        (0, step) => format!("step {}", step.saturating_add(1)),
        (cycle, step) => format!("step {} (repeat {cycle})", step.saturating_add(1)),
    }
}

fn run(eyes: &Eyes<'_>, view: &PageView) -> PageRun {
    let page = &view.page;
    let mut deliveries: Vec<(jiff::Timestamp, Delivery)> =
        view.notifications.iter().flat_map(|n| attempts(eyes, view, n)).collect();
    deliveries.sort_by_key(|(at, _)| *at);
    PageRun {
        id: page.id.to_string(),
        state: Tag::state(page.status.word()),
        began: eyes.when(page.started_at),
        summary: summary(eyes, view),
        deliveries: deliveries.into_iter().map(|(_, delivery)| delivery).collect(),
    }
}

/// `Acknowledged by Alice after 48 s`, `Bob at 03:12 next`.
pub fn summary(eyes: &Eyes<'_>, view: &PageView) -> String {
    match &view.page.status {
        PageStatus::Ringing | PageStatus::Exhausted { .. } => match &view.next {
            Some(next) => format!("{} at {} next", next.who, eyes.when(next.at).clock),
            None => "rings".to_owned(),
        },
        PageStatus::Acknowledged { by, at } => {
            let after = spoken(at.duration_since(view.page.started_at).as_secs().unsigned_abs());
            format!("Acknowledged by {} after {after}", eyes.actor_or_you(by))
        }
        PageStatus::Ended { reason, .. } => sentence(reason),
    }
}

/// Each attempt of a notification, and what is still planned or was called off.
fn attempts(eyes: &Eyes<'_>, view: &PageView, n: &Notification) -> Vec<(jiff::Timestamp, Delivery)> {
    let steps = u32::try_from(view.page.policy.steps.len()).unwrap_or(u32::MAX);
    let step = match n.kind {
        MessageKind::Page => step_name(n.cycle, n.step, steps),
        MessageKind::Resolved => "told that it is over".to_owned(),
        MessageKind::Cancelled => "told that it was called off".to_owned(),
        MessageKind::Notice => "for information".to_owned(),
        MessageKind::Code => "a code".to_owned(),
        MessageKind::StillOn => "asked whether still on it".to_owned(),
    };
    let line_at = |at, attempt: String, outcome: Tag, detail: String| {
        let (who, method) = (eyes.name_or_you(&n.user), n.medium.clone());
        (at, Delivery { at: eyes.when(at), who, method, step: step.clone(), attempt, outcome, detail })
    };
    let made = view.attempts.iter().filter(|attempt| attempt.notification == n.id);
    let mut lines: Vec<_> = made
        .map(|attempt| {
            let outcome = attempt.outcome.as_deref().unwrap_or("sending");
            line_at(
                attempt.begun_at,
                attempt.n.to_string(),
                Tag::state(outcome),
                attempt.detail.clone().unwrap_or_default(),
            )
        })
        .collect();
    for report in view.reports.iter().filter(|report| report.notification == n.id) {
        let outcome = Tag::state(if report.failed { "failed" } else { "reported" });
        let separator = if report.detail.is_empty() { "" } else { ": " };
        let told = format!("{}{separator}{}", report.what, report.detail);
        lines.push(line_at(report.at, report.attempt.to_string(), outcome, told));
    }
    match n.status {
        NotificationStatus::Queued => {
            let at = n.next_due_at.unwrap_or(n.due_at);
            let repeat = if n.repeat { "may arrive a second time" } else { "" };
            lines.push(line_at(at, String::new(), Tag::state("next"), repeat.to_owned()));
        }
        NotificationStatus::Cancelled => {
            lines.push(line_at(n.due_at, String::new(), Tag::state("cancelled"), n.reason.clone().unwrap_or_default()));
        }
        NotificationStatus::Failed if lines.is_empty() => {
            lines.push(line_at(n.due_at, String::new(), Tag::state("failed"), n.reason.clone().unwrap_or_default()));
        }
        NotificationStatus::Sending | NotificationStatus::Accepted | NotificationStatus::Failed => {}
    }
    lines
}

fn event_row(eyes: &Eyes<'_>, recorded: &Recorded<AlertEvent>) -> EventRow {
    let by = eyes.actor(&recorded.actor);
    let (kind, outcome, summary) = match &recorded.event {
        AlertEvent::Triggered { event, .. } => ("trigger", "new alert".to_owned(), line(&event.title)),
        AlertEvent::Repeated { event } if event.action == EventAction::Resolve => {
            ("resolve", "the source says that it is over".to_owned(), line(&event.title))
        }
        AlertEvent::Repeated { event } => {
            (action(event.action), "deduplicated: counted, nobody paged again".to_owned(), line(&event.title))
        }
        AlertEvent::Counted { events, .. } => {
            ("trigger", "said again".to_owned(), format!("{}, in the same words", count(*events, "event")))
        }
        AlertEvent::Paged { .. } => ("paged", "a page rings for it".to_owned(), String::new()),
        AlertEvent::FiresAgain => ("page", "nobody has it any more: its page rings again".to_owned(), String::new()),
        AlertEvent::Acknowledged => ("acknowledge", format!("by {by}"), String::new()),
        AlertEvent::Resolved { reason } => ("resolve", format!("by {by}"), sentence(reason)),
        AlertEvent::Linked { .. } => ("incident", format!("linked by {by}"), String::new()),
    };
    EventRow { at: eyes.when(recorded.at), kind: capital(kind), outcome, summary }
}

fn action(action: EventAction) -> &'static str {
    match action {
        EventAction::Trigger => "trigger",
        EventAction::Acknowledge => "acknowledge",
        EventAction::Resolve => "resolve",
    }
}

/// `37 events`, for the woken person.
pub fn events_fact(alert: &Alert) -> String {
    count(alert.event_count, "event")
}
