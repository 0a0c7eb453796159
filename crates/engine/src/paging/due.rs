//! What is due, a batch in one unit of work, although some of it may be damaged: what is left out stays due, and must not fill the batch for
//! the others, however much of it there is.

use crate::{Fault, Unit};
use nightbell_domain::record::Instant;
use nightbell_store::{StoreError, Tx};
use std::{collections::BTreeSet, fmt::Display};

/// Most items left out in one unit of work: beyond that much damage the database is no more than a ruin.
const LEFT_OUT_MAX: usize = 5_000;

/// Has `work` done for up to `batch_max` items of what `due` finds, each undone alone when it fails. Answers what came of them, and of how
/// many that were due at all.
pub(super) fn each<K: Copy + Ord + Display, T>(
    unit: &mut Unit<'_>,
    kind: &'static str,
    batch_max: u32,
    due: impl Fn(&mut dyn Tx, Instant, u32) -> Result<Vec<K>, StoreError>,
    work: impl Fn(&mut Unit<'_>, K) -> Result<T, Fault>,
) -> Result<(Vec<T>, usize), Fault> {
    let (mut done, mut left_out) = (Vec::new(), BTreeSet::new());
    loop {
        let known = left_out.len();
        let scan = batch_max.saturating_add(u32::try_from(known).unwrap_or(u32::MAX));
        let mut found = due(unit.tx, unit.now, scan)?;
        found.retain(|id| !left_out.contains(id));
        if let Some(answers) =
            unit.hopefully(|unit| found.iter().map(|id| work(unit, *id)).collect::<Result<Vec<T>, _>>())?
        {
            done.extend(answers);
            return Ok((done, known + found.len()));
        }
        for id in found {
            match unit.apart(kind, id, |unit| work(unit, id))? {
                Some(answer) => done.push(answer),
                None => drop(left_out.insert(id)),
            }
        }
        let filled = left_out.len() - known >= batch_max as usize;
        if !filled || left_out.len() >= LEFT_OUT_MAX {
            let count = done.len() + left_out.len();
            return Ok((done, count));
        }
    }
}
