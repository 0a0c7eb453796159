//! Content lines: folded at 75 octets, with CRLF, parameters, and the escapes of text.

use super::Mistake;
use std::borrow::Cow;

/// The most octets of a line, its end not counted.
const OCTETS_MAX: usize = 75;
/// The longest line read, unfolded: more is no calendar.
const LINE_OCTETS_MAX: usize = 64 * 1024;
/// The most lines read, folded ones counted each.
const LINES_MAX: usize = 200_000;

/// One line as written, unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Of its first part, from 1.
    pub number: usize,
    /// In upper case.
    pub name: String,
    /// Names in upper case, values without their quotes.
    pub parameters: Vec<(String, String)>,
    /// As written.
    pub value: String,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Writes a line with its end, folded between characters.
pub(super) fn write(out: &mut String, line: &str) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > OCTETS_MAX {
            out.push_str("\r\n ");
            // The blank that begins a folded line counts.
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// Text as a value.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            // A carriage return, or anything else that is no character, would end the line.
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A value as text.
pub(super) fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    out
}

/// Every line, unfolded. Lines without anything are left out.
///
/// # Errors
/// What is no content line.
pub(super) fn all(text: &str) -> Result<Vec<Line>, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut whole: Vec<(usize, Cow<'_, str>)> = Vec::new();
    for (number, raw) in (1..).zip(text.split('\n')) {
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        if number > LINES_MAX {
            return Err(Mistake::at(number, format!("more than {LINES_MAX} lines; export a shorter time")));
        }
        match raw.strip_prefix([' ', '\t']) {
            Some(more) => match whole.last_mut() {
                None => {
                    return Err(Mistake::at(number, "a calendar begins with BEGIN:VCALENDAR, not with a folded line"));
                }
                Some((first, line)) if line.len() + more.len() > LINE_OCTETS_MAX => {
                    return Err(Mistake::at(*first, format!("longer than {LINE_OCTETS_MAX} bytes")));
                }
                Some((_, line)) => line.to_mut().push_str(more),
            },
            None if raw.trim().is_empty() => {}
            None if raw.len() > LINE_OCTETS_MAX => {
                return Err(Mistake::at(number, format!("longer than {LINE_OCTETS_MAX} bytes")));
            }
            None => whole.push((number, Cow::Borrowed(raw))),
        }
    }
    whole.iter().map(|(number, line)| parse(*number, line)).collect()
}

/// `NAME;PARAMETER=value;OTHER="quoted: value":VALUE`.
fn parse(number: usize, line: &str) -> Result<Line, Mistake> {
    let wrong = || {
        let shown: String = line.chars().take(40).filter(|c| !c.is_control()).collect();
        Mistake::at(number, format!("{shown:?} is no line of a calendar: it has no name and value like SUMMARY:alice"))
    };
    let mut parts = Vec::new();
    let (mut begin, mut quoted, mut end) = (0, false, None);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&line[begin..at]);
                begin = at + 1;
            }
            ':' if !quoted => {
                parts.push(&line[begin..at]);
                end = Some(at + 1);
                break;
            }
            _ => {}
        }
    }
    let value = &line[end.ok_or_else(wrong)?..];
    let mut parts = parts.into_iter();
    let name = parts.next().filter(|name| !name.is_empty() && is_name(name)).ok_or_else(wrong)?;
    let parameters = parts
        .map(|part| {
            let (name, value) = part.split_once('=').filter(|(name, _)| is_name(name)).ok_or_else(wrong)?;
            Ok((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        })
        .collect::<Result<_, Mistake>>()?;
    Ok(Line { number, name: name.to_ascii_uppercase(), parameters, value: value.to_owned() })
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
