//! Tables and cells, hostile texts among them.

use super::*;
use serde_json::json;

#[test]
fn cells() {
    for (value, expected) in [
        (json!(null), "–"),
        (json!("Checkout is down"), "Checkout is down"),
        (json!("2026-05-02T13:07:00.123456Z"), "2026-05-02 13:07:00 UTC"),
        (json!("2026-05-02"), "2026-05-02"),
        (json!(true), "yes"),
        (json!(7), "7"),
        (json!(["a", "b"]), "a, b"),
    ] {
        assert_eq!(cell(Some(&value)), expected);
    }
    assert_eq!(cell(None), "–");
    assert!(!cell(Some(&json!("\u{1b}[2Jgone\r\nnext"))).contains(['\u{1b}', '\n', '\r']));
    assert!(cell(Some(&json!("x".repeat(500)))).chars().count() <= CELL_CHARS_MAX);
}

#[test]
fn tables_line_up_and_keep_missing_fields_visible() {
    let items = [json!({"id": "a", "who": {"name": "Ann"}}), json!({"id": "bb", "who": null})];
    let table = table(&items, &[("id", "/id"), ("on call", "/who/name")]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("ID") && lines[0].contains("ON CALL"));
    assert!(lines[1].contains("Ann") && lines[2].contains('–'));
    assert_eq!(lines[0].find("ON CALL"), lines[1].find("Ann"));
}

#[test]
fn terminal_sequences_do_not_pass() {
    assert_eq!(harmless("a\u{1b}]0;owned\u{7}\n\tb\r"), "a]0;owned\n\tb");
}
