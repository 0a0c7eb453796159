//! Sends a described HTTP request and says what came of it.
//!
//! Is not a retry loop: one attempt, one outcome. What a status means is told by `wire`, beside the request's own format.

use crate::{
    egress::{Call, EgressClient, EgressError, EgressPolicy, Timeouts},
    lease::Lease,
    text::{first_line, one_line, without},
    tls::TlsSetupError,
};
use jiff::Timestamp;
use nightbell_wire::outbound::{
    Outcome,
    webhook::{HttpRequest, classify, parse_retry_after},
};
use url::Url;

/// How much of an answer is read, in bytes: enough for the line that explains a refusal.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// A part of a path this long may be a key; shorter ones are words like `hooks`.
const KEY_BYTES_MIN: usize = 8;
/// How much of it goes to the timeline, in characters.
const DETAIL_CHARS_MAX: usize = 200;

/// Sends requests through the one egress client.
pub struct HttpSender {
    client: EgressClient,
}

impl HttpSender {
    /// A sender that reaches what the policy allows, within these limits.
    ///
    /// # Errors
    /// When the TLS library refuses its settings.
    pub fn new(policy: EgressPolicy, timeouts: Timeouts) -> Result<Self, TlsSetupError> {
        Ok(Self { client: EgressClient::new(policy, timeouts)? })
    }

    /// One attempt, not begun after the end of the lease. `now` is only for reading a `Retry-After` that is a date.
    pub async fn send(&self, request: &HttpRequest, now: Timestamp, lease: &Lease) -> Outcome {
        let call = Call {
            method: request.method,
            url: &request.url,
            headers: &request.headers,
            body: &request.body,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        let answer = match self.client.tell(call, lease).await {
            Ok(answer) => answer,
            Err(EgressError::Refused(detail)) => return Outcome::Rejected { detail },
            Err(EgressError::Unreached(detail)) => return Outcome::Deferred { detail, retry_after: None },
            Err(EgressError::Lost(detail)) => return Outcome::Unknown { detail },
        };
        let retry_after = answer.headers.get(::http::header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| parse_retry_after(value, now));
        // Endpoints like to repeat the address they were called by, which is a key.
        let said =
            without(&first_line(&answer.body, ANSWER_BYTES_MAX), secrets(&request.url).iter().map(String::as_str));
        explained(classify(answer.status, retry_after), &one_line(&said, DETAIL_CHARS_MAX))
    }
}

/// What of an address nobody else may read: its path, its query, and each longer part of them.
fn secrets(url: &str) -> Vec<String> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    let mut secrets = vec![url.path().to_owned()];
    let long = |part: &&str| part.len() >= KEY_BYTES_MIN;
    secrets.extend(url.path().split('/').filter(long).map(str::to_owned));
    secrets.extend(url.query().map(str::to_owned));
    secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    secrets
}

/// A refusal with the endpoint's own words; an acceptance needs none.
fn explained(mut outcome: Outcome, said: &str) -> Outcome {
    match &mut outcome {
        Outcome::Deferred { detail, .. } | Outcome::Rejected { detail } if !said.is_empty() => {
            detail.push_str(": ");
            detail.push_str(said);
        }
        _ => {}
    }
    outcome
}

#[cfg(test)]
mod tests;
