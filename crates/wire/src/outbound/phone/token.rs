//! The tokens of the callbacks of telephone providers, and the short code of an answering text message.
//!
//! `base64url( version 1 byte ‖ purpose 1 byte ‖ page 16 bytes ‖ notification 16 bytes ‖ attempt 4 bytes ‖ expiry, Unix seconds, 8 bytes ‖ user handle ‖
//! HMAC-SHA256 32 bytes )`, numbers big-endian. One token takes pressed keys, another one reports: whoever reads the one in a log of the provider
//! cannot do what the other does.

use crate::outbound::{hmac_of, links::LinkError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use nightbell_domain::{
    ids::{HANDLE_BYTES_MAX, NotificationId, PageId, UserId},
    record::Instant,
};

const VERSION: u8 = 1;
const ID_BYTES: usize = 16;
const ATTEMPT_BYTES: usize = 4;
const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 32;
const HEAD_BYTES: usize = 2 + 2 * ID_BYTES + ATTEMPT_BYTES + EXPIRY_BYTES;
const TOKEN_CHARS_MAX: usize = (HEAD_BYTES + HANDLE_BYTES_MAX + TAG_BYTES).div_ceil(3) * 4;
/// Keeps these uses of the key apart from every other, and from each other.
const CONTEXT: &[u8] = b"nightbell phone callback\0";
const CODE_CONTEXT: &[u8] = b"nightbell reply code\0";

/// Digits of a reply code.
pub const CODE_CHARS: usize = 4;

/// What a token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Speaks the page and takes the key that is pressed.
    Answer,
    /// Tells what became of the message.
    Report,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::Answer => 1,
            Self::Report => 2,
        }
    }
}

/// What the token of a callback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackLink {
    /// Which page.
    pub page: PageId,
    /// Which message of it.
    pub notification: NotificationId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// To whom it went.
    pub user: UserId,
    /// From this instant on it does nothing; whole seconds.
    pub expires_at: Instant,
}

impl CallbackLink {
    /// The token: 129 to 215 characters of `A-Za-z0-9_-`.
    pub fn encode(&self, key: &[u8; 32], purpose: Purpose) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + HANDLE_BYTES_MAX + TAG_BYTES);
        bytes.extend_from_slice(&[VERSION, purpose.byte()]);
        bytes.extend_from_slice(self.page.uuid().as_bytes());
        bytes.extend_from_slice(self.notification.uuid().as_bytes());
        bytes.extend_from_slice(&self.attempt.to_be_bytes());
        bytes.extend_from_slice(&u64::try_from(self.expires_at.as_second()).unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(self.user.as_str().as_bytes());
        let tag = hmac_of(key, &[CONTEXT, &bytes]).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token for that purpose. The signature is checked first, in constant time: nothing of an unsigned token is believed.
    ///
    /// # Errors
    /// [`LinkError`]; a token for the other purpose is forged.
    pub fn decode(key: &[u8; 32], purpose: Purpose, token: &str, now: Instant) -> Result<Self, LinkError> {
        if token.len() > TOKEN_CHARS_MAX {
            return Err(LinkError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| LinkError::Malformed)?;
        if bytes.len() <= HEAD_BYTES + TAG_BYTES {
            return Err(LinkError::Malformed);
        }
        let (signed, tag) = bytes.split_at(bytes.len() - TAG_BYTES);
        hmac_of(key, &[CONTEXT, signed]).verify_slice(tag).map_err(|_| LinkError::Forged)?;
        if !signed.starts_with(&[VERSION, purpose.byte()]) {
            return Err(LinkError::Forged);
        }
        let link = Self::read(&signed[2..]).ok_or(LinkError::Malformed)?;
        if now >= link.expires_at { Err(LinkError::Expired) } else { Ok(link) }
    }

    fn read(signed: &[u8]) -> Option<Self> {
        let (page, rest) = signed.split_first_chunk::<ID_BYTES>()?;
        let (notification, rest) = rest.split_first_chunk::<ID_BYTES>()?;
        let (attempt, rest) = rest.split_first_chunk::<ATTEMPT_BYTES>()?;
        let (expiry, user) = rest.split_first_chunk::<EXPIRY_BYTES>()?;
        let expires_s = i64::try_from(u64::from_be_bytes(*expiry)).ok()?;
        Some(Self {
            page: uuid::Uuid::from_bytes(*page).into(),
            notification: uuid::Uuid::from_bytes(*notification).into(),
            attempt: u32::from_be_bytes(*attempt),
            user: std::str::from_utf8(user).ok()?.parse().ok()?,
            expires_at: Instant::from_second(expires_s).ok()?,
        })
    }
}

/// The digits that an answering text message begins with when more than one page rings: made from the notification, so nothing is stored. Not a
/// secret worth guessing: it counts only from the number that the message went to.
pub fn reply_code(key: &[u8; 32], notification: NotificationId) -> String {
    let tag = hmac_of(key, &[CODE_CONTEXT, notification.uuid().as_bytes()]).finalize().into_bytes();
    let number = u32::from_be_bytes([tag[0], tag[1], tag[2], tag[3]]) % 10_u32.pow(CODE_CHARS as u32);
    format!("{number:0CODE_CHARS$}")
}
