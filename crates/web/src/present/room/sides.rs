//! What stands around the timeline: the promised update, what the public sees, mitigations, alerts and pages, status words.

use crate::{
    present::{Eyes, alert, home::subject_path, line},
    views::{
        Choice, Link, Tag,
        room::{LinkedAlert, LinkedPage, Mitigation, NextUpdate, PublicSees, StatusMove},
        time::rough,
    },
};
use nightbell_engine::{
    domain::{
        paging::Subject,
        response::{Incident, IncidentStatus, Look, MitigationState, RuleId},
        signal::Alert,
    },
    views::{PageView, RoomView},
};

/// The promise of the next update.
pub fn next_update(eyes: &Eyes<'_>, incident: &Incident) -> NextUpdate {
    let owed = incident.obligation(RuleId::UpdateCadence).filter(|o| o.is_owed()).and_then(|o| o.due_at);
    let due = incident.promise.map(|promise| promise.at).or(owed).filter(|_| incident.status.is_open());
    let text = match due {
        Some(at) => {
            let said = if incident.promise.is_some() { "promised for" } else { "the first is owed by" };
            let then = if incident.row.update_every.is_some() { ", then Comms is paged" } else { "" };
            format!("{said} {}{then}", eyes.utc(at))
        }
        None if incident.status.is_open() => {
            format!(
                "{} promises no updates; a word is welcome all the same.",
                incident.severity.as_str().to_uppercase()
            )
        }
        None => "No update is owed any more.".to_owned(),
    };
    NextUpdate {
        clock: due.map(|at| eyes.until(at)),
        text,
        can_update: eyes.may_respond() && incident.status.is_open(),
    }
}

/// The public side, and how stale it is.
pub fn public(eyes: &Eyes<'_>, view: &RoomView) -> PublicSees {
    let incident = &view.incident;
    let loud = |line: &nightbell_engine::domain::response::RuleLine| {
        line.rule == RuleId::PublicNotice && matches!(line.look, Look::Act | Look::Due)
    };
    let owed = view.adherence.lines.iter().any(loud);
    let Some(face) = &incident.public else {
        let text = if incident.row.public_within.is_some() { "Nothing yet." } else { "Nothing, and nothing is owed." };
        let (at, status, page) = (None, None, None);
        return PublicSees {
            status,
            text: text.to_owned(),
            at,
            behind: String::new(),
            reach: String::new(),
            page,
            late: owed,
        };
    };
    let behind = incident.public_behind().map(|gap| rough(gap.as_secs().unsigned_abs())).filter(|gap| !gap.is_empty());
    let page = eyes.org.status_pages.get(&face.page);
    PublicSees {
        status: Some(Tag::state(face.status.word())),
        text: face.text.clone(),
        at: Some(eyes.when(face.at)),
        late: incident.status.is_open() && (owed || behind.is_some()),
        behind: behind.map_or(String::new(), |gap| format!("{gap} behind the room")),
        reach: String::new(),
        page: page.map(|page| Link::new(format!("/status/{}", page.slug), line(&page.name))),
    }
}

/// What can be tried, and what came of it.
pub fn mitigations(eyes: &Eyes<'_>, incident: &Incident) -> Vec<Mitigation> {
    incident.mitigations.iter().map(|state| mitigation(eyes, incident, state)).collect()
}

fn mitigation(eyes: &Eyes<'_>, incident: &Incident, state: &MitigationState) -> Mitigation {
    let last = state.tried.last();
    let verdict = last.map(|last| match last.worked {
        Some(true) => "worked",
        Some(false) => "failed",
        None => "tried",
    });
    let times = state.tried.len();
    Mitigation {
        id: state.mitigation.key.clone(),
        text: line(&state.mitigation.title),
        command: state.mitigation.command.clone().unwrap_or_default(),
        state: verdict.map(|word| if word == "failed" { Tag::plain("Did not help") } else { Tag::state(word) }),
        by: last.map(|last| format!("{}, {}", eyes.actor_or_you(&last.by), eyes.utc(last.at))).unwrap_or_default(),
        record: if times > 1 { format!("tried {times} times") } else { String::new() },
        can_report: eyes.may_respond() && incident.status.is_open(),
    }
}

/// Said when nothing can be tried.
pub fn mitigations_none(eyes: &Eyes<'_>, incident: &Incident) -> String {
    match (incident.service.as_ref(), &incident.runbook) {
        (_, Some(_)) => "The runbook names no quick mitigation.".to_owned(),
        (Some(service), None) => format!("No runbook is linked to {} yet.", eyes.service(Some(service))),
        (None, None) => "No service is named, so there is no runbook.".to_owned(),
    }
}

/// Alerts of the incident.
pub fn alerts(eyes: &Eyes<'_>, alerts: &[Alert]) -> Vec<LinkedAlert> {
    let linked = |alert: &Alert| LinkedAlert {
        link: Link::new(format!("/alerts/{}", alert.id), line(&alert.title)),
        state: Tag::state(alert.status.word()),
        since: eyes.when(alert.started_at),
    };
    alerts.iter().map(linked).collect()
}

/// Pages of the incident, newest first.
pub fn pages(eyes: &Eyes<'_>, pages: &[PageView]) -> Vec<LinkedPage> {
    pages.iter().rev().map(|view| page(eyes, view)).collect()
}

fn page(eyes: &Eyes<'_>, view: &PageView) -> LinkedPage {
    let mut names: Vec<String> = Vec::new();
    for rung in view.page.rings.iter().flat_map(|ring| &ring.rung) {
        let name = eyes.name_or_you(&rung.user);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let link =
        matches!(view.page.subject, Subject::Alert { .. }).then(|| Link::new(subject_path(&view.page), "the alert"));
    LinkedPage {
        who: if names.is_empty() { "nobody yet".to_owned() } else { names.join(", then ") },
        state: Tag::state(view.page.status.word()),
        note: alert::summary(eyes, view),
        link,
    }
}

/// Status words the incident may move to, the usual next one first.
pub fn statuses(incident: &Incident) -> Vec<StatusMove> {
    use IncidentStatus as S;
    let mut moves = Vec::new();
    let mut add = |to: S, label: &str, does: &str, needs_reason: bool, primary: bool| {
        moves.push(StatusMove {
            value: to.word().to_owned(),
            label: label.to_owned(),
            does: does.to_owned(),
            needs_reason,
            primary,
        });
    };
    let resolve = "Opens the final update; nothing changes before you send it.";
    match incident.status {
        S::Investigating => {
            add(
                S::Identified,
                "Identified",
                "The cause is known. The room hears it; the public does not.",
                false,
                false,
            );
            add(S::Monitoring, "Monitoring", "A mitigation is in and is being watched.", false, false);
            add(S::Resolved, "Resolve", resolve, false, true);
        }
        S::Identified => {
            add(S::Monitoring, "Monitoring", "A mitigation is in and is being watched.", false, false);
            add(S::Resolved, "Resolve", resolve, false, true);
            add(S::Investigating, "Back to investigating", "The cause is not known after all.", true, false);
        }
        S::Monitoring => {
            add(S::Resolved, "Resolve", resolve, false, true);
            add(S::Identified, "Back to identified", "The mitigation did not hold.", true, false);
            add(S::Investigating, "Back to investigating", "The cause is not known after all.", true, false);
        }
        S::Resolved => {
            if !incident.owes_postmortem() {
                add(S::Closed, "Close", "Nothing is owed any more; nothing in it changes after this.", false, true);
            }
            add(S::Investigating, "Reopen", "It came back: clocks run again.", true, false);
        }
        S::Closed | S::Cancelled => {}
    }
    if incident.status.is_open() && incident.public.is_none() {
        let does = format!("A false alarm: it is kept, nothing is owed{}.", told(incident));
        add(S::Cancelled, "Cancel (false alarm)", &does, true, false);
    }
    moves
}

fn told(incident: &Incident) -> String {
    match incident.pages.len() {
        0 => String::new(),
        1 => ", and whoever its page called is told".to_owned(),
        n => format!(", and whoever its {n} pages called is told"),
    }
}

/// Whoever may be paged from here.
pub fn callable(eyes: &Eyes<'_>, chosen: &str) -> Vec<Choice> {
    let org = eyes.org;
    let choice = |value: String, label: String| {
        let selected = value == chosen;
        Choice::new(value, label, selected)
    };
    let schedules = org.schedules.keys().map(|id| choice(format!("schedule:{id}"), format!("On call: {id}")));
    let teams =
        org.teams.values().map(|team| choice(format!("team:{}", team.id), format!("Team: {}", line(&team.name))));
    let users = org.users.values().map(|user| choice(format!("user:{}", user.id), line(&user.name)));
    schedules.chain(users).chain(teams).collect()
}
