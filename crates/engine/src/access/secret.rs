//! Secrets people and programs carry: session cookies, tokens, link texts. At rest only their SHA-256.

use crate::Unit;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A secret in clear. No Debug, no Display, no Serialize: it reaches a log or a page only where `expose` stands.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// As it came in from outside.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the cookie, the link, or the one time a new token is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// 256 unpredictable bits, as text that is safe in cookies and addresses.
    pub(crate) fn random(unit: &mut Unit<'_>) -> Self {
        Self(URL_SAFE_NO_PAD.encode(unit.ids().random::<32>()))
    }

    /// What is stored. A plain hash is enough: there is nothing to guess in 190 random bits or more.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// Whether two texts are the same, in time that depends on their lengths alone.
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |differs, (x, y)| differs | (x ^ y)) == 0
}
