//! Whether a callback is Twilio's: `X-Twilio-Signature` is the base64 of HMAC-SHA1, under the account's auth token, over the address that Twilio was
//! given, then name and value of each posted field in the order of their names.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Whether the signature is right for a form posted to that address, which is the one we gave and not the one a proxy says. Compared in constant time;
/// the address counts with and without the port that its scheme has anyway, because Twilio signs either.
pub fn is_signed(auth_token: &str, url: &str, fields: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    // As Twilio's own libraries: by name; the values of one name by value, each pair once.
    sorted.sort();
    sorted.dedup();
    // All are looked at, so that time tells nothing.
    spellings(url).iter().fold(false, |found, url| {
        let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(url.as_bytes());
        for (name, value) in &sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.verify_slice(&signature).is_ok() | found
    })
}

/// The address as it is, and with or without the port of its scheme.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        let Some(rest) = url.strip_prefix(scheme) else { continue };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let after_brackets = host.rfind(']').map_or(host, |at| &host[at..]);
        match host.strip_suffix(port) {
            Some(bare) => spellings.push(format!("{scheme}{bare}{path}")),
            None if !after_brackets.contains(':') => spellings.push(format!("{scheme}{host}{port}{path}")),
            None => {}
        }
    }
    spellings
}
