//! Known bugs of other people's pagers, re-created on purpose by bending what the engine writes and reads. The oracle must catch each; a
//! checker that catches nothing is no checker. Is also where a world without sabotage learns what was written.

use nightbell_store::{Row, StoreError, Tx, Value};
use std::collections::BTreeSet;

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// A message is written down as delivered when its sending begins: a crash in between loses it.
    DoneBeforeSent,
    /// A message that was marked "sending" and whose end nobody knows is given up.
    MarkSendingThenGiveUp,
    /// A sender that died keeps its message for ever.
    LeaseNeverReclaimed,
    /// "Sending" holds nobody off: whoever looks next sends it as well.
    LeaseNotTaken,
    /// The dispatcher does not look whether somebody acknowledged meanwhile.
    AckIgnored,
    /// An acknowledgement is taken in before what it is about, answered, and lost.
    AckBeforeAlert,
    /// People are told twice that it is over.
    ToldTwice,
    /// After the third attempt nobody remembers to try again.
    RetryForgotten,
    /// After the last step the page is forgotten.
    PageForgotten,
    /// The step is recorded and its messages are queued elsewhere, later, or not at all.
    CommitThenEnqueue,
    /// Whoever follows the journal misses a line now and then.
    FollowerSkips,
    /// Events that cannot be decoded are skipped.
    UndecodableSkipped,
    /// The alarm of a page is kept apart and not written.
    AlarmNotWritten,
    /// A repeat after an unknown end is not marked as one.
    RepeatUnmarked,
    /// A state is stored without its last event's effect.
    RowBehindJournal,
    /// The clock is read once for the event and again for the row.
    NowReadTwice,
    /// A commit is answered before it is synced.
    AnsweredBeforeSync,
    /// What goes along with another message is counted, and one of it is not told.
    BundleForgets,
    /// Every alert of a storm is a message of its own.
    StormNotBundled,
    /// The least severe goes first.
    SeverityIgnored,
    /// What was armed by a clock that was ahead waits until it shows that time again.
    ClockStepIgnored,
    /// An acknowledgement that runs out rings nobody again.
    TimeOutForgotten,
    /// Everybody must acknowledge, and the first one stops it for all.
    FirstAnswerStops,
    /// It is always the first one's turn.
    TurnsForgotten,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::DoneBeforeSent,
        Self::MarkSendingThenGiveUp,
        Self::LeaseNeverReclaimed,
        Self::LeaseNotTaken,
        Self::AckIgnored,
        Self::AckBeforeAlert,
        Self::ToldTwice,
        Self::RetryForgotten,
        Self::PageForgotten,
        Self::CommitThenEnqueue,
        Self::FollowerSkips,
        Self::UndecodableSkipped,
        Self::AlarmNotWritten,
        Self::RepeatUnmarked,
        Self::RowBehindJournal,
        Self::NowReadTwice,
        Self::AnsweredBeforeSync,
        Self::BundleForgets,
        Self::StormNotBundled,
        Self::SeverityIgnored,
        Self::ClockStepIgnored,
        Self::TimeOutForgotten,
        Self::FirstAnswerStops,
        Self::TurnsForgotten,
    ];
}

/// The end of time, for alarms that are lost.
const NEVER: Value = Value::Int(8_000_000_000_000_000);

/// What a transaction left behind.
#[derive(Default)]
pub struct Bent {
    /// Ids of pages and notifications that were written; `*` when a statement changed rows that it did not name.
    pub touched: BTreeSet<String>,
    /// The whole operation is undone, and answered as done.
    pub forget: bool,
}

/// Stands between the engine and the transaction.
pub struct Saboteur<'a> {
    /// The real one.
    pub tx: &'a mut dyn Tx,
    /// What it does wrong; nothing when `None`.
    pub sabotage: Option<Sabotage>,
    /// Whether the dispatcher is at work.
    pub dispatching: bool,
    /// What was written, and what is bent as a whole.
    pub bent: &'a mut Bent,
}

fn is(value: Option<&Value>, text: &str) -> bool {
    matches!(value, Some(Value::Text(held)) if held == text)
}

fn count(value: Option<&Value>) -> i64 {
    if let Some(Value::Int(count)) = value { *count } else { 0 }
}

/// Changes of a notification: `$2` status, `$3` attempts, `$4` repeat, `$5` next alarm; the last but one is the status before.
fn is_notification_change(sql: &str) -> bool {
    sql.contains("notification SET status = $2")
}

/// Changes of a page: `$3` status, `$5` next alarm; the body is the only JSON.
fn is_page_change(sql: &str) -> bool {
    sql.contains("page SET version = $2")
}

/// New notifications: `$3` kind, `$4` cycle.
fn is_notification_insert(sql: &str) -> bool {
    sql.contains("INTO notification (") && sql.contains("VALUES")
}

/// The JSON document among the values.
fn body(values: &mut [Value]) -> Option<&mut String> {
    values.iter_mut().find_map(|value| match value {
        Value::Text(text) if text.starts_with('{') => Some(text),
        _ => None,
    })
}

fn edit_body(values: &mut [Value], edit: impl FnOnce(&mut serde_json::Value)) {
    let Some(body) = body(values) else { return };
    if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(body) {
        edit(&mut json);
        *body = json.to_string();
    }
}

/// A second reading of the clock, a little later.
fn read_again(page: &mut serde_json::Value) {
    let later = |at: &mut serde_json::Value| {
        let shown = at.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if let Some(later) = shown.and_then(|at| at.checked_add(jiff::SignedDuration::from_micros(3)).ok()) {
            *at = later.to_string().into();
        }
    };
    if let Some(ring) = page["rings"].as_array_mut().and_then(|rings| rings.last_mut()) {
        later(&mut ring["at"]);
    }
}

impl Saboteur<'_> {
    /// The values as they are really written; `None` when the statement is swallowed.
    fn bend(
        &mut self,
        sabotage: Sabotage,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let mut bent = values.to_vec();
        if is_notification_change(sql) {
            return Ok(Self::bend_change(sabotage, values, bent));
        }
        match sabotage {
            Sabotage::ToldTwice if is_notification_insert(sql) && is(values.get(2), "resolved") => {
                let mut second = values.to_vec();
                if let Some(Value::Text(id)) = second.first_mut() {
                    let last = if id.ends_with('0') { "1" } else { "0" };
                    id.replace_range(id.len() - 1.., last);
                }
                second[3] = Value::Int(1);
                self.tx.run(sql, &second)?;
            }
            Sabotage::CommitThenEnqueue
                if is_notification_insert(sql) && is(values.get(2), "page") && count(values.get(4)) > 0 =>
            {
                return Ok(None);
            }
            _ if !is_page_change(sql) => {}
            Sabotage::AlarmNotWritten if values.get(4) != Some(&Value::Null) => bent[4] = NEVER,
            Sabotage::PageForgotten if is(values.get(2), "exhausted") => bent[4] = NEVER,
            Sabotage::AckBeforeAlert if is(values.get(2), "acknowledged") => self.bent.forget = true,
            Sabotage::RowBehindJournal => edit_body(&mut bent, |page| {
                if page["cycle"] == 1 {
                    page["cycle"] = 0.into();
                }
            }),
            Sabotage::NowReadTwice => edit_body(&mut bent, read_again),
            _ => {}
        }
        Ok(Some(bent))
    }

    /// A change of a notification.
    fn bend_change(sabotage: Sabotage, values: &[Value], mut bent: Vec<Value>) -> Option<Vec<Value>> {
        let (status, before) = (values.get(1), values.len().checked_sub(2).and_then(|n| values.get(n)));
        match sabotage {
            Sabotage::DoneBeforeSent if is(status, "sending") => (bent[1], bent[4]) = ("accepted".into(), Value::Null),
            Sabotage::MarkSendingThenGiveUp
                if is(before, "sending") && is(status, "queued") && count(values.get(3)) == 1 =>
            {
                (bent[1], bent[4]) = ("failed".into(), Value::Null);
            }
            Sabotage::LeaseNeverReclaimed if is(status, "sending") => bent[4] = NEVER,
            Sabotage::LeaseNotTaken if is(status, "sending") => {
                bent[4] = Value::Int(count(values.get(4)) - 44_000_000);
            }
            Sabotage::AckIgnored if is(status, "cancelled") => return None,
            Sabotage::RetryForgotten if is(status, "queued") && count(values.get(2)) >= 3 => bent[4] = NEVER,
            Sabotage::RepeatUnmarked => bent[3] = Value::Int(0),
            _ => {}
        }
        Some(bent)
    }

    /// A page as it was before anybody acknowledged.
    fn unacknowledged(row: &mut Row) {
        edit_body(&mut row.0, |page| {
            if page["status"]["is"] == "acknowledged" {
                page["status"] = serde_json::json!({ "is": "ringing" });
                page["next_due_at"] = page["started_at"].clone();
            }
        });
    }

    /// Which rows a statement writes, as far as it names them.
    fn note(&mut self, sql: &str, values: &[Value]) {
        let named = sql.contains("VALUES")
            || sql.contains("WHERE id = $1")
            || sql.contains("WHERE notification = $1 AND n = $2");
        let paging = sql.contains("notification") || sql.contains("attempt");
        if paging && !named {
            self.bent.touched.insert("*".to_owned());
        }
        for value in values {
            if let Value::Text(text) = value
                && text.len() < 48
                && (text.starts_with("page_") || text.starts_with("ntf_"))
            {
                self.bent.touched.insert(text.clone());
            }
        }
    }
}

impl Tx for Saboteur<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        self.note(sql, values);
        let Some(sabotage) = self.sabotage else { return self.tx.run(sql, values) };
        match self.bend(sabotage, sql, values)? {
            Some(bent) => self.tx.run(sql, &bent),
            None => Ok(1),
        }
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = match self.sabotage {
            Some(Sabotage::SeverityIgnored) if sql.contains("FROM notification WHERE rank = $3") => {
                let mut bent = values.to_vec();
                let rank = count(values.get(2));
                bent[2] = Value::Int(if rank < 4 { 3 - rank } else { rank });
                self.tx.rows(sql, &bent)?
            }
            _ => self.tx.rows(sql, values)?,
        };
        let is_kind = |row: &Row, kind: &str| row.0.iter().any(|value| is(Some(value), kind));
        match self.sabotage {
            None => {}
            Some(Sabotage::AckIgnored) if self.dispatching && sql.contains("FROM page WHERE id = $1") => {
                rows.iter_mut().for_each(Self::unacknowledged);
            }
            Some(Sabotage::FollowerSkips) if sql.contains("FROM event WHERE position >") && rows.len() > 2 => {
                rows.remove(1);
            }
            Some(Sabotage::UndecodableSkipped) if sql.contains("FROM event WHERE position >") => {
                rows.retain(|row| !is_kind(row, "last-resort-rang"));
            }
            Some(Sabotage::BundleForgets) if sql.starts_with("SELECT id FROM notification WHERE sent_with") => {
                rows.pop();
            }
            Some(Sabotage::StormNotBundled) if sql.starts_with("SELECT MAX(CASE WHEN") => {
                rows.iter_mut().flat_map(|row| &mut row.0).for_each(|value| *value = Value::Null);
            }
            Some(Sabotage::TimeOutForgotten) if sql.contains("wake_at <= $1") => rows.clear(),
            Some(Sabotage::FirstAnswerStops) if sql.contains("FROM page WHERE id = $1") => {
                rows.iter_mut().for_each(|row| edit_body(&mut row.0, |page| drop(page["answers"].take())));
            }
            Some(Sabotage::TurnsForgotten) if sql.contains("FROM policy_turn") => rows.clear(),
            Some(Sabotage::ClockStepIgnored) if sql.contains("(next_due_at > $2 OR id > $3)") => rows.clear(),
            Some(_) => {}
        }
        Ok(rows)
    }
}
