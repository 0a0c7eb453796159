//! Twilio: the requests that send a text message and place a call, what an answer means, what its callbacks tell, and whether they are Twilio's.
//!
//! Is not a transport, nor who decides by which provider. Format: the REST API of 2010-04-01 (Messages and Calls), TwiML, and the request validation
//! of X-Twilio-Signature. Called by `delivery` and by `web`'s callbacks.

mod answer;
mod callback;
mod signature;
pub mod twiml;

pub use answer::classify;
pub use callback::{call_heard, text_heard};
pub use signature::is_signed;

use super::{
    HttpRequest,
    phone::{self, text_message},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use nightbell_domain::paging::Message;

/// Where Twilio's API is.
pub const BASE_URL: &str = "https://api.twilio.com";
/// How long a telephone rings, in seconds: shorter than most mailboxes wait, so that a machine does not answer in the person's place.
const RINGS_S: &str = "25";
/// How long Twilio may hold back a text message, in seconds: one that is later than this is better known as lost.
const VALID_S: &str = "900";
/// How long a call may last, in seconds.
const CALL_S_MAX: &str = "180";

/// An account and whom it sends as.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// `AC…`.
    pub account_sid: String,
    /// User of the API: the account, or the SID of an API key.
    pub user: String,
    /// Its password: the auth token, or the secret of the API key.
    pub secret: String,
    /// A number of the account, or the SID of a messaging service (`MG…`).
    pub from: String,
    /// The number that calls: `from`, unless that is a messaging service.
    pub voice_from: Option<String>,
    /// Where the API is, without a slash at the end.
    pub base_url: String,
    /// Whether Twilio is asked to tell a person from a mailbox, which it charges for.
    pub detects_machines: bool,
}

impl std::fmt::Debug for Account {
    /// Without secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("account_sid", &self.account_sid)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// The number that calls.
    pub fn caller(&self) -> Option<&str> {
        self.voice_from.as_deref().or_else(|| Some(self.from.as_str()).filter(|from| from.starts_with('+')))
    }

    fn post(&self, resource: &str, fields: &[(&str, &str)]) -> HttpRequest {
        let url = format!("{}/2010-04-01/Accounts/{}/{resource}.json", self.base_url, self.account_sid);
        let basic = STANDARD.encode(format!("{}:{}", self.user, self.secret));
        HttpRequest::form(url, fields).header("authorization", format!("Basic {basic}"))
    }

    /// The request that sends a message as a text.
    pub fn text(&self, number: &str, message: &Message) -> HttpRequest {
        let body = text_message(message, message.phone.is_some());
        let report = message.phone.as_ref().map(|phone| callback(message, "status", &phone.report_token));
        let sender = if self.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let mut fields = vec![("To", number), (sender, &self.from), ("Body", &body), ("ValidityPeriod", VALID_S)];
        if let Some(report) = &report {
            fields.push(("StatusCallback", report));
        }
        self.post("Messages", &fields)
    }

    /// The request that calls and reads a message out. What can be answered is asked of us when the call is taken, so that it is told as it is then;
    /// the rest goes along.
    ///
    /// # Errors
    /// The account has no number that calls.
    pub fn call(&self, number: &str, message: &Message) -> Result<HttpRequest, String> {
        let from = self.caller().ok_or("no number that calls is configured ([twilio] voice_from)")?;
        let mut fields = vec![("To", number), ("From", from), ("Timeout", RINGS_S), ("TimeLimit", CALL_S_MAX)];
        let callbacks = message.phone.as_ref().map(|phone| {
            let asked = callback(message, "voice", &phone.answer_token);
            (asked, callback(message, "status", &phone.report_token))
        });
        let answerable = phone::is_answerable(message.kind);
        let said = twiml::told(&phone::call(message));
        match &callbacks {
            Some((asked, _)) if answerable => fields.extend([("Url", asked.as_str()), ("Method", "POST")]),
            _ => fields.push(("Twiml", &said)),
        }
        if let Some((_, report)) = &callbacks {
            fields.extend([("StatusCallback", report.as_str()), ("StatusCallbackMethod", "POST")]);
            fields.extend([("StatusCallbackEvent", "answered"), ("StatusCallbackEvent", "completed")]);
        }
        if self.detects_machines {
            fields.push(("MachineDetection", "Enable"));
        }
        Ok(self.post("Calls", &fields))
    }
}

/// The address of a callback of ours.
fn callback(message: &Message, what: &str, token: &str) -> String {
    format!("{}/callbacks/twilio/{what}/{token}", message.public_url)
}

#[cfg(test)]
mod tests;
