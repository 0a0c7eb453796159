//! A provider of text messages or calls that nobody wrote a room for: its request is a template of address, headers and body, and a few settings say
//! what its answers mean.
//!
//! Is not a transport. Templates are written by whoever runs the installation; what stands in them is somebody else's text and cannot leave its
//! place: values in an address, a form or JSON are encoded for it. Called by `delivery`, and by the configuration, which tries each template out.

mod render;
mod status;

pub use status::Statuses;

use super::{
    Answer, HttpRequest, Outcome,
    phone::{self, text_message},
};
use nightbell_domain::paging::Message;
use render::{Encoding, Rendering};
use std::collections::BTreeMap;

/// What is used when nothing is said about the body's kind.
const FORM: &str = "application/x-www-form-urlencoded";

/// What carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A text message.
    Text,
    /// A call: the provider reads the text out.
    Call,
}

/// A provider as it is written down.
#[derive(Clone, Default)]
pub struct Settings {
    /// Template of the address.
    pub url: String,
    /// `POST` when not said.
    pub method: Option<String>,
    /// `name: template of the value`, each.
    pub headers: Vec<String>,
    /// Template of the body.
    pub body: String,
    /// Statuses that mean "taken"; 200 to 299 when not said.
    pub accepted: Option<Statuses>,
    /// Statuses that mean "later"; 408, 425, 429 and 500 to 599 when not said.
    pub temporary: Option<Statuses>,
    /// JSON pointer to the provider's own id of the message.
    pub id_pointer: Option<String>,
}

/// A provider, compiled.
#[derive(Clone)]
pub struct Template {
    medium: Medium,
    method: &'static str,
    headers: Vec<String>,
    rendering: Rendering,
    accepted: Statuses,
    temporary: Statuses,
    id_pointer: Option<String>,
}

impl std::fmt::Debug for Template {
    /// Without templates: keys stand in them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("medium", &self.medium).field("method", &self.method).finish_non_exhaustive()
    }
}

/// What is wrong with a template: under which key of the settings, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTemplate {
    /// `url`, `method`, `headers`, `body` or `id_pointer`.
    pub key: &'static str,
    /// Why, and what to write instead.
    pub why: String,
}

impl Template {
    /// Compiles the templates and tries them out: what would fail with a page in its hands fails here.
    ///
    /// # Errors
    /// The first template that is none, names what there is not, or whose JSON would not be JSON.
    pub fn new(medium: Medium, settings: Settings) -> Result<Self, WrongTemplate> {
        let wrong = |key| move |why: String| WrongTemplate { key, why };
        let method = method(settings.method.as_deref()).map_err(wrong("method"))?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for header in &settings.headers {
            let (name, value) = header_parts(header).map_err(wrong("headers"))?;
            names.push(name);
            values.push(value);
        }
        if let Some(pointer) = settings.id_pointer.as_deref().filter(|pointer| !pointer.starts_with('/')) {
            return Err(wrong("id_pointer")(format!(
                "{pointer:?} is no JSON pointer; write one like \"/messages/0/id\""
            )));
        }
        let kind = names.iter().zip(&values).find(|(name, _)| *name == "content-type").map(|(_, value)| value.as_str());
        let encoding = Encoding::of(kind.unwrap_or(FORM));
        if kind.is_none() && !settings.body.is_empty() {
            names.push("content-type".to_owned());
            values.push(FORM.to_owned());
        }
        let mut rendering = Rendering::default();
        rendering.add("url", Encoding::Url, settings.url).map_err(wrong("url"))?;
        rendering.add("body", encoding, settings.body).map_err(wrong("body"))?;
        for (n, value) in values.into_iter().enumerate() {
            rendering.add(&header_key(n), Encoding::Header, value).map_err(wrong("headers"))?;
        }
        let template = Self {
            medium,
            method,
            headers: names,
            rendering,
            accepted: settings.accepted.unwrap_or_else(Statuses::success),
            temporary: settings.temporary.unwrap_or_else(Statuses::later),
            id_pointer: settings.id_pointer,
        };
        template.tried(encoding)
    }

    /// Renders a sample in which every text tries to leave its place.
    fn tried(self, encoding: Encoding) -> Result<Self, WrongTemplate> {
        let request = self.filled(&values_of(None, "+15550100", &sample_text(), &BTreeMap::new()))?;
        if encoding == Encoding::Json && serde_json::from_slice::<serde_json::Value>(&request.body).is_err() {
            return Err(WrongTemplate {
                key: "body",
                why: "with a page in it this is not JSON; values bring their own quotes: {\"text\": {{ text }}}"
                    .to_owned(),
            });
        }
        if !request.url.starts_with("https://") && !request.url.starts_with("http://") {
            return Err(WrongTemplate { key: "url", why: "it does not begin with https:// or http://".to_owned() });
        }
        Ok(self)
    }

    /// The request that sends a message to a number.
    ///
    /// # Errors
    /// What cannot be rendered, for the delivery log.
    pub fn request(&self, number: &str, message: &Message) -> Result<HttpRequest, String> {
        let text = match self.medium {
            Medium::Text => text_message(message, false),
            Medium::Call => spoken(message),
        };
        let callbacks = match &message.phone {
            Some(phone) => {
                let address = |token: &str| format!("{}/callbacks/phone/{token}", message.public_url);
                BTreeMap::from([
                    ("answer_url", address(&phone.answer_token)),
                    ("report_url", address(&phone.report_token)),
                ])
            }
            None => BTreeMap::new(),
        };
        self.filled(&values_of(Some(message), number, &text, &callbacks))
            .map_err(|wrong| format!("{}: {}", wrong.key, wrong.why))
    }

    fn filled(&self, values: &render::Values) -> Result<HttpRequest, WrongTemplate> {
        let fill = |name: &str, key| self.rendering.render(name, values).map_err(|why| WrongTemplate { key, why });
        let mut request = HttpRequest::get(fill("url", "url")?);
        request.method = self.method;
        request.body = fill("body", "body")?.into_bytes();
        for (n, name) in self.headers.iter().enumerate() {
            request = request.header(name, fill(&header_key(n), "headers")?);
        }
        Ok(request)
    }

    /// What an answer means. Whose fault a refusal is nobody can know: another provider may try.
    pub fn classify(&self, answer: &Answer) -> Outcome {
        let detail = format!("HTTP {}", answer.status);
        if self.accepted.has(answer.status) {
            let json = answer.json();
            let id = self.id_pointer.as_deref().and_then(|pointer| json.pointer(pointer)).and_then(|id| match id {
                serde_json::Value::String(text) => Some(text.clone()),
                serde_json::Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            return Outcome::accepted(id, detail);
        }
        if self.temporary.has(answer.status) {
            return Outcome::deferred(detail, answer.retry_after.map(super::granted));
        }
        match answer.status {
            300..=399 => {
                Outcome::wrong_provider(format!("{detail}: redirects are not followed; set the final address"))
            }
            _ => Outcome::wrong_provider(detail),
        }
    }

    /// What of an answer may be a key, and is not told: the values of our headers are.
    pub fn header_values(&self, request: &HttpRequest) -> Vec<String> {
        let ours = request.headers.iter().filter(|(name, _)| self.headers.contains(name) && name != "content-type");
        ours.map(|(_, value)| value.clone()).collect()
    }
}

/// What is read out by a provider that listens for keys itself.
fn spoken(message: &Message) -> String {
    let answerable = phone::is_answerable(message.kind) && message.phone.is_some();
    let menu = answerable.then(|| phone::menu(message));
    [Some(phone::call(message).as_str()), menu].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn sample_text() -> String {
    "It's \"down\" & <b>out</b>: 5 % \\ of ü\n".to_owned()
}

fn header_key(n: usize) -> String {
    format!("header {n}")
}

fn method(written: Option<&str>) -> Result<&'static str, String> {
    match written.unwrap_or("POST").trim().to_ascii_uppercase().as_str() {
        "POST" => Ok("POST"),
        "PUT" => Ok("PUT"),
        "PATCH" => Ok("PATCH"),
        "GET" => Ok("GET"),
        other => Err(format!("{other:?} is no method to send with; there are POST, PUT, PATCH and GET")),
    }
}

fn header_parts(header: &str) -> Result<(String, String), String> {
    let (name, value) = header.split_once(':').ok_or("write each header as \"name: value\"")?;
    let name = name.trim().to_ascii_lowercase();
    let sound =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    // The value may be a key: it is not said back.
    if sound { Ok((name, value.trim().to_owned())) } else { Err(format!("{name:?} is no name of a header")) }
}

/// What a template may name.
fn values_of(
    message: Option<&Message>,
    number: &str,
    text: &str,
    callbacks: &BTreeMap<&'static str, String>,
) -> render::Values {
    let alert = message.and_then(|message| message.alert.as_ref());
    let said = |pick: &dyn Fn(&Message) -> String| message.map_or_else(sample_text, pick);
    let code = |message: &Message| message.phone.as_ref().map(|phone| phone.code.clone()).unwrap_or_default();
    let callback = |name: &str| callbacks.get(name).cloned().unwrap_or_default();
    BTreeMap::from([
        ("number", number.to_owned()),
        ("text", text.to_owned()),
        ("title", said(&|m| m.title.clone())),
        ("kind", said(&|m| m.kind.word().to_owned())),
        ("id", said(&|m| m.id.to_string())),
        ("attempt", said(&|m| m.attempt.to_string())),
        ("user", said(&|m| m.user.to_string())),
        ("urgency", said(&|m| m.urgency.word().to_owned())),
        ("severity", alert.map(|alert| alert.severity.clone()).unwrap_or_default()),
        ("service", said(&|m| m.service.as_ref().map(|(_, name)| name.clone()).unwrap_or_default())),
        ("code", said(&code)),
        ("ack_url", said(&|m| m.ack_url.clone())),
        ("answer_url", callback("answer_url")),
        ("report_url", callback("report_url")),
    ])
}

#[cfg(test)]
mod tests;
