//! Text messages and calls: the providers of each, in the order in which they are tried.
//!
//! Is not a provider: those are [`super::twilio`] and [`super::template`].

use super::{Way, failover::failover, template::Template, twilio::Twilio};
use nightbell_domain::paging::{Message, MessageKind};
use nightbell_wire::outbound::Outcome;

/// One that carries text messages or calls.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// Twilio.
    Twilio(Twilio),
    /// A provider that the settings describe.
    Http(Box<Template>),
}

impl Carrier {
    /// Its name in the settings.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Twilio(_) => "twilio",
            Self::Http(_) => "http",
        }
    }
}

/// The providers of both media, each list in its order.
#[derive(Debug, Clone, Default)]
pub struct Phone {
    /// Of text messages.
    pub sms: Vec<Carrier>,
    /// Of calls.
    pub voice: Vec<Carrier>,
}

impl Phone {
    /// The Twilio account, whichever medium it carries.
    pub fn twilio(&self) -> Option<&Twilio> {
        self.sms.iter().chain(&self.voice).find_map(|carrier| match carrier {
            Carrier::Twilio(twilio) => Some(twilio),
            Carrier::Http(_) => None,
        })
    }

    /// One attempt by text; `None` without a provider.
    pub async fn text(&self, way: Way<'_>, number: &str, message: &Message) -> Option<Outcome> {
        failover(&self.sms, Carrier::name, message.attempt, way.lease, |carrier| async move {
            match carrier {
                Carrier::Twilio(twilio) => twilio.text(way, number, message).await,
                Carrier::Http(template) => template.send(way, number, message).await,
            }
        })
        .await
    }

    /// One attempt by a call; `None` without a provider. That something is over wakes nobody: it is written, where there is somebody who writes.
    pub async fn call(&self, way: Way<'_>, number: &str, message: &Message) -> Option<Outcome> {
        if matches!(message.kind, MessageKind::Resolved | MessageKind::Cancelled) && !self.sms.is_empty() {
            return self.text(way, number, message).await;
        }
        failover(&self.voice, Carrier::name, message.attempt, way.lease, |carrier| async move {
            match carrier {
                Carrier::Twilio(twilio) => twilio.call(way, number, message).await,
                Carrier::Http(template) => template.send(way, number, message).await,
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests;
