//! Talking to a running server: one helper for every command. Adds the token, reads lists page by page, and turns whatever goes wrong into a
//! [`Failure`] that says what it means for paging. Is not: any command, nor a library for others (they have the API).

use crate::{config::LISTEN, failure::Failure, out};
use clap::Args;
use nightbell_delivery::egress::{Answer, Call, EgressClient, EgressError, EgressPolicy, Timeouts};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// The largest answer read, in bytes: an organisation's export with all its runbooks fits many times.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(60) };

/// Where the server is and who asks.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// The server's address [env: NIGHTBELL_URL] [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL", env = "NIGHTBELL_URL", hide_env = true, global = true)]
    pub url: Option<String>,
    /// The API token; the variable keeps it out of the list of processes [env: NIGHTBELL_TOKEN]
    #[arg(long, value_name = "TOKEN", env = "NIGHTBELL_TOKEN", hide_env = true, hide_env_values = true, global = true)]
    pub token: Option<String>,
}

impl ServerArgs {
    /// A client for these arguments.
    ///
    /// # Errors
    /// When the address is none, or there is no token.
    pub fn client(&self) -> Result<Client, Failure> {
        let url = self.url.clone().filter(|url| !url.trim().is_empty()).unwrap_or_else(|| format!("http://{LISTEN}"));
        let token = self.token.clone().filter(|token| !token.trim().is_empty()).ok_or_else(|| {
            Failure::usage(
                "No token. Set NIGHTBELL_TOKEN to the one that `nightbell init` printed, or make one where the data is: nightbell token create cli --data DIR",
            )
        })?;
        Client::new(&url, &token)
    }
}

/// A client of one server.
pub struct Client {
    base: Url,
    token: String,
    http: EgressClient,
    runtime: tokio::runtime::Runtime,
}

/// Which path below `/api/v1`, its pieces not yet encoded.
type Pieces<'a> = &'a [&'a str];

impl Client {
    /// A client for that address and token.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(url: &str, token: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format!(
                "{url:?} is not a server's address; write it like \"https://nightbell.example.com\""
            ))
        };
        let base = Url::parse(url.trim()).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(wrong());
        }
        // The operator's own server may be anywhere: the egress policy is for addresses that others typed.
        let everywhere = EgressPolicy::new(&["0.0.0.0/0".to_owned(), "::/0".to_owned()])
            .map_err(|e| Failure::usage(e.to_string()))?;
        let http = EgressClient::new(everywhere, TIMEOUTS).map_err(|e| Failure::unreachable(e.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Failure::unreachable(format!("no runtime: {e}")))?;
        Ok(Self { base, token: token.trim().to_owned(), http, runtime })
    }

    /// GET, as JSON.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn get(&self, path: Pieces<'_>, query: &[(&str, &str)]) -> Result<Value, Failure> {
        as_json(&self.call("GET", path, query, None)?)
    }

    /// GET, as text.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn get_text(&self, path: Pieces<'_>) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&self.call("GET", path, &[], None)?.body).into_owned())
    }

    /// A list, page by page, at most `count_max`.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn list(&self, path: Pieces<'_>, query: &[(&str, &str)], count_max: usize) -> Result<Vec<Value>, Failure> {
        let mut items: Vec<Value> = Vec::new();
        let mut before: Option<String> = None;
        while items.len() < count_max {
            let mut query = query.to_vec();
            query.extend(before.as_deref().map(|cursor| ("before", cursor)));
            let mut page = self.get(path, &query)?;
            let found = page.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
            let next = page.get("next").and_then(Value::as_str).map(str::to_owned);
            let (some, moved) = (!found.is_empty(), next != before);
            items.extend(found);
            match next {
                Some(cursor) if some && moved => before = Some(cursor),
                _ => break,
            }
        }
        items.truncate(count_max);
        Ok(items)
    }

    /// Sends JSON; answers what came back, `null` for nothing.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn send(&self, method: &str, path: Pieces<'_>, body: &Value) -> Result<Value, Failure> {
        self.send_with(method, path, &[], body)
    }

    /// [`Client::send`] with a query.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn send_with(
        &self,
        method: &str,
        path: Pieces<'_>,
        query: &[(&str, &str)],
        body: &Value,
    ) -> Result<Value, Failure> {
        as_json(&self.call(method, path, query, Some(body))?)
    }

    /// POST.
    ///
    /// # Errors
    /// Not reached, or refused.
    pub fn post(&self, path: Pieces<'_>, body: &Value) -> Result<Value, Failure> {
        self.send("POST", path, body)
    }

    fn call(
        &self,
        method: &str,
        path: Pieces<'_>,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let url = self.address(path, query);
        let mut headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", self.token)),
            ("accept".to_owned(), "application/json, text/markdown, application/problem+json".to_owned()),
            ("user-agent".to_owned(), concat!("nightbell-cli/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let call =
            Call { method, url: url.as_str(), headers: &headers, body: &bytes, answer_bytes_max: ANSWER_BYTES_MAX };
        let answer = self.runtime.block_on(self.http.call(call)).map_err(|e| self.unreached(&e))?;
        match answer.status {
            200..=299 if answer.complete => Ok(answer),
            200..=299 => Err(Failure::unreachable(
                "The answer broke off. What was asked may have been done; look before you ask again.",
            )),
            _ => Err(self.refused(&answer)),
        }
    }

    fn address(&self, path: Pieces<'_>, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut pieces) = url.path_segments_mut() {
            pieces.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn unreached(&self, error: &EgressError) -> Failure {
        let server = self.base.as_str().trim_end_matches('/');
        let meaning = match error {
            EgressError::Lost(_) => "What was asked may have been done; look before you ask again.",
            EgressError::Refused(_) | EgressError::Unreached(_) => {
                "This command changed nothing and paged nobody. If the server is down, alerts are not taken and nobody is paged until it is back: call people by other means."
            }
        };
        Failure::unreachable(format!(
            "No answer from the Nightbell server at {server}: {error}.\n{meaning}\nIs it running (nightbell serve), and is NIGHTBELL_URL its address?"
        ))
    }

    fn refused(&self, answer: &Answer) -> Failure {
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match answer.status {
            300..=399 => Failure::usage(format!(
                "{} answers with a redirect. Set NIGHTBELL_URL to the address it redirects to.",
                self.base
            )),
            401 => {
                Failure::usage("The server does not know this token. Set NIGHTBELL_TOKEN to one that was not revoked.")
            }
            400..=499 => Failure::findings(sentences(&problem, answer.status)),
            status => Failure::unreachable(format!(
                "{}\nNothing can be said about what was asked: look before you ask again. Pages that ring go on ringing when the server recovers.",
                sentences(&problem, status)
            )),
        }
    }
}

/// What a problem says: its detail, then each mistake with its place.
fn sentences(problem: &Value, status: u16) -> String {
    let text = |key: &str| problem.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let said = text("detail").or(text("title")).map_or_else(|| format!("The server answered {status}."), out::harmless);
    let mut lines = vec![match text("field") {
        Some(field) => format!("{}: {said}", out::harmless(field)),
        None => said,
    }];
    let errors = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
    // The only mistake is often the sentence itself: not twice.
    let said_already = |error: &Value| {
        error.get("path").is_none()
            && text("detail").is_some_and(|said| {
                error
                    .get("message")
                    .and_then(Value::as_str)
                    .is_some_and(|message| said.starts_with(message.trim_end_matches('.')))
            })
    };
    lines.extend(errors.filter(|error| !said_already(error)).map(mistake));
    lines.join("\n")
}

/// `people.yaml:12:5: unknown key "nmae". Did you mean "name"?`, or `owner: say who`.
fn mistake(error: &Value) -> String {
    let text = |key: &str| error.get(key).and_then(Value::as_str).map(out::harmless);
    let number = |key: &str| error.get(key).and_then(Value::as_u64).map(|n| format!(":{n}"));
    let place = match (text("path"), text("field")) {
        (Some(path), _) => {
            format!("{path}{}{}: ", number("line").unwrap_or_default(), number("column").unwrap_or_default())
        }
        (None, Some(field)) => format!("{field}: "),
        (None, None) => String::new(),
    };
    let meant = text("suggestion").map_or_else(String::new, |word| format!(" Did you mean {word:?}?"));
    format!("{place}{}{meant}", text("message").unwrap_or_default())
}

fn as_json(answer: &Answer) -> Result<Value, Failure> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::unreachable("That is not a Nightbell server: its answer is not JSON. Is NIGHTBELL_URL its address?")
    })
}

#[cfg(test)]
mod tests;
