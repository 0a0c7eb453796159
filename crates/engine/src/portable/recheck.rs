//! "Restored: re-check these" (INV-23): what a backup cannot know. Whatever rang then may be answered by now, whatever was being sent may have
//! arrived, and whatever came in after the backup is not there.

use super::Stamp;
use crate::{Directory, Fault};
use nightbell_domain::{
    org::AccessRole,
    paging::{NotificationStatus, canary},
    record::Instant,
};
use nightbell_store::{Tx, access, from_micros, journal, paging, portable as store, response};
use serde::{Deserialize, Serialize};

/// Most lines of one kind; more are counted.
const LINES_MAX: u32 = 100;

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id, or the slug of an incident.
    pub id: String,
    /// What it is.
    pub what: String,
    /// When something happens with it by itself; `None` when nothing does.
    pub due_at: Option<Instant>,
}

/// What to re-check after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recheck {
    /// When it was restored.
    pub restored_at: Instant,
    /// Until when everything is there: the time of the backup, else of the newest event.
    pub whole_until: Option<Instant>,
    /// When the newest event of the journal happened.
    pub newest_event_at: Option<Instant>,
    /// The newest position of the journal.
    pub position: u64,
    /// Pages that rang: they ring again, though somebody may have acknowledged them after the backup.
    pub ringing: Vec<Line>,
    /// Messages that were being sent: they are sent once more, marked as a repeat, though they may have arrived.
    pub may_have_been_sent: Vec<Line>,
    /// Messages that were owed and go out when due; their pages are among those that rang, or are over.
    pub owed: u64,
    /// Incidents that were open.
    pub incidents: Vec<Line>,
    /// Sessions that are still valid.
    pub sessions: u64,
    /// Tokens that are not revoked: `name (@user, scope)`.
    pub tokens: Vec<String>,
    /// Who administers: `@user (address)`.
    #[serde(default)]
    pub administrators: Vec<String>,
    /// Whether every link that was sent, and the secrets of webhooks, ended with a new key.
    #[serde(default)]
    pub links_ended: bool,
    /// The file has no stamp: it is no backup made by `nightbell backup`, and nothing says that it is all there was.
    #[serde(default)]
    pub unstamped: bool,
}

/// Makes the list from a database that nobody serves yet.
///
/// # Errors
/// The store's.
pub fn recheck(tx: &mut dyn Tx, stamp: Option<&Stamp>, now: Instant) -> Result<Recheck, Fault> {
    let position = journal::head(tx)?;
    let newest = journal::after(tx, position.saturating_sub(1), 1)?.pop();
    let newest_event_at = newest.map(|line| from_micros(line.at)).transpose()?;
    let mut list = Recheck {
        restored_at: now,
        whole_until: stamp.map(|stamp| stamp.made_at).or(newest_event_at),
        newest_event_at,
        position,
        ringing: Vec::new(),
        may_have_been_sent: Vec::new(),
        owed: 0,
        incidents: Vec::new(),
        sessions: store::valid_sessions(tx, now)?,
        tokens: access::tokens(tx)?
            .into_iter()
            .filter(|token| token.revoked_at.is_none())
            .map(|token| format!("{} (@{}, {})", token.name, token.user, token.scope))
            .collect(),
        administrators: Directory::load(tx)?
            .org
            .users
            .values()
            .filter(|user| user.role == AccessRole::Admin)
            .map(|user| format!("@{} ({})", user.id, user.email))
            .collect(),
        links_ended: false,
        unstamped: stamp.is_none(),
    };
    for page in paging::open(tx, LINES_MAX)?.into_iter().filter(nightbell_domain::paging::Page::is_waiting) {
        let what = format!("{} ({})", page.title, page.status.word());
        list.ringing.push(Line { id: page.id.to_string(), what, due_at: page.next_due_at });
    }
    let owed = paging::due_notifications(tx, Instant::MAX, u32::MAX)?;
    for n in owed.into_iter().filter(|n| n.medium != canary::MEDIUM) {
        if n.status != NotificationStatus::Sending {
            list.owed += 1;
        } else if list.may_have_been_sent.len() < LINES_MAX as usize {
            let what = format!("{} to @{} by {}", n.kind.word(), n.user, n.contact);
            list.may_have_been_sent.push(Line { id: n.id.to_string(), what, due_at: n.next_due_at });
        }
    }
    for incident in response::open(tx, LINES_MAX)? {
        let what = format!("{} ({}, {})", incident.title, incident.severity, incident.status.word());
        list.incidents.push(Line { id: incident.slug, what, due_at: incident.next_due_at });
    }
    Ok(list)
}
