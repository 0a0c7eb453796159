//! `[push]`: whom the operators of push services may write to. Web push itself needs no setting: the installation makes its own key.

use super::{ConfigError, Layers};

/// The address, when one is set.
///
/// # Errors
/// When it is neither a mail address nor a page.
pub fn contact(layers: &Layers) -> Result<Option<String>, ConfigError> {
    layers.text("push.contact", |text| {
        let text = text.trim();
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let known = ["mailto:", "https://"].iter().any(|start| text.strip_prefix(start).is_some_and(|rest| !rest.is_empty()));
        if plain && known {
            Ok(text.to_owned())
        } else {
            Err(format!("{text:?} is no such address; write it like \"mailto:ops@example.com\" or \"https://example.com/contact\""))
        }
    })
}

/// Whom they may write to when nobody says: the installation itself. Some push services take no address on this machine, and none without TLS.
pub fn contact_or(contact: Option<String>, public_url: &str) -> String {
    let host = public_url.split("://").last().unwrap_or_default();
    let host = host.split([':', '/']).next().filter(|host| !host.is_empty()).unwrap_or("localhost");
    contact.unwrap_or_else(|| match public_url.starts_with("https://") {
        true => public_url.to_owned(),
        false => format!("mailto:nightbell@{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_services_learn_whom_to_write_to() {
        for (set, public_url, expected) in [
            (None, "https://bell.example.com", "https://bell.example.com"),
            (None, "http://127.0.0.1:8080", "mailto:nightbell@127.0.0.1"),
            (Some("mailto:ops@example.com"), "https://bell.example.com", "mailto:ops@example.com"),
        ] {
            assert_eq!(contact_or(set.map(str::to_owned), public_url), expected);
        }
        for (text, sound) in [
            ("mailto:ops@example.com", true),
            ("https://example.com/contact", true),
            ("ops@example.com", false),
            ("mailto:", false),
            ("http://example.com", false),
            ("mailto:a b@example.com", false),
        ] {
            let read = contact(&Layers::of(&format!("[push]\ncontact = \"{text}\"\n")));
            assert_eq!(read.is_ok(), sound, "{text}: {read:?}");
        }
    }
}
