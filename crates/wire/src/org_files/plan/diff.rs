//! What differs between two objects, field by field, as text for people.

use super::FieldChange;
use nightbell_domain::org::ConfigObject;
use serde_json::Value;

/// Longest value shown, in characters.
const SHOWN_CHARS_MAX: usize = 100;

/// The fields in which two objects of one kind and handle differ.
pub(super) fn fields(from: &ConfigObject, to: &ConfigObject) -> Vec<FieldChange> {
    let body =
        |object: &ConfigObject| serde_json::to_value(object).ok().and_then(|mut v| v.get_mut("body").map(Value::take));
    let mut changes = Vec::new();
    compare("", body(from).as_ref(), body(to).as_ref(), &mut changes);
    changes
}

fn compare(path: &str, from: Option<&Value>, to: Option<&Value>, into: &mut Vec<FieldChange>) {
    // Absent, null and an empty list are the same nothing to a reader.
    let (from, to) = (from.filter(|v| !is_nothing(v)), to.filter(|v| !is_nothing(v)));
    match (from, to) {
        (from, to) if from == to => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let added = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(added) {
                let below = if path.is_empty() || path == "calendar" { key.clone() } else { format!("{path}.{key}") };
                compare(&below, a.get(key), b.get(key), into);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for n in 0..a.len().max(b.len()) {
                compare(&format!("{path}[{n}]"), a.get(n), b.get(n), into);
            }
        }
        (from, to) => into.push(change(path, from, to)),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn change(path: &str, from: Option<&Value>, to: Option<&Value>) -> FieldChange {
    let secret = path == "key";
    let shown = |value: Option<&Value>, word: &str| value.map(|v| if secret { word.to_owned() } else { print(v) });
    let (mut before, after) = (shown(from, "(secret)"), shown(to, "(another secret)"));
    if let (Some(Value::String(old)), Some(Value::String(new))) = (from, to)
        && path == "markdown"
    {
        let line = old.lines().zip(new.lines()).take_while(|(a, b)| a == b).count() + 1;
        before = Some(format!("{} lines", old.lines().count()));
        let after = Some(format!("{} lines, different from line {line}", new.lines().count()));
        return FieldChange { path: path.to_owned(), from: before, to: after };
    }
    FieldChange { path: path.to_owned(), from: before, to: after }
}

/// A value on one line, safe for a terminal.
fn print(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() && text.trim() == text => text.clone(),
        other => other.to_string(),
    };
    let safe: String =
        text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
    if safe.chars().count() <= SHOWN_CHARS_MAX {
        return safe;
    }
    safe.chars().take(SHOWN_CHARS_MAX - 1).chain(['…']).collect()
}
