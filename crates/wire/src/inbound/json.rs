//! Reading JSON that may be slightly broken: a tool that cuts a message in the middle of an emoji must still wake somebody.

use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// Reads one JSON value. Strict first; if that fails, once more with a byte-order mark dropped, broken UTF-8 and lone
/// surrogate escapes replaced by U+FFFD. The error is that of the strict reading, with line and column.
pub(super) fn read(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).or_else(|error| serde_json::from_str(&repaired(body)).map_err(|_| error.to_string()))
}

fn repaired(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => 0,
            (Some(_), _) => 6,
            // An escaped backslash must not make the next one look like the start of an escape.
            (None, _) => escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end),
        };
        if taken == 0 {
            out.push_str("\\ufffd");
        } else {
            out.push_str(&escape[..taken]);
        }
        rest = &escape[if taken == 0 { 6 } else { taken }..];
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit of a `\uXXXX` escape at the start of the text.
fn unit(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(hex, 16).ok()).flatten()
}

/// A string that is not blank, or a number or truth value as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The scalar under a key.
pub(super) fn text(object: &Object, key: &str) -> Option<String> {
    object.get(key).and_then(scalar)
}

/// The first of several keys that holds a scalar.
pub(super) fn first_text(object: &Object, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| text(object, key))
}

/// The first of several keys that holds a string.
pub(super) fn first_string(object: &Object, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| object.get(*key).filter(|value| value.is_string()).and_then(scalar))
}

/// Any JSON as text for a person; what is blank is left out: scalars as `name: value` lines, several lines indented, the rest as indented JSON.
pub(super) fn readable(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let lines: Vec<String> =
                object.iter().filter(|(_, value)| !is_blank(value)).map(|(name, value)| named(name, value)).collect();
            lines.join("\n")
        }
        Value::Null => String::new(),
        other => scalar(other).unwrap_or_else(|| pretty(other)),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn named(name: &str, value: &Value) -> String {
    let text = scalar(value).unwrap_or_else(|| pretty(value));
    let text = text.trim_end().trim_start_matches('\n');
    if value.is_string() && text.contains('\n') {
        let indented: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
        format!("{name}:\n{}", indented.join("\n"))
    } else {
        format!("{name}: {text}")
    }
}

fn pretty(value: &Value) -> String {
    match value {
        Value::String(_) => String::new(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
