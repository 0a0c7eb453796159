//! Reading JSON that may be slightly broken: a tool that cuts a message in the middle of an emoji must still wake somebody.
//! Text lies in the body it came in as long as nobody keeps it: most of what is sent was said before and is only compared.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;
use std::{borrow::Cow, fmt};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// A JSON object: sorted by name, each once; of those sent twice the last.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    pub(super) fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
    pub(super) fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
    pub(super) fn as_u64(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }
    pub(super) fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.as_i64() } else { None }
    }
    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The same, on its own.
    fn owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(truth) => Json::Bool(truth),
            Self::Number(number) => Json::Number(number),
            Self::Text(text) => Json::Text(text.into_owned().into()),
            Self::Array(items) => Json::Array(items.into_iter().map(Json::owned).collect()),
            Self::Object(Object(pairs)) => {
                let own = |(name, value): (Cow<'_, str>, Json<'_>)| (name.into_owned().into(), value.owned());
                Json::Object(Object(pairs.into_iter().map(own).collect()))
            }
        }
    }
}

impl<'a> Object<'a> {
    /// Of pairs in any order.
    pub(super) fn of(mut pairs: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        if !pairs.is_sorted_by(|(one, _), (next, _)| one < next) {
            // Stable: what was sent last stands last, and stays.
            pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
            pairs.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    std::mem::swap(next, kept);
                }
                same
            });
        }
        Self(pairs)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }
    pub(super) fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// As JSON, on one line.
    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(truth) => to.serialize_bool(*truth),
            Self::Number(number) => number.serialize(to),
            Self::Text(text) => to.serialize_str(text),
            Self::Array(items) => to.collect_seq(items),
            Self::Object(object) => object.serialize(to),
        }
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("any valid JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(truth))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(text.into()))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(text.to_owned().into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(8);
        while let Some((Name(name), value)) = from.next_entry()? {
            pairs.push((name, value));
        }
        Ok(Json::Object(Object::of(pairs)))
    }
}

/// The name of a member.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string key")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(text.into()))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        from.deserialize_str(Text)
    }
}

/// Reads one JSON value. Strict first; if that fails, once more with a byte-order mark dropped, broken UTF-8 and lone
/// surrogate escapes replaced by U+FFFD. The error is that of the strict reading, with line and column.
pub(super) fn read(body: &[u8]) -> Result<Json<'_>, String> {
    let strict = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    strict.or_else(|error| match serde_json::from_str::<Json<'_>>(&repaired(body)) {
        Ok(value) => Ok(value.owned()),
        Err(_) => Err(error.to_string()),
    })
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
pub(super) fn scalar<'v>(value: &'v Json<'_>) -> Option<Cow<'v, str>> {
    match value {
        Json::Text(text) => Some(Cow::Borrowed(text.as_ref())).filter(|text| !text.trim().is_empty()),
        Json::Number(number) => Some(number.to_string().into()),
        Json::Bool(truth) => Some(truth.to_string().into()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The scalar under a key.
pub(super) fn text<'v>(object: &'v Object<'_>, key: &str) -> Option<Cow<'v, str>> {
    object.get(key).and_then(scalar)
}

/// The first of several keys that holds a scalar.
pub(super) fn first_text<'v>(object: &'v Object<'_>, keys: &[&str]) -> Option<Cow<'v, str>> {
    keys.iter().find_map(|key| text(object, key))
}

/// The first of several keys that holds a string.
pub(super) fn first_string<'v>(object: &'v Object<'_>, keys: &[&str]) -> Option<Cow<'v, str>> {
    keys.iter().find_map(|key| object.get(key).filter(|value| value.is_text()).and_then(scalar))
}

/// Any JSON as text for a person; what is blank is left out: scalars as `name: value` lines, several lines indented, the rest as indented JSON.
pub(super) fn readable(value: &Json<'_>) -> String {
    match value {
        Json::Object(object) => readable_members(object.iter()),
        Json::Null => String::new(),
        other => scalar(other).map_or_else(|| pretty(other), Cow::into_owned),
    }
}

/// Members of an object, as [`readable`] shows them.
pub(super) fn readable_members<'v, 'a: 'v>(members: impl Iterator<Item = (&'v str, &'v Json<'a>)>) -> String {
    let lines: Vec<String> =
        members.filter(|(_, value)| !is_blank(value)).map(|(name, value)| named(name, value)).collect();
    lines.join("\n")
}

fn is_blank(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    }
}

fn named(name: &str, value: &Json<'_>) -> String {
    let text = scalar(value).unwrap_or_else(|| pretty(value).into());
    let text = text.trim_end().trim_start_matches('\n');
    if value.is_text() && text.contains('\n') {
        let indented: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
        format!("{name}:\n{}", indented.join("\n"))
    } else {
        format!("{name}: {text}")
    }
}

fn pretty(value: &Json<'_>) -> String {
    match value {
        Json::Text(_) => String::new(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, read};

    /// What serde_json's own tree says of the same text.
    #[test]
    fn everything_is_read_as_the_plain_reader_reads_it() {
        for text in [
            r#"{"b":1,"a":[true,null,-2,2.5,1e400,18446744073709551616,"x\ny"],"":{}}"#,
            r#"{"a":1,"b":2,"a":3,"a":{"z":1,"y":2,"z":3}}"#,
            r#"{"\u0061":1,"a":2}"#,
            "[[[[[[]]]]]]",
            "3",
            r#""only a \"text\"""#,
            "",
            "{",
            r#"{"a":1,}"#,
            r#"{"a":1} x"#,
            &"[".repeat(200),
        ] {
            let plain = serde_json::from_str::<serde_json::Value>(text);
            match (read(text.as_bytes()), plain) {
                (Ok(own), Ok(plain)) => {
                    assert_eq!(serde_json::to_string(&own).expect("written"), plain.to_string(), "{text}")
                }
                (Err(own), Err(plain)) => assert_eq!(own, plain.to_string(), "{text}"),
                (own, plain) => panic!("{text}: {own:?}, {plain:?}"),
            }
        }
    }

    #[test]
    fn what_had_to_be_repaired_is_read_on_its_own() {
        let Ok(Json::Object(object)) = read(b"{\"a\xff\":\"\\ud83d!\"}") else { panic!("an object") };
        assert_eq!(object.get("a\u{fffd}").and_then(Json::as_str), Some("\u{fffd}!"));
    }
}
