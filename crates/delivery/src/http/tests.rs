//! One attempt against an endpoint that accepts, refuses, stalls, drops, redirects.

use super::*;
use crate::test_doubles::{IMPATIENT, PATIENT, TIMEOUTS, Tcp};
use jiff::SignedDuration;
use std::time::Duration;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_bytes, header, method, path},
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn sender(allow: &[&str], timeouts: Timeouts) -> HttpSender {
    let allow: Vec<String> = allow.iter().map(|range| (*range).to_owned()).collect();
    HttpSender::new(EgressPolicy::new(&allow).expect("ranges"), timeouts).expect("a sender")
}

fn post(url: String) -> HttpRequest {
    let headers =
        vec![("content-type".to_owned(), "application/json".to_owned()), ("webhook-id".to_owned(), "ntf_1".to_owned())];
    HttpRequest { method: "POST", url, headers, body: br#"{"type":"page"}"#.to_vec() }
}

async fn send(url: String) -> Outcome {
    sender(&["127.0.0.1"], TIMEOUTS).send(&post(url), NOW, &Lease::endless()).await
}

fn deferred(detail: &str, seconds: Option<i64>) -> Outcome {
    Outcome::Deferred { detail: detail.to_owned(), retry_after: seconds.map(SignedDuration::from_secs) }
}

fn rejected(detail: &str) -> Outcome {
    Outcome::wrong_address(detail)
}

fn accepted(detail: &str) -> Outcome {
    Outcome::Accepted { provider_id: None, detail: detail.to_owned() }
}

#[tokio::test]
async fn the_exact_bytes_and_headers_arrive_once() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/hook"))
        .and(header("content-type", "application/json"))
        .and(header("webhook-id", "ntf_1"))
        .and(body_bytes(br#"{"type":"page"}"#))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(send(format!("{}/hook", server.uri())).await, accepted("HTTP 204"));
}

#[tokio::test]
async fn every_status_has_one_meaning() {
    for (status, retry_after, body, expected) in [
        (200, None, "fine, thanks", accepted("HTTP 200")),
        (202, None, "", accepted("HTTP 202")),
        (400, None, "", rejected("HTTP 400")),
        (401, None, "no such token\nsecond line", rejected("HTTP 401: no such token")),
        (404, Some("9"), "", rejected("HTTP 404")),
        (408, None, "", deferred("HTTP 408", None)),
        (410, None, "", rejected("HTTP 410: the endpoint is gone")),
        (425, None, "", deferred("HTTP 425", None)),
        (429, Some("7"), "slow\u{1b}[1m down", deferred("HTTP 429: slow [1m down", Some(7))),
        (429, Some("Thu, 01 Jan 1970 00:00:09 GMT"), "", deferred("HTTP 429", Some(9))),
        (429, Some("soon"), "", deferred("HTTP 429", None)),
        (429, Some("86400"), "", deferred("HTTP 429", Some(120))),
        (500, None, "oops", deferred("HTTP 500: oops", None)),
        (502, None, "", deferred("HTTP 502", None)),
        (503, Some("3"), "", deferred("HTTP 503", Some(3))),
        (504, None, "", deferred("HTTP 504", None)),
    ] {
        let server = MockServer::start().await;
        let mut answer = ResponseTemplate::new(status).set_body_string(body);
        if let Some(value) = retry_after {
            answer = answer.insert_header("retry-after", value);
        }
        Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;
        assert_eq!(send(server.uri()).await, expected, "{status} {retry_after:?} {body:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_inside_or_outside() {
    for status in [301, 302, 303, 307, 308] {
        let inside = Tcp::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).insert_header("location", inside.url("/latest/meta-data").as_str());
        Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;
        let expected = format!("HTTP {status}: redirects are not followed; set the final address");
        assert_eq!(send(server.uri()).await, rejected(&expected));
        assert_eq!(inside.received(), "", "{status}");
    }
}

#[tokio::test]
async fn an_endpoint_that_takes_the_request_and_says_nothing_leaves_it_unknown() {
    let server = Tcp::silent().await;
    let impatient = sender(&["127.0.0.1"], Timeouts { total: PATIENT, ..TIMEOUTS });
    match impatient.send(&post(server.url("/hook?key=s3cret")), NOW, &Lease::endless()).await {
        Outcome::Unknown { detail } => {
            assert!(detail.contains("may or may not have taken it: no answer within 1 s"), "{detail}");
            assert!(!detail.contains("s3cret"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    assert!(server.received().starts_with("POST /hook"));
}

#[tokio::test]
async fn an_endpoint_that_takes_the_request_and_drops_the_line_leaves_it_unknown() {
    let server = Tcp::dropping().await;
    match send(server.url("/hook?key=s3cret")).await {
        Outcome::Unknown { detail } => {
            assert!(detail.contains("the connection was lost before an answer"), "{detail}");
            assert!(!detail.contains("s3cret"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.received().matches("POST ").count(), 1, "one attempt, no silent repeat");
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_it_unknown() {
    let server = Tcp::answering("SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned()).await;
    assert!(matches!(send(server.url("/")).await, Outcome::Unknown { .. }));
}

#[tokio::test]
async fn a_closed_port_defers() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    match send(format!("http://{address}/hook?key=s3cret")).await {
        Outcome::Deferred { detail, retry_after: None } => {
            assert!(detail.starts_with(&format!("cannot reach {address}: Connection refused")), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_silent_during_the_handshake_defers_because_nothing_was_sent() {
    let server = Tcp::silent().await;
    let impatient = sender(&["127.0.0.1"], Timeouts { connect: IMPATIENT, total: Duration::from_secs(5) });
    match impatient.send(&post(format!("https://{}/", server.address)), NOW, &Lease::endless()).await {
        Outcome::Deferred { detail, .. } => assert!(detail.ends_with("no connection within 0.2 s"), "{detail}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_name_defers() {
    assert!(matches!(send("http://nobody.invalid/".to_owned()).await, Outcome::Deferred { .. }));
}

#[tokio::test]
async fn a_private_address_is_rejected_unless_allowed_and_never_connected_to() {
    let server = Tcp::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let port = server.address.port();
    for (host, allow, reached) in [
        ("127.0.0.1", &[][..], false),
        ("localhost", &[], false),
        ("2130706433", &["10.0.0.0/8"], false),
        ("[::ffff:127.0.0.1]", &[], false),
        ("127.0.0.1", &["127.0.0.0/8"], true),
        ("0x7f.1", &["127.0.0.1"], true),
    ] {
        let before = server.received().matches("POST ").count();
        let outcome =
            sender(allow, TIMEOUTS).send(&post(format!("http://{host}:{port}/")), NOW, &Lease::endless()).await;
        let arrived = server.received().matches("POST ").count() > before;
        match outcome {
            Outcome::Accepted { .. } => assert!(reached && arrived, "{host} with {allow:?}"),
            Outcome::Rejected { detail, .. } => {
                assert!(!reached && !arrived, "{host} with {allow:?}: {detail}");
                assert!(detail.contains("loopback") && detail.contains("[egress] allow"), "{detail}");
            }
            other => panic!("{host} with {allow:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn inv_22_nothing_is_sent_after_the_end_of_the_lease() {
    let server = Tcp::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let over = Lease::new(tokio::time::Instant::now(), Duration::ZERO, NOW, std::sync::Arc::new(|| NOW));
    match sender(&["127.0.0.1"], TIMEOUTS).send(&post(server.url("/")), NOW, &over).await {
        Outcome::Deferred { detail, .. } => assert!(detail.contains("this process was held up"), "{detail}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.received(), "");
}

#[tokio::test]
async fn an_endpoint_that_answers_and_dawdles_is_not_waited_for() {
    for (head, expected) in
        [("HTTP/1.1 200 OK", accepted("HTTP 200")), ("HTTP/1.1 503 No", deferred("HTTP 503: so far", None))]
    {
        let server = Tcp::dawdling(format!("{head}\r\ncontent-length: 99\r\n\r\nso far")).await;
        // Longer than words are waited for, so that it would show as a lost answer.
        assert_eq!(send(server.url("/")).await, expected);
    }
}

#[tokio::test]
async fn what_endpoints_repeat_is_told_without_the_key_in_their_address() {
    let said = "no /hooks/Ab12-cd34-ef56?token=s3cret, neither ab12-cd34-ef56 nor s3cret";
    let answer = format!("HTTP/1.1 404 No\r\ncontent-length: {}\r\n\r\n{said}", said.len());
    let server = Tcp::answering(answer).await;
    let outcome = send(server.url("/hooks/ab12-cd34-ef56?token=s3cret")).await;
    assert_eq!(outcome, rejected("HTTP 404: no [hidden]?[hidden], neither [hidden] nor [hidden]"));
}
