//! Mattermost: direct messages of the installation's bot on a server of one's own.

use super::{BaseUrl, Secret, Way};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{HttpRequest, Outcome, Wrong, mattermost};

/// Writes as the bot.
#[derive(Debug, Clone)]
pub struct Mattermost {
    base: BaseUrl,
    token: Secret,
}

impl Mattermost {
    /// `base` is the server's address: `https://chat.example.com`.
    pub fn new(base: BaseUrl, token: Secret) -> Self {
        Self { base, token }
    }

    /// One attempt: who the two are, their channel, the post.
    pub async fn send(&self, way: Way<'_>, user: &str, message: &Message) -> Outcome {
        match self.post(way, user, message).await {
            Ok(request) => way.send(&request, Wrong::Provider, &[user], mattermost::classify).await,
            Err(outcome) => outcome,
        }
    }

    async fn post(&self, way: Way<'_>, user: &str, message: &Message) -> Result<HttpRequest, Outcome> {
        let token = self.token.reveal();
        let person = mattermost::path_of(user)
            .ok_or_else(|| Outcome::wrong_address("this is neither the id nor the name of a Mattermost user"))?;
        let (prepare, hidden) = (way.prepare(), [user]);
        let me = mattermost::who(&self.base.at("/api/v4/users/me"), token);
        let bot = prepare.ask(&me, Wrong::Provider, &hidden, mattermost::bot).await?;
        let person = mattermost::who(&self.base.at(&person), token);
        let person = prepare.ask(&person, Wrong::Provider, &hidden, mattermost::person).await?;
        let open = mattermost::open(&self.base.at("/api/v4/channels/direct"), token, &bot, &person);
        let channel = prepare.ask(&open, Wrong::Provider, &hidden, mattermost::opened).await?;
        Ok(mattermost::request(&self.base.at("/api/v4/posts"), token, &channel, message))
    }
}
