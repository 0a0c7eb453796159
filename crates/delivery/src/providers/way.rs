//! The way to a provider, shared by all of them: one exchange over the one egress client, within the lease, told without keys.

use crate::{
    http::{self, HttpSender},
    lease::Lease,
};
use jiff::Timestamp;
use nightbell_wire::outbound::{Answer, HttpRequest, Outcome, Wrong};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long everything before the sending itself may take, all together: with the sending's own limits it stays below
/// [`ATTEMPT_MAX`](crate::ATTEMPT_MAX).
const PREPARED_WITHIN: Duration = Duration::from_secs(4);

/// How one attempt goes out.
#[derive(Clone, Copy)]
pub struct Way<'a> {
    /// The way out by HTTP.
    pub http: &'a HttpSender,
    /// When the attempt is made; for a `Retry-After` that is a date.
    pub now: Timestamp,
    /// Nothing is sent after its end.
    pub lease: &'a Lease,
}

impl Way<'_> {
    /// Sends the message by this request; `classify` says what the answer means. `whose` is what is wrong when the address may not be called.
    /// Neither the request's own keys nor the words in `hidden` (the person's address, a password) are told.
    pub async fn send(
        &self,
        request: &HttpRequest,
        whose: Wrong,
        hidden: &[&str],
        classify: impl FnOnce(&Answer) -> Outcome,
    ) -> Outcome {
        let outcome = match self.http.exchange(request, whose, self.now, self.lease).await {
            Ok(answer) => classify(&answer),
            Err(outcome) => outcome,
        };
        http::told(outcome, request, whose, hidden)
    }

    /// What must be known before the message can be sent. Its time begins now.
    pub fn prepare(&self) -> Preparation<'_> {
        Preparation { way: *self, until: Instant::now() + PREPARED_WITHIN }
    }
}

/// Everything an attempt asks before it sends: together bounded in time. No message has left yet, so nothing that goes wrong here is unknown.
#[derive(Clone, Copy)]
pub struct Preparation<'a> {
    way: Way<'a>,
    until: Instant,
}

impl Preparation<'_> {
    /// Asks; `read` finds what was asked for in the answer. What is told, and `whose`, as in [`Way::send`].
    ///
    /// # Errors
    /// How the attempt ended.
    pub async fn ask<T>(
        &self,
        request: &HttpRequest,
        whose: Wrong,
        hidden: &[&str],
        read: impl FnOnce(&Answer) -> Result<T, Outcome>,
    ) -> Result<T, Outcome> {
        let exchange = self.way.http.exchange(request, whose, self.way.now, self.way.lease);
        let found = match timeout_at(self.until, exchange).await {
            Ok(Ok(answer)) => read(&answer),
            Ok(Err(outcome)) => Err(outcome),
            Err(_) => Err(Outcome::deferred(format!("not ready to send within {} s", PREPARED_WITHIN.as_secs()), None)),
        };
        found.map_err(|outcome| {
            let outcome = match outcome {
                Outcome::Unknown { detail } => Outcome::deferred(format!("nothing was sent yet: {detail}"), None),
                other => other,
            };
            http::told(outcome, request, whose, hidden)
        })
    }
}
