//! Known bugs of other people's pagers, re-created on purpose by bending what the engine writes and reads. The oracle must catch each; a
//! checker that catches nothing is no checker.

use nightbell_store::{Row, StoreError, Tx, Value};

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// A message is written down as delivered when its sending begins: a crash in between loses it.
    DoneBeforeSent,
    /// A sender that died keeps its message for ever.
    LeaseNeverReclaimed,
    /// The dispatcher does not look whether somebody acknowledged meanwhile.
    AckIgnored,
    /// People are told twice that it is over.
    ToldTwice,
    /// After the third attempt nobody remembers to try again.
    RetryForgotten,
    /// The step is recorded and its messages are queued elsewhere, later, or not at all.
    CommitThenEnqueue,
    /// Whoever follows the journal misses a line now and then.
    FollowerSkips,
    /// The alarm of a page is kept apart and not written.
    AlarmNotWritten,
    /// A repeat after an unknown end is not marked as one.
    RepeatUnmarked,
    /// A state is stored without its last event's effect.
    RowBehindJournal,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::DoneBeforeSent,
        Self::LeaseNeverReclaimed,
        Self::AckIgnored,
        Self::ToldTwice,
        Self::RetryForgotten,
        Self::CommitThenEnqueue,
        Self::FollowerSkips,
        Self::AlarmNotWritten,
        Self::RepeatUnmarked,
        Self::RowBehindJournal,
    ];
}

/// The end of time, for alarms that are lost.
const NEVER: Value = Value::Int(8_000_000_000_000_000);

/// Stands between the engine and the transaction.
pub struct Saboteur<'a> {
    /// The real one.
    pub tx: &'a mut dyn Tx,
    /// What it does wrong; nothing when `None`.
    pub sabotage: Option<Sabotage>,
    /// Whether the dispatcher is at work.
    pub dispatching: bool,
}

fn is(value: Option<&Value>, text: &str) -> bool {
    matches!(value, Some(Value::Text(held)) if held == text)
}

fn count(value: Option<&Value>) -> i64 {
    if let Some(Value::Int(count)) = value { *count } else { 0 }
}

/// Changes of a notification: `$2` status, `$3` attempts, `$4` repeat, `$5` next alarm.
fn is_notification_change(sql: &str) -> bool {
    sql.contains("notification SET status = $2")
}

/// Changes of a page: `$5` next alarm, `$6` body.
fn is_page_change(sql: &str) -> bool {
    sql.contains("page SET version = $2")
}

/// New notifications: `$3` kind, `$4` cycle.
fn is_notification_insert(sql: &str) -> bool {
    sql.contains("INTO notification (")
}

impl Saboteur<'_> {
    /// The values as they are really written; `None` when the statement is swallowed.
    fn bend(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Vec<Value>>, StoreError> {
        let mut bent = values.to_vec();
        match self.sabotage {
            Some(Sabotage::DoneBeforeSent) if is_notification_change(sql) && is(values.get(1), "sending") => {
                bent[1] = "accepted".into();
                bent[4] = Value::Null;
            }
            Some(Sabotage::LeaseNeverReclaimed) if is_notification_change(sql) && is(values.get(1), "sending") => {
                bent[4] = NEVER
            }
            Some(Sabotage::AckIgnored) if is_notification_change(sql) && is(values.get(1), "cancelled") => {
                return Ok(None);
            }
            Some(Sabotage::RetryForgotten)
                if is_notification_change(sql) && is(values.get(1), "queued") && count(values.get(2)) >= 3 =>
            {
                bent[4] = NEVER;
            }
            Some(Sabotage::RepeatUnmarked) if is_notification_change(sql) => bent[3] = Value::Int(0),
            Some(Sabotage::ToldTwice) if is_notification_insert(sql) && is(values.get(2), "resolved") => {
                let mut second = values.to_vec();
                if let Some(Value::Text(id)) = second.first_mut() {
                    let last = if id.ends_with('0') { "1" } else { "0" };
                    id.replace_range(id.len() - 1.., last);
                }
                second[3] = Value::Int(1);
                self.tx.run(sql, &second)?;
            }
            Some(Sabotage::CommitThenEnqueue)
                if is_notification_insert(sql) && is(values.get(2), "page") && count(values.get(4)) > 0 =>
            {
                return Ok(None);
            }
            Some(Sabotage::AlarmNotWritten) if is_page_change(sql) && values.get(4) != Some(&Value::Null) => {
                bent[4] = NEVER
            }
            Some(Sabotage::RowBehindJournal) if is_page_change(sql) => {
                if let Some(Value::Text(body)) = bent.get_mut(5) {
                    *body = body.replacen("\"cycle\":1", "\"cycle\":0", 1);
                }
            }
            _ => {}
        }
        Ok(Some(bent))
    }

    /// A page as it was before anybody acknowledged.
    fn unacknowledged(row: &mut Row) {
        let body = row.0.last_mut();
        let Some(Value::Text(body)) = body else { return };
        let Ok(mut page) = serde_json::from_str::<serde_json::Value>(body) else { return };
        if page["status"]["is"] == "acknowledged" {
            page["status"] = serde_json::json!({ "is": "ringing" });
            page["next_due_at"] = page["started_at"].clone();
            *body = page.to_string();
        }
    }
}

impl Tx for Saboteur<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        match self.bend(sql, values)? {
            Some(bent) => self.tx.run(sql, &bent),
            None => Ok(1),
        }
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.tx.rows(sql, values)?;
        match self.sabotage {
            Some(Sabotage::AckIgnored) if self.dispatching && sql.contains("FROM page WHERE id = $1") => {
                rows.iter_mut().for_each(Self::unacknowledged);
            }
            Some(Sabotage::FollowerSkips) if sql.contains("FROM event WHERE position >") && rows.len() > 2 => {
                rows.remove(1);
            }
            _ => {}
        }
        Ok(rows)
    }
}
