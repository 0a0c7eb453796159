//! What becomes of a browser that was set up to ring: its push service ends it, or the browser gives it another address. Neither is a person's
//! wish, so neither asks who is on call; the engine tells of it.

use super::Personal;
use crate::{ids::ContactId, org::ContactKind};

impl Personal {
    /// Where that led nothing arrives any more: it is not used before it is proved anew. Unchanged when it leads elsewhere by now.
    #[must_use]
    pub fn ended(mut self, kind: &ContactKind) -> Self {
        for own in self.contacts.iter_mut().filter(|own| own.kind == *kind) {
            own.verified = false;
        }
        self.proved.retain(|proof| proof.kind != *kind);
        self
    }

    /// The same browser at another address. It proved that it is the same one, so what was proved of it stays.
    #[must_use]
    pub fn moved(mut self, id: &ContactId, from: &ContactKind, to: &ContactKind) -> Self {
        for own in self.contacts.iter_mut().filter(|own| own.id == *id && own.kind == *from) {
            own.kind = to.clone();
        }
        self
    }
}
