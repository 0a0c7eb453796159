//! How a command ends when it does not end well: an exit code that scripts rely on and a sentence for people.
//! Is not: an error of the engine or the store; those become one of these at the edge, here.

use nightbell_engine::{Fault, StoreError, domain::refusal::RefusalKind};
use std::fmt;

/// The exit code of a command that did not end well. 0 is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// It ran, and the answer is no: findings, or a refusal.
    Findings = 1,
    /// It was called wrongly: arguments, settings, credentials.
    Usage = 2,
    /// The server could not be reached or the data not opened.
    Unreachable = 3,
}

/// Why a command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: Code,
    /// What happened, what it means, what to do; may have several lines.
    pub message: String,
}

impl Failure {
    /// It ran, and the answer is no.
    pub fn findings(message: impl Into<String>) -> Self {
        Self { code: Code::Findings, message: message.into() }
    }

    /// It was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: Code::Usage, message: message.into() }
    }

    /// The server or the data could not be had.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { code: Code::Unreachable, message: message.into() }
    }

    /// A file could not be read or written.
    pub fn file(path: &std::path::Path, what: &str, error: &std::io::Error) -> Self {
        Self::unreachable(format!("{}: cannot {what} it: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::unreachable(format!("{error}. Nothing was stored."))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(error) => error.into(),
            busy @ Fault::Busy { .. } => Self::unreachable(format!("{busy}. Nothing was stored.")),
            Fault::Refused(refusal) if refusal.kind == RefusalKind::Invalid => match &refusal.field {
                Some(field) => Self::findings(format!("{field}: {refusal}")),
                None => Self::findings(refusal.to_string()),
            },
            Fault::Refused(refusal) => Self::findings(refusal.to_string()),
        }
    }
}
