//! Three layers of the same keys, and where each value came from, so that a mistake is told at its place.
//! Is not: what the values mean (the parent's).

use super::{Flags, KEYS};
use nightbell_engine::domain::text::suggest::{closest, did_you_mean};
use std::{collections::BTreeMap, fmt, ops::Range, path::Path};
use toml::Spanned;

/// The short name of the variable for `database.url`.
pub const DATABASE: &str = "NIGHTBELL_DATABASE";

/// A mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// `nightbell.toml:3`, `NIGHTBELL_SERVER__LISTEN` or `--listen`.
    pub place: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    pub(super) fn built_in(message: &str) -> Self {
        Self { place: "the built-in default".to_owned(), message: message.to_owned() }
    }
}

/// The file: sections of keys, each with its place.
type Sections = BTreeMap<Spanned<String>, Spanned<BTreeMap<Spanned<String>, Spanned<toml::Value>>>>;

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
enum Written {
    Text(String),
    List(Vec<String>),
}

/// The layers, merged: for each key the value that wins and its place.
#[derive(Debug, Clone, Default)]
pub struct Layers(BTreeMap<&'static str, (Written, String)>);

impl Layers {
    /// Merges the file's text, the environment's settings and the flags.
    ///
    /// # Errors
    /// What is not TOML, not a key, or not of the key's type.
    pub fn new(
        path: &Path,
        text: &str,
        environment: BTreeMap<String, String>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut layers = Self::default();
        layers.file(path, text)?;
        for (name, value) in environment {
            layers.variable(&name, value)?;
        }
        if let Some(data) = &flags.data.data {
            layers.0.insert("server.data", (Written::Text(data.display().to_string()), "--data".to_owned()));
        }
        if let Some(database) = &flags.data.database {
            layers.0.insert("database.url", (Written::Text(database.clone()), "--database".to_owned()));
        }
        if let Some(listen) = &flags.listen {
            layers.0.insert("server.listen", (Written::Text(listen.clone()), "--listen".to_owned()));
        }
        Ok(layers)
    }

    /// Those of a file alone.
    #[cfg(test)]
    pub fn of(text: &str) -> Self {
        Self::new(Path::new("nightbell.toml"), text, BTreeMap::new(), &Flags::default()).expect("layers")
    }

    fn file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let place = |span: Option<Range<usize>>| match span {
            Some(span) => format!("{}:{}", path.display(), line(text, span.start)),
            None => path.display().to_string(),
        };
        let file: Sections =
            toml::from_str(text).map_err(|e| ConfigError { place: place(e.span()), message: explain(e.message()) })?;
        for (section, entries) in file {
            for (key, value) in entries.into_inner() {
                let at = place(Some(key.span()));
                let name = known(&format!("{}.{}", section.get_ref(), key.get_ref()))
                    .map_err(|message| ConfigError { place: at.clone(), message })?;
                let written =
                    written(name, value.get_ref()).map_err(|message| ConfigError { place: at.clone(), message })?;
                self.0.insert(name, (written, at));
            }
        }
        Ok(())
    }

    fn variable(&mut self, name: &str, value: String) -> Result<(), ConfigError> {
        let known = |key: &&&str| variable_of(key) == name || (name == DATABASE && **key == "database.url");
        let Some(key) = KEYS.iter().find(known) else {
            let names: Vec<String> = KEYS.iter().map(|key| variable_of(key)).collect();
            let near = did_you_mean(name, names.iter().map(String::as_str));
            return Err(ConfigError {
                place: name.to_owned(),
                message: format!("there is no such setting{near}; unset it or correct its name"),
            });
        };
        let written = if is_list(key) {
            Written::List(value.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect())
        } else {
            Written::Text(value)
        };
        self.0.insert(key, (written, name.to_owned()));
        Ok(())
    }

    /// Whether anybody says it.
    pub fn is_set(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether a flag says it.
    pub fn is_flag(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|(_, place)| place.starts_with("--"))
    }

    /// A text key, understood.
    ///
    /// # Errors
    /// What `understand` says, at the value's place.
    pub fn text<T>(
        &self,
        key: &str,
        understand: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        match self.0.get(key) {
            Some((Written::Text(text), _)) => understand(text).map(Some).map_err(|message| self.wrong(key, message)),
            Some((Written::List(_), _)) => Err(self.wrong(key, "write one text, not a list".to_owned())),
            None => Ok(None),
        }
    }

    /// A list key, understood.
    ///
    /// # Errors
    /// What `understand` says, at the value's place.
    pub fn list<T>(
        &self,
        key: &str,
        understand: impl FnOnce(&[String]) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        match self.0.get(key) {
            Some((Written::List(list), _)) => understand(list).map(Some).map_err(|message| self.wrong(key, message)),
            Some((Written::Text(_), _)) => Err(self.wrong(key, "write a list, like [\"10.0.0.0/8\"]".to_owned())),
            None => Ok(None),
        }
    }

    /// A mistake in the value of a key.
    pub fn wrong(&self, key: &str, message: String) -> ConfigError {
        let place = self.0.get(key).map_or_else(|| key.to_owned(), |(_, place)| place.clone());
        ConfigError { place, message: format!("{key}: {message}") }
    }
}

/// `server.listen` → `NIGHTBELL_SERVER__LISTEN`.
pub fn variable_of(key: &str) -> String {
    format!("NIGHTBELL_{}", key.replace('.', "__").to_uppercase())
}

fn is_list(key: &str) -> bool {
    let (_, name) = key.split_once('.').unwrap_or(("", key));
    matches!(key, "egress.allow" | "server.trusted_proxies")
        || matches!(name, "providers" | "headers" | "accepted_status" | "temporary_status")
}

/// The key as it is known here, or what was probably meant.
fn known(name: &str) -> Result<&'static str, String> {
    if let Some(key) = KEYS.iter().find(|key| **key == name) {
        return Ok(key);
    }
    let (section, key) = name.split_once('.').unwrap_or((name, ""));
    let near =
        closest(name, KEYS.iter().copied()).map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"));
    let mut sections: Vec<&str> =
        KEYS.iter().filter_map(|key| key.split_once('.').map(|(section, _)| section)).collect();
    sections.dedup();
    if !sections.contains(&section) {
        return Err(format!("unknown section [{section}]{near}; there are: {}", sections.join(", ")));
    }
    let keys: Vec<&str> = KEYS.iter().filter_map(|known| known.strip_prefix(section)?.strip_prefix('.')).collect();
    Err(format!("unknown key {key:?} in [{section}]{near}; there are: {}", keys.join(", ")))
}

fn written(key: &str, value: &toml::Value) -> Result<Written, String> {
    let text = |value: &toml::Value| value.as_str().map(str::to_owned);
    if is_list(key) {
        let list = value.as_array().and_then(|list| list.iter().map(text).collect::<Option<Vec<_>>>());
        return list.map(Written::List).ok_or_else(|| format!("{key}: write a list of texts, like [\"10.0.0.0/8\"]"));
    }
    text(value).map(Written::Text).ok_or_else(|| format!("{key}: write a text in quotes"))
}

/// The library's words for a key outside of any section are of types; ours are of what to do.
fn explain(message: &str) -> String {
    if message.contains("expected a map") || message.contains("expected a spanned value") {
        return "a key stands before any section; begin with [server], [database], [mail], [egress], [watch] or [log]"
            .to_owned();
    }
    message.to_owned()
}

/// The line of a byte offset, from 1.
fn line(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
