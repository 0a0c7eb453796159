//! Twilio: one request of `wire`'s, sent, and its answer read there.

use super::{BaseUrl, Secret, Way};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{
    Outcome, Wrong,
    twilio::{Account, classify},
};

/// The settings, as they are written.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `AC…`.
    pub account_sid: String,
    /// Signs what Twilio asks of us, and is the password of the API unless there is a key.
    pub auth_token: Secret,
    /// SID and secret of an API key, when requests use one.
    pub api_key: Option<(String, Secret)>,
    /// A number of the account, or a messaging service.
    pub from: String,
    /// The number that calls, when `from` is none.
    pub voice_from: Option<String>,
    /// Where the API is.
    pub base_url: BaseUrl,
    /// Whether Twilio is asked to tell people from mailboxes.
    pub detects_machines: bool,
}

/// Sends as one account.
#[derive(Clone)]
pub struct Twilio {
    account: Account,
    auth_token: Secret,
}

impl std::fmt::Debug for Twilio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twilio").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Twilio {
    /// As the settings say.
    pub fn new(settings: Settings) -> Self {
        let (user, secret) = match &settings.api_key {
            Some((key, secret)) => (key.clone(), secret.reveal().to_owned()),
            None => (settings.account_sid.clone(), settings.auth_token.reveal().to_owned()),
        };
        let account = Account {
            account_sid: settings.account_sid,
            user,
            secret,
            from: settings.from,
            voice_from: settings.voice_from,
            base_url: settings.base_url.at(""),
            detects_machines: settings.detects_machines,
        };
        Self { account, auth_token: settings.auth_token }
    }

    /// What Twilio signs its callbacks with.
    pub fn auth_token(&self) -> &str {
        self.auth_token.reveal()
    }

    /// Whether it has a number to call from.
    pub fn calls(&self) -> bool {
        self.account.caller().is_some()
    }

    /// One attempt by text.
    pub async fn text(&self, way: Way<'_>, number: &str, message: &Message) -> Outcome {
        let request = self.account.text(number, message);
        way.send(&request, Wrong::Provider, &[number, &self.account.secret], classify).await
    }

    /// One attempt by a call.
    pub async fn call(&self, way: Way<'_>, number: &str, message: &Message) -> Outcome {
        match self.account.call(number, message) {
            Ok(request) => way.send(&request, Wrong::Provider, &[number, &self.account.secret], classify).await,
            Err(why) => Outcome::wrong_provider(why),
        }
    }
}
