//! Every medium with an API of its own, against a double of that API: the same misfortunes for each. A double checks like the provider does: who
//! calls, where, and every field; a field it does not know, or one that is missing, fails the test. Is not the judge.

mod api;
mod described;
mod discord;
mod mattermost;
mod ntfy;
mod push;
mod slack;
mod teams;
mod telegram;
mod twilio;

pub use api::Api;
pub use push::set_up;

use super::{
    judge::{Case, Falls, First},
    web::{Reply, Request},
};
use serde_json::Value;

/// What befalls a person's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfortune {
    /// None.
    Taken,
    /// Nobody is there, and never will be.
    WrongAddress,
    /// The provider does not take the installation's credentials.
    Refused,
    /// Asks to be left alone for a while.
    Busy,
    /// Cannot now, whenever it is asked.
    Down,
    /// Hangs up when it has everything.
    Drops,
    /// Answers, but not in its own language.
    Garbage,
    /// Never answers.
    Stalls,
}

use Misfortune::{Busy, Down, Drops, Garbage, Refused, Stalls, Taken, WrongAddress};

const ALL: [Misfortune; 8] = [Taken, WrongAddress, Refused, Busy, Down, Drops, Garbage, Stalls];

/// How long the busy want to be left alone, in seconds.
pub const LEFT_ALONE_S: i64 = 7;

/// What a double understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Something that must be known before a message can be sent; of whom, when it says.
    Asked(Option<usize>),
    /// The message itself.
    Message {
        /// Whose.
        person: usize,
        /// Whether it says that it may be a second copy, where that can be heard.
        repeat: Option<bool>,
        /// Whether it asks the person to act; else it tells what became of that.
        pages: bool,
    },
}

/// One medium.
pub struct Medium {
    /// As in the organisation's file.
    word: &'static str,
    /// Everything below this part of the double's path is this medium's.
    below: &'static str,
    /// The contact's lines in the organisation's file, by the double's address and the person's number; nothing where its owner sets it up.
    contact: fn(&str, usize) -> String,
    /// Reads a request, or says what is wrong with it. The path begins behind the medium's word.
    hear: fn(&Request, &str) -> Result<Heard, String>,
    /// Grants what was asked for.
    take: fn(&Request, &str, Heard) -> Reply,
    /// Says "no" for good, where the provider would; nothing where it would not notice yet.
    refuse: fn(Misfortune, Heard) -> Option<Reply>,
    /// Says that it is busy.
    busy: fn() -> Reply,
    /// What it says instead of an answer.
    garbage: fn() -> Reply,
    /// What the delivery log says of the first attempt.
    told: fn(Misfortune) -> &'static str,
    /// What is wrong with the installation's own settings, and told loudly.
    loud: &'static [Misfortune],
    /// Whether a wrong address, and wrong credentials, are noticed only when the message is there.
    late: [bool; 2],
}

const MEDIA: [&Medium; 9] = [
    &slack::SLACK,
    &discord::DISCORD,
    &mattermost::MATTERMOST,
    &teams::TEAMS,
    &ntfy::NTFY,
    &telegram::TELEGRAM,
    &twilio::TWILIO,
    &described::DESCRIBED,
    &push::PUSH,
];

/// The settings of the server that make it use the doubles at this address.
pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    [
        slack::settings(base),
        discord::settings(base),
        mattermost::settings(base),
        ntfy::settings(base),
        telegram::settings(base),
        twilio::settings(base),
        described::settings(base),
    ]
    .concat()
}

/// Where people are reached. Must not be in a log.
pub const ADDRESSES: [&str; 9] = [
    "U0CASE",
    "8035111022467",
    "mmperson",
    "teams/hunter2",
    "topic-of-",
    "77000",
    "+155511100",
    "+155522200",
    "push/hunter2",
];

/// Whether this case is one of the installation's own settings: nobody else is reached by that way either.
pub fn is_loud(case: &Case) -> bool {
    MEDIA.iter().any(|medium| medium.loud.iter().any(|misfortune| case.name == name(medium, *misfortune)))
}

/// Whether this case was asked to wait.
pub fn was_busy(case: &Case) -> bool {
    MEDIA.iter().any(|medium| case.name == name(medium, Busy))
}

fn name(medium: &Medium, misfortune: Misfortune) -> String {
    format!("{}-{misfortune:?}", medium.word).to_ascii_lowercase()
}

/// Every medium's every case; those that keep their caller waiting first, and how many those are.
pub fn cases(base: &str) -> (Vec<Case>, Vec<Case>) {
    let all = MEDIA.iter().flat_map(|medium| {
        ALL.iter().enumerate().map(move |(person, misfortune)| (*misfortune, case(medium, base, person, *misfortune)))
    });
    let (holding, answering): (Vec<_>, Vec<_>) = all.partition(|(misfortune, _)| *misfortune == Stalls);
    let only = |cases: Vec<(Misfortune, Case)>| cases.into_iter().map(|(_, case)| case).collect();
    (only(holding), only(answering))
}

fn case(medium: &Medium, base: &str, person: usize, misfortune: Misfortune) -> Case {
    const TEMPORARY: &str = "failed-temporary";
    const PERMANENT: &str = "failed-permanent";
    const UNKNOWN: &str = "unknown";
    const ACCEPTED: &str = "accepted";
    let [late_address, late_refusal] = medium.late.map(usize::from);
    let (ends, falls, arrive): (&'static [&'static str], _, _) = match misfortune {
        Taken => (&[ACCEPTED], Falls::Never, 1),
        WrongAddress => (&[PERMANENT], Falls::AtOnce, late_address),
        Refused => (&[PERMANENT], Falls::AtOnce, late_refusal),
        Busy => (&[TEMPORARY, ACCEPTED], Falls::Soon, 2),
        Down => (&[TEMPORARY, TEMPORARY], Falls::Soon, 2),
        Drops | Garbage => (&[UNKNOWN, ACCEPTED], Falls::Soon, 2),
        Stalls => (&[UNKNOWN], Falls::Soon, 1),
    };
    let told = match misfortune {
        Drops => "the connection was lost before an answer",
        Stalls => "may or may not have taken it: no answer within",
        Down => "HTTP 503",
        other => (medium.told)(other),
    };
    let contact = (medium.contact)(base, person);
    let first = match contact.as_str() {
        "" => First::Own,
        contact => First::Contact(format!("kind: {}, {contact}", medium.word)),
    };
    Case { name: name(medium, misfortune).leak(), first, ends, told, falls, arrive }
}

/// Exactly these members, and any of `optional`.
fn members(json: &Value, required: &[&str], optional: &[&str]) -> Result<(), String> {
    let Some(map) = json.as_object() else { return Err(format!("not an object: {json}")) };
    if let Some(missing) = required.iter().find(|name| !map.contains_key(**name)) {
        return Err(format!("{missing:?} is missing: {json}"));
    }
    match map.keys().find(|name| !required.contains(&name.as_str()) && !optional.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{unknown:?} is not known: {json}")),
        None => Ok(()),
    }
}

/// A text of at most so many characters, and not empty.
fn text(json: &Value, chars_max: usize) -> Result<&str, String> {
    match json.as_str() {
        Some(text) if !text.is_empty() && text.chars().count() <= chars_max => Ok(text),
        _ => Err(format!("not a text of 1 to {chars_max} characters: {json}")),
    }
}

/// An address that opens in a browser.
fn link(json: &Value) -> Result<(), String> {
    match json.as_str() {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => Ok(()),
        _ => Err(format!("not an address: {json}")),
    }
}

fn same(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, not {expected:?}")) }
}

/// The number behind a prefix.
fn numbered(found: &str, prefix: &str) -> Result<usize, String> {
    let number = found.strip_prefix(prefix).and_then(|rest| rest.parse().ok()).filter(|n| *n < ALL.len());
    number.ok_or_else(|| format!("{found:?} is nobody"))
}

fn json(status: u16, body: &str) -> Reply {
    Reply::with(status, "content-type: application/json\r\n", body)
}

/// Asks to be left alone by the header.
fn busy_by_header(body: &str) -> Reply {
    Reply::with(429, &format!("retry-after: {LEFT_ALONE_S}\r\n"), body)
}

/// What a wrong door says.
fn not_http() -> Reply {
    Reply::Say("SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned())
}

/// What a captive portal says.
fn a_page() -> Reply {
    Reply::with(200, "content-type: text/html\r\n", "<html>Welcome to our hotel</html>")
}
