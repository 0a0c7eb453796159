//! The expected "no" of a decision: a stable code for machines, a sentence for people. Not an error of the program: it becomes a 4xx.

use serde::{Deserialize, Serialize};

/// Which kind of "no": decides the HTTP status and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The input itself is wrong (400).
    Invalid,
    /// The caller may not (403).
    Forbidden,
    /// There is no such thing, or the caller may not know of it (404).
    NotFound,
    /// The state of the thing does not allow it (409).
    Conflict,
}

/// An expected refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// Decides the HTTP status.
    pub kind: RefusalKind,
    /// Stable and machine-readable: `kebab-case`.
    pub code: String,
    /// What happened and what to do, in one or two sentences.
    pub message: String,
    /// The input field it belongs to, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Refusal {
    fn new(kind: RefusalKind, code: &str, message: impl Into<String>) -> Self {
        Self { kind, code: code.to_owned(), message: message.into(), field: None }
    }
    /// The input is wrong; `field` is where.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(RefusalKind::Invalid, "invalid", message) }
    }
    /// The caller may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, "forbidden", message)
    }
    /// No such thing.
    pub fn not_found(noun: &str, key: impl std::fmt::Display) -> Self {
        Self::new(RefusalKind::NotFound, "not-found", format!("There is no {noun} {key}."))
    }
    /// The state does not allow it.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }
}
