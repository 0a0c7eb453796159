//! The providers that carry a message to a person: one room each, found by the medium of the contact method.
//!
//! Is not a decision maker and keeps nothing between two sends: whether, when and by what to send is the engine's; what a provider's answer
//! means stands beside its format, in `wire`. A medium nobody configured refuses at once, so that the person's next method is used.

pub mod discord;
mod failover;
pub mod mattermost;
pub mod ntfy;
pub mod phone;
pub mod push;
mod settings;
pub mod slack;
mod teams;
pub mod telegram;
pub mod template;
#[cfg(test)]
mod testing;
pub mod twilio;
mod way;

pub use settings::{BaseUrl, Secret};
pub use way::{Preparation, Way};

use crate::{http::HttpSender, lease::Lease};
use jiff::Timestamp;
use nightbell_domain::{org::ContactKind, paging::Message};
use nightbell_wire::outbound::Outcome;
use std::collections::BTreeSet;

/// The providers that are configured; each field is one of the server's settings sections.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    /// The installation's app.
    pub slack: Option<slack::Slack>,
    /// The installation's bot.
    pub discord: Option<discord::Discord>,
    /// The bot on a server of one's own.
    pub mattermost: Option<mattermost::Mattermost>,
    /// Browsers of phones; always there once the server has its key.
    pub push: Option<push::Push>,
    /// Topics, of the installation's server and of people's own.
    pub ntfy: ntfy::Ntfy,
    /// The installation's bot.
    pub telegram: Option<telegram::Telegram>,
    /// Text messages and calls.
    pub phone: phone::Phone,
}

impl Providers {
    /// The media that something is set up for: words of contact methods. Mail has its own way; a topic and a workflow bring their server along.
    pub fn media(&self) -> BTreeSet<&'static str> {
        let all = [
            ("slack", self.slack.is_some()),
            ("discord", self.discord.is_some()),
            ("mattermost", self.mattermost.is_some()),
            ("push", self.push.is_some()),
            ("telegram", self.telegram.is_some()),
            ("sms", !self.phone.sms.is_empty()),
            ("voice", !self.phone.voice.is_empty()),
            ("ntfy", true),
            ("teams", true),
            ("webhook", true),
        ];
        all.into_iter().filter(|(_, set)| *set).map(|(word, _)| word).collect()
    }

    /// One attempt.
    pub async fn send(
        &self,
        http: &HttpSender,
        to: &ContactKind,
        message: &Message,
        now: Timestamp,
        lease: &Lease,
    ) -> Outcome {
        let way = Way { http, now, lease };
        match (to, self) {
            (ContactKind::Slack { member }, Self { slack: Some(slack), .. }) => slack.send(way, member, message).await,
            (ContactKind::Discord { user }, Self { discord: Some(discord), .. }) => {
                discord.send(way, user, message).await
            }
            (ContactKind::Mattermost { user }, Self { mattermost: Some(mattermost), .. }) => {
                mattermost.send(way, user, message).await
            }
            (ContactKind::Teams { url }, _) => teams::send(way, url, message).await,
            (ContactKind::Push { endpoint, p256dh, auth }, Self { push: Some(push), .. }) => {
                push.send(way, push::Subscription { endpoint, p256dh, auth }, message).await
            }
            (ContactKind::Ntfy { topic, server }, Self { ntfy, .. }) => {
                ntfy.send(way, topic, server.as_deref(), message).await
            }
            (ContactKind::Telegram { chat }, Self { telegram: Some(telegram), .. }) => {
                telegram.send(way, chat, message).await
            }
            (ContactKind::Sms { number }, Self { phone, .. }) => {
                phone.text(way, number, message).await.unwrap_or_else(|| unset("sms"))
            }
            (ContactKind::Voice { number }, Self { phone, .. }) => {
                phone.call(way, number, message).await.unwrap_or_else(|| unset("voice"))
            }
            _ => unset(to.word()),
        }
    }
}

/// No provider for the medium.
fn unset(medium: &str) -> Outcome {
    Outcome::wrong_provider(format!("no provider for {medium} is configured ([{medium}]): nothing can be sent by it"))
}
