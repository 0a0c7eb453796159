//! What a provider answered, and what a status alone means. What the body says is each provider's own matter, beside its format.

use super::{Outcome, Wrong};
use jiff::SignedDuration;
use serde_json::Value;

/// Longest wait a provider is granted; whoever asks for more is asked again sooner.
pub const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_mins(2);

/// An answer of whatever status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What its `Retry-After` asks for.
    pub retry_after: Option<SignedDuration>,
    /// The body, as much of it as was read.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What a status means when the body says nothing more. `unauthorised` is what is wrong when it is 401 or 403, `refused` when it is any
    /// other 4xx that is not "later".
    pub fn by_status(&self, unauthorised: Wrong, refused: Wrong) -> Outcome {
        let detail = format!("HTTP {}", self.status);
        match self.status {
            200..=299 => Outcome::Accepted { provider_id: None, detail },
            300..=399 => Outcome::Rejected {
                wrong: refused,
                detail: format!("{detail}: redirects are not followed; set the final address"),
            },
            408 | 425 | 429 | 500..=599 => Outcome::Deferred { detail, retry_after: self.retry_after.map(granted) },
            410 => Outcome::Rejected { wrong: refused, detail: format!("{detail}: the endpoint is gone") },
            401 | 403 => Outcome::Rejected { wrong: unauthorised, detail },
            400..=499 => Outcome::Rejected { wrong: refused, detail },
            _ => Outcome::Unknown { detail: format!("{detail}: not a final status") },
        }
    }
}

/// A wait within bounds.
pub fn granted(asked: SignedDuration) -> SignedDuration {
    asked.clamp(SignedDuration::ZERO, RETRY_AFTER_MAX)
}
