//! `[twilio]`: the account that sends text messages and calls.

use super::{ConfigError, Layers};
use nightbell_delivery::providers::{
    BaseUrl, Secret,
    twilio::{Settings, Twilio},
};
use nightbell_wire::outbound::twilio::BASE_URL;

/// The provider, when the section names an account.
///
/// # Errors
/// The first value that cannot be understood, or what is missing.
pub fn settle(layers: &Layers) -> Result<Option<Twilio>, ConfigError> {
    let base_url = layers.text("twilio.base_url", BaseUrl::new)?;
    let api_key = layers.text("twilio.api_key", |text| sid(text, "SK"))?;
    let api_secret = layers.text("twilio.api_secret", Secret::new)?;
    let voice_from = layers.text("twilio.voice_from", number)?;
    let from = layers.text("twilio.from", sender)?;
    let auth_token = layers.text("twilio.auth_token", Secret::new)?;
    let detects_machines = layers.text("twilio.detect_machines", |text| match text {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("{other:?} is neither \"on\" nor \"off\"")),
    })?;
    let Some(account_sid) = layers.text("twilio.account_sid", |text| sid(text, "AC"))? else {
        let others = [
            (auth_token.is_some(), "twilio.auth_token"),
            (api_key.is_some(), "twilio.api_key"),
            (from.is_some(), "twilio.from"),
        ];
        return match others.into_iter().find(|(is_set, _)| *is_set) {
            Some((_, key)) => Err(layers.wrong(key, "it is of no use without [twilio] account_sid".to_owned())),
            None => Ok(None),
        };
    };
    let missing =
        |key: &str, why: &str| layers.wrong("twilio.account_sid", format!("[twilio] {key} is missing: {why}"));
    let auth_token = auth_token.ok_or_else(|| missing("auth_token", "Twilio signs with it what it asks of us"))?;
    let from = from.ok_or_else(|| missing("from", "a number of the account, or a messaging service"))?;
    let api_key = match (api_key, api_secret) {
        (Some(key), Some(secret)) => Some((key, secret)),
        (None, None) => None,
        (Some(_), None) => return Err(layers.wrong("twilio.api_key", "it needs [twilio] api_secret".to_owned())),
        (None, Some(_)) => return Err(layers.wrong("twilio.api_secret", "it needs [twilio] api_key".to_owned())),
    };
    let base_url = base_url.map_or_else(|| BaseUrl::new(BASE_URL).map_err(|e| ConfigError::built_in(&e)), Ok)?;
    let detects_machines = detects_machines.unwrap_or(false);
    Ok(Some(Twilio::new(Settings { account_sid, auth_token, api_key, from, voice_from, base_url, detects_machines })))
}

fn sid(text: &str, prefix: &str) -> Result<String, String> {
    let text = text.trim();
    if text.starts_with(prefix) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text.to_owned())
    } else {
        Err(format!("it begins with {prefix}; copy it from the console"))
    }
}

fn number(text: &str) -> Result<String, String> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let digits = text.strip_prefix('+').unwrap_or_default();
    if (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(format!("{text:?} is no number; write it with its country: \"+15550100\""))
    }
}

/// A number, or a messaging service.
fn sender(text: &str) -> Result<String, String> {
    if text.trim().starts_with("MG") { sid(text, "MG") } else { number(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_whole_or_not_there() {
        let whole = "account_sid = \"AC1\"\nauth_token = \"hunter2\"\nfrom = \"+1 555 0100\"";
        for (text, expected) in [
            (String::new(), Ok(false)),
            ("base_url = \"http://127.0.0.1:1\"".to_owned(), Ok(false)),
            (whole.to_owned(), Ok(true)),
            (format!("{whole}\napi_key = \"SK1\"\napi_secret = \"hunter2\"\ndetect_machines = \"on\""), Ok(true)),
            (whole.replace("+1 555 0100", "MG1"), Ok(true)),
            (whole.replace("AC1", "hunter2"), Err("twilio.account_sid: it begins with AC")),
            (whole.replace("+1 555 0100", "0151"), Err("twilio.from: ")),
            ("account_sid = \"AC1\"".to_owned(), Err("[twilio] auth_token is missing")),
            ("account_sid = \"AC1\"\nauth_token = \"hunter2\"".to_owned(), Err("[twilio] from is missing")),
            ("auth_token = \"hunter2\"".to_owned(), Err("twilio.auth_token: it is of no use")),
            (format!("{whole}\napi_key = \"SK1\""), Err("it needs [twilio] api_secret")),
            (format!("{whole}\ndetect_machines = \"yes\""), Err("neither \"on\" nor \"off\"")),
        ] {
            let read = settle(&Layers::of(&format!("[twilio]\n{text}\n")));
            match (read.map(|found| found.is_some()).map_err(|e| e.to_string()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(said), Err(expected)) => assert!(said.contains(expected) && !said.contains("hunter2"), "{said}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
