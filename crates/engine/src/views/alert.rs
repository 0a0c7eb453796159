//! Alerts: the list, and one with everything that was done about it.

use super::{Listed, PageView, page};
use crate::{Directory, Fault, Settings};
use nightbell_domain::{
    ids::AlertId,
    record::{Instant, Recorded},
    refusal::Refusal,
    response::Incident,
    signal::{Alert, AlertEvent},
};
use nightbell_store::{Tx, journal, load, signal as store};

/// One alert and its consequences.
#[derive(Debug, Clone)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// Its pages, oldest first, with their delivery logs.
    pub pages: Vec<PageView>,
    /// Its incident.
    pub incident: Option<Incident>,
    /// Its stream.
    pub events: Vec<Recorded<AlertEvent>>,
}

/// Open alerts, or all of them, newest first.
pub fn alerts(tx: &mut dyn Tx, open_only: bool, before: &str, count_max: u32) -> Result<Listed<Alert>, Fault> {
    if open_only {
        return Ok(Listed { items: store::open(tx, count_max)?, next: None });
    }
    Ok(Listed::of(store::list(tx, before, count_max)?, count_max, |alert| alert.id.to_string()))
}

/// One alert.
pub fn alert(
    tx: &mut dyn Tx,
    directory: &Directory,
    settings: &Settings,
    id: AlertId,
    now: Instant,
) -> Result<AlertView, Fault> {
    let key = id.to_string();
    let alert: Alert = load(tx, &key)?.ok_or_else(|| Refusal::not_found("alert", id))?;
    let alert = match store::repeats(tx, alert.id)? {
        Some(repeats) => alert.counting(repeats),
        None => alert,
    };
    let mut pages = Vec::new();
    for found in nightbell_store::paging::of_subject(tx, &key)? {
        pages.push(page(tx, directory, settings, found.id, now)?);
    }
    let incident = match alert.incident {
        Some(incident) => load(tx, &incident.to_string())?,
        None => None,
    };
    let events = journal::stream::<Alert>(tx, &key)?;
    Ok(AlertView { alert, pages, incident, events })
}
