//! Values go in and come out the same, bound by the number in the text.

use crate::{
    Database, Row, StoreError, Value, meta,
    signal::{RawRequest, keep_raw, raw},
    tests::samples::{at, id, read, try_read, write},
};
use nightbell_domain::ids::RequestId;

fn request(body: Vec<u8>) -> RawRequest {
    RawRequest {
        id: id(RequestId::PREFIX, 1),
        integration: "uptime".to_owned(),
        received_at: at(0),
        content_type: "application/json".to_owned(),
        body,
        outcome: String::new(),
    }
}

pub fn large_values_come_back_whole(db: &mut dyn Database) {
    let mebibyte: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    let kept = request(mebibyte);
    write(db, |tx| keep_raw(tx, kept.clone())).expect("stored");
    assert!(read(db, |tx| raw(tx, "~", 1)) == [kept], "a body of one mebibyte, with every byte but a few");
    let text = "é🔔a".repeat((1 << 20) / 7);
    write(db, |tx| meta::set(tx, "large", &text)).expect("stored");
    assert!(read(db, |tx| meta::get(tx, "large")) == Some(text), "a text of one mebibyte");
}

pub fn hostile_text_comes_back_whole(db: &mut dyn Database) {
    let texts = [
        "",
        " ",
        "'); DROP TABLE event; --",
        "\"quoted\" \\ %_ $1 ?1 :name",
        "line\nbreak\r\n\ttab\u{1}\u{7f}",
        "\u{202e}right to left\u{feff}",
        "e\u{301} is not \u{e9}",
        "𝔘𝔫𝔦 👩‍🚒",
        "<!channel> <script>alert(1)</script>",
    ];
    for text in texts {
        write(db, |tx| meta::set(tx, "text", text)).expect("stored");
        assert_eq!(read(db, |tx| meta::get(tx, "text")).as_deref(), Some(text));
        write(db, |tx| meta::set(tx, text, "as a key")).expect("stored");
        assert_eq!(read(db, |tx| meta::get(tx, text)).as_deref(), Some("as a key"));
    }
    assert_eq!(crate::tests::samples::number(db, "SELECT COUNT(*) FROM event"), 0, "the journal is still there");
}

const KEEP_NOTICE: &str =
    "INSERT INTO notice (id, status_page, incident, started_at, resolved_at, body) VALUES ($1, 'p', $2, $3, $4, '{}')";
const KEPT_NOTICE: &str = "SELECT incident, started_at, resolved_at FROM notice WHERE id = $1";

pub fn null_is_null_and_not_empty(db: &mut dyn Database) {
    let none: [Value; 4] = ["none".into(), Value::Null, 0_i64.into(), Value::Null];
    let empty: [Value; 4] = ["empty".into(), "".into(), 0_i64.into(), 0_i64.into()];
    for values in [&none, &empty] {
        write(db, |tx| tx.run(KEEP_NOTICE, values)).expect("stored");
    }
    let kept = |db: &mut dyn Database, id: &str| {
        read(db, |tx| {
            let row = tx.row(KEPT_NOTICE, &[id.into()])?.expect("a row");
            Ok((row.text_option(0)?.map(str::to_owned), row.instant_option(2)?.map(crate::micros)))
        })
    };
    assert_eq!(kept(db, "none"), (None, None));
    assert_eq!(kept(db, "empty"), (Some(String::new()), Some(0)));
    assert_eq!(Value::from(None::<i64>), Value::Null);
    assert_eq!(Value::from(Some("x")), Value::Text("x".to_owned()));
}

pub fn whole_range_of_integers_comes_back(db: &mut dyn Database) {
    for (n, number) in [i64::MIN, -1, 0, 1, i64::MAX].into_iter().enumerate() {
        let key = format!("n{n}");
        let values: [Value; 4] = [key.as_str().into(), Value::Null, number.into(), Value::Null];
        write(db, |tx| tx.run(KEEP_NOTICE, &values)).expect("stored");
        let row = read(db, |tx| tx.row(KEPT_NOTICE, &[key.as_str().into()])).expect("a row");
        assert_eq!(row.int(1).expect("a number"), number);
        assert_eq!(row.count(1).is_ok(), number >= 0, "{number} as a count");
        assert_eq!(row.instant(1).is_ok(), number.abs_diff(0) < 2, "{number} as an instant");
    }
}

pub fn parameters_are_bound_by_number(db: &mut dyn Database) {
    let set = "INSERT INTO meta (value, key) VALUES ($2, $1)";
    write(db, |tx| tx.run(set, &["key".into(), "value".into()])).expect("stored");
    assert_eq!(read(db, |tx| meta::get(tx, "key")).as_deref(), Some("value"));
    let turned = "SELECT key FROM meta WHERE value = $2 AND key = $1";
    let found =
        |db: &mut dyn Database, a: &str, b: &str| read(db, |tx| tx.row(turned, &[a.into(), b.into()])).is_some();
    assert!(found(db, "key", "value"));
    assert!(!found(db, "value", "key"));
    let repeated = "SELECT value FROM meta WHERE key = $1 AND value <> $1 AND value = $2 AND key <> $2";
    assert!(read(db, |tx| tx.row(repeated, &["key".into(), "value".into()])).is_some());
}

pub fn wrong_number_of_values_is_refused(db: &mut dyn Database) {
    let set = "INSERT INTO meta (key, value) VALUES ($1, $2)";
    for values in [vec![], vec!["a".into()], vec!["a".into(), "b".into(), "c".into()]] {
        let result = write(db, |tx| tx.run(set, &values));
        assert!(result.is_err(), "{} values were taken", values.len());
    }
    assert_eq!(read(db, |tx| meta::get(tx, "a")), None);
}

/// A way to read a row.
type Look<'a> = &'a dyn Fn(&Row) -> Result<(), StoreError>;

pub fn column_of_another_kind_is_damage(db: &mut dyn Database) {
    write(db, |tx| meta::set(tx, "key", "not an id")).expect("stored");
    let ask = |db: &mut dyn Database, look: Look<'_>| {
        try_read(db, |tx| look(&tx.row("SELECT value FROM meta WHERE key = 'key'", &[])?.expect("a row")))
    };
    let looks: [(&str, Look<'_>); 8] = [
        ("an integer", &|row| row.int(0).map(drop)),
        ("a count", &|row| row.count(0).map(drop)),
        ("an instant", &|row| row.instant(0).map(drop)),
        ("an instant or nothing", &|row| row.instant_option(0).map(drop)),
        ("bytes", &|row| row.blob(0).map(drop)),
        ("an id", &|row| row.parse::<RequestId>(0).map(drop)),
        ("JSON", &|row| row.json::<Vec<u8>>(0).map(drop)),
        ("a column that is not there", &|row| row.text(1).map(drop)),
    ];
    for (wanted, look) in looks {
        let result = ask(db, look);
        assert!(matches!(result, Err(StoreError::Corrupt(_))), "text as {wanted}: {result:?}");
    }
    ask(db, &|row| row.text(0).map(drop)).expect("text is text");
}

pub fn affected_rows_are_counted(db: &mut dyn Database) {
    for key in ["a", "b", "c"] {
        write(db, |tx| meta::set(tx, key, "1")).expect("stored");
    }
    let touched = |db: &mut dyn Database, sql: &'static str| write(db, |tx| tx.run(sql, &[])).expect("done");
    assert_eq!(touched(db, "UPDATE meta SET value = '2' WHERE key IN ('a', 'b')"), 2);
    assert_eq!(touched(db, "UPDATE meta SET value = '2' WHERE key = 'z'"), 0);
    assert_eq!(touched(db, "DELETE FROM meta WHERE key IN ('a', 'b', 'c')"), 3);
}
