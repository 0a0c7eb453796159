//! Mail subscribers of a status page and what they are owed (INV-20): each public update at most once, nothing after they said no, never more in an
//! hour than the ceiling.
//!
//! Is not a notification: whoever is paged is told until it is certain, a subscriber is told once or not at all. An attempt whose outcome nobody
//! knows is over. Pure; called by the engine's `subscription` and by the store, which keeps both as rows.

use crate::{
    ids::{StatusPageId, SubscriberId},
    limits::{
        SENDING_LEASE, SUBSCRIBER_MAIL_ATTEMPTS_MAX, SUBSCRIBER_MAIL_WAITS, SUBSCRIBER_MAILS_PER_HOUR_MAX,
        SUBSCRIBER_REJECTIONS_MAX,
    },
    paging::Report,
    record::Instant,
};
use jiff::SignedDuration;

/// Over which time the ceiling counts.
pub const CEILING_OVER: SignedDuration = SignedDuration::from_hours(1);

/// An enum that is stored as a word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// As stored.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// Read back; `None` for an unknown word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Whether somebody wants mail.
    SubscriberState {
        /// Somebody typed the address; whoever reads its mail has not said yes.
        Pending = "pending",
        /// Its reader pressed "yes".
        Confirmed = "confirmed",
        /// Its reader said no. The address is forgotten.
        Unsubscribed = "unsubscribed",
        /// Its mail server does not know it. The address is forgotten.
        Broken = "broken",
    }
}

words! {
    /// What a mail is for.
    MailKind {
        /// Asks whether the address wants mail at all.
        Confirm = "confirm",
        /// Tells one public update.
        Update = "update",
    }
}

words! {
    /// What became of a mail.
    MailStatus {
        /// Owed.
        Queued = "queued",
        /// Handed to a sender.
        Sending = "sending",
        /// Taken by the mail server.
        Accepted = "accepted",
        /// Tried, and not or not certainly taken.
        Failed = "failed",
        /// Not to be sent any more.
        Cancelled = "cancelled",
    }
}

/// Somebody who wants, wanted or may want mail about a status page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Its id.
    pub id: SubscriberId,
    /// Which page.
    pub page: StatusPageId,
    /// A keyed digest of the address: the same on every page, and no address to anybody without the key.
    pub recipient: String,
    /// The address, as long as it is needed.
    pub email: Option<String>,
    /// Whether they want mail.
    pub state: SubscriberState,
    /// Mails its server refused for good, one after the other.
    pub rejections: u32,
    /// Since when it is in that state.
    pub changed_at: Instant,
}

impl Subscriber {
    /// The same in another state. The address goes with the wish for mail.
    #[must_use]
    pub fn turned(&self, state: SubscriberState, now: Instant) -> Self {
        let reachable = matches!(state, SubscriberState::Pending | SubscriberState::Confirmed);
        let email = self.email.clone().filter(|_| reachable);
        Self { state, email, rejections: 0, changed_at: now, ..self.clone() }
    }

    /// After an attempt. A refusal counts against the address only while the mail server takes the mail of others: else it is the server that is set
    /// up wrongly, and every address would be called broken.
    #[must_use]
    pub fn heard_of(&self, report: &Report, others_arrive: bool, now: Instant) -> Self {
        match report {
            Report::Accepted { .. } => Self { rejections: 0, ..self.clone() },
            Report::Rejected { .. } if others_arrive => {
                let rejections = self.rejections.saturating_add(1);
                if rejections >= SUBSCRIBER_REJECTIONS_MAX {
                    return Self { rejections, ..self.turned(SubscriberState::Broken, now) };
                }
                Self { rejections, ..self.clone() }
            }
            Report::Rejected { .. } | Report::Deferred { .. } | Report::Unknown { .. } => self.clone(),
        }
    }

    /// Why a mail of that kind is not sent now; `Ok` when it is wanted.
    ///
    /// # Errors
    /// The reason.
    pub fn wants(&self, kind: MailKind) -> Result<&str, &'static str> {
        let wanted = match kind {
            MailKind::Confirm => SubscriberState::Pending,
            MailKind::Update => SubscriberState::Confirmed,
        };
        match (self.state, &self.email) {
            (state, Some(email)) if state == wanted => Ok(email),
            (SubscriberState::Confirmed, _) => Err("they said yes already"),
            (SubscriberState::Pending, _) => Err("they have not said yes"),
            (SubscriberState::Unsubscribed, _) => Err("they unsubscribed"),
            (SubscriberState::Broken, _) => Err("the address does not take mail"),
        }
    }
}

/// One mail that is or was owed. There is one of each subscriber and update, ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberMail {
    /// To whom.
    pub subscriber: SubscriberId,
    /// The public id of the update; of a question, anything new.
    pub about: String,
    /// The digest of the address: what the ceiling counts by.
    pub recipient: String,
    /// What it is for.
    pub kind: MailKind,
    /// The notice the update belongs to; empty for a question.
    pub notice: String,
    /// What became of it.
    pub status: MailStatus,
    /// Attempts begun.
    pub attempts: u32,
    /// Earlier updates that are not mailed for themselves any more, because this one came before they went out.
    pub folded: u32,
    /// Since when it is owed.
    pub owed_at: Instant,
    /// When the newest attempt began.
    pub begun_at: Option<Instant>,
    /// Its alarm: the next attempt, or the end of the sender's lease. None when it is over.
    pub next_due_at: Option<Instant>,
    /// Why it is as it is.
    pub reason: Option<String>,
}

impl SubscriberMail {
    /// Handed to a sender.
    #[must_use]
    pub fn begin(&self, now: Instant) -> Self {
        Self {
            status: MailStatus::Sending,
            attempts: self.attempts.saturating_add(1),
            begun_at: Some(now),
            next_due_at: Some(now + SENDING_LEASE),
            ..self.clone()
        }
    }

    /// Over, for a reason.
    #[must_use]
    pub fn end(&self, status: MailStatus, reason: &str) -> Self {
        Self { status, next_due_at: None, reason: Some(reason.to_owned()), ..self.clone() }
    }

    /// Later.
    #[must_use]
    pub fn wait(&self, until: Instant, reason: &str) -> Self {
        Self { status: MailStatus::Queued, next_due_at: Some(until), reason: Some(reason.to_owned()), ..self.clone() }
    }

    /// After an attempt. Only what certainly did not arrive is tried again, a few times.
    #[must_use]
    pub fn settle(&self, report: &Report, now: Instant) -> Self {
        match report {
            Report::Accepted { detail, .. } => self.end(MailStatus::Accepted, detail),
            Report::Rejected { detail } => self.end(MailStatus::Failed, detail),
            Report::Unknown { detail } => {
                self.end(MailStatus::Failed, &format!("it may have arrived, so it is not sent again: {detail}"))
            }
            Report::Deferred { detail, .. } if self.attempts >= SUBSCRIBER_MAIL_ATTEMPTS_MAX => {
                self.end(MailStatus::Failed, &format!("given up after {} attempts: {detail}", self.attempts))
            }
            Report::Deferred { detail, retry_after } => {
                let ours = SignedDuration::from_mins(1_i64 << self.attempts.saturating_sub(1).min(5));
                let wait = retry_after.map_or(ours, |theirs| theirs.clamp(ours, CEILING_OVER.max(ours)));
                self.wait(now + wait, detail)
            }
        }
    }

    /// Whether it waited until nobody wants to hear it any more.
    pub fn is_stale(&self, now: Instant) -> bool {
        now.duration_since(self.owed_at) >= SUBSCRIBER_MAIL_WAITS
    }
}

/// What the ceiling says to one more mail to a recipient: `begun` are the mails of the last hour that arrived or may have, oldest first. `Err` is when
/// there is room again.
///
/// # Errors
/// The instant from which one more is allowed.
pub fn ceiling(begun: &[Instant]) -> Result<(), Instant> {
    let most = SUBSCRIBER_MAILS_PER_HOUR_MAX as usize;
    match begun.len().checked_sub(most) {
        None => Ok(()),
        Some(over) => Err(begun[over] + CEILING_OVER),
    }
}

/// A mail address as typed, made one: trimmed, its host in lower case. `None` when it cannot be one.
pub fn address(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (local, host) = typed.rsplit_once('@')?;
    let fits = (1..=64).contains(&local.len()) && host.len() <= 189;
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\"\\@".contains(c);
    let labels = host.split('.').collect::<Vec<_>>();
    let named = |label: &&str| {
        !label.is_empty() && !label.starts_with('-') && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    (fits && local.chars().all(plain) && !dots && labels.len() > 1 && labels.iter().all(named))
        .then(|| format!("{local}@{}", host.to_lowercase()))
}

#[cfg(test)]
mod tests;
