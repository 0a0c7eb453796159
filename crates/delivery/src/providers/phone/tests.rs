//! Both kinds of provider against doubles on loopback: what they are sent, what their answers become, and the one after the other.

use super::*;
use crate::providers::{
    BaseUrl, Secret,
    testing::{Out, page},
    twilio::Settings,
};
use nightbell_domain::paging::PhoneReply;
use nightbell_wire::outbound::{
    Wrong,
    template::{self, Medium},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, header, method, path},
};

const NUMBER: &str = "+4915112345678";

fn twilio(server: &MockServer) -> Carrier {
    Carrier::Twilio(Twilio::new(Settings {
        account_sid: "AC1".to_owned(),
        auth_token: Secret::new("auth-tok").expect("a key"),
        api_key: Some(("SK1".to_owned(), Secret::new("api-s3cret").expect("a key"))),
        from: "+15550009".to_owned(),
        voice_from: None,
        base_url: BaseUrl::new(&server.uri()).expect("an address"),
        detects_machines: false,
    }))
}

fn described(server: &MockServer, medium: Medium) -> Carrier {
    let settings = template::Settings {
        url: format!("{}/v1/send", server.uri()),
        headers: vec!["Content-Type: application/json".to_owned(), "X-Api-Key: t0p-s3cret".to_owned()],
        body: r#"{"to": {{ number }}, "text": {{ text }}}"#.to_owned(),
        id_pointer: Some("/id".to_owned()),
        ..template::Settings::default()
    };
    Carrier::Http(Box::new(Template::new(template::Template::new(medium, settings).expect("a template"))))
}

async fn answering(status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_string(body);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

fn answerable() -> Message {
    let phone = PhoneReply { code: "4711".to_owned(), answer_token: "A".to_owned(), report_token: "R".to_owned() };
    Message { phone: Some(phone), ..page() }
}

#[tokio::test]
async fn twilio_is_asked_with_its_key_and_its_id_is_kept() {
    let server = MockServer::start().await;
    for (resource, field, id) in [("Messages", "Body=", "SM1"), ("Calls", "Url=", "CA1")] {
        Mock::given(method("POST"))
            .and(path(format!("/2010-04-01/Accounts/AC1/{resource}.json")))
            // base64("SK1:api-s3cret")
            .and(header("authorization", "Basic U0sxOmFwaS1zM2NyZXQ="))
            .and(body_string_contains("To=%2B4915112345678"))
            .and(body_string_contains(field))
            .respond_with(ResponseTemplate::new(201).set_body_string(format!(r#"{{"sid":"{id}","status":"queued"}}"#)))
            .expect(1)
            .mount(&server)
            .await;
    }
    let phone = Phone { sms: vec![twilio(&server)], voice: vec![twilio(&server)] };
    let out = Out::to_loopback();
    let taken = |id: &str| Some(Outcome::accepted(Some(id.to_owned()), "twilio: queued"));
    assert_eq!(phone.text(out.way(), NUMBER, &answerable()).await, taken("SM1"));
    assert_eq!(phone.call(out.way(), NUMBER, &answerable()).await, taken("CA1"));
}

#[tokio::test]
async fn neither_keys_nor_the_number_are_told() {
    let echo = r#"{"code":20003,"message":"AC1 api-s3cret t0p-s3cret +4915112345678 is unknown"}"#;
    let server = answering(401, echo).await;
    let phone = Phone { sms: vec![twilio(&server), described(&server, Medium::Text)], voice: Vec::new() };
    let outcome = phone.text(Out::to_loopback().way(), NUMBER, &answerable()).await.expect("a provider");
    let detail = outcome.detail();
    assert!(detail.contains("check [twilio]") && detail.contains("http: HTTP 401"), "{detail}");
    for secret in ["s3cret", "+49151"] {
        assert!(!detail.contains(secret) && !format!("{phone:?}").contains(secret), "{detail}");
    }
}

#[tokio::test]
async fn the_second_provider_takes_what_the_first_one_cannot() {
    let (down, up) =
        (answering(500, r#"{"code":20500,"message":"down"}"#).await, answering(202, r#"{"id":"h7"}"#).await);
    let phone = Phone {
        sms: vec![twilio(&down), described(&up, Medium::Text)],
        voice: vec![described(&up, Medium::Call), twilio(&down)],
    };
    let out = Out::to_loopback();
    let outcome = phone.text(out.way(), NUMBER, &page()).await;
    let told = "twilio: HTTP 500: down (20500); http: HTTP 202";
    assert_eq!(outcome, Some(Outcome::accepted(Some("h7".to_owned()), told)));
    let outcome = phone.call(out.way(), NUMBER, &Message { attempt: 2, ..page() }).await;
    assert_eq!(
        outcome,
        Some(Outcome::accepted(Some("h7".to_owned()), told)),
        "the second attempt begins with the second"
    );
    let wrong = answering(400, r#"{"code":21614,"message":"x"}"#).await;
    let phone = Phone { sms: vec![twilio(&wrong), described(&up, Medium::Text)], voice: Vec::new() };
    let asked = up.received_requests().await.expect("recorded").len();
    let outcome = phone.text(out.way(), NUMBER, &page()).await.expect("a provider");
    assert!(matches!(outcome, Outcome::Rejected { wrong: Wrong::Address, .. }), "{outcome:?}");
    assert_eq!(up.received_requests().await.expect("recorded").len(), asked, "a wrong number is wrong everywhere");
}

#[tokio::test]
async fn that_it_is_over_wakes_nobody_by_a_call() {
    let server = answering(201, r#"{"sid":"X","status":"queued"}"#).await;
    let out = Out::to_loopback();
    let mut phone = Phone { sms: vec![twilio(&server)], voice: vec![twilio(&server)] };
    let over = Message { kind: MessageKind::Resolved, ..page() };
    for (message, expected) in [(&over, "Messages.json"), (&page(), "Calls.json")] {
        phone.call(out.way(), NUMBER, message).await.expect("a provider");
        let requests = server.received_requests().await.expect("recorded");
        assert!(requests.last().expect("one").url.path().ends_with(expected));
    }
    phone.sms.clear();
    phone.call(out.way(), NUMBER, &over).await.expect("a provider");
    let requests = server.received_requests().await.expect("recorded");
    assert!(requests.last().expect("one").url.path().ends_with("Calls.json"), "told at all is better than not told");
    assert!(phone.text(out.way(), NUMBER, &over).await.is_none());
}
