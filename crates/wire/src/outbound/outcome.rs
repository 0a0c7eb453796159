//! What came of one attempt to send, in words every transport shares. Not an error type: each is an expected end of an attempt.

use jiff::SignedDuration;

/// What came of one attempt to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took it.
    Accepted {
        /// The provider's own name for the message, when it gives one.
        provider_id: Option<String>,
        /// What it said, for the timeline.
        detail: String,
    },
    /// It was not taken, and may be later: a temporary failure.
    Deferred {
        /// What it said, for the timeline.
        detail: String,
        /// How long the provider asks to wait, within bounds.
        retry_after: Option<SignedDuration>,
    },
    /// It will never be taken: the address, the credential or the message is wrong.
    Rejected {
        /// What it said, for the timeline.
        detail: String,
    },
    /// It may have been delivered; nobody knows. Still owed.
    Unknown {
        /// What happened, for the timeline.
        detail: String,
    },
}

impl Outcome {
    /// The sentence for the timeline.
    pub fn detail(&self) -> &str {
        match self {
            Self::Accepted { detail, .. }
            | Self::Deferred { detail, .. }
            | Self::Rejected { detail }
            | Self::Unknown { detail } => detail,
        }
    }
}
