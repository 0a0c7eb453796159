//! The proof of what is stored, slice by slice: streams that chain and fold to their rows, notifications and attempts that agree, configuration that
//! equals its newest revision. Reads only, and a bounded number of rows at a time: a journal of years is proved in the memory of one slice.
//! Damage is an answer, not an error, so that whoever asks goes on to the next. Is not: what it means for paging (the engine's `verify`).

use crate::{
    Stored,
    aggregate::state,
    journal::{self, GENESIS, JournalLine},
    tx::{Row, StoreError, Tx, Value},
};
use nightbell_domain::{learning::Postmortem, paging::Page, response::Incident, signal::Alert};
use std::collections::BTreeMap;

/// Streams, notifications or objects of one slice.
const SLICE: u32 = 200;
/// Sorts after every id.
const END: &str = "~";

/// The streams of a kind after an id.
pub(crate) const STREAMS_AFTER: &str =
    "SELECT DISTINCT stream_id FROM event WHERE stream_kind = $1 AND stream_id > $2 ORDER BY stream_id LIMIT $3";
/// Every line of the streams between two ids.
pub(crate) const LINES_BETWEEN: &str = "SELECT position, stream_kind, stream_id, seq, at, actor, kind, body, hash FROM event \
     WHERE stream_kind = $1 AND stream_id > $2 AND stream_id <= $3 ORDER BY stream_id, seq";
/// What is owed after an id, with its page's status.
pub(crate) const OWED_AFTER: &str = "SELECT n.id, n.page, n.kind, n.status, n.attempts, n.next_due_at, n.reason, p.status \
     FROM notification n LEFT JOIN page p ON p.id = n.page WHERE n.id > $1 ORDER BY n.id LIMIT $2";
/// The attempts of the notifications between two ids.
pub(crate) const ATTEMPTS_BETWEEN: &str = "SELECT notification, n, ended_at FROM attempt \
     WHERE notification > $1 AND notification <= $2 ORDER BY notification, n";
/// The objects of the organisation after a key, with their newest revision.
pub(crate) const OBJECTS_AFTER: &str = "SELECT c.kind, c.id, c.version, c.body, r.version, r.body FROM config c \
     LEFT JOIN config_revision r ON r.kind = c.kind AND r.id = c.id \
     AND r.version = (SELECT MAX(l.version) FROM config_revision l WHERE l.kind = c.kind AND l.id = c.id) \
     WHERE (c.kind, c.id) > ($1, $2) ORDER BY c.kind, c.id LIMIT $3";

/// An aggregate whose rows can be read in the order of their ids.
pub trait Provable: Stored {
    /// The columns of [`Stored::LOAD`] after id `$1`, at most `$2` rows.
    const ROWS_AFTER: &'static str;
}

impl Provable for Alert {
    const ROWS_AFTER: &'static str = "SELECT id, version, integration, dedup_key, status, service, last_at, began_at, said, body FROM alert WHERE id > $1 ORDER BY id LIMIT $2";
}
impl Provable for Page {
    const ROWS_AFTER: &'static str = "SELECT id, version, status, subject, next_due_at, rank, wake_at, body FROM page WHERE id > $1 ORDER BY id LIMIT $2";
}
impl Provable for Incident {
    const ROWS_AFTER: &'static str = "SELECT id, version, slug, status, severity, declared_at, next_due_at, body FROM incident WHERE id > $1 ORDER BY id LIMIT $2";
}
impl Provable for Postmortem {
    const ROWS_AFTER: &'static str = "SELECT id, version, incident, state, due_at, next_due_at, body FROM postmortem WHERE id > $1 ORDER BY id LIMIT $2";
}

/// What a slice showed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Streams, notifications or objects looked at.
    pub things: usize,
    /// Events or attempts in them.
    pub parts: usize,
    /// What is wrong, one line each.
    pub findings: Vec<String>,
    /// After which key the next slice begins; `None` at the end.
    pub next: Option<Vec<String>>,
}

/// One slice of the streams of a kind, and of the rows beside them. Both in one view: a commit between two slices disturbs nothing.
///
/// # Errors
/// The store's, when it cannot be read at all.
pub fn streams<A: Provable>(tx: &mut dyn Tx, after: &str) -> Result<Slice, StoreError> {
    let keys: Vec<String> = tx
        .rows(STREAMS_AFTER, &[A::KIND.into(), after.into(), SLICE.into()])?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect::<Result<_, _>>()?;
    let rows = match tx.rows(A::ROWS_AFTER, &[after.into(), SLICE.into()]) {
        Ok(rows) => rows,
        Err(StoreError::Corrupt(_)) => return one_by_one::<A>(tx, keys),
        Err(e) => return Err(e),
    };
    let full = |found: usize| found >= SLICE as usize;
    let ends = [
        keys.last().filter(|_| full(keys.len())).map(String::as_str),
        rows.last().filter(|_| full(rows.len())).and_then(|row| row.text(0).ok()),
    ];
    let end = ends.into_iter().flatten().min().map(str::to_owned);
    let until = end.as_deref().unwrap_or(END);
    let lines = match tx.rows(LINES_BETWEEN, &[A::KIND.into(), after.into(), until.into()]) {
        Ok(lines) => lines,
        Err(StoreError::Corrupt(_)) => return one_by_one::<A>(tx, keys),
        Err(e) => return Err(e),
    };
    let mut together: BTreeMap<String, (Vec<Row>, Option<Row>)> = BTreeMap::new();
    for line in lines {
        together.entry(line.text(2)?.to_owned()).or_default().0.push(line);
    }
    for row in rows {
        let id = row.text(0)?.to_owned();
        if id.as_str() <= until {
            together.entry(id).or_default().1 = Some(row);
        }
    }
    let mut slice = Slice { next: end.map(|end| vec![end]), ..Slice::default() };
    for (id, (lines, row)) in together {
        let lines = lines.iter().map(JournalLine::read).collect::<Result<Vec<_>, _>>();
        slice.take::<A>(&id, lines.and_then(|lines| prove::<A>(&lines, row.as_ref())))?;
    }
    Ok(slice)
}

/// When something in a slice cannot even be read, each stream is asked for alone, so that the damaged one is named.
fn one_by_one<A: Provable>(tx: &mut dyn Tx, keys: Vec<String>) -> Result<Slice, StoreError> {
    let next = keys.last().filter(|_| keys.len() >= SLICE as usize).map(|last| vec![last.clone()]);
    let mut slice = Slice { next, ..Slice::default() };
    for key in keys {
        slice.things += 1;
        match journal::verify::<A>(tx, &key)? {
            Ok(events) => slice.parts += events,
            Err(finding) => slice.findings.push(finding),
        }
    }
    Ok(slice)
}

impl Slice {
    fn take<A: Stored>(
        &mut self,
        id: &str,
        proof: Result<Result<usize, String>, StoreError>,
    ) -> Result<(), StoreError> {
        self.things += 1;
        match proof {
            Ok(Ok(events)) => self.parts += events,
            Ok(Err(what)) | Err(StoreError::Corrupt(what)) => self.findings.push(format!("{} {id}: {what}", A::KIND)),
            Err(e) => return Err(e),
        }
        Ok(())
    }
}

/// Proves a stream: contiguous, in order, chained, decodable, and folding to the stored row, columns and body. Answers the number of events or
/// what is wrong.
pub(crate) fn prove<A: Stored>(lines: &[JournalLine], row: Option<&Row>) -> Result<Result<usize, String>, StoreError> {
    let (mut previous, mut position) = (GENESIS.to_vec(), 0);
    for (n, line) in lines.iter().enumerate() {
        if line.seq != n as u64 + 1 {
            return Ok(Err(format!("event {} is missing", n + 1)));
        }
        if line.hash != line.expected_hash(&previous) {
            return Ok(Err(format!("event {} was altered (its hash does not match)", line.seq)));
        }
        if line.position <= position {
            return Ok(Err(format!("event {} lies before its predecessor in the journal", line.seq)));
        }
        previous.clone_from(&line.hash);
        position = line.position;
    }
    let events = lines.iter().map(JournalLine::decode).collect::<Result<Vec<_>, _>>()?;
    let folded = match nightbell_domain::record::fold::<A>(&events) {
        Err(seq) => return Ok(Err(format!("event {seq} cannot come at its place"))),
        Ok(folded) => folded,
    };
    let stored = row.map(state::<A>).transpose()?;
    if folded != stored {
        let why = match (&folded, &stored) {
            (None, Some(_)) => ": there are none",
            (Some(_), None) => ": there is no row",
            _ => "",
        };
        return Ok(Err(format!("its row differs from the fold of its events{why}")));
    }
    // The columns are what due scans and lists look at: a moved alarm is as bad as a changed body.
    if let (Some(state), Some(row)) = (stored, row) {
        let body = row.text(row.0.len().saturating_sub(1))?.to_owned();
        let values = state.values(body);
        let says_nothing = state.says_nothing_in(row);
        let agree = |(n, value)| row.0.get(n) == Some(value) || says_nothing.contains(&n);
        if values.len() != row.0.len() || !values.iter().enumerate().all(agree) {
            return Ok(Err("the columns of its row differ from its body".to_owned()));
        }
    }
    Ok(Ok(lines.len()))
}

/// One slice of the notifications and their attempts (INV-03, 06, 07).
///
/// # Errors
/// The store's, when it cannot be read at all.
pub fn owed(tx: &mut dyn Tx, after: &str) -> Result<Slice, StoreError> {
    let rows = tx.rows(OWED_AFTER, &[after.into(), SLICE.into()])?;
    let Some(last) = rows.last() else { return Ok(Slice::default()) };
    let last = last.text(0)?.to_owned();
    let mut attempts: BTreeMap<String, Vec<(i64, bool)>> = BTreeMap::new();
    for row in tx.rows(ATTEMPTS_BETWEEN, &[after.into(), last.as_str().into()])? {
        let ended = row.0.get(2).is_some_and(|value| *value != Value::Null);
        attempts.entry(row.text(0)?.to_owned()).or_default().push((row.int(1)?, ended));
    }
    let mut slice = Slice::default();
    for row in &rows {
        let id = row.text(0)?;
        let tried = attempts.get(id).map(Vec::as_slice).unwrap_or_default();
        slice.things += 1;
        slice.parts += tried.len();
        if let Some(what) = wrong(row, tried)? {
            slice.findings.push(format!("notification {id} of {}: {what}", row.text(1)?));
        }
    }
    slice.next = (rows.len() >= SLICE as usize).then(|| vec![last]);
    Ok(slice)
}

/// What is wrong with a notification and its attempts (number, whether it ended), if anything.
fn wrong(row: &Row, tried: &[(i64, bool)]) -> Result<Option<String>, StoreError> {
    let (kind, status, attempts) = (row.text(2)?, row.text(3)?, row.int(4)?);
    let has_alarm = row.instant_option(5)?.is_some();
    let waits = matches!(status, "queued" | "sending");
    let Some(page) = row.text_option(7)? else { return Ok(Some("its page is not there".to_owned())) };
    let numbered = tried.iter().map(|(n, _)| *n).eq(1..=attempts);
    let open = tried.iter().filter(|(_, ended)| !ended).map(|(n, _)| *n).collect::<Vec<_>>();
    let under_way = if status == "sending" { vec![attempts] } else { Vec::new() };
    let what = if waits != has_alarm {
        format!("it is {status} and {} an alarm (INV-03)", if has_alarm { "has" } else { "has not" })
    } else if !numbered {
        format!("it counts {attempts} attempts, the delivery log {} (INV-06)", tried.len())
    } else if open != under_way {
        format!("it is {status}, but these attempts have no outcome: {open:?} (INV-07)")
    } else if status == "accepted" && attempts == 0 {
        "it is accepted, but nothing was ever sent (INV-07)".to_owned()
    } else if matches!(status, "failed" | "cancelled") && row.text_option(6)?.is_none_or(str::is_empty) {
        format!("it is {status} for no reason (INV-07)")
    } else if status == "queued" && kind == "page" && attempts == 0 && matches!(page, "acknowledged" | "ended") {
        format!("it is still owed, though its page is {page} (INV-05)")
    } else {
        return Ok(None);
    };
    Ok(Some(what))
}

/// One slice of the organisation: each object equals its newest revision.
///
/// # Errors
/// The store's, when it cannot be read at all.
pub fn objects(tx: &mut dyn Tx, after: (&str, &str)) -> Result<Slice, StoreError> {
    let rows = tx.rows(OBJECTS_AFTER, &[after.0.into(), after.1.into(), SLICE.into()])?;
    let mut slice = Slice::default();
    for row in &rows {
        slice.things += 1;
        slice.parts += 1;
        if row.0.get(2) != row.0.get(4) || row.0.get(3) != row.0.get(5) {
            slice.findings.push(format!("{} {}: it differs from its newest revision", row.text(0)?, row.text(1)?));
        }
    }
    if let Some(last) = rows.last().filter(|_| rows.len() >= SLICE as usize) {
        slice.next = Some(vec![last.text(0)?.to_owned(), last.text(1)?.to_owned()]);
    }
    Ok(slice)
}
