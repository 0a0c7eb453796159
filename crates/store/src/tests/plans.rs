//! How SQLite goes about every statement: none reads a table from end to end that grows with the years, and none sorts but what is small. The list
//! is that of `constants`, so a statement that is added later is looked at as well.

use super::constants::listed;
use crate::Sqlite;

/// Tables whose rows become more with every alert, page, incident or public update.
const GROWING: [&str; 15] = [
    "event",
    "alert",
    "alert_repeat",
    "page",
    "notification",
    "attempt",
    "delivery_report",
    "incident",
    "postmortem",
    "action_item",
    "raw_request",
    "notice",
    "component_change",
    "subscriber_mail",
    "config_revision",
];

/// (file, name): goes through what another step has found already.
const READS_FOUND: [(&str, &str); 1] = [("bundle.rs", "ALONG")];

/// File and names: sorts, and why that stays small.
const SORTS: [(&str, &[&str], &str); 10] = [
    ("bundle.rs", &["ALONG", "ALONG_IDS", "TOLD_WITH"], "of one message"),
    ("canary.rs", &["OF_CANARIES", "WAITING"], "canaries are forgotten within hours"),
    ("delivery_report.rs", &["OF_PAGE", "FAILED"], "of one page, or one attempt"),
    ("heartbeat.rs", &["DUE"], "those of one instant"),
    ("learning.rs", &["DUE"], "those of one instant"),
    ("learning.rs", &["ITEMS_OF"], "of one incident"),
    ("paging.rs", &["OF_SUBJECT", "OF_PAGE", "QUEUED_OF_PAGE", "ATTEMPTS"], "of one alert, incident or page"),
    ("response.rs", &["DUE"], "those of one instant"),
    (
        "subscriber.rs",
        &["FORGET_UNCONFIRMED_MAILS", "FORGET_UNCONFIRMED", "DUE", "ASKED", "QUEUED"],
        "as many as may subscribe, or of one reader, or those of one instant",
    ),
    ("voice.rs", &["NOTICES"], "the days that a status page shows"),
];

/// How a statement names a table: as it is called, and by its alias.
fn names<'s>(sql: &'s str, table: &'s str) -> Vec<&'s str> {
    let aliases = sql.split([' ', '(', ')', ',']).collect::<Vec<_>>();
    let alias = |two: &[&'s str]| (two[0] == table && two[1].len() == 1).then_some(two[1]);
    std::iter::once(table).chain(aliases.windows(2).filter_map(alias)).collect()
}

/// Whether a step of a plan reads all rows of a growing table: no index says where to begin or where to end, or it walks along the ids of all of
/// them and looks at each whether it is wanted.
fn reads_all(sql: &str, step: &str) -> bool {
    let Some(read) = step.strip_prefix("SCAN ") else { return false };
    let filters = sql.contains(" WHERE ");
    let of = |table: &&str| {
        let by_id = read.contains(&format!("INDEX sqlite_autoindex_{table}_"));
        names(sql, table).contains(&read) || (filters && by_id)
    };
    GROWING.iter().any(of)
}

fn sorts_for_a_reason(file: &str, name: &str) -> bool {
    SORTS.iter().any(|(known, names, _)| *known == file && names.contains(&name))
}

#[test]
fn no_statement_reads_a_growing_table_from_end_to_end_or_sorts_it() {
    let database = Sqlite::in_memory().expect("opens");
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for (file, name, sql) in listed().iter().filter(|(_, _, sql)| !sql.contains("SAVEPOINT")) {
        looked_at += 1;
        let plan = database.plan(sql);
        if plan.split("; ").any(|step| reads_all(sql, step)) && !READS_FOUND.contains(&(file, name)) {
            wrong.push(format!("{file} {name} reads it all: {plan}"));
        }
        if plan.contains("TEMP B-TREE") && !sorts_for_a_reason(file, name) {
            wrong.push(format!("{file} {name} sorts: {plan}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(looked_at >= 100, "only {looked_at} statements");
}

#[test]
fn what_reads_it_all_is_seen() {
    let cases = [
        ("SELECT body FROM alert WHERE status = $1", "SCAN alert", true),
        ("SELECT a.body FROM alert a WHERE a.status = $1", "SCAN a", true),
        (
            "SELECT body FROM alert WHERE status = $1 ORDER BY id",
            "SCAN alert USING INDEX sqlite_autoindex_alert_1",
            true,
        ),
        ("SELECT body FROM alert ORDER BY id LIMIT $1", "SCAN alert USING INDEX sqlite_autoindex_alert_1", false),
        ("SELECT body FROM alert WHERE status <> 'x'", "SCAN alert USING INDEX alert_open", false),
        ("SELECT body FROM alert WHERE id = $1", "SEARCH alert USING INDEX sqlite_autoindex_alert_1 (id=?)", false),
        ("SELECT value FROM meta", "SCAN meta", false),
    ];
    for (sql, step, expected) in cases {
        assert_eq!(reads_all(sql, step), expected, "{sql}: {step}");
    }
}
