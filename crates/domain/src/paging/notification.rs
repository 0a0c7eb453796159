//! A notification: one message to one person by one method for one page step, and what became of each attempt.
//! INV-06: attempted at least once, exactly once without a crash, at most once more after one. INV-07: every attempt ends in a recorded
//! outcome; nothing stays "sending". An unknown outcome is still owed.

use super::{Message, MessageKind, Page, Rank, Subject, canary, proof};
use crate::{
    ids::{ContactId, NotificationId, PageId, UserId},
    limits,
    org::{Organisation, Urgency},
    paging::escalation::later,
    record::Instant,
};
use serde::{Deserialize, Serialize};

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum AttemptOutcome {
    /// The provider took it.
    Accepted {
        /// What the provider said: `250 OK`, `200`.
        detail: String,
        /// The provider's own id for it.
        provider_id: Option<String>,
    },
    /// Temporary: the next try is at `retry_at`.
    FailedTemporary {
        /// What happened.
        detail: String,
        /// When it is tried again.
        retry_at: Instant,
    },
    /// Permanent: the person's next method is used at once.
    FailedPermanent {
        /// What happened.
        detail: String,
    },
    /// The record was lost with its sender (a crash): it may have arrived, so the next attempt is marked a repeat.
    Unknown {
        /// What is known.
        detail: String,
    },
}

impl AttemptOutcome {
    /// The word in the delivery log and the database.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::FailedTemporary { .. } => "failed-temporary",
            Self::FailedPermanent { .. } => "failed-permanent",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What the provider or the transport said.
    pub fn detail(&self) -> &str {
        match self {
            Self::Accepted { detail, .. }
            | Self::FailedTemporary { detail, .. }
            | Self::FailedPermanent { detail }
            | Self::Unknown { detail } => detail,
        }
    }
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotificationStatus {
    /// Owed, waiting for its time or its next try.
    Queued,
    /// Handed to a sender; the lease says until when that is believed.
    Sending,
    /// The provider took it.
    Accepted,
    /// The method cannot reach the person.
    Failed,
    /// No longer owed.
    Cancelled,
}

impl NotificationStatus {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Queued, Self::Sending, Self::Accepted, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// A notification as it stands. Unique by (page, kind, cycle, step, user, contact).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Id; the same on every attempt.
    pub id: NotificationId,
    /// The page.
    pub page: PageId,
    /// Why it is sent.
    pub kind: MessageKind,
    /// Which repeat.
    pub cycle: u32,
    /// Which step.
    pub step: u32,
    /// To whom.
    pub user: UserId,
    /// By which method.
    pub contact: ContactId,
    /// The method's medium when it was queued.
    pub medium: String,
    /// When the rules wanted it sent.
    pub due_at: Instant,
    /// Where it stands.
    pub status: NotificationStatus,
    /// Attempts begun.
    pub attempts: u32,
    /// Whether the current or next attempt may be a second copy.
    pub repeat: bool,
    /// When it must be looked at again: the due time, the next try, or the end of the lease. Set exactly while queued or sending.
    pub next_due_at: Option<Instant>,
    /// Why it failed or was cancelled; why it waits.
    pub reason: Option<String>,
    /// Its place among those that are due together (INV-15).
    pub rank: Rank,
    /// When the newest attempt began.
    pub begun_at: Option<Instant>,
    /// The notification in whose message the newest attempt went along (INV-08); `None` when it was its own.
    pub sent_with: Option<NotificationId>,
}

/// What settling an attempt asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The notification after it.
    pub notification: Notification,
    /// The outcome as recorded.
    pub outcome: AttemptOutcome,
    /// The person's next method is wanted by then.
    pub fall_back_by: Option<Instant>,
}

/// What a transport reports about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Taken.
    Accepted {
        /// What the provider said.
        detail: String,
        /// Its id for it.
        provider_id: Option<String>,
    },
    /// Not now.
    Deferred {
        /// What happened.
        detail: String,
        /// The provider's wish, honoured within our own limits.
        retry_after: Option<jiff::SignedDuration>,
    },
    /// Never.
    Rejected {
        /// What happened.
        detail: String,
    },
    /// May have arrived.
    Unknown {
        /// What is known.
        detail: String,
    },
}

impl Report {
    /// What an attempt's recorded outcome says about another message that went along with it. `None` for an unknown word.
    pub fn from_word(word: &str, detail: String, provider_id: Option<String>) -> Option<Self> {
        Some(match word {
            "accepted" => Self::Accepted { detail, provider_id },
            "failed-temporary" => Self::Deferred { detail, retry_after: None },
            "failed-permanent" => Self::Rejected { detail },
            "unknown" => Self::Unknown { detail },
            _ => return None,
        })
    }
}

impl Notification {
    /// A message that a page owes.
    pub fn owed(id: NotificationId, page: &Page, kind: MessageKind, place: (u32, u32), owed: Owed) -> Self {
        Self {
            id,
            page: page.id,
            kind,
            cycle: place.0,
            step: place.1,
            user: owed.user,
            contact: owed.contact,
            medium: owed.medium,
            due_at: owed.due_at,
            status: NotificationStatus::Queued,
            attempts: 0,
            repeat: false,
            next_due_at: Some(owed.due_at),
            reason: owed.waits,
            rank: page.rank,
            begun_at: None,
            sent_with: None,
        }
    }

    /// Put off: what it would say is told in the next message to the same contact method (INV-08).
    pub fn hold_until(&self, at: Instant) -> Self {
        Self { status: NotificationStatus::Queued, next_due_at: Some(at), ..self.clone() }
    }

    /// Marks an attempt as begun. `repeat` becomes true when an earlier attempt's end is unknown.
    pub fn begin(&self, now: Instant) -> Self {
        let lost = self.status == NotificationStatus::Sending;
        Self {
            status: NotificationStatus::Sending,
            attempts: self.attempts + 1,
            repeat: self.repeat || lost,
            next_due_at: Some(later(now, limits::SENDING_LEASE)),
            begun_at: Some(now),
            sent_with: None,
            reason: None,
            ..self.clone()
        }
    }

    /// No longer owed.
    pub fn cancel(&self, reason: &str) -> Self {
        Self {
            status: NotificationStatus::Cancelled,
            next_due_at: None,
            reason: Some(reason.to_owned()),
            ..self.clone()
        }
    }

    /// What an attempt's end means. Once the notification is accepted, failed or cancelled, only "accepted" still changes it: a late report
    /// never brings it back to the queue.
    pub fn settle(&self, report: Report, now: Instant) -> Settled {
        let open = matches!(self.status, NotificationStatus::Queued | NotificationStatus::Sending);
        match report {
            Report::Deferred { detail, .. } | Report::Rejected { detail } if !open => Settled {
                notification: self.clone(),
                outcome: AttemptOutcome::FailedPermanent { detail },
                fall_back_by: None,
            },
            Report::Unknown { detail } if !open => {
                Settled { notification: self.clone(), outcome: AttemptOutcome::Unknown { detail }, fall_back_by: None }
            }
            Report::Accepted { detail, provider_id } => Settled {
                notification: Self {
                    status: NotificationStatus::Accepted,
                    next_due_at: None,
                    reason: None,
                    ..self.clone()
                },
                outcome: AttemptOutcome::Accepted { detail, provider_id },
                fall_back_by: None,
            },
            Report::Rejected { detail } => Settled {
                notification: Self {
                    status: NotificationStatus::Failed,
                    next_due_at: None,
                    reason: Some(detail.clone()),
                    ..self.clone()
                },
                outcome: AttemptOutcome::FailedPermanent { detail },
                fall_back_by: Some(now),
            },
            Report::Deferred { detail, retry_after } => {
                let ours = limits::retry_after(self.attempts);
                let wait = retry_after.map_or(ours, |theirs| theirs.clamp(ours, limits::RETRY_WITHIN));
                let retry_at = later(now, wait);
                Settled {
                    notification: Self {
                        status: NotificationStatus::Queued,
                        next_due_at: Some(retry_at),
                        ..self.clone()
                    },
                    outcome: AttemptOutcome::FailedTemporary { detail, retry_at },
                    fall_back_by: Some(self.fall_back_by(now)),
                }
            }
            Report::Unknown { detail } => {
                let retry_at = later(now, limits::retry_after(self.attempts));
                Settled {
                    notification: Self {
                        status: NotificationStatus::Queued,
                        repeat: true,
                        next_due_at: Some(retry_at),
                        ..self.clone()
                    },
                    outcome: AttemptOutcome::Unknown { detail },
                    fall_back_by: Some(self.fall_back_by(now)),
                }
            }
        }
    }

    /// What was taken turned out not to arrive, its provider says later: the method failed after all. `None` when there is nothing to change.
    pub fn not_arrived(&self, why: &str) -> Option<Self> {
        (self.status == NotificationStatus::Accepted).then(|| Self {
            status: NotificationStatus::Failed,
            reason: Some(why.to_owned()),
            ..self.clone()
        })
    }

    /// When the person's next method is wanted: counted from the beginning of the attempt, so that one that took long to fail costs nobody more.
    /// An attempt that began later than now, by a clock that was set back since, is counted from now.
    fn fall_back_by(&self, now: Instant) -> Instant {
        later(self.begun_at.map_or(now, |begun_at| begun_at.min(now)), limits::FALLBACK_WITHIN).max(now)
    }

    /// Whether the state of its page still wants it sent. Read again in the transaction that marks "sending" (INV-05).
    pub fn still_wanted(&self, page: &Page) -> Result<(), String> {
        match (self.kind, page.is_waiting()) {
            (MessageKind::Page, false) => Err(format!("the page is {}", page.status.word())),
            (MessageKind::Page, true) if self.cycle < page.begun_cycle => {
                Err("the page has begun to ring anew since".to_owned())
            }
            // The last resort is rung whatever its people have said: it is asked to take the page for all.
            (MessageKind::Page, true) if self.step < page.policy.end() && page.has_answered(&self.user) => {
                Err(format!("@{} has acknowledged", self.user))
            }
            (MessageKind::StillOn, _) if page.awake.is_none() => Err(format!("the page is {}", page.status.word())),
            _ => Ok(()),
        }
    }
}

/// A notification that a ring owes, before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// To whom.
    pub user: UserId,
    /// By which method.
    pub contact: ContactId,
    /// Its medium.
    pub medium: String,
    /// When.
    pub due_at: Instant,
    /// Why it waits until then: the person's quiet hours.
    pub waits: Option<String>,
}

/// What ringing a person owes: their ladder for the page's urgency, each rung at its time; low urgency after their quiet hours.
pub fn owed(org: &Organisation, page: &Page, user: &UserId, now: Instant) -> Vec<Owed> {
    match &page.subject {
        Subject::Canary => return vec![canary::owed(page, now)],
        Subject::Proof { user, contact } => return proof::owed(org, user, contact, now),
        _ => {}
    }
    let Some(person) = org.person(user) else { return Vec::new() };
    let quiet = org.personal.get(user).and_then(|own| own.quiet).filter(|_| page.urgency == Urgency::Low);
    let mut seen = std::collections::BTreeSet::new();
    person
        .ladder(page.urgency)
        .into_iter()
        // A method named twice at different times is used at its first: the page's own repeats ring again.
        .filter(|(_, contact)| seen.insert(contact.id.clone()))
        .map(|(after, contact)| {
            let at = later(now, after);
            let end = quiet.and_then(|hours| Some((hours, hours.end(&person.time_zone, at)?)));
            Owed {
                user: user.clone(),
                contact: contact.id.clone(),
                medium: contact.kind.word().to_owned(),
                due_at: end.map_or(at, |(_, end)| end),
                waits: end.map(|(hours, _)| format!("waits for the end of @{user}'s quiet hours ({hours})")),
            }
        })
        .collect()
}

impl Message {
    /// The receiver's short name for logs: never the address.
    pub fn receiver(&self) -> String {
        format!("@{}", self.user)
    }
}
