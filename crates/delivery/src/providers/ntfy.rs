//! ntfy: a topic on the installation's server, or on one that the person named. Credentials go to the installation's server alone: a person's own
//! server is an address anybody may type.

use super::{BaseUrl, Secret, Way};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{Outcome, Wrong, ntfy};

/// How a server knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// An access token: `tk_…`.
    Token(Secret),
    /// A user and a password.
    User {
        /// The name.
        name: String,
        /// The password.
        password: Secret,
    },
}

impl Credentials {
    fn header(&self) -> String {
        match self {
            Self::Token(token) => format!("Bearer {}", token.reveal()),
            Self::User { name, password } => {
                format!("Basic {}", STANDARD.encode(format!("{name}:{}", password.reveal())))
            }
        }
    }
}

/// Publishes to topics.
#[derive(Debug, Clone, Default)]
pub struct Ntfy {
    base: Option<BaseUrl>,
    credentials: Option<Credentials>,
}

impl Ntfy {
    /// With the installation's server, if it has one.
    pub fn new(base: Option<BaseUrl>, credentials: Option<Credentials>) -> Self {
        Self { base, credentials }
    }

    /// One attempt. `server` is the one the person named, if they did.
    pub async fn send(&self, way: Way<'_>, topic: &str, server: Option<&str>, message: &Message) -> Outcome {
        let ours = self.base.as_ref().map(|base| base.at(""));
        let named = server.map(|server| server.trim_end_matches('/'));
        let Some(base) = named.or(ours.as_deref()) else {
            return super::unset("ntfy");
        };
        let authorization =
            self.credentials.as_ref().filter(|_| ours.as_deref() == Some(base)).map(Credentials::header);
        let request = ntfy::request(base, topic, message, authorization.as_deref());
        let whose = if named.is_some() { Wrong::Address } else { Wrong::Provider };
        way.send(&request, whose, &[topic], ntfy::classify).await
    }
}

#[cfg(test)]
mod tests;
