//! Words, codes and tokens, as tables.

use super::{gsm::fits, *};
use crate::outbound::{
    links::LinkError,
    test_messages::{HOSTILE, at, by_phone, hostile, page_id, storm},
};
use nightbell_domain::{
    ids::NotificationId,
    paging::{Message, MessageKind},
};

const KEY: [u8; 32] = [7; 32];

#[test]
fn a_text_message_says_what_where_and_how_to_answer() {
    let page = by_phone(MessageKind::Page);
    assert_eq!(
        text_message(&page, true),
        "CRITICAL Checkout: Checkout error rate above 5 %\nReply 4 to acknowledge (or \"4711 4\" if several ring).\n\
         https://bell.acme.test/p/AQGWjCoAAHAA"
    );
    let silent = text_message(&page, false);
    assert!(!silent.contains("Reply") && silent.ends_with("/p/AQGWjCoAAHAA"), "{silent}");
    let again = Message { repeat: true, ..page };
    assert!(text_message(&again, true).starts_with("CRITICAL (again) Checkout: "));
    let many = Message { also: storm(MessageKind::Page).also, ..by_phone(MessageKind::Page) };
    assert!(text_message(&many, true).contains("\nAnd 12 more.\n"));
    for (kind, begins) in [
        (MessageKind::Resolved, "OVER Checkout: "),
        (MessageKind::Cancelled, "CALLED OFF Checkout: "),
        (MessageKind::Notice, "INFO Checkout: "),
    ] {
        let text = text_message(&by_phone(kind), true);
        assert!(text.starts_with(begins) && !text.contains("Reply"), "{text}");
    }
}

#[test]
fn a_text_message_stays_short_and_never_loses_its_link() {
    let link = format!("https://nightbell.example.com/p/{}", "A".repeat(90));
    for (title, segments_max) in [
        ("disk full", 2),
        ("The rate of failed payments at the checkout — measured over five minutes — is above “5 %”…", 2),
        (&*"x".repeat(900), 2),
        ("Процент ошибок оформления заказа выше пяти процентов уже три минуты подряд и растёт", 4),
        ("結帳錯誤率超過百分之五，持續三分鐘", 4),
        ("🔥🔥 db-3 is down 🔥🔥", 2),
    ] {
        let message = Message { title: title.to_owned(), ack_url: link.clone(), ..by_phone(MessageKind::Page) };
        let text = text_message(&message, true);
        assert!(segments(&text) <= segments_max, "{} parts: {text}", segments(&text));
        assert!(text.ends_with(&link), "{text}");
    }
    for text in HOSTILE {
        let text = text_message(&hostile(text), true);
        assert!(text.ends_with("\nhttps://bell.acme.test/p/AQGWjCoAAHAA"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.lines().count() <= 4 && text.chars().count() <= 1_600, "{text}");
    }
}

#[test]
fn the_alphabet_of_text_messages_costs_what_it_costs() {
    for (text, expected) in [
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("a".repeat(306), 2),
        ("a".repeat(307), 3),
        ("€".repeat(80), 1),
        ("€".repeat(81), 2),
        ("ж".repeat(70), 1),
        ("ж".repeat(71), 2),
        ("🔥".repeat(35), 1),
        ("🔥".repeat(36), 2),
    ] {
        assert_eq!(segments(&text), expected, "{} of {:?}", text.chars().count(), text.chars().next());
    }
    for (text, expected) in [
        ("“Ärger” – 5 % … weiter’s", "\"Ärger\" - 5 % ... weiter's"),
        ("Žluťoučký kůň, été, naïve", "Zlutoucky kun, été, naive"),
        ("🔥 down\n\tagain\u{202E}", "down again"),
        ("сервер 3", "сервер 3"),
        ("a → b², 3°", "a -> b2, 3 deg"),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
    assert!(fits("Ärger {1} €") && !fits("сервер"));
}

#[test]
fn a_call_is_said_without_signs_and_addresses() {
    assert_eq!(
        call(&by_phone(MessageKind::Page)),
        "This is Nightbell, for Alice Example. critical alert. Checkout. Checkout error rate above 5 percent."
    );
    let many = Message { also: storm(MessageKind::Page).also, ..by_phone(MessageKind::Page) };
    assert!(call(&many).ends_with(" And 12 more pages."));
    assert!(call(&by_phone(MessageKind::Resolved)).contains("It is over."));
    for (text, expected) in [
        ("see https://wiki.test/rb?x=1 now", "see now"),
        ("error_rate > 5% on db-3/eu", "error rate above 5 percent on db 3 eu"),
        ("code 123456.", "code 1 2 3 4 5 6."),
        ("INC-12 & 1500 users", "INC 12 and 1500 users"),
        ("pod checkout-7d9f8b6c54-x2x9z failed", "pod checkout 7d9f8b6c54 x2x9z failed"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736 lost", "trace lost"),
        ("<speak>x</speak> [31m*#@", "speak x speak 31m"),
        ("…", ""),
    ] {
        assert_eq!(clean(text), expected, "{text}");
    }
    for text in HOSTILE {
        let said = call(&hostile(text));
        assert!(!said.contains(['<', '>', '"', '\n', '\0', '\u{1b}', '\u{202E}']) && !said.contains("://"), "{said}");
        assert!(said.chars().count() < 700, "{said}");
    }
    let page = by_phone(MessageKind::Page);
    assert!(menu(&page).contains("6 to resolve"));
    assert!(!menu(&Message { alert: None, ..page }).contains('6'), "what is no alert cannot be resolved by a key");
    assert!(call(&by_phone(MessageKind::StillOn)).contains("Are you still on it? Checkout."));
    let code = Message { title: "Your code is 123456".to_owned(), ..by_phone(MessageKind::Code) };
    assert_eq!(call(&code), "This is Nightbell. Your code is 1 2 3 4 5 6.");
    assert_eq!(text_message(&code, true), "Your code is 123456");
    assert_eq!(confirmed("Acknowledged"), "Acknowledged. Thank you. Goodbye.");
}

#[test]
fn what_people_write_back_is_understood_or_not_guessed() {
    let act = |act, code: Option<&str>| Reply::Do { act, code: code.map(str::to_owned) };
    for (body, expected) in [
        ("4", act(Act::Acknowledge, None)),
        (" 4. ", act(Act::Acknowledge, None)),
        ("Ack", act(Act::Acknowledge, None)),
        ("4711 4", act(Act::Acknowledge, Some("4711"))),
        ("4711 ack!", act(Act::Acknowledge, Some("4711"))),
        ("ack 4711", act(Act::Acknowledge, Some("4711"))),
        ("\"4711 4\"", act(Act::Acknowledge, Some("4711"))),
        ("6", act(Act::Resolve, None)),
        ("4711 RESOLVE", act(Act::Resolve, Some("4711"))),
        ("8", act(Act::Escalate, None)),
        ("0042 escalate", act(Act::Escalate, Some("0042"))),
        ("STOP", Reply::ForTheProvider),
        ("stop.", Reply::ForTheProvider),
        ("Help", Reply::ForTheProvider),
        ("START", Reply::ForTheProvider),
        ("", Reply::Unclear),
        ("4711", Reply::Unclear),
        ("4 6", Reply::Unclear),
        ("4711 4712 4", Reply::Unclear),
        ("5", Reply::Unclear),
        ("do not ack this", Reply::Unclear),
        ("who is this?", Reply::Unclear),
    ] {
        assert_eq!(read_reply(body), expected, "{body:?}");
    }
}

fn link() -> CallbackLink {
    CallbackLink {
        page: page_id(),
        notification: NotificationId::from(uuid::Uuid::from_u128(9)),
        attempt: 3,
        user: "alice".parse().unwrap(),
        expires_at: at("2026-05-02T02:00:00Z"),
    }
}

#[test]
fn a_callback_token_serves_one_purpose_until_it_expires() {
    let (now, late) = (at("2026-05-02T01:59:59Z"), at("2026-05-02T02:00:00Z"));
    for (purpose, other) in [(Purpose::Answer, Purpose::Report), (Purpose::Report, Purpose::Answer)] {
        let token = link().encode(&KEY, purpose);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{token}");
        assert_eq!(CallbackLink::decode(&KEY, purpose, &token, now), Ok(link()));
        assert_eq!(CallbackLink::decode(&KEY, other, &token, now), Err(LinkError::Forged));
        assert_eq!(CallbackLink::decode(&[8; 32], purpose, &token, now), Err(LinkError::Forged));
        assert_eq!(CallbackLink::decode(&KEY, purpose, &token, late), Err(LinkError::Expired));
        for cut in 0..token.len() {
            assert!(CallbackLink::decode(&KEY, purpose, &token[..cut], now).is_err(), "{cut}");
        }
        let page_link = crate::outbound::links::PageLink { page: page_id(), user: link().user, expires_at: late };
        assert!(CallbackLink::decode(&KEY, purpose, &page_link.encode(&KEY), now).is_err(), "a page's link is none");
        assert!(crate::outbound::links::PageLink::decode(&KEY, &token, now).is_err(), "nor the other way round");
    }
}

#[test]
fn a_reply_code_is_four_digits_of_one_notification() {
    let id = |n| NotificationId::from(uuid::Uuid::from_u128(n));
    let codes: std::collections::BTreeSet<String> = (0..200).map(|n| reply_code(&KEY, id(n))).collect();
    assert!(codes.iter().all(|code| code.len() == CODE_CHARS && code.bytes().all(|b| b.is_ascii_digit())));
    assert!(codes.len() > 190, "they differ: {}", codes.len());
    assert_eq!(reply_code(&KEY, id(1)), reply_code(&KEY, id(1)));
    assert_ne!(reply_code(&[8; 32], id(1)), reply_code(&KEY, id(1)));
}
