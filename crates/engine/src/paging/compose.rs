//! Composing: what one attempt says, from the state as it is at that moment.

use crate::{Fault, Unit};
use nightbell_domain::{
    limits,
    org::Organisation,
    paging::{
        AlertBrief, Bundle, IncidentBrief, Message, MessageKind, NextStep, Notification, Page, PageStatus, Subject,
        later,
    },
    record::{Actor, Aggregate, Instant, Recorded},
    response::Incident,
    signal::Alert,
};
use nightbell_wire::outbound::links::PageLink;

/// The message of one attempt.
pub(super) fn message(unit: &mut Unit<'_>, page: &Page, notification: &Notification) -> Result<Message, Fault> {
    let (alert, incident) = match &page.subject {
        Subject::Alert { alert } => (unit.load_sound::<Alert>(alert)?, None),
        Subject::Incident { incident, .. } => (None, unit.load_sound::<Incident>(incident)?),
        Subject::Person | Subject::Canary => (None, None),
    };
    let org = &unit.directory.org;
    let (user, user_name, time_zone) = match org.users.get(&notification.user) {
        _ if page.subject == Subject::Canary => (&notification.user, String::new(), "UTC".to_owned()),
        Some(user) => (&user.id, user.name.clone(), user.time_zone.clone()),
        None => return Err(Fault::missing("user", &notification.user)),
    };
    let base = &unit.settings.public_url;
    let link = PageLink { page: page.id, user: user.clone(), expires_at: later(unit.now, limits::PAGE_LINK_LIFETIME) };
    let url = match (&alert, &incident) {
        (Some(alert), _) => format!("{base}/alerts/{}", alert.id),
        (_, Some(incident)) => format!("{base}/incidents/{}", incident.slug),
        _ => format!("{base}/"),
    };
    let service = page
        .service
        .as_ref()
        .map(|id| (id.clone(), org.services.get(id).map_or_else(|| id.to_string(), |s| s.name.clone())));
    Ok(Message {
        kind: notification.kind,
        id: notification.id,
        page: page.id,
        attempt: notification.attempts,
        repeat: notification.repeat,
        sent_at: unit.now,
        user: user.clone(),
        user_name,
        time_zone,
        urgency: page.urgency,
        title: page.title.clone(),
        body: body(page, notification.kind),
        service,
        runbook_url: runbook_url(org, base, page, alert.as_ref()),
        alert: alert.as_ref().map(alert_brief),
        incident: incident.as_ref().map(incident_brief),
        ack_url: format!("{base}/p/{}", link.encode(unit.settings.link_key.bytes())),
        url,
        next: next_step(org, page),
        public_url: base.clone(),
        also: Bundle::default(),
    })
}

fn body(page: &Page, kind: MessageKind) -> String {
    match (kind, &page.status) {
        (MessageKind::Page | MessageKind::Notice, _) => page.body.clone(),
        (_, PageStatus::Ended { reason, .. }) => format!("It is over: {reason}."),
        (_, other) => format!("It is {}.", other.word()),
    }
}

fn alert_brief(alert: &Alert) -> AlertBrief {
    AlertBrief {
        id: alert.id,
        title: alert.title.clone(),
        severity: alert.severity.word().to_owned(),
        source: alert.source.clone(),
        labels: alert.labels.clone(),
        started_at: alert.started_at,
        event_count: alert.event_count,
        dedup_key: alert.dedup_key.clone(),
    }
}

fn incident_brief(incident: &Incident) -> IncidentBrief {
    IncidentBrief {
        id: incident.id,
        slug: incident.slug.clone(),
        title: incident.title.clone(),
        severity: incident.severity.as_str().to_uppercase(),
        status: incident.status.word().to_owned(),
    }
}

/// The alert's own runbook, else the service's first.
pub(crate) fn runbook_url(org: &Organisation, base: &str, page: &Page, alert: Option<&Alert>) -> Option<String> {
    let named = alert.and_then(|a| a.runbook_url.clone());
    named.or_else(|| {
        let service = org.services.get(page.service.as_ref()?)?;
        org.runbooks_of(service).first().map(|runbook| format!("{base}/runbooks/{}", runbook.id))
    })
}

/// Who rings next if nobody acknowledges, and when.
pub fn next_step(org: &Organisation, page: &Page) -> Option<NextStep> {
    let at = page.next_due_at?;
    Some(NextStep { at, who: names(org, page, at) })
}

/// What follows after the next step while nobody acknowledges, each person list once it changes, up to the last resort.
pub fn later_steps(org: &Organisation, page: &Page, now: Instant) -> Vec<NextStep> {
    let mut steps: Vec<NextStep> = Vec::new();
    let mut imagined = page.clone();
    while let Some(due) = imagined.next_due_at.filter(|_| imagined.status == PageStatus::Ringing) {
        let at = due.max(now);
        steps.push(NextStep { at, who: names(org, &imagined, at) });
        for event in imagined.advance(org, at) {
            let recorded = Recorded { seq: imagined.version + 1, at, actor: Actor::system("explain"), event };
            match Page::evolve(Some(imagined.clone()), &recorded) {
                Some(next) => imagined = next,
                None => return steps,
            }
        }
    }
    steps
}

fn names(org: &Organisation, page: &Page, at: Instant) -> String {
    let fallback = org.last_resort();
    let targets = match page.policy.steps.get(page.next_step as usize) {
        Some(step) if matches!(page.status, PageStatus::Ringing) => &step.notify,
        _ if page.policy.last_resort.is_empty() => &fallback,
        _ => &page.policy.last_resort,
    };
    let mut names: Vec<String> = Vec::new();
    for reached in targets.iter().filter_map(|target| org.reach(target, at).ok()).flatten() {
        let name = org.users.get(&reached.user).map_or_else(|| format!("@{}", reached.user), |u| u.name.clone());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "nobody: the last resort follows at once".to_owned() } else { names.join(", ") }
}
