//! A Twilio of our own on the loopback: takes messages and calls as the real one does, keeps what it was sent, and calls back. The double of a provider
//! that is described by templates listens here as well.

use super::{
    http::{self, Answer},
    wait::{SOON, until},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// The account's token: signs what is called back.
pub const TOKEN: &str = "auth-token-of-the-test";
/// What the API is asked with.
const BASIC: &str = "Basic QUMxOmF1dGgtdG9rZW4tb2YtdGhlLXRlc3Q=";

/// One request, understood.
#[derive(Debug, Clone)]
pub struct Taken {
    /// `/2010-04-01/Accounts/AC1/Calls.json`.
    pub path: String,
    /// The posted fields; of JSON its top level.
    pub fields: Vec<(String, String)>,
}

impl Taken {
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// The double.
pub struct Twilio {
    pub url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl Twilio {
    #[expect(clippy::disallowed_methods, reason = "a double of the outside world, on a thread of its own")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (taken, answers) = (Arc::default(), Arc::default());
        let double = Self { url, taken: Arc::clone(&taken), answers: Arc::clone(&answers) };
        // Ends with the process of the test.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                exchange(stream, &taken, &answers);
            }
        });
        double
    }

    /// Answers the next request like this, instead of taking it.
    pub fn answer_next(&self, status: u16, body: &str) {
        self.answers.lock().expect("no panic in the double").push_back((status, body.to_owned()));
    }

    /// Waits for the n-th request (from 0) to an address that ends like that.
    pub fn wait_for(&self, ending: &str, n: usize) -> Taken {
        until(&format!("request {n} to {ending}"), SOON, || {
            let taken = self.taken.lock().expect("no panic in the double");
            taken.iter().filter(|taken| taken.path.ends_with(ending)).nth(n).cloned()
        })
    }

    /// How many requests came to an address that ends like that.
    pub fn count(&self, ending: &str) -> usize {
        self.taken.lock().expect("no panic in the double").iter().filter(|taken| taken.path.ends_with(ending)).count()
    }
}

/// Calls back as Twilio does.
pub fn call_back(url: &str, fields: &[(&str, &str)]) -> Answer {
    let signature = sign(url, fields);
    call_back_signed(url, fields, &signature)
}

/// The same with whatever signature.
pub fn call_back_signed(url: &str, fields: &[(&str, &str)], signature: &str) -> Answer {
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature)];
    http::call("POST", url, &headers, body.join("&").as_bytes()).expect("it is answered")
}

/// The address, then each field by name; HMAC-SHA1, base64.
fn sign(url: &str, fields: &[(&str, &str)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let signed = sorted.iter().fold(url.to_owned(), |text, (name, value)| format!("{text}{name}{value}"));
    let mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).expect("any length").chain_update(signed);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn exchange(mut stream: TcpStream, taken: &Mutex<Vec<Taken>>, answers: &Mutex<VecDeque<(u16, String)>>) {
    let Some((head, body)) = read(&mut stream) else { return };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let is_twilio = path.starts_with("/2010-04-01/");
    let known =
        head.lines().any(|line| line.to_ascii_lowercase().starts_with("authorization:") && line.ends_with(BASIC));
    let fields = if is_twilio { form(&body) } else { json(&body) };
    let number = {
        let mut all = taken.lock().expect("no panic in the double");
        all.push(Taken { path: path.clone(), fields });
        all.len()
    };
    let scripted = answers.lock().expect("no panic in the double").pop_front();
    let (status, text) = match scripted {
        Some(scripted) => scripted,
        None if is_twilio && !known => (401, r#"{"code":20003,"message":"Authenticate","status":401}"#.to_owned()),
        None if path.ends_with("/Calls.json") => (201, format!(r#"{{"sid":"CA{number}","status":"queued"}}"#)),
        None => (201, format!(r#"{{"sid":"SM{number}","id":"X{number}","status":"queued","error_code":null}}"#)),
    };
    let answer = format!(
        "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    let _ = stream.write_all(answer.as_bytes());
}

fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            let length: usize = length.unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some((head, String::from_utf8_lossy(&bytes[end + 4..]).into_owned()));
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

fn form(body: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn json(body: &str) -> Vec<(String, String)> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body).unwrap_or_default();
    object.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()
}
