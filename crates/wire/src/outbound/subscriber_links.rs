//! The tokens in mails to subscribers: one says yes, one says no. Signed, not encrypted, and without an address in them; a token acts only on a press,
//! because mail scanners follow links. Saying no works for ever.
//!
//! `base64url( version 1 byte ‖ purpose 1 byte ‖ subscriber 16 bytes ‖ expiry, Unix seconds, 8 bytes big-endian, 0 is never ‖ HMAC-SHA256 32 bytes )`

use super::{hmac_of, links::LinkError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use nightbell_domain::{ids::SubscriberId, record::Instant};

const VERSION: u8 = 1;
const ID_BYTES: usize = 16;
const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 32;
const BYTES: usize = 2 + ID_BYTES + EXPIRY_BYTES + TAG_BYTES;
const TOKEN_CHARS: usize = (BYTES * 8).div_ceil(6);
/// Keeps this use of the key apart from every other.
const CONTEXT: &[u8] = b"nightbell subscriber link\0";

/// What a token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Says yes.
    Confirm,
    /// Says no.
    Unsubscribe,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::Unsubscribe => 2,
        }
    }
}

/// The token of a subscriber; without an expiry it works for ever.
pub fn encode(key: &[u8; 32], purpose: Purpose, subscriber: SubscriberId, expires_at: Option<Instant>) -> String {
    let expiry = expires_at.map_or(0, |at| u64::try_from(at.as_second()).unwrap_or(1));
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend_from_slice(&[VERSION, purpose.byte()]);
    bytes.extend_from_slice(subscriber.uuid().as_bytes());
    bytes.extend_from_slice(&expiry.to_be_bytes());
    let tag = hmac_of(key, &[CONTEXT, &bytes]).finalize().into_bytes();
    bytes.extend_from_slice(&tag);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a token for that purpose. The signature is checked first, in constant time.
///
/// # Errors
/// [`LinkError`]; a token for the other purpose is forged.
pub fn decode(key: &[u8; 32], purpose: Purpose, token: &str, now: Instant) -> Result<SubscriberId, LinkError> {
    if token.len() != TOKEN_CHARS {
        return Err(LinkError::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| LinkError::Malformed)?;
    let (signed, tag) = bytes.split_at_checked(BYTES - TAG_BYTES).ok_or(LinkError::Malformed)?;
    hmac_of(key, &[CONTEXT, signed]).verify_slice(tag).map_err(|_| LinkError::Forged)?;
    if signed[..2] != [VERSION, purpose.byte()] {
        return Err(LinkError::Forged);
    }
    let (id, expiry) = signed[2..].split_first_chunk::<ID_BYTES>().ok_or(LinkError::Malformed)?;
    let expiry = u64::from_be_bytes(expiry.try_into().map_err(|_| LinkError::Malformed)?);
    let over = expiry != 0 && u64::try_from(now.as_second()).is_ok_and(|now| now >= expiry);
    if over { Err(LinkError::Expired) } else { Ok(uuid::Uuid::from_bytes(*id).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn at(second: i64) -> Instant {
        Instant::from_second(second).expect("an instant")
    }

    fn whom() -> SubscriberId {
        "sub_0102030405060708090a0b0c0d0e0f10".parse().expect("an id")
    }

    #[test]
    fn a_token_does_what_it_was_made_for_until_it_ends() {
        let yes = encode(&KEY, Purpose::Confirm, whom(), Some(at(100)));
        let no = encode(&KEY, Purpose::Unsubscribe, whom(), None);
        assert_eq!(decode(&KEY, Purpose::Confirm, &yes, at(99)), Ok(whom()));
        assert_eq!(decode(&KEY, Purpose::Confirm, &yes, at(100)), Err(LinkError::Expired));
        assert_eq!(decode(&KEY, Purpose::Unsubscribe, &no, at(4_000_000_000)), Ok(whom()));
        assert_eq!(decode(&KEY, Purpose::Confirm, &no, at(0)), Err(LinkError::Forged), "a no is no yes");
        assert_eq!(decode(&KEY, Purpose::Unsubscribe, &yes, at(0)), Err(LinkError::Forged));
        assert_eq!(decode(&[8; 32], Purpose::Confirm, &yes, at(0)), Err(LinkError::Forged));
    }

    #[test]
    fn what_was_changed_opens_nothing() {
        let token = encode(&KEY, Purpose::Confirm, whom(), Some(at(100)));
        for n in 0..token.len() {
            let mut changed: Vec<char> = token.chars().collect();
            changed[n] = if changed[n] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            assert!(decode(&KEY, Purpose::Confirm, &changed, at(0)).is_err(), "{n}");
        }
        for odd in ["", "A", &token[1..], &format!("{token}A"), "é", &"=".repeat(TOKEN_CHARS)] {
            assert_eq!(decode(&KEY, Purpose::Confirm, odd, at(0)), Err(LinkError::Malformed), "{odd}");
        }
    }
}
