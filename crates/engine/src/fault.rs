//! Why a unit of work did not happen: a refusal (expected, 4xx), the store (503, nothing stored), or no room to wait (503, not tried).

use nightbell_domain::refusal::Refusal;
use nightbell_store::StoreError;

/// Why a unit of work was undone, or never done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An expected "no".
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too much of its class is waiting; nothing was tried (INV-02).
    #[error("too much work is waiting; try again in {retry_after_s} seconds")]
    Busy {
        /// When to come back.
        retry_after_s: u16,
    },
}

impl Fault {
    /// Something that must exist does not: stored references that dangle are damage.
    pub(crate) fn missing(what: &str, key: impl std::fmt::Display) -> Self {
        Self::Store(StoreError::Corrupt(format!("{what} {key} is referred to but not stored")))
    }

    /// Whether the same work may succeed later without anybody changing it.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Store(e) => e.may_pass(),
            Self::Busy { .. } => true,
        }
    }

    /// When whoever asked should come back, in seconds; `None` for a refusal.
    pub fn retry_after_s(&self) -> Option<u16> {
        match self {
            Self::Refused(_) => None,
            Self::Store(StoreError::Full(_)) => Some(crate::desk::RETRY_AFTER_FULL_S),
            Self::Store(_) => Some(5),
            Self::Busy { retry_after_s } => Some(*retry_after_s),
        }
    }
}
