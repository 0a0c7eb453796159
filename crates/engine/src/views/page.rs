//! A page: what rings, for whom, what was tried, and what happens next. The page of a woken person and the delivery log read this.

use crate::{Directory, Fault, Settings, paging};
use nightbell_domain::{
    ids::{PageId, UserId},
    paging::{NextStep, Notification, Page, PageEvent, Subject},
    record::{Instant, Recorded},
    refusal::Refusal,
    response::Incident,
    signal::Alert,
    text::runbook::{Runbook, parse_runbook},
};
use nightbell_store::{
    Tx, bundle,
    delivery_report::{self, DeliveryReport},
    journal, load, paging as store,
};

/// One page, whole.
#[derive(Debug, Clone)]
pub struct PageView {
    /// The page.
    pub page: Page,
    /// Its alert.
    pub alert: Option<Alert>,
    /// Its incident: the subject's, or the alert's.
    pub incident: Option<Incident>,
    /// Who rings next if nobody acknowledges.
    pub next: Option<NextStep>,
    /// Every further step until the last resort, for "then Carol at 03:17".
    pub later: Vec<NextStep>,
    /// The runbook to read first, parsed, with its handle.
    pub runbook: Option<(String, Runbook)>,
    /// Where the runbook is, when the alert names one elsewhere.
    pub runbook_url: Option<String>,
    /// Everything owed and sent.
    pub notifications: Vec<Notification>,
    /// The delivery log.
    pub attempts: Vec<store::Attempt>,
    /// What providers told of them later.
    pub reports: Vec<DeliveryReport>,
    /// Its stream.
    pub events: Vec<Recorded<PageEvent>>,
}

/// One page.
pub fn page(
    tx: &mut dyn Tx,
    directory: &Directory,
    settings: &Settings,
    id: PageId,
    now: Instant,
) -> Result<PageView, Fault> {
    let key = id.to_string();
    let page: Page = load(tx, &key)?.ok_or_else(|| Refusal::not_found("page", id))?;
    let (alert, incident): (Option<Alert>, Option<Incident>) = match &page.subject {
        Subject::Alert { alert } => {
            let alert: Option<Alert> = load(tx, &alert.to_string())?;
            let incident = alert.as_ref().and_then(|a| a.incident);
            let incident = incident.map(|i| load(tx, &i.to_string())).transpose()?.flatten();
            (alert, incident)
        }
        Subject::Incident { incident, .. } => (None, load(tx, &incident.to_string())?),
        Subject::Person | Subject::Proof { .. } => (None, None),
        Subject::Canary => return Err(Refusal::not_found("page", id).into()),
    };
    let org = &directory.org;
    let service = page.service.as_ref().and_then(|s| org.services.get(s));
    let runbook = service.and_then(|s| {
        org.runbooks_of(s)
            .into_iter()
            .find_map(|source| Some((source.id.to_string(), parse_runbook(&source.markdown).ok()?.0)))
    });
    Ok(PageView {
        next: paging::next_step(org, &page),
        later: paging::later_steps(org, &page, now),
        runbook_url: paging::runbook_url(org, &settings.public_url, &page, alert.as_ref()),
        notifications: store::of_page(tx, id)?,
        attempts: store::attempts(tx, id)?,
        reports: delivery_report::of_page(tx, id)?,
        events: journal::stream::<Page>(tx, &key)?,
        page,
        alert,
        incident,
        runbook,
    })
}

/// What else one message told a person of: a storm is seen, and taken, as a whole.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// How many, up to [`BESIDE_COUNTED_MAX`].
    pub count: usize,
    /// The first of them: by severity, then age. One that cannot be read is counted, not listed.
    pub listed: Vec<Page>,
}

/// Further pages that are counted; beyond that there are simply many.
pub const BESIDE_COUNTED_MAX: u32 = 1_000;
/// Further pages that are listed: more would push what to do first off a phone's screen.
const BESIDE_LISTED_MAX: usize = 5;

/// What a message told a person of beside one page, and nobody has taken.
pub fn told_beside(tx: &mut dyn Tx, user: &UserId, page: PageId) -> Result<Beside, Fault> {
    let mut ids = bundle::told_with(tx, user, page, 0, BESIDE_COUNTED_MAX)?;
    ids.retain(|id| *id != page);
    let mut listed = Vec::new();
    for id in ids.iter().take(BESIDE_LISTED_MAX) {
        listed.extend(load::<Page>(tx, &id.to_string()).ok().flatten());
    }
    Ok(Beside { count: ids.len(), listed })
}

/// Pages that are not over, newest first.
pub fn open_pages(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Page>, Fault> {
    Ok(store::open(tx, count_max)?)
}
