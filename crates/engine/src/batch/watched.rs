//! A transaction as units of work see it: watched for whether anything in it may have to be undone and whether the storage itself failed; and
//! repeats of one alert, however many units of work bring them, are one write.

use nightbell_domain::{
    ids::{AlertId, IntegrationId},
    signal::Repeats,
};
use nightbell_store::{KnownAlerts, Row, StoreError, Tx, Value, bounds_part, journal::LastHashes, signal, undoes_part};
use std::collections::BTreeMap;

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Reads,
    /// Counts repeats: nothing becomes due by it, nothing shows by it that did not before.
    Counts,
    Writes,
}

fn does(sql: &str) -> Does {
    if sql.starts_with("SELECT") { Does::Reads } else { Does::Writes }
}

/// The transaction of a batch.
pub(super) struct Watched<'a> {
    tx: &'a mut dyn Tx,
    /// Something was written, or may have been, since this was last set to false.
    pub(super) wrote: bool,
    /// Something was written that makes something due or shows somewhere: everything but the counting of repeats.
    pub(super) stirred: bool,
    /// The storage failed: the transaction is void, whatever its units answered.
    pub(super) grave: Option<StoreError>,
    /// Counted and not written yet; `None` where each unit of work is told of its own writes before it answers.
    counts: Option<BTreeMap<AlertId, Repeats>>,
}

impl<'a> Watched<'a> {
    /// For one unit of work.
    pub(super) fn alone(tx: &'a mut dyn Tx) -> Self {
        Self { tx, wrote: false, stirred: false, grave: None, counts: None }
    }

    /// For many that are kept or undone together. Ends with [`Tx::flush`].
    pub(super) fn together(tx: &'a mut dyn Tx) -> Self {
        Self { counts: Some(BTreeMap::new()), ..Self::alone(tx) }
    }

    /// Writes what was counted.
    fn write_counts(&mut self) -> Result<(), StoreError> {
        for (alert, repeats) in self.counts.as_mut().map(std::mem::take).into_iter().flatten() {
            let written = self.tx.count_repeats(alert, repeats);
            self.note(Does::Counts, written)?;
        }
        Ok(())
    }

    /// Before a statement that would see repeats, or keep or undo a part of them.
    fn ready(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let Some(counts) = self.counts.as_mut().filter(|counts| !counts.is_empty()) else { return Ok(()) };
        if undoes_part(sql) {
            // Every part begins and ends with what was counted before it written: these are its own.
            counts.clear();
            return Ok(());
        }
        if bounds_part(sql) || signal::sees_repeats(sql) { self.write_counts() } else { Ok(()) }
    }

    fn note<T>(&mut self, does: Does, result: Result<T, StoreError>) -> Result<T, StoreError> {
        match &result {
            Ok(_) => {
                self.wrote |= does != Does::Reads;
                self.stirred |= does == Does::Writes;
            }
            // After an error nothing is known to be as it was.
            Err(e) => {
                self.wrote = true;
                if matches!(e, StoreError::Full(_) | StoreError::Broken(_)) {
                    self.grave.get_or_insert_with(|| e.clone());
                }
            }
        }
        result
    }
}

impl Tx for Watched<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        self.ready(sql)?;
        let result = self.tx.run(sql, values);
        self.note(does(sql), result)
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.ready(sql)?;
        let result = self.tx.rows(sql, values);
        self.note(does(sql), result)
    }

    fn queue(&mut self, sql: &'static str, values: Vec<Value>, conflict: Option<String>) -> Result<(), StoreError> {
        self.ready(sql)?;
        let result = self.tx.queue(sql, values, conflict);
        self.note(does(sql), result)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.write_counts()?;
        let result = self.tx.flush();
        self.note(Does::Reads, result)
    }

    fn count_repeats(&mut self, alert: AlertId, repeats: Repeats) -> Result<(), StoreError> {
        let Some(counts) = &mut self.counts else {
            let counted = self.tx.count_repeats(alert, repeats);
            return self.note(Does::Counts, counted);
        };
        self.wrote = true;
        let counted = counts.entry(alert).or_insert(Repeats { events: 0, last_at: repeats.last_at });
        counted.events = counted.events.saturating_add(repeats.events);
        counted.last_at = repeats.last_at;
        Ok(())
    }

    fn last_hashes(&mut self) -> Option<&mut LastHashes> {
        self.tx.last_hashes()
    }

    fn known_alerts(&mut self) -> Option<&mut KnownAlerts> {
        self.tx.known_alerts()
    }

    fn ahead_max(&self) -> usize {
        self.tx.ahead_max()
    }

    fn ask_ahead(&mut self, keys: &[(&IntegrationId, &str)]) -> Result<(), StoreError> {
        let asked = self.tx.ask_ahead(keys);
        self.note(Does::Reads, asked)
    }
}
