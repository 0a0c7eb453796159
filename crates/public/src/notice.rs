//! Notices: the public face of an incident. Only what was published, in the words that were published.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// What the public was told about one disturbance, from the first word to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Short random slug, made for the public; it tells nothing about the incident behind it, not even how many there are.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The status word of the newest update.
    pub status: NoticeStatus,
    /// How much it hurts the reader.
    pub impact: Impact,
    /// Ids of the components concerned; ids that are not on the page are not shown.
    pub components: Vec<String>,
    /// When the disturbance began, as published.
    pub started_at: Instant,
    /// When it was over; `None` while it is open.
    pub resolved_at: Option<Instant>,
    /// Everything said, newest first.
    pub updates: Vec<NoticeUpdate>,
}

impl Notice {
    /// True until the notice is resolved.
    pub fn is_open(&self) -> bool {
        self.status != NoticeStatus::Resolved
    }

    /// When the public last heard about it.
    pub fn updated_at(&self) -> Instant {
        self.updates.iter().map(|update| update.at).max().unwrap_or(self.started_at)
    }

    /// The time by which the newest update promised the next one; `None` once resolved or when nothing was promised.
    pub fn next_update_at(&self) -> Option<Instant> {
        if !self.is_open() {
            return None;
        }
        self.updates.first().and_then(|update| update.next_update_at)
    }

    /// When the fix was first being watched (`monitoring`), if it ever was.
    pub fn monitoring_at(&self) -> Option<Instant> {
        self.updates.iter().filter(|update| update.status == NoticeStatus::Monitoring).map(|update| update.at).min()
    }
}

/// One thing said to the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeUpdate {
    /// Public id, unique on the page.
    pub id: String,
    /// When it was published.
    pub at: Instant,
    /// The status word it carried.
    pub status: NoticeStatus,
    /// Plain text; line breaks are kept, mark-up is not interpreted.
    pub text: String,
    /// By when the next update was promised.
    pub next_update_at: Option<Instant>,
}

/// The public status words, exactly these, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeStatus {
    /// Something is wrong; the cause is not known.
    Investigating,
    /// The cause is known; the fix is being made.
    Identified,
    /// The fix is in; it is being watched.
    Monitoring,
    /// Over.
    Resolved,
}

impl NoticeStatus {
    /// Every word, in order.
    pub const ALL: [NoticeStatus; 4] =
        [NoticeStatus::Investigating, NoticeStatus::Identified, NoticeStatus::Monitoring, NoticeStatus::Resolved];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            NoticeStatus::Investigating => "Investigating",
            NoticeStatus::Identified => "Identified",
            NoticeStatus::Monitoring => "Monitoring",
            NoticeStatus::Resolved => "Resolved",
        }
    }

    /// What machines read, also the serde form.
    pub fn word(self) -> &'static str {
        match self {
            NoticeStatus::Investigating => "investigating",
            NoticeStatus::Identified => "identified",
            NoticeStatus::Monitoring => "monitoring",
            NoticeStatus::Resolved => "resolved",
        }
    }

    /// The status a wire word names, or `None` for any other word.
    pub fn from_word(word: &str) -> Option<NoticeStatus> {
        NoticeStatus::ALL.into_iter().find(|status| status.word() == word)
    }

    /// True when going `from` one word `to` the other takes back what the public was told; that needs a reason (rule honest-words).
    pub fn is_backward(from: NoticeStatus, to: NoticeStatus) -> bool {
        to < from
    }
}

/// How much a notice hurts the reader. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// For information.
    None,
    /// A nuisance.
    Minor,
    /// Something important fails for many.
    Major,
    /// Hardly anything works.
    Critical,
}

impl Impact {
    /// Every impact, from the least to the greatest.
    pub const ALL: [Impact; 4] = [Impact::None, Impact::Minor, Impact::Major, Impact::Critical];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Impact::None => "No impact",
            Impact::Minor => "Minor impact",
            Impact::Major => "Major impact",
            Impact::Critical => "Critical impact",
        }
    }

    /// What machines read, also the serde form.
    pub fn word(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Minor => "minor",
            Impact::Major => "major",
            Impact::Critical => "critical",
        }
    }

    /// The impact a wire word names, or `None` for any other word.
    pub fn from_word(word: &str) -> Option<Impact> {
        Impact::ALL.into_iter().find(|impact| impact.word() == word)
    }
}
