//! One look at the store for all who ask at the same time: whoever asks gets what a look saw that began after the question, and waits for
//! at most the one under way and the next. Is not: a cache; a look is never used for a question that came after it began.

use nightbell_engine::{Directory, Fault, StoreError};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Mutex;

type Seen = Result<Arc<Directory>, StoreError>;

/// The looks.
#[derive(Default)]
pub(super) struct Newest {
    /// How often it was asked.
    asked: AtomicU64,
    /// The newest look, and how many of the questions came before it began.
    seen: Mutex<Option<(u64, Seen)>>,
}

impl Newest {
    /// The organisation as a look saw it that began after this call: somebody else's, or one of its own.
    ///
    /// # Errors
    /// The look's.
    pub(super) async fn get<L: Future<Output = Result<Arc<Directory>, Fault>>>(
        &self,
        look: impl FnOnce() -> L,
    ) -> Result<Arc<Directory>, Fault> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut seen = self.seen.lock().await;
        if let Some((_, found)) = seen.as_ref().filter(|(covered, _)| *covered >= mine) {
            return Ok(found.clone()?);
        }
        // Read before the look begins: who asks from here on must not be answered by it.
        let covered = self.asked.load(Ordering::SeqCst);
        let found = look().await.map_err(|fault| match fault {
            Fault::Store(why) => why,
            other => StoreError::Unavailable(other.to_string()),
        });
        *seen = Some((covered, found.clone()));
        Ok(found?)
    }
}

#[cfg(test)]
mod tests;
