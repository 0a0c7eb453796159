//! Web push: a browser's subscription, rung through the push service of the browser's maker. No account anywhere: the installation's own key says
//! who sends. The endpoint is what a browser said, which is to say anybody: it goes through the egress policy like every typed address.

use super::Way;
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{
    Outcome, Wrong,
    push::{
        self, Length,
        encryption::{Fresh, Receiver},
        vapid::SenderKey,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use url::Url;

/// Draws the bytes for one message, never the same twice.
pub type Draw = Arc<dyn Fn() -> Fresh + Send + Sync>;

/// What a push service refuses for its length within this time is sent again, shorter, in the same attempt.
const AGAIN_WITHIN: Duration = Duration::from_secs(4);
const TOO_LONG: u16 = 413;

/// Sends to browsers.
#[derive(Clone)]
pub struct Push {
    key: SenderKey,
    contact: String,
    draw: Draw,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// A subscription, as the contact method has it.
#[derive(Clone, Copy)]
pub struct Subscription<'a> {
    /// The push service's address of this browser.
    pub endpoint: &'a str,
    /// Its key.
    pub p256dh: &'a str,
    /// Its secret.
    pub auth: &'a str,
}

impl Push {
    /// With the installation's key. `contact` is an address (`mailto:`, `https:`) for the operators of push services.
    pub fn new(key: SenderKey, contact: String, draw: Draw) -> Self {
        Self { key, contact, draw }
    }

    /// One attempt.
    pub async fn send(&self, way: Way<'_>, to: Subscription<'_>, message: &Message) -> Outcome {
        let begun = Instant::now();
        let (receiver, origin) = match readable(to) {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        let (outcome, too_long) = self.try_once(way, to, message, &receiver, &origin, Length::Full).await;
        if !too_long || begun.elapsed() > AGAIN_WITHIN {
            return outcome;
        }
        self.try_once(way, to, message, &receiver, &origin, Length::Short).await.0
    }

    async fn try_once(
        &self,
        way: Way<'_>,
        to: Subscription<'_>,
        message: &Message,
        receiver: &Receiver,
        origin: &str,
        length: Length,
    ) -> (Outcome, bool) {
        let body = match receiver.encrypt(&push::payload(message, length), &(self.draw)()) {
            Ok(body) => body,
            Err(error) => return (Outcome::wrong_provider(error.to_string()), false),
        };
        let authorization = self.key.authorization(origin, &self.contact, way.now);
        let request = push::request(to.endpoint, message, authorization, body);
        let mut too_long = false;
        let hidden = [to.auth, to.p256dh];
        let outcome = way
            .send(&request, Wrong::Address, &hidden, |answer| {
                too_long = answer.status == TOO_LONG;
                push::classify(answer)
            })
            .await;
        (outcome, too_long)
    }
}

/// The keys and the origin of a subscription that can be rung at all.
fn readable(to: Subscription<'_>) -> Result<(Receiver, String), Outcome> {
    let broken = |why: String| {
        Outcome::wrong_address(format!(
            "this is no subscription of a browser ({why}); set the phone up again under Settings, Reach"
        ))
    };
    let receiver = Receiver::read(to.p256dh, to.auth).map_err(|error| broken(error.to_string()))?;
    let url = Url::parse(to.endpoint).map_err(|error| broken(error.to_string()))?;
    Ok((receiver, url.origin().ascii_serialization()))
}

#[cfg(test)]
mod tests;
