//! The messages of the checkout outage as Slack gets them, hostile text, and a meaning for every answer.

use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};
use nightbell_domain::paging::MessageKind;

const URL: &str = "https://slack.test/api/chat.postMessage";

fn body(message: &Message) -> Value {
    serde_json::from_slice(&request(URL, "xoxb-1", "U0ALICE", message).body).unwrap()
}

fn shown(message: &Message) -> String {
    serde_json::to_string_pretty(&body(message)).unwrap()
}

#[test]
fn the_messages_of_the_checkout_outage() {
    insta::assert_snapshot!("page", shown(&checkout(MessageKind::Page)));
    insta::assert_snapshot!("resolved", shown(&checkout(MessageKind::Resolved)));
    insta::assert_snapshot!("storm", shown(&storm(MessageKind::Page)));
    let request = request(URL, "xoxb-1", "U0ALICE", &checkout(MessageKind::Page));
    assert_eq!((request.method, request.url.as_str()), ("POST", URL));
    assert!(request.headers.contains(&("authorization".to_owned(), "Bearer xoxb-1".to_owned())));
}

#[test]
fn a_second_copy_says_so() {
    let copy = body(&Message { repeat: true, ..checkout(MessageKind::Page) });
    assert!(copy["blocks"].to_string().contains("It may be a second copy"));
    assert_eq!(copy["metadata"]["event_payload"]["repeat"], true);
}

/// Every text object with markup in it.
fn markup(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.get("type") == Some(&"mrkdwn".into()) => found.push(map["text"].to_string()),
        Value::Object(map) => map.values().for_each(|value| markup(value, found)),
        Value::Array(list) => list.iter().for_each(|value| markup(value, found)),
        _ => {}
    }
}

#[test]
fn hostile_text_is_never_markup() {
    for nasty in HOSTILE {
        let message = hostile(nasty);
        let body = body(&message);
        let mut found = Vec::new();
        markup(&body["blocks"], &mut found);
        let ours = ["What broke", "Since", "How bad", "Source", "Incident", "Runbook"];
        assert!(found.iter().all(|text| ours.iter().any(|name| *text == format!("\"*{name}*\""))), "{found:?}");
        let text = body["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>']), "{text}");
        assert!(text.starts_with("[ALERT] 13 pages: "), "{text}");
        let urls: Vec<&str> =
            body["blocks"][2]["elements"].as_array().unwrap().iter().map(|b| b["url"].as_str().unwrap()).collect();
        assert_eq!(urls, [message.ack_url.as_str(), message.url.as_str()]);
    }
}

#[test]
fn a_message_stays_within_the_limits_of_blocks() {
    let message = hostile(&"<&> wörd ".repeat(3_000));
    let body = body(&message);
    let blocks = body["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50);
    assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
    for block in blocks {
        for text in std::iter::once(&block["text"]).chain(block["fields"].as_array().into_iter().flatten()) {
            assert!(text["text"].as_str().unwrap_or_default().chars().count() <= 3_000);
        }
        assert!(block["fields"].as_array().is_none_or(|fields| fields.len() <= 10));
    }
}

#[test]
fn every_answer_has_one_meaning() {
    #[track_caller]
    fn check(status: u16, retry_after_s: Option<i64>, body: &str, expected: Outcome) {
        let answer =
            Answer { status, retry_after: retry_after_s.map(jiff::SignedDuration::from_secs), body: body.into() };
        assert_eq!(classify(&answer), expected, "{status} {body}");
    }
    let later = |detail: &str, secs: Option<i64>| Outcome::deferred(detail, secs.map(jiff::SignedDuration::from_secs));
    check(
        200,
        None,
        r#"{"ok":true,"channel":"D1","ts":"1795409400.000100"}"#,
        Outcome::accepted(Some("1795409400.000100".into()), "Slack took it"),
    );
    for error in ["channel_not_found", "user_not_found", "user_disabled"] {
        check(
            200,
            None,
            &format!(r#"{{"ok":false,"error":"{error}"}}"#),
            Outcome::wrong_address(format!("Slack: {error}")),
        );
    }
    for error in ["invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"] {
        check(
            200,
            None,
            &format!(r#"{{"ok":false,"error":"{error}"}}"#),
            Outcome::wrong_provider(format!("Slack: {error}: look at [slack] token")),
        );
    }
    check(
        200,
        None,
        r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#,
        Outcome::wrong_provider("Slack: missing_scope (chat:write): give the app that scope"),
    );
    check(200, None, r#"{"ok":false,"error":"invalid_blocks"}"#, Outcome::wrong_provider("Slack: invalid_blocks"));
    check(200, None, r#"{"ok":false,"error":"fatal_error"}"#, later("Slack: fatal_error", None));
    check(429, Some(7), r#"{"ok":false,"error":"ratelimited"}"#, later("Slack: HTTP 429", Some(7)));
    check(429, Some(86_400), "", later("Slack: HTTP 429", Some(120)));
    check(503, None, "", later("Slack: HTTP 503", None));
    check(404, None, "", Outcome::wrong_provider("Slack: HTTP 404"));
    for garbage in ["", "<html>", "[]", "null", r#"{"ok":"yes"}"#] {
        check(200, None, garbage, Outcome::unknown("Slack may or may not have taken it: its answer cannot be read"));
    }
}
