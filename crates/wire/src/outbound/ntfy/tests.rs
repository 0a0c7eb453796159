use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};
use jiff::SignedDuration;
use serde_json::Value;

fn read(message: &Message) -> Value {
    serde_json::from_slice(&body("oncall-alice", message)).unwrap()
}

#[test]
fn the_bodies() {
    for (name, message) in [
        ("page", checkout(MessageKind::Page)),
        ("storm", storm(MessageKind::Page)),
        ("resolved", checkout(MessageKind::Resolved)),
    ] {
        insta::assert_snapshot!(name, serde_json::to_string_pretty(&read(&message)).unwrap());
    }
    let low = Message { urgency: Urgency::Low, ..checkout(MessageKind::Page) };
    assert_eq!(read(&low)["priority"], 3);
    assert_eq!(read(&checkout(MessageKind::Notice))["actions"].as_array().unwrap().len(), 1, "nothing to acknowledge");
    let asked = checkout(MessageKind::StillOn);
    let press = &read(&asked)["actions"][0];
    assert_eq!((&press["label"], &press["method"]), (&"Still on it".into(), &"POST".into()));
    assert_eq!(press["url"], format!("{}/press/still-on", asked.ack_url));
}

#[test]
fn whatever_an_alert_says_it_stays_a_message_and_keeps_its_actions() {
    let long = "€".repeat(20_000);
    for text in HOSTILE.iter().copied().chain([long.as_str(), &"\"\\".repeat(3_000)]) {
        let message = hostile(text);
        assert!(body("t", &message).len() <= BODY_BYTES_MAX, "{}", body("t", &message).len());
        let value = read(&message);
        assert_eq!(value["topic"], "oncall-alice");
        assert_eq!(value["actions"][0]["url"], format!("{}/press", message.ack_url));
        assert_eq!(value["actions"][0]["method"], "POST");
    }
}

#[test]
fn the_request_goes_to_the_root_of_the_server_with_its_key() {
    let message = checkout(MessageKind::Page);
    for base in ["https://ntfy.example.net", "https://ntfy.example.net/"] {
        let open = request(base, "t", &message, None);
        assert_eq!(open.url, "https://ntfy.example.net/");
        assert!(open.headers.iter().all(|(name, _)| name != "authorization"));
    }
    let closed = request("https://ntfy.example.net", "t", &message, Some("Bearer tk_1"));
    assert!(closed.headers.contains(&("authorization".to_owned(), "Bearer tk_1".to_owned())));
}

#[test]
fn every_answer_of_a_server() {
    for (status, wait, body, expected) in [
        (
            200,
            None,
            r#"{"id":"hwQ2YpKdmg","event":"message"}"#,
            Outcome::accepted(Some("hwQ2YpKdmg".to_owned()), "HTTP 200"),
        ),
        (200, None, "", Outcome::accepted(None, "HTTP 200")),
        (
            400,
            None,
            r#"{"code":40009,"http":400,"error":"invalid request: topic invalid"}"#,
            Outcome::wrong_address("HTTP 400: invalid request: topic invalid"),
        ),
        (
            401,
            None,
            r#"{"code":40101,"http":401,"error":"unauthorized"}"#,
            Outcome::wrong_provider(
                "HTTP 401: the server does not let us write to this topic; look at [ntfy] token, or user and password: unauthorized",
            ),
        ),
        (
            403,
            None,
            "",
            Outcome::wrong_provider(
                "HTTP 403: the server does not let us write to this topic; look at [ntfy] token, or user and password",
            ),
        ),
        (404, None, "not found", Outcome::wrong_address("HTTP 404")),
        (413, None, "", Outcome::wrong_provider("HTTP 413: the server takes no message of 4 KiB")),
        (
            429,
            Some(9),
            r#"{"code":42901,"http":429,"error":"limit reached"}"#,
            Outcome::deferred("HTTP 429: limit reached", Some(SignedDuration::from_secs(9))),
        ),
        (500, None, "", Outcome::deferred("HTTP 500", None)),
        (507, None, r#"{"code":50701,"error":"disk full"}"#, Outcome::deferred("HTTP 507: disk full", None)),
        (304, None, "", Outcome::wrong_address("HTTP 304: redirects are not followed; set the final address")),
    ] {
        let answer =
            Answer { status, retry_after: wait.map(SignedDuration::from_secs), body: body.as_bytes().to_vec() };
        assert_eq!(classify(&answer), expected, "{status} {body}");
    }
}
