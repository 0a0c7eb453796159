//! The providers that carry a message to a person: one room each, found by the medium of the contact method.
//!
//! Is not a decision maker and keeps nothing between two sends: whether, when and by what to send is the engine's; what a provider's answer
//! means stands beside its format, in `wire`. A medium nobody configured refuses at once, so that the person's next method is used.

mod settings;
mod way;

pub use settings::{BaseUrl, Secret};
pub use way::Way;

use crate::{http::HttpSender, lease::Lease};
use jiff::Timestamp;
use nightbell_domain::{org::ContactKind, paging::Message};
use nightbell_wire::outbound::Outcome;

/// The providers that are configured; each field is one of the server's settings sections.
#[derive(Debug, Clone, Default)]
pub struct Providers {}

impl Providers {
    /// One attempt.
    pub async fn send(
        &self,
        http: &HttpSender,
        to: &ContactKind,
        _message: &Message,
        now: Timestamp,
        lease: &Lease,
    ) -> Outcome {
        let _way = Way { http, now, lease };
        unset(to.word())
    }
}

/// No provider for the medium.
fn unset(medium: &str) -> Outcome {
    Outcome::wrong_provider(format!("no provider for {medium} is configured ([{medium}]): nothing can be sent by it"))
}
