//! Somebody with a browser: chooses a password, signs in, opens pages and sends their forms, with cookies and what browsers say of themselves.

use super::{
    house::Server,
    http::{self, Answer},
};
use serde_json::json;

/// A signed-in person.
pub struct Person {
    url: String,
    cookie: String,
}

impl Person {
    /// Opens the link that an administrator sent them, and chooses a password.
    pub fn invited(server: &Server, handle: &str) -> Self {
        let made = server.post(&format!("/users/{handle}/invite"), &json!({}));
        let link = made["sign_in_url"].as_str().expect("a link").to_owned();
        let mut person = Self { url: server.url.clone(), cookie: String::new() };
        let path = link.strip_prefix(&server.url).expect("a link of this server").to_owned();
        let password = "a lamp in the hall";
        let answer = person.post(&path, &[("password", password), ("again", password)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie").expect("a session");
        person.cookie = cookie.split(';').next().expect("name and value").to_owned();
        person
    }

    /// A page.
    pub fn see(&self, path: &str) -> String {
        let headers = [("cookie", self.cookie.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = http::call("GET", &format!("{}{path}", self.url), &headers, b"").expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// A form of a page, with the page's hidden word.
    pub fn send(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = attribute(&self.see(page), "name=\"csrf\" value=\"");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all)
    }

    /// What a script of a page or its service worker sends.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        http::call("POST", &format!("{}{path}", self.url), &headers, body.join("&").as_bytes()).expect("an answer")
    }
}

/// What stands between those words and the next quote.
pub fn attribute(html: &str, before: &str) -> String {
    let rest = html.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in:\n{html}"));
    rest.split('"').next().expect("a closing quote").to_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
