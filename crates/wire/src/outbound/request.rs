//! An HTTP request, described. Sending it is `delivery`'s work.

use serde::Serialize;
use std::fmt::Write as _;

/// Who calls.
const USER_AGENT: &str = concat!("Nightbell/", env!("CARGO_PKG_VERSION"));

/// An HTTP request, described.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST`, …
    pub method: &'static str,
    /// Where to; it goes through the egress policy.
    pub url: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The exact bytes.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A POST of these bytes.
    pub fn post(url: impl Into<String>, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![
            ("content-type".to_owned(), content_type.to_owned()),
            ("user-agent".to_owned(), USER_AGENT.to_owned()),
        ];
        Self { method: "POST", url: url.into(), headers, body }
    }

    /// A POST of JSON.
    pub fn json(url: impl Into<String>, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("strings, numbers and lists serialise");
        Self::post(url, "application/json; charset=utf-8", body)
    }

    /// A POST of a form.
    pub fn form(url: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", form_encoded(name), form_encoded(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        Self::post(url, "application/x-www-form-urlencoded", body.into_bytes())
    }

    /// A GET.
    pub fn get(url: impl Into<String>) -> Self {
        let headers = vec![("user-agent".to_owned(), USER_AGENT.to_owned())];
        Self { method: "GET", url: url.into(), headers, body: Vec::new() }
    }

    /// With one more header; the name in lower case. One that is there is replaced.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }
}

/// The rules of `application/x-www-form-urlencoded`.
fn form_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => write!(out, "%{byte:02X}").expect("a text grows"),
        }
        out
    })
}

impl std::fmt::Debug for HttpRequest {
    /// Without headers, body and address: they hold signatures and keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_exactly_what_was_put_in() {
        let request = HttpRequest::form("https://x.test", &[("To", "+49 151"), ("Body", "a&b=c\n100 % ü*")]);
        assert_eq!(String::from_utf8(request.body).unwrap(), "To=%2B49+151&Body=a%26b%3Dc%0A100+%25+%C3%BC*");
    }

    #[test]
    fn a_header_is_there_once() {
        let request = HttpRequest::get("https://x.test").header("user-agent", "DiscordBot (x, 1)").bearer("t0k");
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["user-agent", "authorization"]);
        assert!(!format!("{request:?}").contains("t0k"), "keys are not shown");
    }
}
