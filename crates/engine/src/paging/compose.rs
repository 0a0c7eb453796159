//! Composing: what one attempt says, from the state as it is at that moment.

use super::phone;
use crate::{Fault, Unit};
use nightbell_domain::{
    limits,
    org::Organisation,
    paging::{
        AlertBrief, Bundle, IncidentBrief, Message, MessageKind, NextStep, Notification, Page, PageEvent, PageStatus,
        Subject, later,
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
        Subject::Person | Subject::Canary | Subject::Proof { .. } => (None, None),
    };
    let (title, body) = if notification.kind == MessageKind::Code {
        crate::people::title(unit, notification)?
    } else {
        (page.title.clone(), body(page, notification.kind))
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
        _ if matches!(page.subject, Subject::Proof { .. }) => format!("{base}/settings/reach"),
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
        title,
        body,
        service,
        runbook_url: runbook_url(org, base, page, alert.as_ref()),
        alert: alert.as_ref().map(alert_brief),
        incident: incident.as_ref().map(incident_brief),
        ack_url: format!("{base}/p/{}", link.encode(unit.settings.link_key.bytes())),
        url,
        next: next_step(org, page),
        public_url: base.clone(),
        also: Bundle::default(),
        phone: phone::reply(unit.settings, page, notification, unit.now),
    })
}

fn body(page: &Page, kind: MessageKind) -> String {
    match (kind, &page.status) {
        (MessageKind::Notice, PageStatus::Acknowledged { by, .. }) => {
            format!("{by} has taken it over. Nobody waits for you any more.\n{}", page.body)
        }
        (MessageKind::Notice, PageStatus::Ringing | PageStatus::Exhausted { .. }) => {
            format!("A copy for you to watch along: nobody counts on you.\n{}", page.body)
        }
        (MessageKind::StillOn, _) => match page.awake {
            Some(awake) => format!(
                "You acknowledged this, and it is not over. It rings again at {} unless you say that you are still on it.",
                awake.rings_again_at().strftime("%H:%M UTC")
            ),
            None => format!("It is {}.", page.status.word()),
        },
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
    let at = page.next_due_at.filter(|_| !matches!(page.subject, Subject::Proof { .. }))?;
    Some(NextStep { at, who: names(org, page, at) })
}

/// What follows after the next step while nobody acknowledges, each person list once it changes, up to the last resort.
pub fn later_steps(org: &Organisation, page: &Page, now: Instant) -> Vec<NextStep> {
    let mut steps: Vec<NextStep> = Vec::new();
    let mut imagined = page.clone();
    if matches!(page.subject, Subject::Proof { .. }) {
        return steps;
    }
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

/// Whom the next thing that happens rings, by the very function that rings them.
fn names(org: &Organisation, page: &Page, at: Instant) -> String {
    let rung = page.advance(org, at).into_iter().find_map(|event| match event {
        PageEvent::StepRang { rung, .. } | PageEvent::LastResortRang { rung, .. } => Some(rung),
        _ => None,
    });
    let mut names: Vec<String> = Vec::new();
    for person in rung.into_iter().flatten() {
        let name = org.users.get(&person.user).map_or_else(|| format!("@{}", person.user), |u| u.name.clone());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "nobody: the last resort follows at once".to_owned() } else { names.join(", ") }
}
