//! The messages of the checkout outage as Discord gets them, hostile text, limits, and a meaning for every answer.

use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};
use nightbell_domain::paging::MessageKind;

const URL: &str = "https://discord.test/api/v10/channels/55/messages";

fn body(message: &Message) -> Value {
    serde_json::from_slice(&request(URL, "t0k", message).body).unwrap()
}

#[test]
fn the_messages_of_the_checkout_outage() {
    let shown = |message: &Message| serde_json::to_string_pretty(&body(message)).unwrap();
    insta::assert_snapshot!("page", shown(&checkout(MessageKind::Page)));
    insta::assert_snapshot!("resolved", shown(&checkout(MessageKind::Resolved)));
    insta::assert_snapshot!("storm", shown(&storm(MessageKind::Page)));
    let opening = open("https://discord.test/api/v10/users/@me/channels", "t0k", "80351110224678912");
    assert_eq!(opening.body, br#"{"recipient_id":"80351110224678912"}"#);
    assert!(opening.headers.contains(&("authorization".to_owned(), "Bot t0k".to_owned())));
    let agent = opening.headers.iter().find(|(name, _)| name == "user-agent").unwrap();
    assert!(agent.1.starts_with("DiscordBot (https://"), "{agent:?}");
}

#[test]
fn inv_06_a_copy_is_the_same_message_to_discord_and_says_that_it_may_be_one() {
    let (first, copy) =
        (body(&checkout(MessageKind::Page)), body(&Message { repeat: true, ..checkout(MessageKind::Page) }));
    assert_eq!(first["nonce"], copy["nonce"]);
    assert!(first["nonce"].as_str().unwrap().len() <= 25);
    assert_eq!(copy["enforce_nonce"], true);
    assert!(copy["embeds"][0]["footer"]["text"].as_str().unwrap().contains("It may be a second copy"));
}

#[test]
fn hostile_text_is_never_markup_and_mentions_nobody() {
    let lines = |body: &Value| body["content"].as_str().unwrap().lines().count();
    let usual = lines(&body(&storm(MessageKind::Page)));
    for nasty in HOSTILE {
        let body = body(&hostile(nasty));
        assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
        let text = body.to_string();
        assert!(!text.contains("@everyone"), "{text}");
        assert_eq!(lines(&body), usual);
        let description = body["embeds"][0]["description"].as_str().unwrap();
        assert_eq!(description.matches("](").count(), 2, "only our two links: {description}");
        assert_eq!(description.matches("```").count(), 2, "{description}");
    }
}

#[test]
fn a_message_stays_within_discords_limits() {
    let body = body(&hostile(&"*_[x](y) wörd ".repeat(3_000)));
    let count = |value: &Value| value.as_str().unwrap_or_default().chars().count();
    let embed = &body["embeds"][0];
    assert!(count(&body["content"]) <= 2_000);
    assert!(count(&embed["description"]) <= 4_096);
    assert!(count(&embed["footer"]["text"]) <= 2_048);
    let fields = embed["fields"].as_array().unwrap();
    assert!(fields.len() <= 25);
    let mut all = count(&embed["description"]) + count(&embed["footer"]["text"]);
    for field in fields {
        assert!((1..=1_024).contains(&count(&field["value"])), "{field}");
        all += count(&field["name"]) + count(&field["value"]);
    }
    assert!(all <= 6_000, "{all}");
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.into() }
}

#[test]
fn the_channel_is_read_or_the_reason_told() {
    for (status, body, expected) in [
        (200, r#"{"id":"319674150115610528","type":1}"#, Ok("319674150115610528".to_owned())),
        (200, r#"{"id":"../guilds"}"#, Err(Outcome::deferred("Discord opened no channel that can be read", None))),
        (200, "<html>", Err(Outcome::deferred("Discord opened no channel that can be read", None))),
        (
            400,
            r#"{"code":50035,"message":"Invalid Form Body"}"#,
            Err(Outcome::wrong_address("Discord: HTTP 400 50035 Invalid Form Body")),
        ),
        (
            400,
            r#"{"code":50033,"message":"Invalid Recipient(s)"}"#,
            Err(Outcome::wrong_address("Discord: HTTP 400 50033 Invalid Recipient(s)")),
        ),
        (
            401,
            r#"{"code":0,"message":"401: Unauthorized"}"#,
            Err(Outcome::wrong_provider("Discord: HTTP 401 0 401: Unauthorized: look at [discord] token")),
        ),
        (500, "", Err(Outcome::deferred("Discord: HTTP 500", None))),
    ] {
        assert_eq!(opened(&answer(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn every_answer_has_one_meaning() {
    let wait = |ms: i64| Some(SignedDuration::from_millis(ms));
    for (status, body, expected) in [
        (200, r#"{"id":"66","channel_id":"55"}"#, Outcome::accepted(Some("66".to_owned()), "Discord took it")),
        (
            403,
            r#"{"code":50007,"message":"Cannot send messages to this user"}"#,
            Outcome::wrong_address("Discord: HTTP 403 50007 Cannot send messages to this user"),
        ),
        (
            404,
            r#"{"code":10003,"message":"Unknown Channel"}"#,
            Outcome::wrong_address("Discord: HTTP 404 10003 Unknown Channel"),
        ),
        (
            403,
            r#"{"code":50001,"message":"Missing Access"}"#,
            Outcome::wrong_provider("Discord: HTTP 403 50001 Missing Access"),
        ),
        (
            400,
            r#"{"code":50035,"message":"Invalid Form Body"}"#,
            Outcome::wrong_provider("Discord: HTTP 400 50035 Invalid Form Body"),
        ),
        (
            429,
            r#"{"message":"You are being rate limited.","retry_after":0.5,"global":false}"#,
            Outcome::deferred("Discord: HTTP 429 You are being rate limited.", wait(500)),
        ),
        (429, r#"{"retry_after":1e300}"#, Outcome::deferred("Discord: HTTP 429", None)),
        (429, r#"{"retry_after":86400}"#, Outcome::deferred("Discord: HTTP 429", wait(120_000))),
        (502, "", Outcome::deferred("Discord: HTTP 502", None)),
        (200, "ok", Outcome::unknown("Discord may or may not have taken it: its answer cannot be read")),
    ] {
        assert_eq!(classify(&answer(status, body)), expected, "{status} {body}");
    }
}
