//! What the installation knows about itself: where it is reached from outside, and its secret keys. Keys never reach logs.

use crate::Fault;
use hmac::{Hmac, KeyInit, Mac};
use nightbell_domain::ids::{ContactId, Entropy, UserId};
use nightbell_store::{StoreError, Tx, meta};
use nightbell_wire::outbound::standard_webhooks::Secret;
use sha2::Sha256;

/// Secret key material. No Debug, no Serialize: it cannot reach a log by accident.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// The bytes, for signing.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Settings of the running installation.
#[derive(Clone)]
pub struct Settings {
    /// `https://nightbell.example.com`, no trailing slash: the base of every link that is sent.
    pub public_url: String,
    /// Signs `/p/{token}` links.
    pub link_key: Key,
}

/// The fact that holds it.
pub(crate) const LINK_KEY: &str = "link_key";

impl Settings {
    /// Reads the keys; the first start of an installation makes them.
    pub fn load(tx: &mut dyn Tx, entropy: &mut dyn Entropy, public_url: &str) -> Result<Self, Fault> {
        let mut fresh = [0_u8; 32];
        entropy.fill(&mut fresh);
        meta::claim(tx, LINK_KEY, &hex(&fresh))?;
        let stored = meta::get(tx, LINK_KEY)?.unwrap_or_default();
        let key =
            unhex(&stored).ok_or_else(|| StoreError::Corrupt("the link key is not 32 bytes of hex".to_owned()))?;
        Ok(Self { public_url: public_url.trim_end_matches('/').to_owned(), link_key: Key(key) })
    }

    /// The Standard Webhooks secret of one contact method: derived, so nobody's secret tells another's.
    pub fn webhook_secret(&self, user: &UserId, contact: &ContactId) -> Secret {
        let mac = Hmac::<Sha256>::new_from_slice(&self.link_key.0).expect("HMAC takes a key of any length");
        let derived = mac.chain_update(format!("webhook:{user}/{contact}")).finalize().into_bytes();
        Secret::from_key(&derived).expect("32 bytes are within the range of a Standard Webhooks secret")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(bytes)
}
