//! What a journal line means for whoever looks at a page: its topics. The live stream only says "look again", so a topic too many costs a
//! reload, a topic too few leaves a stale page.
//! Is not: the stream itself (the web crate's), nor content. Callers: the web crate's tail of the journal.

use nightbell_domain::{
    ids::IncidentId,
    learning::Postmortem,
    paging::{Page, Subject},
    record::Aggregate,
    response::Incident,
    signal::Alert,
};
use nightbell_store::{StoreError, Tx, journal, load, paging};
use std::collections::BTreeSet;

/// Everything that happens.
pub const HOME: &str = "home";
/// Every alert, and every page that rings for one.
pub const ALERTS: &str = "alerts";
/// The list of incidents.
pub const INCIDENTS: &str = "incidents";
/// The list of postmortems.
pub const POSTMORTEMS: &str = "postmortems";

/// One line of the journal, as far as the live stream cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Its place in the journal: the event id of the stream.
    pub position: u64,
    /// Whom it concerns: `home`, `alerts`, `incidents`, `postmortems`, `alert:…`, `page:…`, `incident:…` (the slug).
    pub topics: BTreeSet<String>,
}

/// The newest position.
///
/// # Errors
/// The store's.
pub fn head(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    journal::head(tx)
}

/// What happened after a position, oldest first, at most `count_max` lines.
///
/// # Errors
/// The store's.
pub fn after(tx: &mut dyn Tx, position: u64, count_max: u32) -> Result<Vec<Happening>, StoreError> {
    let lines = journal::after(tx, position, count_max)?;
    lines
        .iter()
        .map(|line| Ok(Happening { position: line.position, topics: topics(tx, &line.stream_kind, &line.stream_id)? }))
        .collect()
}

/// The topics of a stream. A row that cannot be read costs its relations, not the stream: whoever watches the thing itself is still told.
fn topics(tx: &mut dyn Tx, kind: &str, id: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut topics = BTreeSet::from([HOME.to_owned(), format!("{kind}:{id}")]);
    let found = match kind {
        Alert::KIND => {
            load::<Alert>(tx, id).and_then(|alert| alert.map_or(Ok(()), |alert| of_alert(tx, &alert, &mut topics)))
        }
        Page::KIND => match load::<Page>(tx, id) {
            // Nobody looks at a canary, and one a minute must not reload every page.
            Ok(Some(page)) if page.subject == Subject::Canary => return Ok(BTreeSet::new()),
            found => found.and_then(|page| page.map_or(Ok(()), |page| of_page(tx, &page, &mut topics))),
        },
        Incident::KIND => load::<Incident>(tx, id)
            .and_then(|found| found.map_or(Ok(()), |incident| of_incident(tx, &incident, &mut topics))),
        Postmortem::KIND => load::<Postmortem>(tx, id).map(|found| {
            if let Some(postmortem) = found {
                topics.extend([POSTMORTEMS.to_owned(), format!("incident:{}", postmortem.slug)]);
            }
        }),
        _ => Ok(()),
    };
    match found {
        Ok(()) | Err(StoreError::Corrupt(_)) => Ok(topics),
        Err(e) => Err(e),
    }
}

fn of_alert(tx: &mut dyn Tx, alert: &Alert, topics: &mut BTreeSet<String>) -> Result<(), StoreError> {
    topics.insert(ALERTS.to_owned());
    topics.extend(alert.page.map(|page| format!("page:{page}")));
    slug_of(tx, alert.incident, topics)
}

fn of_page(tx: &mut dyn Tx, page: &Page, topics: &mut BTreeSet<String>) -> Result<(), StoreError> {
    match &page.subject {
        Subject::Alert { alert } => {
            topics.extend([ALERTS.to_owned(), format!("alert:{alert}")]);
            let alert = load::<Alert>(tx, &alert.to_string())?;
            slug_of(tx, alert.and_then(|alert| alert.incident), topics)
        }
        Subject::Incident { incident, .. } => slug_of(tx, Some(*incident), topics),
        Subject::Person | Subject::Canary | Subject::Proof { .. } => Ok(()),
    }
}

fn of_incident(tx: &mut dyn Tx, incident: &Incident, topics: &mut BTreeSet<String>) -> Result<(), StoreError> {
    topics.extend([INCIDENTS.to_owned(), format!("incident:{}", incident.slug)]);
    // The woken person's page shows the incident and who is in it.
    topics.extend(paging::of_subject(tx, &incident.id.to_string())?.iter().map(|page| format!("page:{}", page.id)));
    for alert in &incident.alerts {
        topics.insert(format!("alert:{alert}"));
        topics.extend(
            load::<Alert>(tx, &alert.to_string())?.and_then(|alert| alert.page).map(|page| format!("page:{page}")),
        );
    }
    Ok(())
}

fn slug_of(tx: &mut dyn Tx, incident: Option<IncidentId>, topics: &mut BTreeSet<String>) -> Result<(), StoreError> {
    let Some(incident) = incident else { return Ok(()) };
    topics.extend(load::<Incident>(tx, &incident.to_string())?.map(|incident| format!("incident:{}", incident.slug)));
    Ok(())
}

#[cfg(test)]
mod tests;
