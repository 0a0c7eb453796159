//! Home: what needs a human now, and what is owed.

use crate::{Directory, Fault};
use nightbell_domain::{
    learning::{ActionItem, Postmortem},
    paging::Page,
    record::Instant,
    response::Incident,
    signal::Alert,
};
use nightbell_store::{Tx, learning, paging, response, signal};

/// Home, whole.
#[derive(Debug, Clone)]
pub struct Home {
    /// Pages that wait for somebody.
    pub ringing: Vec<Page>,
    /// Incidents that are not closed.
    pub incidents: Vec<Incident>,
    /// Open alerts, newest first.
    pub alerts: Vec<Alert>,
    /// Postmortems still owed, earliest due first.
    pub postmortems: Vec<Postmortem>,
    /// Open action items past their due date.
    pub overdue: Vec<ActionItem>,
    /// Per schedule: who is on call now, or why nobody.
    pub on_call: Vec<(String, Result<nightbell_calendar::OnCall, String>)>,
}

/// Home at an instant.
pub fn home(tx: &mut dyn Tx, directory: &Directory, now: Instant) -> Result<Home, Fault> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut postmortems: Vec<_> = learning::unpublished(tx, 200)?.into_iter().filter(Postmortem::is_owed).collect();
    postmortems.sort_by_key(|p| p.due_at);
    Ok(Home {
        ringing: paging::open(tx, 100)?.into_iter().filter(Page::is_waiting).collect(),
        incidents: response::open(tx, 100)?,
        alerts: signal::open(tx, 50)?,
        postmortems,
        overdue: learning::items(tx, 500)?.into_iter().filter(|item| item.is_overdue(today)).collect(),
        on_call: directory.org.schedules.keys().map(|id| (id.to_string(), directory.org.on_call(id, now))).collect(),
    })
}
