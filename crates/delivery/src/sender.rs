//! The facade: whatever is owed goes in, what came of it comes out.

use crate::providers::Providers;
use crate::{
    http::HttpSender,
    lease::{HELD_UP, Lease},
    mail::MailSettings,
};
use jiff::Timestamp;
use nightbell_domain::{org::ContactKind, paging::Message};
use nightbell_wire::outbound::{HttpRequest, Outcome, mail::MailMessage};

/// Something owed to somebody, described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A request to a machine.
    Http(HttpRequest),
    /// A mail to a person.
    Mail(MailMessage),
    /// A message to a person by one of the providers.
    Contact {
        /// Where to.
        to: ContactKind,
        /// What it says.
        message: Box<Message>,
    },
}

/// Every transport there is.
pub struct Sender {
    /// The mail server, when one is configured.
    pub mail: Option<MailSettings>,
    /// The way out by HTTP.
    pub http: HttpSender,
    /// The providers that are configured.
    pub providers: Providers,
}

impl Sender {
    /// One attempt, bounded in time by the transport's own limits. Never an error: every end of an attempt is an outcome.
    /// Dropping the future mid-way leaves the outcome unknown. Begins only with [`ATTEMPT_MAX`](crate::ATTEMPT_MAX) of the lease left, so that it
    /// ends within it.
    pub async fn deliver(&self, delivery: &Delivery, now: Timestamp, lease: &Lease) -> Outcome {
        if lease.is_short() {
            return Outcome::deferred(HELD_UP, None);
        }
        match (delivery, &self.mail) {
            (Delivery::Http(request), _) => self.http.send(request, now, lease).await,
            (Delivery::Mail(mail), Some(server)) => server.send(mail, now, lease).await,
            (Delivery::Contact { to, message }, _) => self.providers.send(&self.http, to, message, now, lease).await,
            (Delivery::Mail(_), None) => {
                Outcome::wrong_provider("no mail server is configured ([mail] url): mail cannot be sent")
            }
        }
    }
}

#[cfg(test)]
mod tests;
