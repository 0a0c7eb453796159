//! Slack: direct messages of the installation's app.

use super::{BaseUrl, Secret, Way};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{Outcome, Wrong, slack};

/// Writes as the app.
#[derive(Debug, Clone)]
pub struct Slack {
    base: BaseUrl,
    token: Secret,
}

impl Slack {
    /// `base` is where the Web API's methods are: `https://slack.com/api`.
    pub fn new(base: BaseUrl, token: Secret) -> Self {
        Self { base, token }
    }

    /// One attempt.
    pub async fn send(&self, way: Way<'_>, member: &str, message: &Message) -> Outcome {
        let request = slack::request(&self.base.at("/chat.postMessage"), self.token.reveal(), member, message);
        way.send(&request, Wrong::Provider, &[member], slack::classify).await
    }
}
