//! What Nightbell says to people's machines: descriptions of requests and mails, made from a [`Message`], and the vocabulary of
//! what came of sending them.
//!
//! Is not a transport: nothing here opens a connection or retries. Called by the engine's dispatcher and by `delivery`.
//!
//! [`Message`]: nightbell_domain::paging::Message

mod answer;
mod chat;
pub mod discord;
mod facts;
pub mod links;
pub mod mail;
pub mod mattermost;
pub mod ntfy;
mod outcome;
pub mod phone;
pub mod push;
mod request;
pub mod slack;
mod small;
pub mod standard_webhooks;
pub mod subscriber_links;
pub mod teams;
pub mod telegram;
pub mod template;
pub mod twilio;
pub mod webhook;

pub use answer::{Answer, RETRY_AFTER_MAX, granted};
pub use outcome::{Outcome, Wrong};
pub use request::HttpRequest;

/// HMAC-SHA256, for links and webhooks alike.
type HmacSha256 = hmac::Hmac<sha2::Sha256>;

/// A keyed digest over several pieces; finish with `finalize` or, in constant time, `verify_slice`.
fn hmac_of(key: &[u8], pieces: &[&[u8]]) -> HmacSha256 {
    use hmac::{KeyInit, Mac};
    let mut mac = HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length");
    for piece in pieces {
        mac.update(piece);
    }
    mac
}

#[cfg(test)]
mod test_messages;
