//! How alerts, pages and notifications look in the API. Explicit structs: what is inside may change, these names may not.

use nightbell_engine::{
    domain::{
        ids::{AlertId, IncidentId, NotificationId, PageId},
        paging::{Awake, Page, PageEvent, PageStatus, Subject},
        record::{Actor, Aggregate, Instant, Recorded},
        signal::{Alert, AlertEvent, AlertStatus},
    },
    views::{AlertView, PageView},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// An alert.
#[derive(Debug, Serialize)]
pub struct AlertJson {
    id: AlertId,
    state: &'static str,
    title: String,
    body: String,
    severity: &'static str,
    source: String,
    service: Option<String>,
    integration: String,
    dedup_key: String,
    labels: BTreeMap<String, String>,
    links: Vec<LinkJson>,
    runbook_url: Option<String>,
    started_at: Instant,
    last_at: Instant,
    event_count: u64,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<Instant>,
    resolved_by: Option<String>,
    resolved_at: Option<Instant>,
    routed: RoutedJson,
    page: Option<PageId>,
    incident: Option<IncidentId>,
}

#[derive(Debug, Serialize)]
struct LinkJson {
    href: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct RoutedJson {
    outcome: &'static str,
    urgency: &'static str,
    reason: String,
}

impl From<&Alert> for AlertJson {
    fn from(alert: &Alert) -> Self {
        let said = |by: &Actor, at: &Instant| (Some(by.to_string()), Some(*at));
        let (acknowledged, resolved) = match &alert.status {
            AlertStatus::Firing => ((None, None), (None, None)),
            AlertStatus::Acknowledged { by, at } => (said(by, at), (None, None)),
            AlertStatus::Resolved { by, at } => ((None, None), said(by, at)),
        };
        Self {
            id: alert.id,
            state: alert.status.word(),
            title: alert.title.clone(),
            body: alert.body.clone(),
            severity: alert.severity.word(),
            source: alert.source.clone(),
            service: alert.service.as_ref().map(ToString::to_string),
            integration: alert.integration.to_string(),
            dedup_key: alert.dedup_key.clone(),
            labels: alert.labels.clone(),
            links: alert.links.iter().map(|l| LinkJson { href: l.href.clone(), text: l.text.clone() }).collect(),
            runbook_url: alert.runbook_url.clone(),
            started_at: alert.started_at,
            last_at: alert.last_at,
            event_count: alert.event_count,
            acknowledged_by: acknowledged.0,
            acknowledged_at: acknowledged.1,
            resolved_by: resolved.0,
            resolved_at: resolved.1,
            routed: RoutedJson {
                outcome: super::explain::outcome_word(alert.routing.outcome),
                urgency: alert.routing.urgency.word(),
                reason: alert.routing.reason.clone(),
            },
            page: alert.page,
            incident: alert.incident,
        }
    }
}

/// One line of what happened.
#[derive(Debug, Serialize)]
pub struct HappenedJson {
    seq: u64,
    at: Instant,
    actor: String,
    kind: &'static str,
    text: String,
}

fn happened<A: Aggregate>(recorded: &Recorded<A::Event>, text: String) -> HappenedJson {
    HappenedJson {
        seq: recorded.seq,
        at: recorded.at,
        actor: recorded.actor.to_string(),
        kind: A::event_kind(&recorded.event),
        text,
    }
}

fn alert_words(event: &AlertEvent) -> String {
    match event {
        AlertEvent::Triggered { event, routing, .. } => format!("{} ({})", event.title, routing.reason),
        AlertEvent::Repeated { event } if event.title.is_empty() => "came again".to_owned(),
        AlertEvent::Repeated { event } => format!("came again: {}", event.title),
        AlertEvent::Counted { events, .. } => format!("came again in the same words, {events} times"),
        AlertEvent::Paged { page } => format!("rings as {page}"),
        AlertEvent::Acknowledged => "acknowledged".to_owned(),
        AlertEvent::FiresAgain => "nobody has it any more: its page rings again".to_owned(),
        AlertEvent::Resolved { reason } => format!("resolved: {reason}"),
        AlertEvent::Linked { incident } => format!("belongs to {incident}"),
    }
}

fn page_words(event: &PageEvent) -> String {
    match event {
        PageEvent::Started { why, held_until: Some(until), .. } => format!("{why}; low urgency, held until {until}"),
        PageEvent::Started { why, .. } => why.clone(),
        PageEvent::StepSkipped { step, why, .. } => format!("step {} was skipped: {why}", step + 1),
        PageEvent::StepHandedOver { step, to, .. } => format!("step {} goes on with policy {to}", step + 1),
        PageEvent::AnsweredByOne { via } => format!("acknowledged by one of those who all must ({via})"),
        PageEvent::Snoozed { until } => format!("snoozed until {until}"),
        PageEvent::AskedStillOn { rings_again_at } => {
            format!("asked whether anybody is still on it; it rings again at {rings_again_at}")
        }
        PageEvent::Prolonged { rings_again_at } => format!("still on it; it rings again at {rings_again_at}"),
        PageEvent::RangAgain { why, .. } => format!("rang again from the first step: {why}"),
        PageEvent::HandedTo { to, reason, .. } => format!("handed over to {to}: {reason}"),
        PageEvent::Raised { why, .. } => format!("became urgent: {why}"),
        PageEvent::Learned { .. } => "its alert says something else: conditions are asked of that".to_owned(),
        PageEvent::StepRang { step, rung, .. } => format!("step {} rang {}", step + 1, names(rung)),
        PageEvent::StepEmpty { step, silent, .. } => format!("step {} reached nobody: {}", step + 1, silent.join("; ")),
        PageEvent::LastResortRang { rung, .. } if rung.is_empty() => "the last resort reached nobody".to_owned(),
        PageEvent::LastResortRang { rung, .. } => format!("the last resort rang {}", names(rung)),
        PageEvent::HandedOver { .. } => "handed over: whoever is next rings now".to_owned(),
        PageEvent::Attempted { user, medium, attempt, outcome, .. } => {
            format!("{medium} to @{user}, attempt {attempt}: {} ({})", outcome.word(), outcome.detail())
        }
        PageEvent::Unreachable { user, .. } => format!("no method of @{user} works: whoever is next rings now"),
        PageEvent::Rescheduled { next_due_at: Some(next), why, .. } => format!("{why}: the next step is due at {next}"),
        PageEvent::Rescheduled { messages, why, .. } => format!("{why}: {} messages armed anew", messages.len()),
        PageEvent::Acknowledged { via, took_over: true, .. } => {
            format!("taken over ({via}) by somebody who had not been paged")
        }
        PageEvent::Acknowledged { via, .. } => format!("acknowledged ({via})"),
        PageEvent::Ended { reason } => reason.clone(),
    }
}

fn names(rung: &[nightbell_engine::domain::paging::Rung]) -> String {
    let named: Vec<String> = rung.iter().map(|r| format!("@{} ({})", r.user, r.why)).collect();
    named.join(", ")
}

/// A page, as lists show it.
#[derive(Debug, Serialize)]
pub struct PageJson {
    id: PageId,
    state: &'static str,
    subject: SubjectJson,
    title: String,
    body: String,
    service: Option<String>,
    urgency: &'static str,
    policy: Option<String>,
    why: String,
    started_at: Instant,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<Instant>,
    ended_at: Option<Instant>,
    ended_reason: Option<String>,
    next_due_at: Option<Instant>,
    /// Low urgency: nobody is rung before.
    held_until: Option<Instant>,
    /// It is acknowledged, and put off until then.
    snoozed_until: Option<Instant>,
    /// It is acknowledged, and rings then unless it is over or somebody is still on it.
    rings_again_at: Option<Instant>,
    /// Everybody must acknowledge: how many have, of how many, and who has not.
    everybody: Option<EverybodyJson>,
    rang: Vec<RingJson>,
}

#[derive(Debug, Serialize)]
struct EverybodyJson {
    acknowledged: usize,
    of: usize,
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SubjectJson {
    kind: &'static str,
    alert: Option<AlertId>,
    incident: Option<IncidentId>,
    purpose: Option<String>,
}

impl From<&Subject> for SubjectJson {
    fn from(subject: &Subject) -> Self {
        match subject {
            Subject::Alert { alert } => Self { kind: "alert", alert: Some(*alert), incident: None, purpose: None },
            Subject::Incident { incident, purpose } => {
                Self { kind: "incident", alert: None, incident: Some(*incident), purpose: Some(purpose.clone()) }
            }
            Subject::Person => Self { kind: "person", alert: None, incident: None, purpose: None },
            Subject::Canary => Self { kind: "canary", alert: None, incident: None, purpose: None },
            Subject::Proof { .. } => Self { kind: "proof", alert: None, incident: None, purpose: None },
        }
    }
}

#[derive(Debug, Serialize)]
struct RingJson {
    at: Instant,
    step: u32,
    cycle: u32,
    who: Vec<RungJson>,
}

#[derive(Debug, Serialize)]
struct RungJson {
    user: String,
    why: String,
}

impl From<&Page> for PageJson {
    fn from(page: &Page) -> Self {
        let rang = page.rings.iter().map(|ring| RingJson {
            at: ring.at,
            step: ring.step + 1,
            cycle: ring.cycle,
            who: ring.rung.iter().map(|r| RungJson { user: r.user.to_string(), why: r.why.clone() }).collect(),
        });
        let taken = if let PageStatus::Acknowledged { by, at } = &page.status { Some((by, *at)) } else { None };
        let ended = if let PageStatus::Ended { reason, at } = &page.status { Some((reason, *at)) } else { None };
        Self {
            id: page.id,
            state: page.status.word(),
            subject: (&page.subject).into(),
            title: page.title.clone(),
            body: page.body.clone(),
            service: page.service.as_ref().map(ToString::to_string),
            urgency: page.urgency.word(),
            policy: page.policy.policy.as_ref().map(ToString::to_string),
            why: page.why.clone(),
            started_at: page.started_at,
            acknowledged_by: taken.map(|(by, _)| by.to_string()),
            acknowledged_at: taken.map(|(_, at)| at),
            ended_at: ended.map(|(_, at)| at),
            ended_reason: ended.map(|(reason, _)| reason.clone()),
            next_due_at: page.next_due_at,
            held_until: page.held_until,
            snoozed_until: if let Some(Awake::Snoozed { until }) = page.awake { Some(until) } else { None },
            rings_again_at: page.awake.map(Awake::rings_again_at),
            everybody: page.answered().map(|(acknowledged, of)| EverybodyJson {
                acknowledged,
                of,
                missing: page.owing().map(ToString::to_string).collect(),
            }),
            rang: rang.collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct NotificationJson {
    id: NotificationId,
    kind: &'static str,
    user: String,
    contact: String,
    medium: String,
    step: u32,
    cycle: u32,
    due_at: Instant,
    state: &'static str,
    reason: Option<String>,
    repeat: bool,
    next_try_at: Option<Instant>,
    attempts: Vec<AttemptJson>,
}

#[derive(Debug, Serialize)]
struct AttemptJson {
    n: u32,
    begun_at: Instant,
    ended_at: Option<Instant>,
    outcome: Option<String>,
    detail: Option<String>,
    provider_id: Option<String>,
    /// What the provider told later, and which key was pressed.
    reports: Vec<ReportJson>,
}

#[derive(Debug, Serialize)]
struct ReportJson {
    at: Instant,
    what: String,
    detail: String,
    failed: bool,
}

#[derive(Debug, Serialize)]
struct NextJson {
    at: Instant,
    who: String,
}

/// A page with its delivery log.
#[derive(Debug, Serialize)]
pub struct PageDetailJson {
    #[serde(flatten)]
    page: PageJson,
    next: Option<NextJson>,
    runbook: Option<String>,
    runbook_url: Option<String>,
    notifications: Vec<NotificationJson>,
    timeline: Vec<HappenedJson>,
}

impl From<&PageView> for PageDetailJson {
    fn from(view: &PageView) -> Self {
        let notifications = view.notifications.iter().map(|n| NotificationJson {
            id: n.id,
            kind: n.kind.word(),
            user: n.user.to_string(),
            contact: n.contact.to_string(),
            medium: n.medium.clone(),
            step: n.step + 1,
            cycle: n.cycle,
            due_at: n.due_at,
            state: n.status.word(),
            reason: n.reason.clone(),
            repeat: n.repeat,
            next_try_at: n.next_due_at,
            attempts: attempts(view, n.id),
        });
        Self {
            page: (&view.page).into(),
            next: view.next.as_ref().map(|next| NextJson { at: next.at, who: next.who.clone() }),
            runbook: view.runbook.as_ref().map(|(id, _)| id.clone()),
            runbook_url: view.runbook_url.clone(),
            notifications: notifications.collect(),
            timeline: view.events.iter().map(|e| happened::<Page>(e, page_words(&e.event))).collect(),
        }
    }
}

fn attempts(view: &PageView, of: NotificationId) -> Vec<AttemptJson> {
    let its = view.attempts.iter().filter(|attempt| attempt.notification == of);
    its.map(|attempt| AttemptJson {
        n: attempt.n,
        begun_at: attempt.begun_at,
        ended_at: attempt.ended_at,
        outcome: attempt.outcome.clone(),
        detail: attempt.detail.clone(),
        provider_id: attempt.provider_id.clone(),
        reports: reports(view, of, attempt.n),
    })
    .collect()
}

fn reports(view: &PageView, of: NotificationId, attempt: u32) -> Vec<ReportJson> {
    let its = view.reports.iter().filter(|report| report.notification == of && report.attempt == attempt);
    its.map(|report| ReportJson {
        at: report.at,
        what: report.what.clone(),
        detail: report.detail.clone(),
        failed: report.failed,
    })
    .collect()
}

/// An alert with everything that was done about it.
#[derive(Debug, Serialize)]
pub struct AlertDetailJson {
    #[serde(flatten)]
    alert: AlertJson,
    incident_slug: Option<String>,
    pages: Vec<PageDetailJson>,
    timeline: Vec<HappenedJson>,
}

impl From<&AlertView> for AlertDetailJson {
    fn from(view: &AlertView) -> Self {
        Self {
            alert: (&view.alert).into(),
            incident_slug: view.incident.as_ref().map(|incident| incident.slug.clone()),
            pages: view.pages.iter().map(Into::into).collect(),
            timeline: view.events.iter().map(|e| happened::<Alert>(e, alert_words(&e.event))).collect(),
        }
    }
}
