//! Telegram: a chat of the installation's bot.

use super::{BaseUrl, Way};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{
    Answer, HttpRequest, Outcome, Wrong,
    telegram::{self, Link, Verdict, reference::BotKey},
};
use std::time::Duration;
use tokio::time::Instant;

/// What Telegram answers within this time with "elsewhere" or "not like this" is sent as it asks, in the same attempt.
const AGAIN_WITHIN: Duration = Duration::from_secs(4);
/// Moved, and without its button: two more.
const TRIES_MAX: usize = 3;

/// Writes as the bot.
#[derive(Clone)]
pub struct Telegram {
    base: BaseUrl,
    bot: BotKey,
    secret: String,
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Telegram {
    /// `secret` is the word by which Telegram proves that it is the one who calls us; one that follows from the token when `None`.
    pub fn new(base: BaseUrl, bot: BotKey, secret: Option<String>) -> Self {
        let secret = secret.unwrap_or_else(|| bot.caller_secret());
        Self { base, bot, secret }
    }

    /// Where the API is.
    pub fn base_url(&self) -> String {
        self.base.at("")
    }

    /// The bot's key.
    pub fn bot(&self) -> &BotKey {
        &self.bot
    }

    /// The word by which Telegram proves that it calls.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The request that tells Telegram to call us at `url`.
    pub fn set_webhook(&self, url: &str) -> HttpRequest {
        telegram::set_webhook(&self.base_url(), &self.bot, url, &self.secret)
    }

    /// One attempt.
    pub async fn send(&self, way: Way<'_>, chat: &str, message: &Message) -> Outcome {
        let begun = Instant::now();
        let (mut chat, mut link) = (chat.to_owned(), Link::Button);
        let mut outcome = Outcome::wrong_provider("Telegram refused the message in every form");
        for _ in 0..TRIES_MAX {
            let request = telegram::send(&self.base_url(), &self.bot, &chat, message, link);
            let mut verdict = None;
            outcome = way
                .send(&request, Wrong::Provider, &[], |answer| {
                    let read = telegram::classify(answer);
                    let outcome = told(&read, answer);
                    verdict = Some(read);
                    outcome
                })
                .await;
            match verdict {
                Some(Verdict::Moved(to)) if to != chat => chat = to,
                Some(Verdict::NoButton) if link == Link::Button => link = Link::Text,
                _ => break,
            }
            if begun.elapsed() > AGAIN_WITHIN {
                break;
            }
        }
        outcome
    }
}

/// What it is when it is left at that.
fn told(verdict: &Verdict, answer: &Answer) -> Outcome {
    match verdict {
        Verdict::Is(outcome) => outcome.clone(),
        Verdict::Moved(to) => Outcome::deferred(
            format!("HTTP {}: the group is another chat now: set the contact method to {to}", answer.status),
            None,
        ),
        Verdict::NoButton => Outcome::deferred(
            format!("HTTP {}: Telegram takes no button with our address; look at server.public_url", answer.status),
            None,
        ),
    }
}

#[cfg(test)]
mod tests;
