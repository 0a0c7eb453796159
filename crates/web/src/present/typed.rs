//! What was typed into a form: read leniently (a missing field is an empty one), kept exactly, so that a refused form is shown again as it was.

use std::collections::BTreeMap;

/// The fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Typed(BTreeMap<String, String>);

impl Typed {
    /// From the pairs of a form or a query; of a name that comes twice the first counts.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_insert(value);
        }
        Self(fields)
    }

    /// What was typed; browsers send line breaks as two characters, which are made one.
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).map_or_else(String::new, |value| value.replace("\r\n", "\n"))
    }

    /// What was typed, without spaces around it.
    pub fn word(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// What was typed, unless it is nothing but spaces.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.trim().is_empty())
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.word(name) == "on"
    }

    /// Whether the form had such a field at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Fields whose name begins with `prefix`, without it.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.0.iter().filter_map(move |(name, value)| name.strip_prefix(prefix).map(|rest| (rest, value.trim())))
    }
}
