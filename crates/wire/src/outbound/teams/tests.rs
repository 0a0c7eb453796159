//! The cards of the checkout outage, hostile text, the bound on bytes, and a meaning for every answer.

use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};
use nightbell_domain::paging::MessageKind;

const URL: &str = "https://prod-1.logic.test/workflows/abc/triggers/manual/paths/invoke?sig=s3cret";

fn body(message: &Message) -> Value {
    serde_json::from_slice(&request(URL, message).body).unwrap()
}

#[test]
fn the_cards_of_the_checkout_outage() {
    let shown = |message: &Message| serde_json::to_string_pretty(&body(message)).unwrap();
    insta::assert_snapshot!("page", shown(&checkout(MessageKind::Page)));
    insta::assert_snapshot!("resolved", shown(&checkout(MessageKind::Resolved)));
    insta::assert_snapshot!("storm", shown(&storm(MessageKind::Page)));
    let copy = body(&Message { repeat: true, ..checkout(MessageKind::Page) });
    assert!(copy.to_string().contains("It may be a second copy"));
}

#[test]
fn hostile_text_stands_in_text_runs_alone() {
    for nasty in HOSTILE {
        let message = hostile(nasty);
        let body = body(&message);
        let card = &body["attachments"][0]["content"];
        for part in card["body"].as_array().unwrap() {
            assert_eq!(part["type"], "RichTextBlock");
            for run in part["inlines"].as_array().unwrap() {
                assert_eq!(run["type"], "TextRun");
                assert!(!run["text"].as_str().unwrap().is_empty() && run.get("selectAction").is_none());
            }
        }
        let urls: Vec<&str> =
            card["actions"].as_array().unwrap().iter().map(|action| action["url"].as_str().unwrap()).collect();
        assert_eq!(urls, [message.ack_url.as_str(), message.url.as_str()]);
    }
}

#[test]
fn a_card_stays_below_the_bound_and_keeps_what_is_asked() {
    let message = Message { body: "\u{1F525} line\n".repeat(3_000), ..hostile(&"\u{1F525}".repeat(3_000)) };
    let request = request(URL, &message);
    assert!(request.body.len() <= BODY_BYTES_MAX, "{}", request.body.len());
    let card = &body(&message)["attachments"][0]["content"];
    assert!(card["body"].to_string().contains("If you do nothing"));
    assert_eq!(card["actions"].as_array().unwrap().len(), 2);
}

#[test]
fn every_answer_has_one_meaning() {
    let later = |detail: &str| Outcome::deferred(detail, None);
    for (status, body, expected) in [
        (200, "", Outcome::accepted(None, "Teams: HTTP 200")),
        (202, "", Outcome::accepted(None, "Teams: HTTP 202")),
        (
            400,
            r#"{"error":{"code":"TriggerInputSchemaMismatch","message":"The input body is wrong"}}"#,
            Outcome::wrong_address("Teams: HTTP 400 The input body is wrong"),
        ),
        (401, "", Outcome::wrong_address("Teams: HTTP 401")),
        (
            404,
            r#"{"error":{"code":"WorkflowNotFound","message":"gone"}}"#,
            Outcome::wrong_address("Teams: HTTP 404 gone"),
        ),
        (413, "", Outcome::wrong_address("Teams: HTTP 413")),
        (429, "", later("Teams: HTTP 429")),
        (502, "", later("Teams: HTTP 502")),
    ] {
        let answer = Answer { status, retry_after: None, body: body.into() };
        assert_eq!(classify(&answer), expected, "{status} {body}");
    }
}
