//! The posts of the checkout outage as Mattermost gets them, hostile text, and a meaning for every answer.

use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};
use nightbell_domain::paging::MessageKind;

fn body(message: &Message) -> Value {
    serde_json::from_slice(&request("https://chat.test/api/v4/posts", "t0k", "ch1", message).body).unwrap()
}

#[test]
fn the_posts_of_the_checkout_outage() {
    let shown = |message: &Message| serde_json::to_string_pretty(&body(message)).unwrap();
    insta::assert_snapshot!("page", shown(&checkout(MessageKind::Page)));
    insta::assert_snapshot!("resolved", shown(&checkout(MessageKind::Resolved)));
    insta::assert_snapshot!("storm", shown(&storm(MessageKind::Page)));
    assert_eq!(open("https://chat.test/x", "t0k", "b0t", "al1ce").body, br#"["b0t","al1ce"]"#);
}

#[test]
fn inv_06_a_copy_is_the_same_post_and_says_that_it_may_be_one() {
    let (first, copy) =
        (body(&checkout(MessageKind::Page)), body(&Message { repeat: true, ..checkout(MessageKind::Page) }));
    assert_eq!(first["pending_post_id"], copy["pending_post_id"]);
    assert!(copy["props"]["attachments"][0]["footer"].as_str().unwrap().contains("It may be a second copy"));
}

#[test]
fn a_person_is_named_by_id_or_by_name() {
    for (user, expected) in [
        ("alice", Some("/api/v4/users/username/alice")),
        ("Alice.B-c_1", Some("/api/v4/users/username/alice.b-c_1")),
        ("4xp9fdt77pncbef59f4k1qe83o", Some("/api/v4/users/4xp9fdt77pncbef59f4k1qe83o")),
        ("", None),
        ("..", None),
        ("a/../me", None),
        ("a?b", None),
        ("ünal", None),
    ] {
        assert_eq!(path_of(user).as_deref(), expected, "{user}");
    }
}

#[test]
fn hostile_text_is_never_markup_and_mentions_nobody() {
    let lines = |body: &Value| body["message"].as_str().unwrap().lines().count();
    let usual = lines(&body(&storm(MessageKind::Page)));
    for nasty in HOSTILE {
        let body = body(&hostile(nasty));
        assert!(!body["message"].to_string().contains("@everyone"), "{body}");
        assert_eq!(lines(&body), usual);
        assert_eq!(body["message"].as_str().unwrap().matches("](").count(), 2, "only our two links");
        let text = body["props"]["attachments"][0]["text"].as_str().unwrap();
        assert_eq!((text.matches("](").count(), text.matches("```").count()), (0, 2), "{text}");
    }
    let long = body(&hostile(&"*_[x](y) wörd ".repeat(3_000)));
    assert!(long["message"].as_str().unwrap().chars().count() < 4_000);
    assert!(long["props"].to_string().chars().count() < 60_000);
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.into() }
}

#[test]
fn who_is_who_is_read_or_the_reason_told() {
    let unreadable =
        Outcome::deferred("Mattermost: an answer that cannot be read; is [mattermost] base_url the server's?", None);
    for (status, body, expected) in [
        (200, r#"{"id":"al1ce","delete_at":0}"#, Ok("al1ce".to_owned())),
        (
            200,
            r#"{"id":"al1ce","delete_at":1700000000000}"#,
            Err(Outcome::wrong_address("Mattermost: the user is deactivated")),
        ),
        (
            404,
            r#"{"id":"store.sql_user.missing_account.const","message":"Unable to find the user.","status_code":404}"#,
            Err(Outcome::wrong_address("Mattermost: HTTP 404 Unable to find the user.: no such user")),
        ),
        (
            401,
            r#"{"id":"api.context.session_expired.app_error","message":"Invalid or expired session","status_code":401}"#,
            Err(Outcome::wrong_provider("Mattermost: HTTP 401 Invalid or expired session: look at [mattermost] token")),
        ),
        (200, "<html>", Err(unreadable.clone())),
        (200, r#"{"id":"../x"}"#, Err(unreadable)),
        (503, "", Err(Outcome::deferred("Mattermost: HTTP 503", None))),
    ] {
        assert_eq!(person(&answer(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn every_answer_has_one_meaning() {
    for (status, body, expected) in [
        (201, r#"{"id":"p0st"}"#, Outcome::accepted(Some("p0st".to_owned()), "Mattermost took it")),
        (
            400,
            r#"{"id":"api.post.create_post.can_not_post_to_deleted.error","message":"Cannot post to deleted channel."}"#,
            Outcome::wrong_address("Mattermost: HTTP 400 Cannot post to deleted channel."),
        ),
        (
            403,
            r#"{"id":"api.context.permissions.app_error","message":"You do not have the appropriate permissions."}"#,
            Outcome::wrong_provider("Mattermost: HTTP 403 You do not have the appropriate permissions."),
        ),
        (429, "limit exceeded", Outcome::deferred("Mattermost: HTTP 429", None)),
        (
            500,
            r#"{"id":"api.post.deduplicate_create_post.pending","message":"in flight"}"#,
            Outcome::deferred("Mattermost: HTTP 500 in flight", None),
        ),
        (201, "", Outcome::unknown("Mattermost may or may not have taken it: its answer cannot be read")),
    ] {
        assert_eq!(classify(&answer(status, body)), expected, "{status} {body}");
    }
}
