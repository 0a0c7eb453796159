//! What one notification says to one person, independent of the medium. The wire crate turns it into a mail or a webhook body.

use crate::{
    ids::{AlertId, IncidentId, NotificationId, PageId, ServiceId, UserId},
    org::Urgency,
    record::Instant,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// Please act.
    Page,
    /// What you were paged for is over.
    Resolved,
    /// What you were paged for was called off.
    Cancelled,
    /// For your information: a route's `notify`, a copy, somebody took it over. Nobody is asked to act.
    Notice,
    /// A code that proves that a contact method reaches its owner: the title says it.
    Code,
    /// Are you still on it? It rings again soon if nobody says so.
    StillOn,
}

impl MessageKind {
    /// The word in the database and the webhook body's `type`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Resolved => "resolved",
            Self::Cancelled => "cancelled",
            Self::Notice => "notice",
            Self::Code => "code",
            Self::StillOn => "still-on",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Page, Self::Resolved, Self::Cancelled, Self::Notice, Self::StillOn, Self::Code]
            .into_iter()
            .find(|k| k.word() == word)
    }
}

/// The alert, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertBrief {
    /// Id.
    pub id: AlertId,
    /// Title.
    pub title: String,
    /// `critical`, …
    pub severity: String,
    /// Source.
    pub source: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// When the trouble began.
    pub started_at: Instant,
    /// How many events.
    pub event_count: u64,
    /// Key on its integration.
    pub dedup_key: String,
}

/// The incident, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentBrief {
    /// Id.
    pub id: IncidentId,
    /// `inc-2026-05-02-checkout-down`.
    pub slug: String,
    /// Title.
    pub title: String,
    /// `SEV1`.
    pub severity: String,
    /// `investigating`, …
    pub status: String,
}

/// What happens if the person does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// When.
    pub at: Instant,
    /// Who is rung then: names.
    pub who: String,
}

/// One of the other things a message tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoTold {
    /// Its page.
    pub page: PageId,
    /// One line.
    pub title: String,
    /// What it is about.
    pub service: Option<ServiceId>,
    /// When its page started.
    pub started_at: Instant,
}

/// What else a message tells of: a storm is a few messages, not a thousand (INV-08). Each keeps its own record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// How many others.
    pub count: u64,
    /// The first of them, by severity, then age; at most [`crate::limits::BUNDLE_LISTED_MAX`].
    pub listed: Vec<AlsoTold>,
}

/// One message to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Why it is sent.
    pub kind: MessageKind,
    /// The notification; the same on every attempt, so receivers can drop repeats.
    pub id: NotificationId,
    /// The page.
    pub page: PageId,
    /// 1-based attempt.
    pub attempt: u32,
    /// A crash may have come between an earlier send and its record: this may be the second copy.
    pub repeat: bool,
    /// When this attempt is made.
    pub sent_at: Instant,
    /// To whom.
    pub user: UserId,
    /// Their name.
    pub user_name: String,
    /// Their zone.
    pub time_zone: String,
    /// How loudly.
    pub urgency: Urgency,
    /// One line.
    pub title: String,
    /// Details, plain text.
    pub body: String,
    /// Service handle and name.
    pub service: Option<(ServiceId, String)>,
    /// The alert, when one rings.
    pub alert: Option<AlertBrief>,
    /// The incident, when one is declared.
    pub incident: Option<IncidentBrief>,
    /// Where the runbook is.
    pub runbook_url: Option<String>,
    /// Opens the page of a woken person; acting needs a press there.
    pub ack_url: String,
    /// The same thing for somebody signed in.
    pub url: String,
    /// What happens if nobody acknowledges.
    pub next: Option<NextStep>,
    /// The installation's public URL: host part of message ids.
    pub public_url: String,
    /// What else it tells of; empty but in a storm.
    pub also: Bundle,
    /// How it can be answered by telephone; of a message that goes by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneReply>,
}

/// How a message can be answered by telephone. The tokens are signed: the provider is told them, nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneReply {
    /// What an answering text message begins with when more than one page rings: a few digits.
    pub code: String,
    /// Opens the callbacks that speak the page and take the key that is pressed.
    pub answer_token: String,
    /// Opens the callbacks that tell what became of the message.
    pub report_token: String,
}
