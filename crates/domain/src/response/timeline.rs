//! The timeline as people read it: one line per event, plain text. Used by the incident screen, the command line and the postmortem draft.
//!
//! Not HTML, not a time zone: views escape and localise.

use super::{EntryKind, IncidentEvent, RoleKind, RuleId, playbook::spoken};
use crate::{
    record::{Instant, Recorded},
    text::{clean::one_line, update_format::next_update_line},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a line is about: for glyphs, filters and colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// A note.
    Note,
    /// A decision.
    Decision,
    /// A hypothesis, or its end.
    Hypothesis,
    /// Something done.
    Action,
    /// What a command printed.
    Output,
    /// A link.
    Link,
    /// An update, in the room or in public.
    Update,
    /// A page.
    Page,
    /// A role.
    Role,
    /// Status or severity.
    Status,
    /// A mitigation.
    Mitigation,
    /// An alert.
    Alert,
    /// A playbook rule.
    Rule,
    /// The postmortem.
    Learning,
}

impl LineKind {
    /// One character, beside a word for those who cannot see it.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Note => "·",
            Self::Decision => "◆",
            Self::Hypothesis => "?",
            Self::Action => "▸",
            Self::Output => "▤",
            Self::Link => "↗",
            Self::Update => "❝",
            Self::Page => "☎",
            Self::Role => "☺",
            Self::Status => "●",
            Self::Mitigation => "▶",
            Self::Alert => "▲",
            Self::Rule => "◔",
            Self::Learning => "✎",
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Decision => "decision",
            Self::Hypothesis => "hypothesis",
            Self::Action => "action",
            Self::Output => "output",
            Self::Link => "link",
            Self::Update => "update",
            Self::Page => "page",
            Self::Role => "role",
            Self::Status => "status",
            Self::Mitigation => "mitigation",
            Self::Alert => "alert",
            Self::Rule => "playbook",
            Self::Learning => "postmortem",
        }
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineLine {
    /// The event's place in the stream.
    pub seq: u64,
    /// When it happened (an alert: when the trouble began).
    pub at: Instant,
    /// What it is about.
    pub kind: LineKind,
    /// Who: `@dana`, an integration, or Nightbell.
    pub who: String,
    /// What happened, one sentence or what was written; may have several lines for output and updates.
    pub text: String,
    /// More, smaller: a reason, what the room or the public read.
    pub detail: Option<String>,
    /// It was edited after it was written.
    pub edited: bool,
    /// It turned out wrong: a refuted hypothesis.
    pub struck: bool,
}

/// What a line says: kind, text and detail.
type Said = (LineKind, String, Option<String>);

/// One event as a line. Revisions of entries need the whole stream: see [`timeline`].
pub fn describe(recorded: &Recorded<IncidentEvent>) -> TimelineLine {
    let (kind, text, detail) = said(&recorded.event);
    let at = match &recorded.event {
        IncidentEvent::AlertLinked { started_at, .. } => *started_at,
        _ => recorded.at,
    };
    TimelineLine {
        seq: recorded.seq,
        at,
        kind,
        who: recorded.actor.to_string(),
        text,
        detail,
        edited: false,
        struck: false,
    }
}

/// A whole stream as lines, in the order of the stream, revisions and refutations applied to the lines they change.
pub fn timeline(events: &[Recorded<IncidentEvent>]) -> Vec<TimelineLine> {
    let mut lines: Vec<TimelineLine> = Vec::with_capacity(events.len());
    let mut place: BTreeMap<u64, usize> = BTreeMap::new();
    for recorded in events {
        let line = |seq: &u64| place.get(seq).copied();
        match &recorded.event {
            IncidentEvent::EntryRevised { seq, text } => {
                if let Some(line) = line(seq).and_then(|index| lines.get_mut(index)) {
                    line.text.clone_from(text);
                    line.edited = true;
                }
                continue;
            }
            IncidentEvent::HypothesisRefuted { seq, .. } => {
                if let Some(line) = line(seq).and_then(|index| lines.get_mut(index)) {
                    line.struck = true;
                }
            }
            _ => {}
        }
        place.insert(recorded.seq, lines.len());
        lines.push(describe(recorded));
    }
    lines
}

fn said(event: &IncidentEvent) -> Said {
    use IncidentEvent as E;
    match event {
        E::Declared { title, severity, why, .. } => {
            let text = format!("Declared {}: {title}", shout(severity.id.as_str()));
            (LineKind::Status, text, Some(why.clone()))
        }
        E::Entry { entry, text } => (entry_kind(*entry), text.clone(), None),
        E::EntryRevised { text, .. } => (LineKind::Note, text.clone(), Some("an entry was edited".to_owned())),
        E::HypothesisRefuted { reason, .. } => (LineKind::Hypothesis, format!("Refuted: {reason}"), None),
        E::UpdatePosted { room_text, public, .. } => {
            let audience = if *public { "room, stakeholders, public" } else { "room, stakeholders" };
            (LineKind::Update, room_text.clone(), Some(audience.to_owned()))
        }
        E::Published { title, text, status, overridden, .. } => {
            let detail = match overridden {
                Some(reason) => format!("{text}\nWording check overridden: {reason}"),
                None => text.clone(),
            };
            (LineKind::Update, format!("Public notice “{title}”: {}", status.label()), Some(detail))
        }
        E::StatusChanged { from, to, reason } => (LineKind::Status, format!("Status {from} → {to}"), reason.clone()),
        E::SeverityChanged { from, to, reason, .. } => {
            let text = format!("Severity {} → {}", shout(from.as_str()), shout(to.id.as_str()));
            (LineKind::Status, text, reason.clone())
        }
        E::AlertLinked { title, .. } => (LineKind::Alert, format!("Alert: {title}"), None),
        E::Resolved { .. } => (LineKind::Status, "Resolved: recovery confirmed".to_owned(), None),
        E::Closed => (LineKind::Status, "Closed: nothing is owed any more".to_owned(), None),
        E::Cancelled { reason } => (LineKind::Status, "Cancelled: a false alarm".to_owned(), Some(reason.clone())),
        E::PostmortemDrafted { .. } => (LineKind::Learning, "Postmortem drafted".to_owned(), None),
        E::PostmortemPublished { action_items, .. } => {
            let items =
                if *action_items == 1 { "1 action item".to_owned() } else { format!("{action_items} action items") };
            (LineKind::Learning, format!("Postmortem published with {items}"), None)
        }
        E::RoleOffered { .. }
        | E::RoleAccepted { .. }
        | E::RoleDeclined { .. }
        | E::RoleTaken { .. }
        | E::RoleReleased { .. }
        | E::PageStarted { .. }
        | E::PageAcknowledged { .. }
        | E::MitigationTried { .. }
        | E::MitigationJudged { .. } => people_said(event),
        E::RuleMet { .. }
        | E::RuleNagged { .. }
        | E::RulePaged { .. }
        | E::RuleBreached { .. }
        | E::RuleWaived { .. } => rule_said(event),
    }
}

fn people_said(event: &IncidentEvent) -> Said {
    use IncidentEvent as E;
    let role = |role: &RoleKind| role.label();
    match event {
        E::RoleOffered { role: seat, to } => (LineKind::Role, format!("{} offered to @{to}", role(seat)), None),
        E::RoleAccepted { role: seat, user } => (LineKind::Role, format!("@{user} accepted {}", role(seat)), None),
        E::RoleDeclined { role: seat, user } => (LineKind::Role, format!("@{user} declined {}", role(seat)), None),
        E::RoleTaken { role: seat, user } => (LineKind::Role, format!("@{user} took {}", role(seat)), None),
        E::RoleReleased { role: seat, user } => (LineKind::Role, format!("@{user} left {}", role(seat)), None),
        E::PageStarted { to, why, .. } => {
            (LineKind::Page, format!("Paging {to}"), Some(why.clone()).filter(|why| !why.is_empty()))
        }
        E::PageAcknowledged { by, .. } => (LineKind::Page, format!("@{by} acknowledged the page"), None),
        E::MitigationTried { title, .. } => (LineKind::Mitigation, format!("Mitigation tried: {title}"), None),
        E::MitigationJudged { title, worked: true, .. } => {
            (LineKind::Mitigation, format!("Mitigation worked: {title}"), None)
        }
        E::MitigationJudged { title, .. } => (LineKind::Mitigation, format!("Mitigation did not help: {title}"), None),
        other => (LineKind::Note, other.kind().to_owned(), None),
    }
}

fn rule_said(event: &IncidentEvent) -> Said {
    use IncidentEvent as E;
    let text = match event {
        E::RuleMet { rule, measured_s, late } => met(*rule, *measured_s, *late),
        E::RuleNagged { rule, .. } => format!("Reminder: {}", asked(*rule)),
        E::RulePaged { rule, who } => format!("{}: paging {}", overdue(*rule), who.label()),
        E::RuleBreached { rule, .. } => overdue(*rule),
        E::RuleWaived { rule, .. } => format!("Waived: {}", rule.label()),
        other => other.kind().to_owned(),
    };
    let detail = match event {
        E::RuleWaived { reason, .. } => Some(reason.clone()),
        _ => None,
    };
    (LineKind::Rule, text, detail)
}

fn met(rule: RuleId, measured_s: u64, late: bool) -> String {
    let took = spoken(measured_s);
    match rule {
        RuleId::RoomOpen | RuleId::HonestWords | RuleId::RunbookLinked | RuleId::ItemsOwned => rule.label().to_owned(),
        RuleId::UpdateCadence if late => format!("The promised update came late, after {took}"),
        RuleId::UpdateCadence => format!("Update as promised, after {took}"),
        RuleId::PostmortemOnTime if late => format!("Postmortem late, after {took}"),
        _ if late => format!("{} late, after {took}", rule.label()),
        _ => format!("{} after {took}", rule.label()),
    }
}

/// What a reminder asks for.
fn asked(rule: RuleId) -> &'static str {
    match rule {
        RuleId::IcNamed => "name a commander",
        RuleId::RolesFilled => "fill the empty roles",
        RuleId::UpdateCadence => "the promised update is due",
        RuleId::PublicNotice => "tell the public page",
        RuleId::PostmortemOnTime => "the postmortem is due",
        other => other.label(),
    }
}

/// What a breach says.
fn overdue(rule: RuleId) -> String {
    match rule {
        RuleId::IcNamed => "No commander named in time".to_owned(),
        RuleId::RolesFilled => "Roles not filled in time".to_owned(),
        RuleId::UpdateCadence => "The promised update is overdue".to_owned(),
        RuleId::PublicNotice => "The public page has not spoken in time".to_owned(),
        RuleId::PostmortemOnTime => "The postmortem is overdue".to_owned(),
        other => format!("{} overdue", other.label()),
    }
}

fn entry_kind(entry: EntryKind) -> LineKind {
    match entry {
        EntryKind::Note => LineKind::Note,
        EntryKind::Decision => LineKind::Decision,
        EntryKind::Hypothesis => LineKind::Hypothesis,
        EntryKind::Action => LineKind::Action,
        EntryKind::Output => LineKind::Output,
        EntryKind::Link => LineKind::Link,
    }
}

/// One line for places that have room for one only: the postmortem's timeline, the terminal's list.
pub fn short(recorded: &Recorded<IncidentEvent>) -> String {
    match &recorded.event {
        IncidentEvent::UpdatePosted { text, mitigation, next_update_at, .. } => {
            let mut said = vec![one_line(text)];
            said.extend(
                mitigation
                    .as_ref()
                    .map(|mitigation| format!("Mitigation: {}.", one_line(mitigation).trim_end_matches('.'))),
            );
            said.extend(next_update_at.map(|next| next_update_line(recorded.at, next)));
            said.join(" ")
        }
        _ => one_line(&describe(recorded).text),
    }
}

fn shout(severity: &str) -> String {
    severity.to_uppercase()
}
