//! What came of one attempt to send, in words every transport shares. Not an error type: each is an expected end of an attempt.

use jiff::SignedDuration;

/// What is wrong where a message will never be taken. Whoever has a second provider for a medium tries that one when it is the provider's
/// matter; a wrong address is wrong everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The address: it does not exist, is not the person's any more, or wants nothing of us.
    Address,
    /// The address, for good: whoever gave it out has ended it, and only a new one helps.
    Gone,
    /// The way there: this provider does not know us (credentials, plan, settings), or takes nothing like this message from us.
    Provider,
}

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
    /// It was not taken, and may be later: a temporary failure, of the provider or on the way to it.
    Deferred {
        /// What it said, for the timeline.
        detail: String,
        /// How long the provider asks to wait, within bounds.
        retry_after: Option<SignedDuration>,
    },
    /// It will never be taken.
    Rejected {
        /// What is wrong.
        wrong: Wrong,
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
    /// Taken.
    pub fn accepted(provider_id: Option<String>, detail: impl Into<String>) -> Self {
        Self::Accepted { provider_id, detail: detail.into() }
    }

    /// This address will never take it.
    pub fn wrong_address(detail: impl Into<String>) -> Self {
        Self::Rejected { wrong: Wrong::Address, detail: detail.into() }
    }

    /// This address has ended; nothing sent to it ever arrives again.
    pub fn gone(detail: impl Into<String>) -> Self {
        Self::Rejected { wrong: Wrong::Gone, detail: detail.into() }
    }

    /// This provider will never take it from us.
    pub fn wrong_provider(detail: impl Into<String>) -> Self {
        Self::Rejected { wrong: Wrong::Provider, detail: detail.into() }
    }

    /// Not now.
    pub fn deferred(detail: impl Into<String>, retry_after: Option<SignedDuration>) -> Self {
        Self::Deferred { detail: detail.into(), retry_after }
    }

    /// Nobody knows.
    pub fn unknown(detail: impl Into<String>) -> Self {
        Self::Unknown { detail: detail.into() }
    }

    /// The sentence for the timeline.
    pub fn detail(&self) -> &str {
        match self {
            Self::Accepted { detail, .. }
            | Self::Deferred { detail, .. }
            | Self::Rejected { detail, .. }
            | Self::Unknown { detail } => detail,
        }
    }

    /// The same with another sentence.
    #[must_use]
    pub fn told(mut self, tell: impl FnOnce(&str) -> String) -> Self {
        match &mut self {
            Self::Accepted { detail, .. }
            | Self::Deferred { detail, .. }
            | Self::Rejected { detail, .. }
            | Self::Unknown { detail } => *detail = tell(detail),
        }
        self
    }
}
