//! One attempt against the Bot API: taken, sent on to the chat a group became, without the button it does not take, and refused.

use super::*;
use crate::providers::testing::{Out, page};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

const TOKEN: &str = "123456:ABC-DEF1234ghIkl";

/// Says these, in order.
async fn api(answers: &[(u16, &str)]) -> MockServer {
    let server = MockServer::start().await;
    for (n, (status, body)) in answers.iter().enumerate() {
        let answer = ResponseTemplate::new(*status).set_body_string(*body);
        let mock = Mock::given(method("POST")).respond_with(answer).up_to_n_times(1);
        mock.with_priority(u8::try_from(n + 1).expect("a few")).mount(&server).await;
    }
    server
}

fn telegram(server: &MockServer) -> Telegram {
    let base = BaseUrl::new(&server.uri()).expect("an address");
    Telegram::new(base, BotKey::new(TOKEN).expect("a token"), None)
}

async fn send(server: &MockServer) -> Outcome {
    telegram(server).send(Out::to_loopback().way(), "-4711", &page()).await
}

async fn sent(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    requests
        .iter()
        .map(|request| {
            assert_eq!(request.url.path(), format!("/bot{TOKEN}/sendMessage"));
            String::from_utf8(request.body.clone()).expect("JSON")
        })
        .collect()
}

const TAKEN: (u16, &str) = (200, r#"{"ok":true,"result":{"message_id":5}}"#);
const MOVED: (u16, &str) = (
    400,
    r#"{"ok":false,"error_code":400,"description":"group upgraded","parameters":{"migrate_to_chat_id":-1004711}}"#,
);
const NO_BUTTON: (u16, &str) =
    (400, r#"{"ok":false,"error_code":400,"description":"Bad Request: BUTTON_URL_INVALID"}"#);

#[tokio::test]
async fn a_group_that_became_another_chat_is_written_to_there() {
    let server = api(&[MOVED, NO_BUTTON, TAKEN]).await;
    assert_eq!(send(&server).await, Outcome::accepted(Some("5".to_owned()), "HTTP 200"));
    let sent = sent(&server).await;
    assert_eq!(sent.len(), 3);
    assert!(sent[0].contains("\"chat_id\":-4711,"), "{}", sent[0]);
    assert!(sent[1].contains("\"chat_id\":-1004711,") && sent[1].contains("\"Open\""), "{}", sent[1]);
    assert!(sent[2].contains("\"chat_id\":-1004711,") && !sent[2].contains("\"Open\""), "{}", sent[2]);
    assert!(sent.iter().all(|one| !one.contains("callback_data")), "nobody acknowledges from a group");
}

#[tokio::test]
async fn it_goes_in_no_circles() {
    for answers in [[MOVED, MOVED, TAKEN], [NO_BUTTON, NO_BUTTON, TAKEN]] {
        let server = api(&answers).await;
        let outcome = send(&server).await;
        assert!(matches!(outcome, Outcome::Deferred { .. }), "{outcome:?}");
        assert_eq!(sent(&server).await.len(), 2);
    }
}

#[tokio::test]
async fn a_refusal_is_told_without_the_token() {
    let body = format!(r#"{{"ok":false,"error_code":401,"description":"Unauthorized: bot{TOKEN}"}}"#);
    let server = api(&[(401, &body)]).await;
    match send(&server).await {
        Outcome::Rejected { wrong: Wrong::Provider, detail } => {
            assert!(detail.contains("[telegram] token") && !detail.contains("ABC-DEF"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!format!("{:?}", telegram(&server)).contains("ABC-DEF"));
}

#[tokio::test]
async fn the_webhook_is_set_with_the_word_that_follows_from_the_token() {
    let server = api(&[]).await;
    let telegram = telegram(&server);
    let body =
        String::from_utf8(telegram.set_webhook("https://bell.example.com/callbacks/telegram").body).expect("JSON");
    assert!(body.contains(telegram.secret()) && telegram.secret().len() == 64, "{body}");
}
