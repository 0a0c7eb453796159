use super::{
    encryption::{BODY_BYTES_MAX, BadSubscription, Fresh, Receiver},
    vapid::SenderKey,
    *,
};
use crate::outbound::test_messages::{HOSTILE, at, checkout, hostile, storm};
use jiff::SignedDuration;
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
    elliptic_curve::sec1::ToSec1Point as _,
};
use serde_json::Value;

fn unbase64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn read(message: &Message, length: Length) -> Value {
    serde_json::from_slice(&payload(message, length)).unwrap()
}

/// RFC 8291, appendix A: every value of the example, from the text of the standard.
#[test]
fn the_example_of_the_standard_is_encrypted_byte_by_byte() {
    let receiver = Receiver::read(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    .unwrap();
    let mut fresh: Fresh = [0; 48];
    fresh[..32].copy_from_slice(&unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
    fresh[32..].copy_from_slice(&unbase64("DGv6ra1nlYgDCS1FRnbzlw"));
    let body = receiver.encrypt(b"When I grow up, I want to be a watermelon", &fresh).unwrap();
    let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(URL_SAFE_NO_PAD.encode(body), expected);
}

#[test]
fn what_is_no_subscription_is_refused() {
    let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let off_the_curve = format!("{}5", &key[..key.len() - 1]);
    let auth = "BTBZMqHH6r4Tts7J_aSIgg";
    for (p256dh, auth, expected) in [
        ("", auth, Some(BadSubscription::Key)),
        ("not base64!", auth, Some(BadSubscription::Key)),
        (&key[..40], auth, Some(BadSubscription::Key)),
        (off_the_curve.as_str(), auth, Some(BadSubscription::Key)),
        (key, "", Some(BadSubscription::Auth)),
        (key, "BTBZMqHH6r4Tts7J_aSI", Some(BadSubscription::Auth)),
        (key, "BTBZMqHH6r4Tts7J_aSIgg==", None),
    ] {
        assert_eq!(Receiver::read(p256dh, auth).err(), expected, "{p256dh} {auth}");
    }
}

#[test]
fn a_token_names_its_push_service_and_ends_within_a_day() {
    let key = SenderKey::new(&[7; 32]);
    let now = at("2026-05-02T01:14:05Z");
    let header = key.authorization("https://push.example.net", "mailto:ops@acme.test", now);
    let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(",k=").unwrap();
    assert_eq!(public, key.public());
    let parts: Vec<&str> = token.split('.').collect();
    let head: Value = serde_json::from_slice(&unbase64(parts[0])).unwrap();
    assert_eq!(head, serde_json::json!({ "typ": "JWT", "alg": "ES256" }));
    let claims: Value = serde_json::from_slice(&unbase64(parts[1])).unwrap();
    assert_eq!(claims["aud"], "https://push.example.net");
    assert_eq!(claims["sub"], "mailto:ops@acme.test");
    let left = claims["exp"].as_i64().unwrap() - now.as_second();
    assert!((1..=24 * 3600).contains(&left), "{left} s");
    let verifier = VerifyingKey::from_sec1_bytes(&unbase64(public)).unwrap();
    let signature = Signature::from_slice(&unbase64(parts[2])).unwrap();
    verifier.verify(format!("{}.{}", parts[0], parts[1]).as_bytes(), &signature).unwrap();
    assert!(verifier.verify(b"something else", &signature).is_err());
}

#[test]
fn every_draw_of_bytes_is_a_key() {
    // Zero and the order of the curve are no keys: what follows from them is.
    let order = unbase64("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    for bytes in [[0; 32], [0xff; 32], order.try_into().unwrap(), [7; 32]] {
        let key = SenderKey::new(&bytes);
        assert_eq!(unbase64(&key.public()).len(), 65);
        assert_eq!(SenderKey::new(&bytes).public(), key.public(), "the same one at every start");
    }
}

#[test]
fn what_the_service_worker_reads() {
    for (name, message) in [
        ("page", checkout(MessageKind::Page)),
        ("resolved", checkout(MessageKind::Resolved)),
        ("storm", storm(MessageKind::Page)),
    ] {
        insta::assert_snapshot!(name, String::from_utf8(payload(&message, Length::Full)).unwrap());
    }
    let page = read(&checkout(MessageKind::Page), Length::Full);
    assert_eq!(page["ack"], format!("{}/press", page["url"].as_str().unwrap()), "one press, on the same link");
    let over = read(&checkout(MessageKind::Resolved), Length::Full);
    assert!(over["ack"].is_null(), "nothing to press when it is over");
    assert_eq!(over["tag"], page["tag"], "its end replaces the page on the lock screen");
    assert!(page["rings"] == true && over["rings"] == false && page["code"].is_null());
    let low = Message { urgency: Urgency::Low, ..checkout(MessageKind::Page) };
    assert_eq!(read(&low, Length::Full)["rings"], false);
    let code = Message { title: "Your Nightbell code: 012345".to_owned(), ..checkout(MessageKind::Code) };
    let code = read(&code, Length::Full);
    assert!(code["code"] == "012345" && code["ack"].is_null() && code["rings"] == true, "{code}");
    let still_on = read(&checkout(MessageKind::StillOn), Length::Full);
    assert_eq!(still_on["ack"], format!("{}/press/still-on", page["url"].as_str().unwrap()), "answered in one press");
    assert_eq!((&still_on["button"], &page["button"]), (&"Still on it".into(), &"Acknowledge".into()));
    assert_eq!(still_on["url"], page["url"], "or on the page of the woken person");
}

#[test]
fn whatever_an_alert_says_a_message_fits_and_keeps_its_links() {
    let long = "€".repeat(20_000);
    for text in HOSTILE.iter().copied().chain([long.as_str(), &"\"\\\u{1}".repeat(3_000)]) {
        for (length, bytes_max) in [(Length::Full, PLAIN_BYTES_MAX), (Length::Short, 2_000)] {
            let mut message = hostile(text);
            message.public_url = "https://bell.acme.test".to_owned();
            message.ack_url = format!("https://bell.acme.test/p/{}", "a".repeat(162));
            let bytes = payload(&message, length);
            assert!(bytes.len() <= bytes_max, "{} bytes for {:?}", bytes.len(), &text[..9.min(text.len())]);
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["url"], format!("/p/{}", "a".repeat(162)), "a path of ours");
        }
    }
    let receiver = p256::SecretKey::from_slice(&[9; 32]).unwrap().public_key().to_sec1_point(false);
    let receiver =
        Receiver::read(&URL_SAFE_NO_PAD.encode(receiver.as_bytes()), &URL_SAFE_NO_PAD.encode([1; 16])).unwrap();
    let most = receiver.encrypt(&vec![b'x'; PLAIN_BYTES_MAX], &[3; 48]).unwrap();
    assert_eq!(most.len(), BODY_BYTES_MAX);
    assert_eq!(receiver.encrypt(&vec![b'x'; PLAIN_BYTES_MAX + 1], &[3; 48]), Err(BadSubscription::TooLong));
}

#[test]
fn the_request_says_how_urgent_how_long_and_what_it_replaces() {
    let header = |message: &Message, name: &str| {
        let request = request("https://push.example.net/x", message, "vapid t=a, k=b".to_owned(), vec![1]);
        request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
    };
    let page = checkout(MessageKind::Page);
    let low = Message { urgency: Urgency::Low, ..checkout(MessageKind::Page) };
    let over = checkout(MessageKind::Resolved);
    for (message, urgency, ttl) in [(&page, "high", "3600"), (&low, "normal", "3600"), (&over, "normal", "43200")] {
        assert_eq!(header(message, "urgency"), urgency);
        assert_eq!(header(message, "ttl"), ttl);
        assert_eq!(header(message, "content-encoding"), "aes128gcm");
        let topic = header(message, "topic");
        assert!(
            topic.len() <= 32 && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
            "{topic}"
        );
    }
    assert_eq!(header(&page, "topic"), header(&over, "topic"));
}

#[test]
fn every_answer_of_a_push_service() {
    let answer = |status, wait: Option<i64>| Answer {
        status,
        retry_after: wait.map(SignedDuration::from_secs),
        body: Vec::new(),
    };
    for (status, wait, expected, says) in [
        (201, None, "accepted", "HTTP 201"),
        (202, None, "accepted", "HTTP 202"),
        (404, None, "gone", "set the phone up again"),
        (410, None, "gone", "set the phone up again"),
        (400, None, "provider", "[push] contact"),
        (401, None, "provider", "[push] contact"),
        (403, None, "provider", "[push] contact"),
        (413, None, "provider", "the shortest message"),
        (429, Some(7), "deferred 7", "HTTP 429"),
        (429, Some(86_400), "deferred 120", "HTTP 429"),
        (500, None, "deferred", "HTTP 500"),
        (503, Some(3), "deferred 3", "HTTP 503"),
        (302, None, "provider", "redirects"),
        (101, None, "unknown", "not a final status"),
    ] {
        let outcome = classify(&answer(status, wait));
        let word = match &outcome {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Deferred { retry_after: Some(wait), .. } => format!("deferred {}", wait.as_secs()),
            Outcome::Deferred { .. } => "deferred".to_owned(),
            Outcome::Rejected { wrong: Wrong::Gone, .. } => "gone".to_owned(),
            Outcome::Rejected { wrong: Wrong::Address, .. } => "address".to_owned(),
            Outcome::Rejected { wrong: Wrong::Provider, .. } => "provider".to_owned(),
            Outcome::Unknown { .. } => "unknown".to_owned(),
        };
        assert_eq!(word, expected, "{status}");
        assert!(outcome.detail().contains(says), "{}", outcome.detail());
    }
}
