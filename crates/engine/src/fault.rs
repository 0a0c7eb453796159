//! Why a unit of work did not happen: a refusal (expected, 4xx) or the store (503, nothing stored).

use nightbell_domain::refusal::Refusal;
use nightbell_store::StoreError;

/// Why a unit of work was undone.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An expected "no".
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    /// Something that must exist does not: stored references that dangle are damage.
    pub(crate) fn missing(what: &str, key: impl std::fmt::Display) -> Self {
        Self::Store(StoreError::Corrupt(format!("{what} {key} is referred to but not stored")))
    }
}
