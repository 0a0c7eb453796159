//! The words of a call: short, without addresses or signs that a voice stumbles over, numbers as people say them.

use nightbell_domain::{
    paging::{Message, MessageKind},
    signal::cut,
};

/// How much of a title is read out, in characters.
const TITLE_CHARS_MAX: usize = 240;
/// A number with so many digits in a row is said digit by digit: it is a code or an id, not an amount.
const SPELLED_FROM_DIGITS: usize = 5;
/// A word of letters and digits as long as this is an id that nobody remembers.
const ID_CHARS_MIN: usize = 16;

/// Said when a key did what it says, before hanging up.
pub const DONE: &str = "Thank you. Goodbye.";

/// What is said first: who is called, how bad it is, what it is.
pub fn call(message: &Message) -> String {
    let title = clean(&cut(&message.title, TITLE_CHARS_MAX));
    if message.kind == MessageKind::Code {
        return format!("This is Nightbell. {}", sentence(&title));
    }
    let mut said = match clean(&message.user_name) {
        name if name.is_empty() => "This is Nightbell. ".to_owned(),
        name => format!("This is Nightbell, for {name}. "),
    };
    said.push_str(&sentence(&kind(message)));
    said.push(' ');
    if let Some((_, service)) = &message.service {
        said.push_str(&sentence(&clean(&cut(service, 80))));
        said.push(' ');
    }
    said.push_str(&sentence(&title));
    match message.also.count {
        0 => {}
        1 => said.push_str(" And one more page."),
        more => said.push_str(&format!(" And {more} more pages.")),
    }
    said
}

/// Whether a message asks for a key.
pub fn is_answerable(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::Page | MessageKind::StillOn)
}

/// Which keys there are. An alert can be resolved; whatever else rings ends in its own way.
pub fn menu(message: &Message) -> &'static str {
    match (message.kind, message.alert.is_some()) {
        (MessageKind::StillOn, true) => "Press 4 if you are, 6 if it is resolved.",
        (MessageKind::StillOn, false) => "Press 4 if you are.",
        (_, true) => "Press 4 to acknowledge, 6 to resolve, 8 to call whoever is next.",
        (_, false) => "Press 4 to acknowledge, 8 to call whoever is next.",
    }
}

/// What is said after a key.
pub fn confirmed(what: &str) -> String {
    format!("{} {DONE}", sentence(&clean(what)))
}

fn kind(message: &Message) -> String {
    match message.kind {
        MessageKind::Resolved => "It is over".to_owned(),
        MessageKind::Cancelled => "It was called off".to_owned(),
        MessageKind::Page => match (&message.alert, &message.incident) {
            (Some(alert), _) => format!("{} alert", clean(&cut(&alert.severity, 24))),
            (_, Some(incident)) => format!("Incident, {}", severity(&clean(&cut(&incident.severity, 24)))),
            _ => "You are called".to_owned(),
        },
        MessageKind::StillOn => "Are you still on it?".to_owned(),
        MessageKind::Notice | MessageKind::Code => "For your information".to_owned(),
    }
}

/// `SEV1` as people say it.
fn severity(word: &str) -> String {
    match word.to_ascii_lowercase().strip_prefix("sev") {
        Some(number) if !number.is_empty() => format!("severity {number}"),
        _ => word.to_owned(),
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.chars().next_back() {
        None => String::new(),
        Some('.' | '!' | '?') => text.to_owned(),
        Some(_) => format!("{text}."),
    }
}

/// A text as a voice can read it.
pub fn clean(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for token in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        match token {
            ">" => words.push("above".to_owned()),
            ">=" => words.push("at least".to_owned()),
            "<" => words.push("below".to_owned()),
            "<=" => words.push("at most".to_owned()),
            _ if token.contains("://") || token.to_ascii_lowercase().starts_with("www.") => {}
            _ => words.extend(word(token).split_whitespace().map(str::to_owned)),
        }
    }
    words.retain(|word| !is_id(word));
    words.join(" ")
}

/// One word: signs become blanks or their names, long numbers are spelled.
fn word(token: &str) -> String {
    let mut out = String::new();
    for c in token.chars() {
        match c {
            '%' => out.push_str(" percent"),
            '&' | '+' => out.push_str(" and "),
            '.' | ',' | ':' | '!' | '?' | '\'' => out.push(c),
            _ if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().map(spelled).collect::<Vec<_>>().join(" ")
}

fn spelled(word: &str) -> String {
    let bare = word.trim_end_matches(['.', ',', ':', '!', '?']);
    let is_number = bare.len() >= SPELLED_FROM_DIGITS && bare.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return word.to_owned();
    }
    let digits: Vec<String> = bare.chars().map(String::from).collect();
    format!("{}{}", digits.join(" "), &word[bare.len()..])
}

fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() >= ID_CHARS_MIN && digits >= 4 && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}
