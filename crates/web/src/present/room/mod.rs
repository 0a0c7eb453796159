//! The room of an incident, put together from its parts; and a refused form shown again in it.

pub mod rules;
pub mod seats;
pub mod sides;
pub mod timeline;

use super::{Eyes, home::day, line, severity};
use crate::views::{
    Choice, Field, Flash, FlashKind, Link, SafeHtml, Shell, Tag,
    room::{CommandHelp, RoomPage, RunbookAside},
    time::rough,
};
use nightbell_engine::{
    domain::response::{Incident, IncidentStatus, room::COMMANDS},
    views::RoomView,
};

/// A form of the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// The composer.
    Say,
    /// Status words.
    Status,
    /// The severity.
    Severity,
    /// Paging people.
    Page,
    /// Waiving a rule, by its word.
    Waive(String),
    /// A form without a field to keep: roles, mitigations.
    Press,
}

/// A form that was refused: shown again with what was typed and why.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Which.
    pub form: Form,
    /// What was typed.
    pub text: String,
    /// What was chosen beside it.
    pub choice: String,
    /// Why it was refused.
    pub message: String,
}

/// What of the room is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `show` of the address.
    pub show: String,
    /// Entries left out at the new end.
    pub skip: usize,
}

/// Fills the room.
pub fn page(eyes: &Eyes<'_>, mut shell: Shell, view: &RoomView, asked: &Asked, refused: Option<&Refused>) -> RoomPage {
    let incident = &view.incident;
    // The strip is for what happens elsewhere.
    shell.open_incidents.retain(|open| open.slug != incident.slug);
    if let Some(refused) = refused {
        shell.flash = Some(Flash { kind: FlashKind::Refused, text: refused.message.clone() });
    }
    let show = timeline::Show::from_word(&asked.show);
    let (entries, earlier) = timeline::entries(eyes, incident, &view.events, &view.timeline, show, asked.skip);
    let newest = view.timeline.iter().map(|line| line.at).max().unwrap_or(incident.declared_at);
    let kept = |form: Form| refused.filter(|refused| refused.form == form);
    let field =
        |form: Form| kept(form).map_or_else(Field::default, |r| Field::refused(r.text.clone(), r.message.clone()));
    let chosen = |form: Form| kept(form).map_or("", |refused| refused.choice.as_str());
    let mut playbook = rules::playbook(eyes, incident, &view.adherence);
    for rule in &mut playbook.rules {
        rule.reason = field(Form::Waive(rule.id.clone()));
    }
    let can_write = eyes.may_respond() && !incident.status.is_final();
    RoomPage {
        slug: incident.slug.clone(),
        title: line(&incident.title),
        severity: severity(&incident.severity),
        status: Tag::state(incident.status.word()),
        age: incident.status.is_open().then(|| eyes.since(incident.declared_at)),
        span: span(eyes, incident),
        summary: if incident.summary.is_empty() { "No update yet.".to_owned() } else { line(&incident.summary) },
        drill: false,
        needs: rules::needs(eyes, incident, &view.adherence),
        can_write,
        seats: seats::seats(eyes, incident, &view.events),
        people: eyes.org.users.values().map(|user| Choice::new(user.id.as_str(), line(&user.name), false)).collect(),
        playbook,
        timeline_title: format!("Timeline · UTC, {}", timeline::utc_day(newest)),
        filters: timeline::filters(&incident.slug, show),
        timeline: entries,
        earlier,
        say: field(Form::Say),
        kinds: kinds(chosen(Form::Say)),
        commands: COMMANDS
            .iter()
            .map(|(_, usage, does)| CommandHelp { example: (*usage).to_owned(), does: (*does).to_owned() })
            .collect(),
        next_update: sides::next_update(eyes, incident),
        public: sides::public(eyes, view),
        mitigations: sides::mitigations(eyes, incident),
        mitigations_none: sides::mitigations_none(eyes, incident),
        runbook: view.runbook.as_ref().map(|(id, runbook)| RunbookAside {
            link: Link::new(format!("/runbooks/{id}"), line(&runbook.title)),
            html: SafeHtml::from_markdown(&runbook.body_md),
        }),
        alerts: sides::alerts(eyes, &view.alerts),
        pages: sides::pages(eyes, &view.pages),
        statuses: if can_write { sides::statuses(incident) } else { Vec::new() },
        status_reason: field(Form::Status),
        severities: if can_write { severities(eyes, incident, chosen(Form::Severity)) } else { Vec::new() },
        severity_reason: field(Form::Severity),
        callable: if can_write { sides::callable(eyes, chosen(Form::Page)) } else { Vec::new() },
        page_message: field(Form::Page),
        postmortem: postmortem(eyes, view),
        shell,
    }
}

fn span(eyes: &Eyes<'_>, incident: &Incident) -> String {
    let declared = format!("declared {} by {}", eyes.utc(incident.declared_at), eyes.actor(&incident.declared_by));
    match incident.resolved_at.or(incident.closed_at) {
        Some(end) => {
            let length = rough(end.duration_since(incident.declared_at).as_secs().max(0).unsigned_abs());
            let length = if length.is_empty() { "a few seconds".to_owned() } else { length };
            format!("{declared} · {} {} after {length}", incident.status.word(), eyes.utc(end))
        }
        None => declared,
    }
}

/// Kinds of entry the composer offers.
fn kinds(chosen: &str) -> Vec<Choice> {
    const KINDS: [(&str, &str); 6] = [
        ("note", "Note"),
        ("decision", "Decision"),
        ("hypothesis", "Hypothesis"),
        ("action", "Action"),
        ("output", "Output"),
        ("link", "Link"),
    ];
    let chosen = if chosen.is_empty() { "note" } else { chosen };
    KINDS.iter().map(|(value, label)| Choice::new(*value, *label, *value == chosen)).collect()
}

fn severities(eyes: &Eyes<'_>, incident: &Incident, chosen: &str) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { incident.severity.as_str() } else { chosen };
    let choice = |row: &nightbell_engine::domain::org::Severity| {
        Choice::new(row.id.as_str(), row.id.as_str().to_uppercase(), row.id.as_str() == chosen)
            .with_hint(row.impact.clone())
    };
    eyes.org.severities.rows.iter().map(choice).collect()
}

fn postmortem(eyes: &Eyes<'_>, view: &RoomView) -> Option<Link> {
    let postmortem = view.postmortem.as_ref()?;
    let text = match postmortem.due_at {
        Some(due) if view.incident.status == IncidentStatus::Resolved && postmortem.is_owed() => {
            format!("Write the postmortem, due {}", day(eyes, due))
        }
        _ => "Postmortem".to_owned(),
    };
    Some(Link::new(format!("/postmortems/{}", view.incident.slug), text))
}
