//! What Nightbell says to people's machines: descriptions of requests and mails, made from a [`Message`], and the vocabulary of
//! what came of sending them.
//!
//! Is not a transport: nothing here opens a connection or retries. Called by the engine's dispatcher and by `delivery`.
//!
//! [`Message`]: nightbell_domain::paging::Message

pub mod links;
pub mod mail;
mod outcome;
pub mod standard_webhooks;
pub mod subscriber_links;
pub mod webhook;

pub use outcome::Outcome;

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
