//! One attempt against the installation's server, and against a person's own.

use super::*;
use crate::providers::testing::{Out, page};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

async fn server(status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(status).set_body_string(body)).mount(&server).await;
    server
}

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a secret")
}

fn ours(server: &MockServer, credentials: Option<Credentials>) -> Ntfy {
    Ntfy::new(Some(BaseUrl::new(&server.uri()).expect("an address")), credentials)
}

async fn authorization(server: &MockServer) -> Option<String> {
    let requests = server.received_requests().await.expect("recorded");
    let header = requests.last().expect("a request").headers.get("authorization").cloned();
    header.map(|value| value.to_str().expect("ASCII").to_owned())
}

#[tokio::test]
async fn credentials_go_to_the_installations_server_alone() {
    let out = Out::to_loopback();
    let token = Credentials::Token(secret("tk_abcdef"));
    let user = Credentials::User { name: "night".to_owned(), password: secret("bell") };
    for (credentials, expected) in [
        (None, None),
        (Some(token.clone()), Some("Bearer tk_abcdef".to_owned())),
        (Some(user), Some("Basic bmlnaHQ6YmVsbA==".to_owned())),
    ] {
        let server = server(200, r#"{"id":"hwQ2YpKdmg"}"#).await;
        let ntfy = ours(&server, credentials);
        let outcome = ntfy.send(out.way(), "oncall-alice", None, &page()).await;
        assert_eq!(outcome, Outcome::accepted(Some("hwQ2YpKdmg".to_owned()), "HTTP 200"));
        assert_eq!(authorization(&server).await, expected);
        // The same one, named by the person.
        let named = format!("{}/", server.uri());
        ntfy.send(out.way(), "oncall-alice", Some(&named), &page()).await;
        assert_eq!(authorization(&server).await, expected);
    }
    let (own, other) = (server(200, "{}").await, server(200, "{}").await);
    let ntfy = ours(&own, Some(token));
    ntfy.send(out.way(), "oncall-alice", Some(&other.uri()), &page()).await;
    assert_eq!(authorization(&other).await, None, "whoever runs it must not learn our key");
    assert!(own.received_requests().await.expect("recorded").is_empty());
}

#[tokio::test]
async fn without_a_server_it_says_which_setting_is_missing() {
    let outcome = Ntfy::default().send(Out::to_loopback().way(), "t", None, &page()).await;
    assert!(
        matches!(&outcome, Outcome::Rejected { wrong: Wrong::Provider, detail } if detail.contains("[ntfy]")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refusal_is_told_without_the_topic_and_the_key() {
    let body = r#"{"code":40301,"http":403,"error":"topic oncall-alice is not for tk_abcdef"}"#;
    let server = server(403, body).await;
    let ntfy = ours(&server, Some(Credentials::Token(secret("tk_abcdef"))));
    match ntfy.send(Out::to_loopback().way(), "oncall-alice", None, &page()).await {
        Outcome::Rejected { wrong: Wrong::Provider, detail } => {
            assert!(!detail.contains("oncall-alice") && !detail.contains("tk_abcdef"), "{detail}");
            assert!(detail.contains("[ntfy] token"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    let inside = Ntfy::default().send(Out::to(&[]).way(), "t", Some(&server.uri()), &page()).await;
    assert!(matches!(&inside, Outcome::Rejected { wrong: Wrong::Address, .. }), "a person's own server: {inside:?}");
}
