use super::{
    update::{Press, Update},
    *,
};
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, page_id, storm};

fn bot() -> BotKey {
    BotKey::new("123456:ABC-DEF1234ghIkl").unwrap()
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn the_messages() {
    for (name, message) in [
        ("page", checkout(MessageKind::Page)),
        ("storm", storm(MessageKind::Page)),
        ("resolved", checkout(MessageKind::Resolved)),
    ] {
        let request = send(BASE_URL, &bot(), "4711", &message, Link::Button);
        assert_eq!(request.url, "https://api.telegram.org/bot123456:ABC-DEF1234ghIkl/sendMessage");
        insta::assert_snapshot!(name, serde_json::to_string_pretty(&body(&request)).unwrap());
    }
    let quiet =
        |message: &Message| body(&send(BASE_URL, &bot(), "1", message, Link::Button))["disable_notification"] == true;
    assert!(!quiet(&checkout(MessageKind::Page)), "a page rings");
    assert!(quiet(&Message { urgency: Urgency::Low, ..checkout(MessageKind::Page) }));
    assert!(quiet(&checkout(MessageKind::Resolved)), "its end wakes nobody");
    let text = body(&send(BASE_URL, &bot(), "4711", &checkout(MessageKind::Page), Link::Text));
    assert!(text["text"].as_str().unwrap().ends_with("\nhttps://bell.acme.test/p/AQGWjCoAAHAA"));
    assert_eq!(text["reply_markup"]["inline_keyboard"][0].as_array().unwrap().len(), 1);
}

#[test]
fn somebody_who_is_asked_answers_in_one_press() {
    let asked = body(&send(BASE_URL, &bot(), "4711", &checkout(MessageKind::StillOn), Link::Button));
    let button = &asked["reply_markup"]["inline_keyboard"][0][0];
    assert_eq!(button["text"], "Still on it");
    let data = button["callback_data"].as_str().unwrap();
    assert_eq!(bot().page(data, "4711"), Some((Asked::StillOn, page_id())));
}

/// Whoever is in a group reads all of it: nothing in there may act as one of them.
#[test]
fn a_group_is_told_and_can_press_nothing() {
    for (chat, shown) in [("-100", Value::from(-100)), ("@team", Value::from("@team"))] {
        for kind in [MessageKind::Page, MessageKind::StillOn, MessageKind::Resolved] {
            let message = checkout(kind);
            for link in [Link::Button, Link::Text] {
                let body = body(&send(BASE_URL, &bot(), chat, &message, link));
                assert_eq!(body["chat_id"], shown);
                let said = body.to_string();
                assert!(!said.contains("callback_data") && !said.contains(&message.ack_url), "{said}");
                assert!(said.contains(&message.url), "{said}");
            }
        }
    }
}

#[test]
fn whatever_an_alert_says_is_text_and_fits() {
    let (many, marks) = ("€".repeat(20_000), "<&>".repeat(3_000));
    for text in HOSTILE.iter().copied().chain([many.as_str(), marks.as_str()]) {
        let message = hostile(text);
        let body = body(&send(BASE_URL, &bot(), "4711", &message, Link::Button));
        let sent = body["text"].as_str().unwrap();
        let bare = sent.replace("<b>", "").replace("</b>", "");
        assert!(!bare.contains(['<', '>']), "{bare}");
        let read = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert!(read.encode_utf16().count() <= 4_096, "{}", read.len());
    }
}

#[test]
fn a_button_is_good_for_its_chat_alone() {
    let reference = bot().reference(Asked::Acknowledge, page_id(), "4711");
    assert!(reference.len() <= 64, "{} bytes", reference.len());
    assert_eq!(bot().page(&reference, "4711"), Some((Asked::Acknowledge, page_id())));
    let still_on = bot().reference(Asked::StillOn, page_id(), "4711");
    assert!(still_on.len() <= 64, "{} bytes", still_on.len());
    assert_eq!(bot().page(&still_on, "4711"), Some((Asked::StillOn, page_id())));
    let crossed = reference.replace("ack:", "still:");
    let other = BotKey::new("123456:other").unwrap();
    let mut changed = reference.clone();
    changed.replace_range(10..11, if &reference[10..11] == "A" { "B" } else { "A" });
    for (bot, reference, chat) in [
        (bot(), reference.as_str(), "4712"),
        (bot(), reference.as_str(), "-4711"),
        (other, reference.as_str(), "4711"),
        (bot(), changed.as_str(), "4711"),
        (bot(), &crossed, "4711"),
        (bot(), &reference[4..], "4711"),
        (bot(), &reference[..30], "4711"),
        (bot(), "ack:", "4711"),
        (bot(), "", "4711"),
    ] {
        assert_eq!(bot.page(reference, chat), None, "{reference} in {chat}");
    }
}

#[test]
fn the_key_is_read_and_never_shown() {
    for wrong in ["", "123456", ":x", "12a:x", "123456:", "123:a b", "123:ä", "123/..:x"] {
        let said = BotKey::new(wrong).expect_err(wrong);
        assert!(said.contains("BotFather"), "{said}");
    }
    assert_eq!(format!("{:?}", bot()), "BotKey");
    let secret = bot().caller_secret();
    assert!(secret.len() == 64 && !secret.contains("ABC"), "{secret}");
    assert_ne!(secret, BotKey::new("123456:other").unwrap().caller_secret());
}

#[test]
fn every_answer_of_telegram() {
    let failed =
        |status: u16, said: &str| (status, format!(r#"{{"ok":false,"error_code":{status},"description":"{said}"}}"#));
    let is = Verdict::Is;
    let table = [
        (
            (200, r#"{"ok":true,"result":{"message_id":5,"chat":{"id":4711}}}"#.to_owned()),
            is(Outcome::accepted(Some("5".to_owned()), "HTTP 200")),
        ),
        ((200, "<html>".to_owned()), is(Outcome::unknown("HTTP 200: not an answer of Telegram"))),
        (failed(400, "Bad Request: BUTTON_URL_INVALID"), Verdict::NoButton),
        (failed(400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL"), Verdict::NoButton),
        (
            (
                400,
                r#"{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-100123}}"#
                    .to_owned(),
            ),
            Verdict::Moved("-100123".to_owned()),
        ),
        (
            (
                429,
                r#"{"ok":false,"error_code":429,"description":"Too Many","parameters":{"retry_after":7}}"#.to_owned(),
            ),
            is(Outcome::deferred("HTTP 429: Too Many", Some(SignedDuration::from_secs(7)))),
        ),
        (
            (429, r#"{"ok":false,"parameters":{"retry_after":4000}}"#.to_owned()),
            is(Outcome::deferred("HTTP 429", Some(SignedDuration::from_mins(2)))),
        ),
        (failed(500, "Internal"), is(Outcome::deferred("HTTP 500: Internal", None))),
        ((502, String::new()), is(Outcome::deferred("HTTP 502", None))),
    ];
    for ((status, body), expected) in table {
        assert_eq!(
            classify(&Answer { status, retry_after: None, body: body.clone().into_bytes() }),
            expected,
            "{body}"
        );
    }
    for (answer, wrong) in [
        (failed(400, "Bad Request: chat not found"), Wrong::Address),
        (failed(403, "Forbidden: bot was blocked by the user"), Wrong::Address),
        (failed(403, "Forbidden: user is deactivated"), Wrong::Address),
        (failed(400, "Bad Request: can't parse entities"), Wrong::Provider),
        (failed(401, "Unauthorized"), Wrong::Provider),
        (failed(404, "Not Found"), Wrong::Provider),
    ] {
        let (status, body) = answer;
        let verdict = classify(&Answer { status, retry_after: None, body: body.clone().into_bytes() });
        match verdict {
            Verdict::Is(Outcome::Rejected { wrong: found, detail }) => {
                assert_eq!(found, wrong, "{body}");
                assert!(body.contains(detail.rsplit(": ").next().unwrap()), "its own words: {detail}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn what_telegram_tells() {
    let press = r#"{"update_id":1,"callback_query":{"id":"q1","from":{"id":42,"is_bot":false,"first_name":"A"},"chat_instance":"9",
        "message":{"message_id":5,"date":1,"chat":{"id":-100,"type":"group"},"text":"Disk full"},"data":"ack:x"}}"#;
    let pressed = Press {
        query: "q1".to_owned(),
        by: 42,
        chat: -100,
        message_id: 5,
        text: "Disk full".to_owned(),
        data: "ack:x".to_owned(),
    };
    assert_eq!(Update::read(press.as_bytes()), Some(Update::Press(pressed)));
    let said = |text: &str| {
        let update = json!({ "update_id": 2, "message": { "message_id": 1, "chat": { "id": 7 }, "text": text } });
        Update::read(update.to_string().as_bytes())
    };
    for greeting in ["/start", "/start deep-link", "/start@night_bot", "/id", "/help"] {
        assert_eq!(said(greeting), Some(Update::Greeting { chat: 7 }), "{greeting}");
    }
    for other in ["hello", "/starting", "", "start"] {
        assert_eq!(said(other), Some(Update::Other), "{other}");
    }
    // A press under a message that is too old for Telegram to show, and something new in their API.
    for other in
        [r#"{"update_id":3,"callback_query":{"id":"q","from":{"id":1},"data":"x"}}"#, r#"{"update_id":4,"poll":{}}"#]
    {
        assert_eq!(Update::read(other.as_bytes()), Some(Update::Other), "{other}");
    }
    for broken in ["", "[]", "null", r#"{"callback_query":{}}"#, "\u{feff}{}"] {
        assert_eq!(Update::read(broken.as_bytes()), None, "{broken}");
    }
}
