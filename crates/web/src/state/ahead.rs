//! Holes of the next days, for pages that show them beside other things: looked for once in a while, and anew when the organisation has changed.
//! Is not: the proof (`nightbell_engine::proof`), nor what people are warned by, nor the coverage page, which looks at once.

use jiff::Timestamp;
use nightbell_engine::{
    Directory, Fault, Tx,
    proof::{self, Hole},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// A look is good for so long, in seconds: hand-offs come by the quarter of an hour, and every change of the organisation is looked at anew.
const LOOK_S: i64 = 300;

/// When it was looked, at which organisation, and what was found.
type Look = (u64, i64, Arc<Vec<Hole>>);

/// The last look.
#[derive(Default)]
pub(super) struct Ahead(Mutex<Option<Look>>);

impl Ahead {
    /// Holes that begin within a week. Who asks while another looks waits for that look.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn holes(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        directory: &Directory,
        unsendable: BTreeSet<String>,
    ) -> Result<Arc<Vec<Hole>>, Fault> {
        let key = (directory.org.version, now.as_second().div_euclid(LOOK_S));
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, at, holes)) = last.as_ref()
            && (*version, *at) == key
        {
            return Ok(Arc::clone(holes));
        }
        let holes = Arc::new(proof::ahead(tx, directory, now, unsendable)?);
        *last = Some((key.0, key.1, Arc::clone(&holes)));
        Ok(holes)
    }
}
