//! Postmortems and action items.

use crate::{
    Stored,
    tx::{StoreError, Tx, Value, sound},
};
use nightbell_domain::{
    ids::{ActionItemId, IncidentId, PostmortemId},
    learning::{ActionItem, Postmortem},
    record::{Aggregate, Instant},
};

impl Stored for Postmortem {
    const INSERT: &'static str = "INSERT INTO postmortem (id, version, incident, state, due_at, next_due_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    const UPDATE: &'static str = "UPDATE postmortem SET version = $2, incident = $3, state = $4, due_at = $5, next_due_at = $6, body = $7 \
         WHERE id = $1 AND version = $8";
    const LOAD: &'static str =
        "SELECT id, version, incident, state, due_at, next_due_at, body FROM postmortem WHERE id = $1";

    fn values(&self, body: String) -> Vec<Value> {
        vec![
            self.key().into(),
            self.version.into(),
            self.incident.to_string().into(),
            self.state.word().into(),
            self.due_at.into(),
            self.next_due_at.into(),
            body.into(),
        ]
    }
}

pub(crate) const OF_INCIDENT: &str = "SELECT body FROM postmortem WHERE incident = $1";
pub(crate) const DUE: &str =
    "SELECT id FROM postmortem WHERE next_due_at IS NOT NULL AND next_due_at <= $1 ORDER BY next_due_at, id LIMIT $2";
pub(crate) const LIST: &str = "SELECT body FROM postmortem ORDER BY id DESC LIMIT $1";
pub(crate) const UNPUBLISHED: &str = "SELECT body FROM postmortem WHERE state <> 'published' ORDER BY id DESC LIMIT $1";
pub(crate) const ADD_ITEM: &str =
    "INSERT INTO action_item (id, incident, owner, due_on, priority, state, body) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const SAVE_ITEM: &str =
    "UPDATE action_item SET owner = $2, due_on = $3, priority = $4, state = $5, body = $6 WHERE id = $1 AND state = $7";
pub(crate) const ITEM: &str = "SELECT body FROM action_item WHERE id = $1";
pub(crate) const ITEMS: &str = "SELECT body FROM action_item ORDER BY state DESC, due_on, priority, id LIMIT $1";
pub(crate) const ITEMS_OF: &str = "SELECT body FROM action_item WHERE incident = $1 ORDER BY due_on, priority, id";

/// The postmortem of an incident.
pub fn of_incident(tx: &mut dyn Tx, incident: IncidentId) -> Result<Option<Postmortem>, StoreError> {
    tx.row(OF_INCIDENT, &[incident.to_string().into()])?.map(|row| row.json(0)).transpose()
}

/// Postmortems to be chased now.
pub fn due(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<PostmortemId>, StoreError> {
    tx.rows(DUE, &[now.into(), count_max.into()])?.iter().map(|row| row.parse(0)).collect()
}

/// Postmortems, newest first.
pub fn list(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Postmortem>, StoreError> {
    Ok(sound(&tx.rows(LIST, &[count_max.into()])?, "postmortems", |row| row.json(0)))
}

/// Postmortems that are not published, newest first: whatever is owed is among them, however old.
pub fn unpublished(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Postmortem>, StoreError> {
    Ok(sound(&tx.rows(UNPUBLISHED, &[count_max.into()])?, "unpublished postmortems", |row| row.json(0)))
}

fn priority(item: &ActionItem) -> Value {
    item.priority.to_string().into()
}

fn body(item: &ActionItem) -> Result<Value, StoreError> {
    serde_json::to_string(item).map(Value::from).map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// Stores a new action item.
pub fn add_item(tx: &mut dyn Tx, item: &ActionItem) -> Result<(), StoreError> {
    let values: [Value; 7] = [
        item.id.to_string().into(),
        item.incident.to_string().into(),
        item.owner.as_str().into(),
        item.due_on.to_string().into(),
        priority(item),
        item.state.word().into(),
        body(item)?,
    ];
    tx.queue(ADD_ITEM, values.into(), None)
}

/// Writes an action item's next state over the one it was decided from.
pub fn save_item(tx: &mut dyn Tx, before: &ActionItem, after: &ActionItem) -> Result<(), StoreError> {
    let values: [Value; 7] = [
        before.id.to_string().into(),
        after.owner.as_str().into(),
        after.due_on.to_string().into(),
        priority(after),
        after.state.word().into(),
        body(after)?,
        before.state.word().into(),
    ];
    tx.queue(SAVE_ITEM, values.into(), Some(format!("action item {} moved meanwhile", before.id)))
}

/// An action item.
pub fn item(tx: &mut dyn Tx, id: ActionItemId) -> Result<Option<ActionItem>, StoreError> {
    tx.row(ITEM, &[id.to_string().into()])?.map(|row| row.json(0)).transpose()
}

/// Action items: open ones first, the earliest due first, of one day the most urgent first.
pub fn items(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<ActionItem>, StoreError> {
    let items = sound(&tx.rows(ITEMS, &[count_max.into()])?, "action items", |row| row.json(0));
    Ok(by_text_within_a_day(items, true))
}

/// Of one state, day and priority by text: ids are random, and a list read every week must not shuffle itself.
fn by_text_within_a_day(mut items: Vec<ActionItem>, open_first: bool) -> Vec<ActionItem> {
    items.sort_by(|a, b| {
        let state = if open_first { b.state.word().cmp(a.state.word()) } else { std::cmp::Ordering::Equal };
        state.then_with(|| (a.due_on, a.priority, &a.text).cmp(&(b.due_on, b.priority, &b.text)))
    });
    items
}

/// The action items of an incident.
pub fn items_of(tx: &mut dyn Tx, incident: IncidentId) -> Result<Vec<ActionItem>, StoreError> {
    let rows = tx.rows(ITEMS_OF, &[incident.to_string().into()])?;
    Ok(by_text_within_a_day(sound(&rows, "action items of an incident", |row| row.json(0)), false))
}
