//! Every table, as it travels: which columns, in which order, read on from which key. Parents stand before their children.
//! A test compares this list with the schema, so that a migration that adds a table or a column is told to come here.

use crate::tx::Value;

/// What the columns of a key hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyColumn {
    /// Text; no stored key is empty.
    Text,
    /// Integers.
    Int,
    /// Bytes; no stored key is empty.
    Bytes,
}

/// One table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its key: the first columns of `page`.
    pub key: &'static [KeyColumn],
    /// A slice of its rows after a key, in the order of the key: `$1…` the key, then the most rows.
    pub page: &'static str,
    /// Writes one row of `page`.
    pub insert: &'static str,
    /// How many rows there are.
    pub count: &'static str,
}

impl Table {
    /// The key that lies before every stored one.
    pub fn first(&self) -> Vec<Value> {
        let before = |column: &KeyColumn| match column {
            KeyColumn::Text => Value::Text(String::new()),
            KeyColumn::Int => Value::Int(i64::MIN),
            KeyColumn::Bytes => Value::Blob(Vec::new()),
        };
        self.key.iter().map(before).collect()
    }
}

/// `table!("name", [kinds of the key], "key columns" > "key places" LIMIT "place", "all columns", "places of all")`: the three statements of a table.
macro_rules! table {
    ($name:literal, [$($kind:ident),+], $key:literal > $after:literal limit $limit:literal, $columns:literal, $places:literal) => {
        Table {
            name: $name,
            key: &[$(KeyColumn::$kind),+],
            page: concat!("SELECT ", $columns, " FROM ", $name, " WHERE (", $key, ") > (", $after, ") ORDER BY ", $key, " LIMIT ", $limit),
            insert: concat!("INSERT INTO ", $name, " (", $columns, ") VALUES (", $places, ")"),
            count: concat!("SELECT COUNT(*) FROM ", $name),
        }
    };
}

/// Every table of the schema but `node`: which servers run on a database says nothing about its copy.
pub static TABLES: &[Table] = &[
    table!("meta", [Text], "key" > "$1" limit "$2", "key, value", "$1, $2"),
    table!("event", [Int], "position" > "$1" limit "$2",
        "position, stream_kind, stream_id, seq, at, actor, kind, body, hash", "$1, $2, $3, $4, $5, $6, $7, $8, $9"),
    table!("alert", [Text], "id" > "$1" limit "$2",
        "id, version, integration, dedup_key, status, service, last_at, body, began_at, said",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10"),
    table!("alert_repeat", [Text], "alert" > "$1" limit "$2", "alert, events, last_at", "$1, $2, $3"),
    table!("page", [Text], "id" > "$1" limit "$2",
        "id, version, status, subject, next_due_at, body, rank, wake_at", "$1, $2, $3, $4, $5, $6, $7, $8"),
    table!("policy_turn", [Text], "policy" > "$1" limit "$2", "policy, pages", "$1, $2"),
    table!("notification", [Text], "id" > "$1" limit "$2",
        "id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, next_due_at, reason, rank, begun_at, sent_with",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"),
    table!("attempt", [Text, Int], "notification, n" > "$1, $2" limit "$3",
        "notification, n, begun_at, ended_at, outcome, detail, provider_id, node", "$1, $2, $3, $4, $5, $6, $7, $8"),
    table!("delivery_report", [Text, Int, Text], "notification, attempt, what" > "$1, $2, $3" limit "$4",
        "notification, attempt, what, detail, failed, at", "$1, $2, $3, $4, $5, $6"),
    table!("incident", [Text], "id" > "$1" limit "$2",
        "id, version, slug, status, severity, declared_at, next_due_at, body", "$1, $2, $3, $4, $5, $6, $7, $8"),
    table!("postmortem", [Text], "id" > "$1" limit "$2",
        "id, version, incident, state, due_at, next_due_at, body", "$1, $2, $3, $4, $5, $6, $7"),
    table!("action_item", [Text], "id" > "$1" limit "$2",
        "id, incident, owner, due_on, priority, state, body", "$1, $2, $3, $4, $5, $6, $7"),
    table!("config", [Text, Text], "kind, id" > "$1, $2" limit "$3",
        "kind, id, version, managed, body", "$1, $2, $3, $4, $5"),
    table!("config_revision", [Text, Text, Int], "kind, id, version" > "$1, $2, $3" limit "$4",
        "kind, id, version, at, actor, body", "$1, $2, $3, $4, $5, $6"),
    table!("hole_warning", [Text, Int], "hole, days" > "$1, $2" limit "$3", "hole, days, warned_at, forget_at", "$1, $2, $3, $4"),
    table!("calendar_feed", [Text], "id" > "$1" limit "$2",
        "id, secret_hash, user_id, schedule, created_at, last_used_at, revoked_at", "$1, $2, $3, $4, $5, $6, $7"),
    table!("absence", [Text], "id" > "$1" limit "$2",
        "id, user_id, source, begins_at, ends_at, noted_at", "$1, $2, $3, $4, $5, $6"),
    table!("raw_request", [Text], "id" > "$1" limit "$2",
        "id, integration, received_at, content_type, body, outcome", "$1, $2, $3, $4, $5, $6"),
    table!("heartbeat", [Text], "integration" > "$1" limit "$2",
        "integration, seen_at, status, next_due_at", "$1, $2, $3, $4"),
    table!("notice", [Text], "id" > "$1" limit "$2",
        "id, status_page, incident, started_at, resolved_at, body", "$1, $2, $3, $4, $5, $6"),
    table!("component_change", [Text, Int], "component, at" > "$1, $2" limit "$3",
        "component, at, status, notice", "$1, $2, $3, $4"),
    table!("subscriber", [Text], "id" > "$1" limit "$2",
        "id, status_page, recipient, email, state, rejections, changed_at", "$1, $2, $3, $4, $5, $6, $7"),
    table!("subscriber_mail", [Text, Text], "subscriber, about" > "$1, $2" limit "$3",
        "subscriber, about, recipient, kind, notice, status, attempts, folded, owed_at, begun_at, next_due_at, reason",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"),
    table!("password", [Text], "user_id" > "$1" limit "$2", "user_id, hash, changed_at", "$1, $2, $3"),
    table!("session", [Text], "id" > "$1" limit "$2",
        "id, secret_hash, user_id, csrf, created_at, last_seen_at, expires_at", "$1, $2, $3, $4, $5, $6, $7"),
    table!("token", [Text], "id" > "$1" limit "$2",
        "id, secret_hash, user_id, name, scope, created_at, last_used_at, revoked_at", "$1, $2, $3, $4, $5, $6, $7, $8"),
    table!("sign_in_link", [Bytes], "secret_hash" > "$1" limit "$2",
        "secret_hash, user_id, expires_at, used_at", "$1, $2, $3, $4"),
    table!("contact_code", [Text, Text, Int], "user_id, contact, made_at" > "$1, $2, $3" limit "$4",
        "user_id, contact, made_at, salt, address, expires_at, tries, ended_at", "$1, $2, $3, $4, $5, $6, $7, $8"),
    table!("contact_asked", [Text, Text, Int, Bytes], "user_id, what, asked_at, address" > "$1, $2, $3, $4" limit "$5",
        "user_id, what, asked_at, address", "$1, $2, $3, $4"),
    table!("contact_proof", [Text, Text], "user_id, contact" > "$1, $2" limit "$3",
        "user_id, contact, address, seen_at, proven_at, how, tested_at, missed_at", "$1, $2, $3, $4, $5, $6, $7, $8"),
];
