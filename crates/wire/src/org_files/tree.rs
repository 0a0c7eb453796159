//! YAML as a tree in which every value knows its line: the step between bytes and file forms.
//!
//! One tree per file, so that the objects in it can be read one by one and a mistake in one does not hide those in the next.
//! All limits against hostile input are set here. Knows nothing of organisations.

use super::{FILE_BYTES_MAX, problem::FileProblem};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{MessageFormatter, Spanned};
use std::{collections::BTreeMap, fmt};

/// Deepest nesting of lists and blocks; the format itself needs 7.
const DEPTH_MAX: usize = 24;
/// Values a file may hold after its aliases are replaced.
const NODES_MAX: usize = 250_000;

/// A place in a file, both from 1; 0 when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct Position {
    pub line: usize,
    pub column: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub at: Position,
    pub value: Value,
}

/// What YAML can say.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Block(Vec<Entry>),
}

/// One key of a block, with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub key_at: Position,
    pub node: Node,
}

/// Where each field of an object stands, by its dotted path (`steps[0].notify[1]`); the object itself is the empty path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Position>);

impl Fields {
    /// Says where a field stands.
    pub fn set(&mut self, path: &str, at: Position) {
        self.0.insert(path.to_owned(), at);
    }

    /// The place of a field, or of the nearest field around it that was written.
    pub fn at(&self, path: &str) -> Option<Position> {
        let mut path = path;
        loop {
            if let Some(at) = self.0.get(path) {
                return Some(*at);
            }
            if path.is_empty() {
                return None;
            }
            path = &path[..path.rfind(['.', '[']).unwrap_or(0)];
        }
    }
}

/// Reads one YAML document. An empty file is `Null`.
pub(super) fn read(path: &str, content: &str) -> Result<Node, FileProblem> {
    if content.len() > FILE_BYTES_MAX {
        return Err(FileProblem::new(path, None, too_large(content.len())));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            flow_nesting_limit: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_documents: 1,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_merge_keys: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: NODES_MAX,
            max_replay_stack_depth: 8,
        },
        // So that `holidays: NO` is Norway, and 007 is not 7.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Option<Spanned<Value>>>(content, options) {
        Ok(Some(root)) => Ok(node(root)),
        Ok(None) => Ok(Node { at: Position { line: 1, column: 1 }, value: Value::Null }),
        Err(error) => {
            let at = error.location().map(|l| position(&l));
            let text = serde_saphyr::UserMessageFormatter.format_message(error.without_snippet()).into_owned();
            let text: String = text.chars().take(300).flat_map(escape_control).collect();
            Err(FileProblem::new(path, at, format!("not readable as YAML: {text}")))
        }
    }
}

/// Control characters from a file must not reach a terminal.
fn escape_control(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// The message about a file beyond [`FILE_BYTES_MAX`].
pub(super) fn too_large(bytes: usize) -> String {
    format!("the file has {bytes} bytes; at most {FILE_BYTES_MAX} are read, so split it into several files")
}

fn position(at: &serde_saphyr::Location) -> Position {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Position { line: number(at.line()), column: number(at.column()) }
}

fn node(spanned: Spanned<Value>) -> Node {
    let used = position(&spanned.referenced);
    let at = if used.line > 0 { used } else { position(&spanned.defined) };
    Node { at, value: spanned.value }
}

impl Node {
    /// Where every field below this object stands.
    pub fn fields(&self) -> Fields {
        let mut all = BTreeMap::new();
        self.collect(String::new(), &mut all);
        Fields(all)
    }

    fn collect(&self, path: String, into: &mut BTreeMap<String, Position>) {
        match &self.value {
            Value::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    item.collect(format!("{path}[{n}]"), into);
                }
            }
            Value::Block(entries) => {
                for entry in entries {
                    let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
                    entry.node.collect(below, into);
                }
            }
            _ => {}
        }
        into.insert(path, self.at);
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Signed(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(node(item));
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut block = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Value>>()? {
            block.push(Entry { key_at: position(&key.referenced), key: key.value, node: node(value) });
        }
        Ok(Value::Block(block))
    }
}
