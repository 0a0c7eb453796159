//! How the people of the demo reach it: real requests over loopback, with their own tokens or, for a link in a mail, with nothing.
//! Not the commands' client: it reads pages and posts their forms like a browser, and keeps no cookies.

use crate::failure::Failure;
use nightbell_delivery::egress::{Answer, Call, EgressClient, EgressPolicy, Timeouts};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Everything is on this machine.
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(20) };
/// Most of an answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
const OK: u16 = 200;
const SEE_OTHER: u16 = 303;

/// What came back from the API.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The JSON, or the text as a JSON string.
    pub body: Value,
}

/// The running demo, from outside.
#[derive(Clone)]
pub struct Site {
    base: String,
    http: Arc<EgressClient>,
}

impl Site {
    /// The demo at an address like `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When the HTTP library refuses its settings.
    pub fn new(base: &str) -> Result<Self, Failure> {
        // These requests come in, from the people of the demo, wherever it was told to listen: the policy is for what Nightbell sends out.
        let everywhere = EgressPolicy::new(&["0.0.0.0/0".to_owned(), "::/0".to_owned()])
            .map_err(|e| Failure::usage(e.to_string()))?;
        let http = EgressClient::new(everywhere, TIMEOUTS).map_err(|e| Failure::unreachable(e.to_string()))?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http: Arc::new(http) })
    }

    /// Where a path of the demo is.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// One call of the API, or of an inbound address when there is no token.
    ///
    /// # Errors
    /// When nothing comes back.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let mut headers = Vec::new();
        headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        headers.extend(body.map(|_| ("content-type".to_owned(), "application/json".to_owned())));
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, text) = self.ask(method, path, &headers, body.as_bytes()).await?;
        Ok(Reply { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    /// A page, as a browser without a session gets it.
    ///
    /// # Errors
    /// When nothing comes back, or not 200.
    pub async fn page(&self, path: &str) -> Result<String, Failure> {
        let (status, text) = self.ask("GET", path, &[], &[]).await?;
        if status == OK { Ok(text) } else { Err(Failure::findings(format!("GET {} answered {status}", public(path)))) }
    }

    /// Presses a button of a page: its form with the fields given, and the page's hidden word.
    ///
    /// # Errors
    /// When nothing comes back, or the form was refused.
    pub async fn press(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Result<(), Failure> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", hidden_word(page)).extend_pairs(fields);
        let headers = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        let (status, text) = self.ask("POST", path, &headers, form.finish().as_bytes()).await?;
        if matches!(status, OK | SEE_OTHER) {
            return Ok(());
        }
        let said: String = text.chars().take(400).collect();
        Err(Failure::findings(format!("pressing a button answered {status}: {said}")))
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<(u16, String), Failure> {
        let url = self.link(path);
        let call = Call { method, url: &url, headers, body, answer_bytes_max: ANSWER_BYTES_MAX };
        let answer = self.http.call(call).await;
        let Answer { status, body, .. } =
            answer.map_err(|e| Failure::unreachable(format!("no answer from {}: {e}", public(path))))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// A path without what a link must keep to itself.
fn public(path: &str) -> &str {
    if path.starts_with("/p/") { "/p/…" } else { path }
}

/// The value of the page's hidden `csrf` field; empty when it has none.
fn hidden_word(page: &str) -> &str {
    let after = page.split_once("name=\"csrf\" value=\"").map_or("", |(_, after)| after);
    after.split_once('"').map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::hidden_word;

    #[test]
    fn the_hidden_word_is_found() {
        let check = |page: &str, expected: &str| assert_eq!(hidden_word(page), expected);
        check(r#"<form><input type="hidden" name="csrf" value="abc"><button>"#, "abc");
        check("<form><button>", "");
        check(r#"name="csrf" value="cut off"#, "");
    }
}
