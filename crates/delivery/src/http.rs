//! Sends a described HTTP request and says what came of it.
//!
//! Is not a retry loop: one attempt, one outcome. What a status means is told by `wire`, beside the request's own format.

use crate::{
    egress::{Call, EgressClient, EgressError, EgressPolicy, Timeouts},
    lease::Lease,
    text::{first_line, one_line, without},
    tls::TlsSetupError,
};
use jiff::{SignedDuration, Timestamp};
use nightbell_wire::outbound::{
    Answer, HttpRequest, Outcome, Wrong,
    webhook::{classify, parse_retry_after},
};
use url::Url;

/// How much of an answer is read, in bytes: enough for the line that explains a refusal.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// How much of a provider's answer is read, in bytes: some repeat the whole message.
const PROVIDER_ANSWER_BYTES_MAX: usize = 64 * 1024;
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

    /// One attempt at a person's own endpoint, not begun after the end of the lease: its status says it all. `now` is only for reading a
    /// `Retry-After` that is a date.
    pub async fn send(&self, request: &HttpRequest, now: Timestamp, lease: &Lease) -> Outcome {
        let answer = match self.client.tell(call(request, ANSWER_BYTES_MAX), lease).await {
            Ok(answer) => answer,
            Err(error) => return no_answer(error, Wrong::Address),
        };
        // Endpoints like to repeat the address they were called by, which is a key.
        let said =
            without(&first_line(&answer.body, ANSWER_BYTES_MAX), secrets(&request.url).iter().map(String::as_str));
        explained(classify(answer.status, retry_after(&answer.headers, now)), &one_line(&said, DETAIL_CHARS_MAX))
    }

    /// One exchange with a provider, whose answer is told by its body, of a success as well. `whose` is what is wrong when the address may not
    /// be called: a person's own, or the installation's settings.
    ///
    /// # Errors
    /// How the attempt ended without an answer. What has secrets in it is told by [`told`] only.
    pub async fn exchange(
        &self,
        request: &HttpRequest,
        whose: Wrong,
        now: Timestamp,
        lease: &Lease,
    ) -> Result<Answer, Outcome> {
        match self.client.ask(call(request, PROVIDER_ANSWER_BYTES_MAX), lease).await {
            Ok(answer) => {
                Ok(Answer { status: answer.status, retry_after: retry_after(&answer.headers, now), body: answer.body })
            }
            Err(error) => Err(no_answer(error, whose)),
        }
    }
}

/// The outcome as people may read it: on one line, without the keys of the request and the words in `hidden`. A provider's own path is made of
/// its words, which its answers use too; what has a digit in it may be a key all the same.
pub(crate) fn told(outcome: Outcome, request: &HttpRequest, whose: Wrong, hidden: &[&str]) -> Outcome {
    let mut secrets = secrets(&request.url);
    if whose == Wrong::Provider {
        secrets.retain(|part| part.bytes().any(|byte| byte.is_ascii_digit()));
    }
    let authorization = request.headers.iter().find(|(name, _)| name == "authorization");
    secrets.extend(authorization.and_then(|(_, value)| value.split(' ').next_back()).map(str::to_owned));
    outcome.told(|detail| {
        let hidden = secrets.iter().map(String::as_str).chain(hidden.iter().copied());
        one_line(&without(detail, hidden), DETAIL_CHARS_MAX)
    })
}

fn call(request: &HttpRequest, answer_bytes_max: usize) -> Call<'_> {
    Call { method: request.method, url: &request.url, headers: &request.headers, body: &request.body, answer_bytes_max }
}

fn retry_after(headers: &::http::HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let value = headers.get(::http::header::RETRY_AFTER)?.to_str().ok()?;
    parse_retry_after(value, now)
}

fn no_answer(error: EgressError, whose: Wrong) -> Outcome {
    match error {
        EgressError::Refused(detail) => Outcome::Rejected { wrong: whose, detail },
        EgressError::Unreached(detail) => Outcome::deferred(detail, None),
        EgressError::Lost(detail) => Outcome::unknown(detail),
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
        Outcome::Deferred { detail, .. } | Outcome::Rejected { detail, .. } if !said.is_empty() => {
            detail.push_str(": ");
            detail.push_str(said);
        }
        _ => {}
    }
    outcome
}

#[cfg(test)]
mod tests;
