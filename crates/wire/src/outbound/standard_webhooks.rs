//! Standard Webhooks signatures (<https://www.standardwebhooks.com>), version `v1`: HMAC-SHA256 over `id.timestamp.body`.
//!
//! Signing is for our own webhooks; verifying is what a receiver does, used by tests, the simulator's sinks and signed callbacks.

use super::hmac_of;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::Mac as _;
use jiff::SignedDuration;

/// How far a receiver lets the timestamp be from its own clock.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Shortest key, in bytes.
pub const KEY_BYTES_MIN: usize = 24;
/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 64;

const PREFIX: &str = "whsec_";

/// A signing key. Has neither `Debug` nor `Serialize`: it must not reach a log or an export by accident.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// The text is not a `whsec_…` secret of 24 to 64 bytes. Says nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a webhook secret: expected whsec_ followed by the base64 of {KEY_BYTES_MIN} to {KEY_BYTES_MAX} bytes")]
pub struct SecretError;

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The timestamp header is not a number.
    #[error("the webhook-timestamp header is not a number of seconds")]
    Timestamp,
    /// The timestamp is further than [`TOLERANCE`] from now.
    #[error("the webhook-timestamp is too far from now: an old message, or a wrong clock")]
    TooFar,
    /// No signature in the header fits.
    #[error("no signature in the webhook-signature header fits")]
    Signature,
}

impl Secret {
    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let key = text.strip_prefix(PREFIX).and_then(|encoded| STANDARD.decode(encoded).ok()).ok_or(SecretError)?;
        Self::from_key(&key)
    }

    /// A secret of these key bytes.
    ///
    /// # Errors
    /// [`SecretError`] when there are too few or too many.
    pub fn from_key(key: &[u8]) -> Result<Self, SecretError> {
        if (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&key.len()) { Ok(Self(key.to_vec())) } else { Err(SecretError) }
    }

    /// The text form, to show once to the person who sets the receiver up.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }
}

/// The `webhook-signature` of a message. `timestamp_s` is the Unix time of this attempt, in seconds.
pub fn sign(secret: &Secret, id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let tag = hmac_of(&secret.0, &[id.as_bytes(), b".", timestamp_s.to_string().as_bytes(), b".", body])
        .finalize()
        .into_bytes();
    format!("v1,{}", STANDARD.encode(tag))
}

/// The three headers of a signed message.
pub fn headers(secret: &Secret, id: &str, timestamp_s: i64, body: &[u8]) -> Vec<(String, String)> {
    vec![
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), timestamp_s.to_string()),
        ("webhook-signature".to_owned(), sign(secret, id, timestamp_s, body)),
    ]
}

/// Checks a message as its receiver would: the time window, then the signature, in constant time. `timestamp` and `signature` are
/// the headers as received; `now_s` is Unix time in seconds.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now_s: i64,
) -> Result<(), VerifyError> {
    let sent_s: i64 = timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
    if sent_s.abs_diff(now_s) > TOLERANCE.as_secs().unsigned_abs() {
        return Err(VerifyError::TooFar);
    }
    let mac = hmac_of(&secret.0, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    // Several signatures stand side by side while a key is being replaced; other versions are not ours to judge.
    let fits = signature
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .any(|tag| mac.clone().verify_slice(&tag).is_ok());
    if fits { Ok(()) } else { Err(VerifyError::Signature) }
}

#[cfg(test)]
mod tests;
