//! One attempt against a push service that takes it, has no such phone any more, takes less, or is no push service at all.

use super::*;
use crate::providers::testing::{NOW, Out, page};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::method};

/// The example of RFC 8291.
const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn push() -> Push {
    // Counts instead of drawing: no two messages are the same.
    let drawn = std::sync::atomic::AtomicU8::new(0);
    let draw = move || [drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed); 48];
    Push::new(SenderKey::new(&[7; 32]), "mailto:ops@example.com".to_owned(), Arc::new(draw))
}

async fn service(status: u16, then: Option<u16>) -> MockServer {
    let server = MockServer::start().await;
    let first = Mock::given(method("POST")).respond_with(ResponseTemplate::new(status));
    match then {
        Some(then) => {
            first.up_to_n_times(1).with_priority(1).mount(&server).await;
            let rest = Mock::given(method("POST")).respond_with(ResponseTemplate::new(then));
            rest.with_priority(2).mount(&server).await;
        }
        None => first.mount(&server).await,
    }
    server
}

async fn send(endpoint: &str) -> Outcome {
    send_to(Subscription { endpoint, p256dh: P256DH, auth: AUTH }).await
}

async fn send_to(to: Subscription<'_>) -> Outcome {
    push().send(Out::to_loopback().way(), to, &page()).await
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn a_page_goes_out_signed_for_its_push_service_and_encrypted() {
    let server = service(201, None).await;
    let outcome = send(&format!("{}/wpush/v2/gAAAAABk", server.uri())).await;
    assert_eq!(outcome, Outcome::accepted(None, "HTTP 201"));
    let requests = server.received_requests().await.expect("recorded");
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(header(request, "ttl"), "3600");
    assert_eq!(header(request, "urgency"), "high");
    assert_eq!(header(request, "content-encoding"), "aes128gcm");
    let token = header(request, "authorization").split(['=', ',']).nth(1).expect("t=");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64url");
    let claims = String::from_utf8(claims).expect("JSON");
    assert!(claims.contains(&format!("\"aud\":\"{}\"", server.uri())), "the origin, no path: {claims}");
    assert!(claims.contains(&format!("\"exp\":{}", NOW.as_second() + 12 * 3600)), "{claims}");
    assert!(!request.body.windows(4).any(|four| four == b"Disk"), "nobody on the way can read it");
}

#[tokio::test]
async fn what_is_too_long_for_a_service_is_sent_once_more_and_shorter() {
    let server = service(413, Some(201)).await;
    assert_eq!(send(&server.uri()).await, Outcome::accepted(None, "HTTP 201"));
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(requests.len(), 2);
    assert!(requests[1].body.len() < requests[0].body.len());

    let stubborn = service(413, None).await;
    assert!(matches!(send(&stubborn.uri()).await, Outcome::Rejected { wrong: Wrong::Provider, .. }));
    assert_eq!(stubborn.received_requests().await.expect("recorded").len(), 2, "not for ever");
}

#[tokio::test]
async fn a_phone_that_is_gone_is_told_apart_from_a_key_that_is_refused() {
    for (status, expected) in [(404, Wrong::Gone), (410, Wrong::Gone), (403, Wrong::Provider)] {
        let server = service(status, None).await;
        match send(&format!("{}/secret-of-the-phone", server.uri())).await {
            Outcome::Rejected { wrong, detail } => {
                assert_eq!(wrong, expected, "{status}");
                assert!(!detail.contains("secret-of-the-phone"), "{detail}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_endpoint_is_an_address_that_anybody_may_type() {
    let server = service(201, None).await;
    let to = format!("{}/x", server.uri());
    let inside =
        push().send(Out::to(&[]).way(), Subscription { endpoint: &to, p256dh: P256DH, auth: AUTH }, &page()).await;
    assert!(
        matches!(&inside, Outcome::Rejected { wrong: Wrong::Address, detail } if detail.contains("loopback")),
        "{inside:?}"
    );
    for (endpoint, p256dh, auth) in [("no url", P256DH, AUTH), (&to, "x", AUTH), (&to, P256DH, "x"), ("", "", "")] {
        let outcome = send_to(Subscription { endpoint, p256dh, auth }).await;
        let told = matches!(&outcome, Outcome::Rejected { wrong: Wrong::Address, detail } if detail.contains("no subscription"));
        assert!(told, "{outcome:?}");
    }
    assert!(server.received_requests().await.expect("recorded").is_empty());
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?}", push());
    assert_eq!(shown, "Push { contact: \"mailto:ops@example.com\", .. }");
}
