//! One finding about a text a person wrote: what is wrong, where, and how to put it right.
//!
//! Shared by runbooks and postmortems. A finding never blocks by itself; whoever asked for the lint decides.

use serde::{Deserialize, Serialize};

/// One thing to put right in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LintFinding {
    /// Line in the source, counted from 1.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to write instead, as a sentence.
    pub fix: String,
}

impl LintFinding {
    /// A finding at `line` (counted from 1).
    pub fn new(line: usize, what: impl Into<String>, fix: impl Into<String>) -> LintFinding {
        LintFinding { line, what: what.into(), fix: fix.into() }
    }
}
