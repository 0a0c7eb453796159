//! Sends a described mail by SMTP, through the operator's own mail server.
//!
//! Is not a mail server: no queue, no MX look-ups, no retries; one attempt, one outcome. The host is the operator's configuration,
//! not a user's input, so the egress policy does not apply to it: a relay on `127.0.0.1` is the usual case.

mod compose;
mod settings;

pub use settings::{Encryption, MailSettings, MailSettingsError};

use crate::{
    egress::seconds,
    lease::{HELD_UP, Lease},
    resolve,
    text::{one_line, root_cause, without},
};
use jiff::Timestamp;
use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::Mechanism,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
        response::Response,
    },
};
use nightbell_wire::outbound::{Outcome, Wrong, mail::MailMessage};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a server may take to say goodbye, once it has taken the mail. The outcome does not wait for its answer to matter.
const GOODBYE: Duration = Duration::from_millis(500);

/// For looking up the server's name, and again for connecting to each of its addresses: one that swallows packets must not use up the time of
/// the others.
const CONNECT: Duration = Duration::from_secs(5);

/// Longest sentence about a mail in a timeline, in characters.
const DETAIL_CHARS_MAX: usize = 300;

impl MailSettings {
    /// One attempt. `now` becomes the `Date` header. The text is not given after the end of the lease.
    ///
    /// Before the server is told to expect the text nothing can have been sent, so silence there defers; silence after it is
    /// unknown, because the server may be delivering. What the server says is told without the receiver's address and our password, which
    /// servers like to repeat.
    pub async fn send(&self, mail: &MailMessage, now: Timestamp, lease: &Lease) -> Outcome {
        let outcome = self.attempt(mail, now, lease).await;
        let secrets = std::iter::once(mail.to_address.trim()).chain(self.secrets.iter().map(String::as_str));
        outcome.told(|detail| one_line(&without(detail, secrets), DETAIL_CHARS_MAX))
    }

    async fn attempt(&self, mail: &MailMessage, now: Timestamp, lease: &Lease) -> Outcome {
        let message = match compose::compose(mail, &self.from, now) {
            Ok(message) => message,
            Err(detail) => return Outcome::wrong_address(detail),
        };
        let deadline = Instant::now() + self.timeout;
        let late = || format!("{} gave no answer within {}", self.server(), seconds(self.timeout));
        let mut connection = match timeout_at(deadline, self.prepare(&message)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(trouble)) => return trouble.outcome(&self.server()),
            Err(_) => return Outcome::Deferred { detail: late(), retry_after: None },
        };
        // A process that was stopped meanwhile finds the server's answer before its own clock.
        if lease.is_over() || Instant::now() >= deadline {
            return Outcome::Deferred { detail: HELD_UP.to_owned(), retry_after: None };
        }
        match timeout_at(deadline, connection.message(&message.formatted())).await {
            Ok(Ok(response)) => {
                // Best effort: the mail is taken, whatever the goodbye says.
                let _ = timeout(GOODBYE, connection.quit()).await;
                accepted(&response)
            }
            Ok(Err(error)) => after_text(&self.server(), &error),
            Err(_) => Outcome::Unknown { detail: format!("{} after the text was sent", late()) },
        }
    }

    /// A connection that the server has taken us in on: greeted, encrypted, signed in.
    async fn enter(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let hello = ClientId::Domain(self.hello.clone());
        let wrapped = (self.encryption == Encryption::Implicit).then(|| self.tls.clone());
        let connect = CONNECT.min(self.timeout);
        let addresses = resolve::addresses(&self.host, self.port, connect).await.map_err(Trouble::NoAddress)?;
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), Some(connect), &hello, wrapped, None).await?;
        match self.encryption {
            Encryption::None | Encryption::Implicit => {}
            Encryption::Opportunistic if !connection.can_starttls() => {}
            Encryption::Required if !connection.can_starttls() => return Err(Trouble::NoStarttls),
            Encryption::Opportunistic | Encryption::Required => connection.starttls(self.tls.clone(), &hello).await?,
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    /// Everything up to the point where the server waits for the text.
    async fn prepare(&self, message: &Message) -> Result<AsyncSmtpConnection, Trouble> {
        let mut connection = self.enter().await?;
        let envelope = message.envelope();
        let mut options = Vec::new();
        if envelope.from().into_iter().chain(envelope.to()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Trouble::NoUtf8);
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(envelope.from().cloned(), options)).await?;
        for recipient in envelope.to() {
            connection.command(Rcpt::new(recipient.clone(), vec![])).await.map_err(Trouble::Recipient)?;
        }
        connection.command(Data).await.map_err(Trouble::Recipient)?;
        Ok(connection)
    }

    /// Whether the server takes us in, without sending anything: greeting, encryption, credentials. Answers what people are told, either way.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn greet(&self) -> Result<String, String> {
        let entered = timeout_at(Instant::now() + self.timeout, self.enter()).await;
        match entered {
            Ok(Ok(mut connection)) => {
                // Best effort: what was to be learned is known.
                let _ = timeout(GOODBYE, connection.quit()).await;
                let way = match self.encryption {
                    Encryption::None => "in the clear, as set",
                    Encryption::Opportunistic => "encrypted if it offers that",
                    Encryption::Required | Encryption::Implicit => "encrypted",
                };
                Ok(format!("{} takes us in, {way}", self.server()))
            }
            Ok(Err(trouble)) => Err(trouble.outcome(&self.server()).detail().to_owned()),
            Err(_) => Err(format!("{} gave no answer within {}", self.server(), seconds(self.timeout))),
        }
    }

    /// Host and port, as told to people.
    pub fn server(&self) -> String {
        format!("mail server {}:{}", self.host, self.port)
    }
}

/// Why the server was never given the text.
enum Trouble {
    /// Before any receiver was named: whatever it refuses, it refuses us.
    Smtp(Error),
    /// From the receiver's name on.
    Recipient(Error),
    NoAddress(String),
    NoStarttls,
    NoUtf8,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Smtp(error)
    }
}

impl Trouble {
    fn outcome(self, server: &str) -> Outcome {
        match self {
            Self::Smtp(error) => before_text(server, &error, Wrong::Provider),
            Self::Recipient(error) => before_text(server, &error, Wrong::Address),
            Self::NoAddress(why) => {
                Outcome::Deferred { detail: format!("cannot resolve {server}: {why}"), retry_after: None }
            }
            Self::NoStarttls => Outcome::Rejected {
                wrong: Wrong::Provider,
                detail: format!(
                    "{server} does not offer STARTTLS, which [mail] url requires: nothing was sent in the clear; use smtps://, \
                     or smtp+plain:// if the way to the server is trusted"
                ),
            },
            Self::NoUtf8 => Outcome::Rejected {
                wrong: Wrong::Address,
                detail: format!("{server} does not take addresses with letters outside ASCII (SMTPUTF8)"),
            },
        }
    }
}

/// A failure while nothing had been sent yet: what is not a clear no may work later.
fn before_text(server: &str, error: &Error, wrong: Wrong) -> Outcome {
    refused(server, error, wrong).unwrap_or_else(|| {
        let cause = root_cause(error);
        match error.is_client() {
            true => Outcome::wrong_provider(format!("{server}: {cause}")),
            false => Outcome::Deferred { detail: format!("cannot reach {server}: {cause}"), retry_after: None },
        }
    })
}

/// A failure after the text was on its way.
fn after_text(server: &str, error: &Error) -> Outcome {
    refused(server, error, Wrong::Address).unwrap_or_else(|| Outcome::Unknown {
        detail: format!(
            "{server} may or may not have taken it: the connection was lost after the text: {}",
            root_cause(error)
        ),
    })
}

/// A reply with a 4xx or 5xx code.
fn refused(server: &str, error: &Error, wrong: Wrong) -> Option<Outcome> {
    let code = error.status()?;
    let detail = format!("{server}: {code} {}", root_cause(error));
    Some(match error.is_permanent() {
        true => Outcome::Rejected { wrong, detail },
        false => Outcome::Deferred { detail, retry_after: None },
    })
}

/// A 2xx reply to the text. Most servers name their queue entry in it, which is what their logs are searched for.
fn accepted(response: &Response) -> Outcome {
    let text = response.message().collect::<Vec<_>>().join(" ");
    let queued = text.split_once("queued as ").and_then(|(_, rest)| rest.split_whitespace().next());
    Outcome::Accepted { provider_id: queued.map(|id| one_line(id, 100)), detail: format!("{} {text}", response.code()) }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) mod test_server;
