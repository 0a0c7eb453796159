//! The token of `/p/{token}`: who may see which page without signing in, until when. Signed, not encrypted; opens a page, and
//! acting there needs a press, so that a mail scanner which follows it changes nothing.
//!
//! `base64url( version 1 byte ‖ page 16 bytes ‖ expiry, Unix seconds, 8 bytes big-endian ‖ user handle ‖ HMAC-SHA256 32 bytes )`

use super::hmac_of;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use nightbell_domain::{
    ids::{HANDLE_BYTES_MAX, PageId, UserId},
    paging::MessageKind,
    record::Instant,
};

const VERSION: u8 = 1;
const PAGE_BYTES: usize = 16;
const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 32;
const HEAD_BYTES: usize = 1 + PAGE_BYTES + EXPIRY_BYTES;
const TOKEN_CHARS_MAX: usize = (HEAD_BYTES + HANDLE_BYTES_MAX + TAG_BYTES).div_ceil(3) * 4;
/// Keeps this use of the key apart from every other.
const CONTEXT: &[u8] = b"nightbell page link\0";

/// What a page link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    /// Which page it opens.
    pub page: PageId,
    /// As whom.
    pub user: UserId,
    /// From this instant on it opens nothing; whole seconds.
    pub expires_at: Instant,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a token: cut short or mistyped.
    #[error("this link is incomplete or mistyped")]
    Malformed,
    /// Signed with another key, or changed.
    #[error("this link was not made by this installation")]
    Forged,
    /// Its time is over.
    #[error("this link has expired")]
    Expired,
}

impl PageLink {
    /// The token: 76 to 162 characters of `A-Za-z0-9_-`.
    pub fn encode(&self, key: &[u8; 32]) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + HANDLE_BYTES_MAX + TAG_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.page.uuid().as_bytes());
        bytes.extend_from_slice(&u64::try_from(self.expires_at.as_second()).unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(self.user.as_str().as_bytes());
        let tag = hmac_of(key, &[CONTEXT, &bytes]).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token. The signature is checked first, in constant time: nothing of an unsigned token is believed.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn decode(key: &[u8; 32], token: &str, now: Instant) -> Result<Self, LinkError> {
        if token.len() > TOKEN_CHARS_MAX {
            return Err(LinkError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| LinkError::Malformed)?;
        if bytes.len() <= HEAD_BYTES + TAG_BYTES {
            return Err(LinkError::Malformed);
        }
        let (signed, tag) = bytes.split_at(bytes.len() - TAG_BYTES);
        hmac_of(key, &[CONTEXT, signed]).verify_slice(tag).map_err(|_| LinkError::Forged)?;
        let link = Self::read(signed).ok_or(LinkError::Malformed)?;
        if now >= link.expires_at { Err(LinkError::Expired) } else { Ok(link) }
    }

    fn read(signed: &[u8]) -> Option<Self> {
        let (version, rest) = signed.split_first()?;
        let (page, rest) = rest.split_first_chunk::<PAGE_BYTES>()?;
        let (expiry, user) = rest.split_first_chunk::<EXPIRY_BYTES>()?;
        if *version != VERSION {
            return None;
        }
        let expires_s = i64::try_from(u64::from_be_bytes(*expiry)).ok()?;
        Some(Self {
            page: uuid::Uuid::from_bytes(*page).into(),
            user: std::str::from_utf8(user).ok()?.parse().ok()?,
            expires_at: Instant::from_second(expires_s).ok()?,
        })
    }
}

/// Where one press does what a message asks for, for what is no browser with a form: the notification on a phone. `ack_url` is that of the message.
/// `None` for a message that asks for nothing.
pub fn press_url(kind: MessageKind, ack_url: &str) -> Option<String> {
    match kind {
        MessageKind::Page => Some(format!("{ack_url}/press")),
        MessageKind::StillOn => Some(format!("{ack_url}/press/still-on")),
        MessageKind::Resolved | MessageKind::Cancelled | MessageKind::Notice | MessageKind::Code => None,
    }
}

#[cfg(test)]
mod tests;
