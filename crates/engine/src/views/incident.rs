//! Incidents: the list, and the room.

use super::{Listed, PageView, page};
use crate::{Directory, Fault, Settings};
use nightbell_domain::{
    ids::IncidentId,
    learning::{ActionItem, Postmortem},
    record::{Instant, Recorded},
    refusal::Refusal,
    response::{Adherence, Incident, IncidentEvent, TimelineLine, playbook, timeline},
    signal::Alert,
    text::runbook::{Runbook, parse_runbook},
};
use nightbell_store::{StoreError, Tx, journal, learning, load, response as store};
use std::collections::BTreeSet;

/// The room, whole.
#[derive(Debug, Clone)]
pub struct RoomView {
    /// The incident.
    pub incident: Incident,
    /// Its timeline, oldest first.
    pub timeline: Vec<TimelineLine>,
    /// Its stream.
    pub events: Vec<Recorded<IncidentEvent>>,
    /// The rules kept and owed.
    pub adherence: Adherence,
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// Its pages.
    pub pages: Vec<PageView>,
    /// The runbook shown beside, parsed, with its handle.
    pub runbook: Option<(String, Runbook)>,
    /// Its postmortem.
    pub postmortem: Option<Postmortem>,
    /// Its action items.
    pub items: Vec<ActionItem>,
}

/// Incidents that owe something, or all of them, newest first.
pub fn incidents(tx: &mut dyn Tx, open_only: bool, before: &str, count_max: u32) -> Result<Listed<Incident>, Fault> {
    if open_only {
        return Ok(Listed { items: store::open(tx, count_max)?, next: None });
    }
    Ok(Listed::of(store::list(tx, before, count_max)?, count_max, |incident| incident.id.to_string()))
}

/// The incidents of these ids, each once. One that cannot be read is told loudly and left out, as in every list.
pub fn incidents_of(tx: &mut dyn Tx, ids: impl Iterator<Item = IncidentId>) -> Result<Vec<Incident>, Fault> {
    let mut found = Vec::new();
    for id in ids.collect::<BTreeSet<_>>() {
        match load::<Incident>(tx, &id.to_string()) {
            Ok(incident) => found.extend(incident),
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(incident = %id, what, "stored data is damaged: left out of a list; run `nightbell verify`");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// One room, by its slug or its id.
pub fn room(
    tx: &mut dyn Tx,
    directory: &Directory,
    settings: &Settings,
    slug: &str,
    now: Instant,
) -> Result<RoomView, Fault> {
    let slug = slug.trim_start_matches('#');
    let by_slug = store::by_slug(tx, slug)?;
    let incident = match (by_slug, slug.parse::<IncidentId>()) {
        (None, Ok(id)) => load::<Incident>(tx, &id.to_string())?,
        (by_slug, _) => by_slug,
    };
    let incident = incident.ok_or_else(|| Refusal::not_found("incident", slug))?;
    let events = journal::stream::<Incident>(tx, &incident.id.to_string())?;
    let mut alerts = Vec::new();
    for id in &incident.alerts {
        alerts.extend(load::<Alert>(tx, &id.to_string())?);
    }
    let mut pages = Vec::new();
    for id in &incident.pages {
        pages.push(page(tx, directory, settings, *id, now)?);
    }
    let source = incident.runbook.as_ref().and_then(|id| directory.org.runbooks.get(id));
    let runbook = source.and_then(|source| Some((source.id.to_string(), parse_runbook(&source.markdown).ok()?.0)));
    Ok(RoomView {
        timeline: timeline::timeline(&events),
        adherence: playbook::adherence(&incident, now),
        alerts,
        pages,
        runbook,
        postmortem: learning::of_incident(tx, incident.id)?,
        items: learning::items_of(tx, incident.id)?,
        events,
        incident,
    })
}
