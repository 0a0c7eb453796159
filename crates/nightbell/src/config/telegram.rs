//! `[telegram]`: the bot that rings people in their chats.

use super::{ConfigError, Layers};
use nightbell_delivery::providers::{BaseUrl, telegram::Telegram};
use nightbell_wire::outbound::telegram::{BASE_URL, reference::BotKey};

/// The provider, when the section has a token.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Option<Telegram>, ConfigError> {
    let base = layers.text("telegram.base_url", BaseUrl::new)?;
    let base = base.map_or_else(|| BaseUrl::new(BASE_URL).map_err(|e| ConfigError::built_in(&e)), Ok)?;
    let secret = layers.text("telegram.secret", secret)?;
    let token = layers.text("telegram.token", |text| BotKey::new(text.trim()))?;
    if token.is_none() && secret.is_some() {
        return Err(layers.wrong("telegram.secret", "it is of no use without [telegram] token".to_owned()));
    }
    Ok(token.map(|bot| Telegram::new(base, bot, secret)))
}

/// What Telegram takes for one: up to 256 of `A-Za-z0-9_-`. It is not said back.
fn secret(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if (16..=256).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("write 16 to 256 letters, digits, _ and -; or leave it out: one is made from the token".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bot_is_its_token() {
        for (text, expected) in [
            ("", Ok(false)),
            ("base_url = \"http://127.0.0.1:8081\"", Ok(false)),
            ("token = \"123456:ABC-DEF\"", Ok(true)),
            ("token = \"123456:ABC-DEF\"\nsecret = \"0123456789abcdef_-\"", Ok(true)),
            ("token = \"hunter2\"", Err("telegram.token: this is no token")),
            ("token = \"123456:ABC-DEF\"\nsecret = \"hunter2\"", Err("telegram.secret: write 16 to 256")),
            ("secret = \"0123456789abcdef\"", Err("telegram.secret: it is of no use")),
        ] {
            let read = settle(&Layers::of(&format!("[telegram]\n{text}\n"))).map(|found| found.is_some());
            match (read.map_err(|e| e.to_string()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(said), Err(expected)) => {
                    assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
