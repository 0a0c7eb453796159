//! The words of a text message: what is wrong, how to answer, where to look. One or two parts; what is too long loses its end, never its link.

use super::gsm::{fits, plain, segments};
use nightbell_domain::{
    paging::{Message, MessageKind},
    signal::cut,
};

/// Places for everything in two parts of the alphabet of text messages, and in three of any other script.
const PARTS_MAX: usize = 2;
const WIDE_PARTS_MAX: usize = 3;
/// A title is never cut shorter than this, in characters, however long the address of the installation is.
const TITLE_CHARS_MIN: usize = 40;
/// The most any provider takes, in characters.
const BODY_CHARS_MAX: usize = 1_600;
const TITLE_CHARS_MAX: usize = 300;

/// The body of a text message. `answers` says whether an answering message reaches us: only then people are asked for one.
pub fn text_message(message: &Message, answers: bool) -> String {
    let (before, after) = around(message, answers);
    let title = plain(&cut(&message.title, TITLE_CHARS_MAX));
    let with = |title: &str| {
        let first: Vec<&str> = [before.as_str(), title].into_iter().filter(|part| !part.is_empty()).collect();
        let mut lines = vec![first.join(" ")];
        lines.extend(after.iter().cloned());
        lines.join("\n")
    };
    let mut chars = title.chars().count();
    let mut text = with(&title);
    let parts = if fits(&text) { PARTS_MAX } else { WIDE_PARTS_MAX };
    while segments(&text) > parts && chars > TITLE_CHARS_MIN {
        chars = chars.saturating_sub(8).max(TITLE_CHARS_MIN);
        text = with(&shortened(&title, chars));
    }
    cut(&text, BODY_CHARS_MAX)
}

/// As [`cut`], but ended by what is in the alphabet: the usual sign for it alone would double the price.
fn shortened(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// What stands before the title, and the lines after it.
fn around(message: &Message, answers: bool) -> (String, Vec<String>) {
    let service = message.service.as_ref().map(|(_, name)| plain(&cut(name, TITLE_CHARS_MIN)));
    let about = |word: &str| match &service {
        Some(service) => format!("{word} {service}:"),
        None => format!("{word}:"),
    };
    let more = (message.also.count > 0).then(|| format!("And {} more.", message.also.count));
    let link = plain(&message.ack_url);
    match message.kind {
        MessageKind::Page | MessageKind::StillOn => {
            let asked = reply_line(message).filter(|_| answers);
            let word = if message.kind == MessageKind::Page { how_bad(message) } else { "STILL ON IT?".to_owned() };
            (about(&word), [more, asked, Some(link)].into_iter().flatten().collect())
        }
        MessageKind::Code => (String::new(), Vec::new()),
        MessageKind::Resolved => (about("OVER"), more.into_iter().collect()),
        MessageKind::Cancelled => (about("CALLED OFF"), more.into_iter().collect()),
        MessageKind::Notice => (about("INFO"), [more, Some(link)].into_iter().flatten().collect()),
    }
}

/// `CRITICAL`, `SEV1`, or that it is a page.
fn how_bad(message: &Message) -> String {
    let repeated = if message.repeat { " (again)" } else { "" };
    let word = match (&message.alert, &message.incident) {
        (Some(alert), _) => plain(&cut(&alert.severity, 16)).to_uppercase(),
        (_, Some(incident)) => plain(&cut(&incident.severity, 16)),
        _ => "PAGE".to_owned(),
    };
    format!("{word}{repeated}")
}

fn reply_line(message: &Message) -> Option<String> {
    let code = &message.phone.as_ref()?.code;
    Some(match (message.kind, message.also.count) {
        (MessageKind::StillOn, _) => format!("Reply \"{code} 4\" if you are."),
        (_, 0) => format!("Reply 4 to acknowledge (or \"{code} 4\" if several ring)."),
        _ => format!("Reply \"{code} 4\" to acknowledge them all."),
    })
}
