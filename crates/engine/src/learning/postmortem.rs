//! Postmortems: drafted from the timeline, saved under the revision they were read at, reviewed, published, waived, chased.

use crate::{Fault, Unit, response, views};
use nightbell_domain::{
    access::{Manage, Permit, Respond},
    ids::PostmortemId,
    learning::{Postmortem, draft_from_incident, postmortem},
    record::Actor,
    refusal::Refusal,
    response::{Act, Incident, IncidentStatus},
};
use nightbell_store::{journal, learning as store};

/// The postmortem of an incident, drafted now if there is none yet: from a timeline that is over.
pub fn draft(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str) -> Result<Postmortem, Fault> {
    let incident = response::find(unit, incident)?;
    let is_over = matches!(incident.status, IncidentStatus::Resolved | IncidentStatus::Closed);
    if !is_over && store::of_incident(unit.tx, incident.id)?.is_none() {
        let message =
            format!("{} is {}; a postmortem is drafted once it is resolved.", incident.slug, incident.status.word());
        return Err(Refusal::conflict("incident-not-resolved", message).into());
    }
    draft_for(unit, incident, &by.actor()).map(|(_, postmortem)| postmortem)
}

/// Drafts from the timeline as it is now; an existing draft is left alone.
pub fn draft_for(unit: &mut Unit<'_>, incident: Incident, actor: &Actor) -> Result<(Incident, Postmortem), Fault> {
    if let Some(known) = store::of_incident(unit.tx, incident.id)? {
        return Ok((incident, known));
    }
    let directory = unit.directory.clone();
    let label = directory.org.response.root_cause_label.as_deref().unwrap_or("Root cause");
    let events = journal::stream::<Incident>(unit.tx, &incident.id.to_string())?;
    let markdown = draft_from_incident(&incident, &events, label, unit.now);
    let due_at = incident.obligation(nightbell_domain::response::RuleId::PostmortemOnTime).and_then(|o| o.due_at);
    let id: PostmortemId = unit.ids().make();
    let drafted = postmortem::draft(id, incident.id, &incident.slug, &incident.title, due_at, markdown)?;
    let postmortem: Postmortem = unit.create(drafted, actor)?;
    let events = incident.postmortem_drafted(postmortem.id);
    let incident = unit.commit(incident, events, actor)?;
    Ok((incident, postmortem))
}

fn find(unit: &mut Unit<'_>, incident: &str) -> Result<(Incident, Postmortem), Fault> {
    let incident = response::find(unit, incident)?;
    let found = store::of_incident(unit.tx, incident.id)?;
    let postmortem =
        found.ok_or_else(|| Refusal::not_found("postmortem of", format!("{}; draft one first", incident.slug)))?;
    Ok((incident, postmortem))
}

/// Saves a new text over the revision it was read at. Blame is pointed out by the caller's view, never blocks.
pub fn save(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    expected_revision: u64,
    markdown: &str,
) -> Result<Postmortem, Fault> {
    let (_, postmortem) = find(unit, incident)?;
    let events = postmortem.save(expected_revision, markdown)?;
    unit.commit(postmortem, events, &by.actor())
}

/// Which finding of the blame check is meant: what changed since is not judged unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingAt {
    /// The revision the reader looked at.
    pub revision: u64,
    /// The line in that text, counted from 1.
    pub line: usize,
    /// Which of the line's findings, counted from 0.
    pub number: usize,
}

/// A line that reads as blame may stay as it is, for a reason that is kept.
pub fn dismiss(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    at: FindingAt,
    reason: &str,
) -> Result<Postmortem, Fault> {
    let (_, postmortem) = find(unit, incident)?;
    let found = views::blame_findings(&unit.directory, &postmortem.markdown);
    let there = postmortem.revision == at.revision && found.iter().filter(|f| f.line == at.line).count() > at.number;
    let line = postmortem.markdown.lines().nth(at.line.saturating_sub(1)).filter(|_| there).ok_or_else(|| {
        Refusal::conflict(
            "finding-gone",
            "The text changed since you looked, so this line is not what you saw. Reload the page.",
        )
    })?;
    let events = postmortem.dismiss_finding(line, reason)?;
    unit.commit(postmortem, events, &by.actor())
}

/// Asks for a review.
pub fn send_to_review(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str) -> Result<Postmortem, Fault> {
    let (_, postmortem) = find(unit, incident)?;
    let events = postmortem.send_to_review()?;
    unit.commit(postmortem, events, &by.actor())
}

/// A manager publishes it inside the organisation; the incident's obligation is met.
pub fn publish(unit: &mut Unit<'_>, by: &Permit<Manage>, incident: &str) -> Result<Postmortem, Fault> {
    let (incident, postmortem) = find(unit, incident)?;
    let events = postmortem.publish()?;
    let actor = by.actor();
    let postmortem = unit.commit(postmortem, events, &actor)?;
    let items = store::items_of(unit.tx, incident.id)?.len();
    let events = incident.postmortem_published(
        Act::new(&actor, unit.now),
        postmortem.id,
        u32::try_from(items).unwrap_or(u32::MAX),
    );
    response::record(unit, incident, events, &actor)?;
    Ok(postmortem)
}

/// The incident's obligation was waived: its postmortem is not chased any more.
pub fn waive_for(unit: &mut Unit<'_>, incident: &Incident, reason: &str, actor: &Actor) -> Result<(), Fault> {
    if let Some(postmortem) = store::of_incident(unit.tx, incident.id)?.filter(Postmortem::is_owed) {
        let events = postmortem.waive(reason)?;
        unit.commit(postmortem, events, actor)?;
    }
    Ok(())
}

/// The `chase` reconciler: postmortems near or past their due date are noted as chased; home and the weekly list show them.
pub fn chase(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let due = store::due(unit.tx, unit.now, 100)?;
    for id in &due {
        unit.apart("postmortem", id, |unit| {
            let postmortem = unit.load::<Postmortem>(id)?.ok_or_else(|| Fault::missing("postmortem", id))?;
            let events = postmortem.tick(unit.now);
            unit.commit(postmortem, events, &Actor::system("chase"))
        })?;
    }
    Ok(due.len())
}
