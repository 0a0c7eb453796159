//! Who sends a push message: RFC 8292 (VAPID). A token of its own for every push service, signed with the installation's key; the browser was
//! told the public half when it subscribed, so nobody else can ring it.

use super::encryption::secret_key;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use nightbell_domain::record::Instant;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

/// How long a token is good for; a push service takes at most 24 h.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(12);

/// The installation's key pair. No Debug, no Serialize: it cannot reach a log by accident.
#[derive(Clone)]
pub struct SenderKey(SigningKey);

impl SenderKey {
    /// The pair that follows from the installation's bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from(secret_key(bytes)))
    }

    /// The public half, as browsers and push services take it: an uncompressed point, base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// The `Authorization` header for the push service at `origin` (`https://host[:port]`). `contact` is whom its operators may write to.
    pub fn authorization(&self, origin: &str, contact: &str, now: Instant) -> String {
        let expires = now.saturating_add(GOOD_FOR).map_or(now, |at| at).as_second();
        let claims = serde_json::json!({ "aud": origin, "exp": expires, "sub": contact });
        let head = URL_SAFE_NO_PAD.encode(br#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        // Deterministic (RFC 6979): no randomness is needed, so none can be bad.
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{},k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public())
    }
}
