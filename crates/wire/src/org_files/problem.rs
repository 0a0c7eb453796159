//! What is wrong in a file, and where.

use super::tree::Position;
use std::fmt;

/// One mistake in one file. Displays as `people.yaml:12:5: unknown key "nmae". Did you mean "name"?`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileProblem {
    /// The file, as the caller named it.
    pub path: String,
    /// From 1; `None` when the file as a whole is meant.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What is wrong, and how to write it right.
    pub message: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
}

impl FileProblem {
    pub(super) fn new(path: &str, at: Option<Position>, message: impl Into<String>) -> Self {
        let at = at.filter(|p| p.line > 0);
        Self {
            path: path.to_owned(),
            line: at.map(|p| p.line),
            column: at.map(|p| p.column),
            message: message.into(),
            suggestion: None,
        }
    }

    pub(super) fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(word) if self.message.ends_with('.') => write!(f, " Did you mean {word:?}?"),
            Some(word) => write!(f, ". Did you mean {word:?}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FileProblem {}
