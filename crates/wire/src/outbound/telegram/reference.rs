//! The key of a bot, and what follows from it: the reference on a button, and the word by which Telegram proves who calls.

use crate::outbound::hmac_of;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use nightbell_domain::ids::PageId;

/// Keep the uses of the token apart.
const BUTTON: &[u8] = b"nightbell telegram button\0";
const STILL_ON: &[u8] = b"nightbell telegram still on\0";
const CALLER: &[u8] = b"nightbell telegram caller\0";
const PAGE_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
/// Tells our buttons from anybody else's, and what is asked.
const PREFIX: &str = "ack:";
const STILL_ON_PREFIX: &str = "still:";

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To take the page.
    Acknowledge,
    /// Whether its owner is still on it.
    StillOn,
}

impl Asked {
    fn parts(self) -> (&'static str, &'static [u8]) {
        match self {
            Self::Acknowledge => (PREFIX, BUTTON),
            Self::StillOn => (STILL_ON_PREFIX, STILL_ON),
        }
    }
}

/// A bot's token. No Debug, no Serialize: it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct BotKey(String);

impl std::fmt::Debug for BotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BotKey")
    }
}

impl BotKey {
    /// The token as BotFather gives it: `123456:ABC-DEF…`.
    ///
    /// # Errors
    /// What a token looks like.
    pub fn new(token: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
        match token.split_once(':') {
            Some((number, rest))
                if !number.is_empty()
                    && number.bytes().all(|b| b.is_ascii_digit())
                    && !rest.is_empty()
                    && token.bytes().all(plain) =>
            {
                Ok(Self(token.to_owned()))
            }
            // It is a secret: it is not said back.
            _ => Err("this is no token of a bot; BotFather gives one like \"123456:ABC-DEF1234\"".to_owned()),
        }
    }

    /// For the address of the API.
    pub(super) fn token(&self) -> &str {
        &self.0
    }

    /// The word Telegram sends with every call, when the settings name none: 64 hex digits.
    pub fn caller_secret(&self) -> String {
        let tag = hmac_of(self.0.as_bytes(), &[CALLER]).finalize().into_bytes();
        tag.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a button carries, 49 characters at most: the page, for whoever reads this chat, signed. A chat's owner could make up any other.
    pub fn reference(&self, asked: Asked, page: PageId, chat: &str) -> String {
        let (prefix, purpose) = asked.parts();
        let mut bytes = page.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&self.tag(purpose, &bytes, chat));
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is asked, of which page, by a button that was pressed in a chat; `None` for one that we did not make for it.
    pub fn page(&self, reference: &str, chat: &str) -> Option<(Asked, PageId)> {
        let all = [Asked::Acknowledge, Asked::StillOn];
        let (asked, rest) =
            all.into_iter().find_map(|asked| Some((asked, reference.strip_prefix(asked.parts().0)?)))?;
        let bytes = URL_SAFE_NO_PAD.decode(rest).ok()?;
        let (page, tag) = bytes.split_first_chunk::<PAGE_BYTES>()?;
        hmac_of(self.0.as_bytes(), &[asked.parts().1, page, chat.as_bytes()]).verify_truncated_left(tag).ok()?;
        (tag.len() == TAG_BYTES).then(|| (asked, uuid::Uuid::from_bytes(*page).into()))
    }

    fn tag(&self, purpose: &[u8], page: &[u8], chat: &str) -> [u8; TAG_BYTES] {
        let tag = hmac_of(self.0.as_bytes(), &[purpose, page, chat.as_bytes()]).finalize().into_bytes();
        *tag.first_chunk().expect("16 of 32 bytes")
    }
}
