//! Discord: direct messages of the installation's bot.

use super::{BaseUrl, Secret, Way};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{Outcome, Wrong, discord};

/// Writes as the bot.
#[derive(Debug, Clone)]
pub struct Discord {
    base: BaseUrl,
    token: Secret,
}

impl Discord {
    /// `base` is where the API of a version is: `https://discord.com/api/v10`.
    pub fn new(base: BaseUrl, token: Secret) -> Self {
        Self { base, token }
    }

    /// One attempt: the channel of the two is opened, then written to.
    pub async fn send(&self, way: Way<'_>, user: &str, message: &Message) -> Outcome {
        let token = self.token.reveal();
        let open = discord::open(&self.base.at("/users/@me/channels"), token, user);
        let channel = match way.prepare().ask(&open, Wrong::Provider, &[user], discord::opened).await {
            Ok(channel) => channel,
            Err(outcome) => return outcome,
        };
        let request = discord::request(&self.base.at(&format!("/channels/{channel}/messages")), token, message);
        way.send(&request, Wrong::Provider, &[user], discord::classify).await
    }
}
