//! One story each: a person is called and presses 4, a person is written to and answers, one provider stands in for the other, a message is lost, and
//! somebody who is not Twilio calls.

use super::{
    house::{House, Server},
    twilio::{TOKEN, Twilio, call_back, call_back_signed},
    wait::{SOON, until},
};
use serde_json::Value;

const KEY: &str = "phone-pagerduty";
const NUMBER: &str = "+4915112345678";

/// Alice by these methods, with a wait between them that a test does not sit out.
fn organisation(ladder: &str) -> String {
    format!(
        "version: 1
users:
  - id: alice
    name: Alice Example
    email: alice@example.com
    role: responder
    contacts:
      - {{ id: call, kind: voice, address: \"{NUMBER}\", verified: true }}
      - {{ id: text, kind: sms, address: \"{NUMBER}\", verified: true }}
    rules:
      high: {ladder}
  - {{ id: ops, name: Ops, email: ops@example.com, role: admin }}
teams:
  - {{ id: team, name: Team, members: [alice] }}
policies:
  - {{ id: policy, team: team, steps: [ {{ after: 0s, notify: [\"user:alice\"] }} ], last_resort: [\"user:alice\"] }}
services:
  - {{ id: checkout, name: Checkout, team: team, policy: policy }}
integrations:
  - {{ id: pagerduty, kind: pagerduty, service: checkout, key: \"{KEY}\" }}
routes:
  - {{ when: 'true', do: page, urgency: high }}
"
    )
}

const CALL_THEN_TEXT: &str = "[ { after: 0s, via: call }, { after: 30m, via: text } ]";
const TEXT_THEN_CALL: &str = "[ { after: 0s, via: text }, { after: 30m, via: call } ]";

fn house(twilio: &Twilio, more: &[(&str, &str)], ladder: &str) -> (House, Server) {
    let mut house = House::new();
    house.set("NIGHTBELL_TWILIO__ACCOUNT_SID", "AC1");
    house.set("NIGHTBELL_TWILIO__AUTH_TOKEN", TOKEN);
    house.set("NIGHTBELL_TWILIO__FROM", "+15550009");
    house.set("NIGHTBELL_TWILIO__BASE_URL", &twilio.url);
    for (name, value) in more {
        house.set(name, value);
    }
    let server = house.serve();
    house.apply(&server, &organisation(ladder));
    assert!(server.enqueue(KEY, "trigger", "db").expect("answered").is_success());
    (house, server)
}

/// The page of the only alert, with its delivery log.
fn page(server: &Server) -> Value {
    let alerts = server.alerts();
    let alert = server.get(&format!("/alerts/{}", alerts[0]["id"].as_str().expect("an id")));
    alert["pages"][0].clone()
}

fn wait_for_state(server: &Server, state: &str) -> Value {
    until(&format!("the page is {state}"), SOON, || Some(page(server)).filter(|page| page["state"] == state))
}

/// What was told of the only attempt of a medium, in order.
fn reports(page: &Value, medium: &str) -> Vec<String> {
    let of = |n: &&Value| n["medium"] == medium && n["kind"] == "page";
    let notification = page["notifications"].as_array().expect("a list").iter().find(of).expect("one of that medium");
    let told = notification["attempts"][0]["reports"].as_array().expect("a list");
    told.iter().map(|report| report["what"].as_str().expect("a word").to_owned()).collect()
}

/// The address that a document wants the key to be sent to.
fn action(twiml: &str) -> String {
    let rest = twiml.split("action=\"").nth(1).unwrap_or_else(|| panic!("no question in {twiml}"));
    rest.split('"').next().expect("an end").replace("&amp;", "&")
}

#[test]
fn a_person_is_called_presses_4_and_has_it() {
    let twilio = Twilio::start();
    let (_house, server) = house(&twilio, &[], CALL_THEN_TEXT);
    let call = twilio.wait_for("/Calls.json", 0);
    assert_eq!((call.field("To"), call.field("From")), (NUMBER, "+15550009"));
    let said = call_back(call.field("Url"), &[("CallSid", "CA1"), ("CallStatus", "in-progress"), ("To", NUMBER)]);
    assert_eq!((said.status, said.header("content-type")), (200, Some("text/xml; charset=utf-8")), "{}", said.text());
    let twiml = said.text();
    assert!(twiml.contains("This is Nightbell, for Alice Example. critical alert. Checkout. Alert db."), "{twiml}");
    assert!(twiml.contains("Press 4 to acknowledge, 6 to resolve"), "{twiml}");
    let answer = action(&twiml);
    let slip = call_back(&answer, &[("CallSid", "CA1"), ("Digits", "5")]);
    assert!(slip.text().contains("<Gather "), "a slip of the thumb is asked again: {}", slip.text());
    for _ in 0..2 {
        let done = call_back(&answer, &[("CallSid", "CA1"), ("Digits", "4")]);
        assert!(done.text().contains("Acknowledged. Thank you. Goodbye."), "{}", done.text());
    }
    let status = call.field("StatusCallback");
    let ended = call_back(status, &[("CallSid", "CA1"), ("CallStatus", "completed"), ("CallDuration", "17")]);
    assert!(ended.is_success(), "{}", ended.text());
    let page = wait_for_state(&server, "acknowledged");
    assert_eq!(page["acknowledged_by"], "@alice", "{page}");
    assert_eq!(reports(&page, "voice"), ["answered", "acknowledged", "completed"], "from the request to the key");
    assert_eq!(twilio.count("/Messages.json"), 0, "nobody is written to who has it");
}

#[test]
fn a_person_is_written_to_answers_and_has_it() {
    let twilio = Twilio::start();
    let (_house, server) = house(&twilio, &[], TEXT_THEN_CALL);
    let message = twilio.wait_for("/Messages.json", 0);
    let body = message.field("Body");
    assert!(body.starts_with("CRITICAL Checkout: Alert db\nReply 4 to acknowledge (or \""), "{body}");
    assert!(body.lines().last().is_some_and(|link| link.starts_with(&format!("{}/p/", server.url))), "{body}");
    let code = body.split('"').nth(1).expect("a code").to_owned();
    let status = message.field("StatusCallback");
    for word in ["sent", "delivered", "delivered"] {
        assert!(call_back(status, &[("MessageSid", "SM1"), ("MessageStatus", word)]).is_success());
    }
    let inbox = format!("{}/callbacks/twilio/sms", server.url);
    let write =
        |from: &str, body: &str| call_back(&inbox, &[("From", from), ("To", "+15550009"), ("Body", body)]).text();
    assert!(!write("+4915100000000", "4").contains("Message"), "strangers are not answered");
    assert!(write(NUMBER, "what is this").contains("did not understand"));
    for _ in 0..3 {
        assert!(
            !write(NUMBER, "I am on holiday").contains("Message"),
            "a machine that answers is answered once an hour"
        );
    }
    assert!(!write(NUMBER, "STOP").contains("Message"), "Twilio answers that itself");
    assert!(!write(NUMBER, "6").contains("Resolved"), "not without the code, whoever it says it is from");
    assert!(page(&server)["state"] == "ringing", "none of that took it");
    let back = write(NUMBER, &code);
    assert!(back.contains("<Message>Acknowledged.</Message>"), "what was done is told all the same: {back}");
    assert!(!write(NUMBER, &code).contains("Message"), "and once: an echo has no end");
    let page = wait_for_state(&server, "acknowledged");
    assert_eq!(page["acknowledged_by"], "@alice");
    assert_eq!(reports(&page, "sms"), ["sent", "delivered", "acknowledged"]);
}

#[test]
fn whoever_is_not_twilio_is_refused() {
    let twilio = Twilio::start();
    let (_house, server) = house(&twilio, &[], CALL_THEN_TEXT);
    let call = twilio.wait_for("/Calls.json", 0);
    let (voice, status) = (call.field("Url").to_owned(), call.field("StatusCallback").to_owned());
    let gather = voice.replace("/voice/", "/gather/");
    let pressed = [("CallSid", "CA1"), ("Digits", "4")];
    for signature in ["", "AAAA", "c0ahKO7TsdtcV/Vm7KYrtz1BJQE="] {
        for url in [&voice, &gather, &status, &format!("{}/callbacks/twilio/sms", server.url)] {
            assert_eq!(call_back_signed(url, &pressed, signature).status, 403, "{signature} at {url}");
        }
    }
    // Rightly signed, for another purpose, and damaged: a token serves what it was made for.
    let crossed = status.replace("/status/", "/gather/");
    assert!(!call_back(&crossed, &pressed).text().contains("Acknowledged"));
    let damaged = format!("{}x", &gather[..gather.len() - 1]);
    assert!(!call_back(&damaged, &pressed).text().contains("Acknowledged"));
    assert_eq!(page(&server)["state"], "ringing");
    let metrics = super::http::get(&format!("{}/metrics", server.url), "").expect("answered").text();
    let counted = |line: &&str| line.contains("/callbacks/twilio/gather/{token}") && line.contains("403");
    assert!(metrics.lines().any(|line| counted(&line)), "refusals are counted: {metrics}");
    assert!(call_back(&gather, &pressed).text().contains("Acknowledged"), "the right one works all the same");
}

#[test]
fn one_provider_stands_in_for_the_other_within_the_attempt() {
    let (twilio, other) = (Twilio::start(), Twilio::start());
    twilio.answer_next(500, r#"{"code":20500,"message":"Internal Server Error","status":500}"#);
    let url = format!("{}/v1/send", other.url);
    let more = [
        ("NIGHTBELL_SMS_HTTP__URL", url.as_str()),
        ("NIGHTBELL_SMS_HTTP__HEADERS", "Content-Type: application/json"),
        ("NIGHTBELL_SMS_HTTP__BODY", r#"{"to": {{ number }}, "text": {{ text }}, "report": {{ report_url }}}"#),
        ("NIGHTBELL_SMS_HTTP__ID_POINTER", "/id"),
        ("NIGHTBELL_SMS__PROVIDERS", "twilio,http"),
    ];
    let (_house, server) = house(&twilio, &more, TEXT_THEN_CALL);
    let sent = other.wait_for("/v1/send", 0);
    assert_eq!(sent.field("to"), NUMBER);
    assert!(sent.field("text").starts_with("CRITICAL Checkout: Alert db\n"), "{sent:?}");
    let attempt = until("it is settled", SOON, || {
        let page = page(&server);
        let of = |n: &&Value| n["medium"] == "sms";
        let attempt = page["notifications"].as_array()?.iter().find(of)?["attempts"][0].clone();
        (attempt["outcome"] == "accepted").then_some(attempt)
    });
    assert_eq!(attempt["provider_id"], "X1");
    let detail = attempt["detail"].as_str().expect("a detail");
    assert_eq!(detail, "twilio: HTTP 500: Internal Server Error (20500); http: HTTP 201");
    let told = super::http::post_json(sent.field("report"), &serde_json::json!({"status": "delivered"}));
    assert!(told.expect("answered").is_success());
    until("it is in the log", SOON, || (reports(&page(&server), "sms") == ["delivered"]).then_some(()));
    assert_eq!(twilio.count("/Messages.json"), 1, "asked once");
}

#[test]
fn a_provider_that_templates_describe_calls_and_hands_over_the_key() {
    let (twilio, other) = (Twilio::start(), Twilio::start());
    let url = format!("{}/v1/call", other.url);
    let more = [
        ("NIGHTBELL_VOICE_HTTP__URL", url.as_str()),
        ("NIGHTBELL_VOICE_HTTP__HEADERS", "Content-Type: application/json"),
        (
            "NIGHTBELL_VOICE_HTTP__BODY",
            r#"{"to": {{ number }}, "say": {{ text }}, "keys": {{ answer_url }}, "report": {{ report_url }}}"#,
        ),
        ("NIGHTBELL_VOICE__PROVIDERS", "http"),
    ];
    let (_house, server) = house(&twilio, &more, CALL_THEN_TEXT);
    let call = other.wait_for("/v1/call", 0);
    assert!(
        call.field("say").ends_with("Press 4 to acknowledge, 6 to resolve, 8 to call whoever is next."),
        "{call:?}"
    );
    let press = |url: &str, digits: &str| {
        let answer = super::http::post_json(url, &serde_json::json!({"digits": digits})).expect("answered");
        (answer.status, answer.text())
    };
    let keys = call.field("keys");
    assert_eq!(press(keys, "5"), (200, r#"{"say":"There is nothing on this key."}"#.to_owned()));
    assert_eq!(press(call.field("report"), "4").0, 404, "the one for reports takes no keys");
    assert_eq!(press(&format!("{}x", &keys[..keys.len() - 1]), "4").0, 404, "nor a damaged one");
    assert_eq!(page(&server)["state"], "ringing");
    assert_eq!(press(keys, "6"), (200, r#"{"say":"Resolved"}"#.to_owned()));
    let page = wait_for_state(&server, "ended");
    assert_eq!(reports(&page, "voice"), ["resolved"]);
    assert_eq!(twilio.count("/Calls.json"), 0);
}

/// What is told of a message that is not ours, or of another attempt, changes nothing and rings nobody.
#[test]
fn a_report_about_somebody_elses_message_changes_nothing() {
    let twilio = Twilio::start();
    let (_house, server) = house(&twilio, &[], TEXT_THEN_CALL);
    let (_other_house, other_server) = house(&twilio, &[], TEXT_THEN_CALL);
    let of = |server: &Server| {
        let mine = |n: usize| {
            Some(twilio.wait_for("/Messages.json", n))
                .filter(|one| one.field("StatusCallback").starts_with(&server.url))
        };
        mine(0).or_else(|| mine(1)).expect("each wrote one")
    };
    let (own, foreign) = (of(&server), of(&other_server));
    let lost = [("MessageSid", "SM9"), ("MessageStatus", "undelivered"), ("ErrorCode", "30003")];
    let token = |url: &str| url.rsplit('/').next().expect("a token").to_owned();
    let (mine, theirs) = (token(own.field("StatusCallback")), token(foreign.field("StatusCallback")));
    let at = |token: &str| format!("{}/callbacks/twilio/status/{token}", server.url);
    for (token, status) in
        [(theirs.as_str(), 404), ("AAAA", 404), (&format!("{mine}A"), 404), (&mine[..mine.len() - 2], 404)]
    {
        assert_eq!(call_back(&at(token), &lost).status, status, "{token}");
    }
    let state = page(&server);
    assert_eq!((state["state"].as_str(), reports(&state, "sms")), (Some("ringing"), Vec::new()), "{state}");
    assert_eq!(twilio.count("/Calls.json"), 0, "nobody is called for it");
    assert!(call_back(&at(&mine), &lost).is_success());
    twilio.wait_for("/Calls.json", 0);
}

#[test]
fn a_message_that_is_reported_lost_brings_the_next_method_forward() {
    let twilio = Twilio::start();
    let (_house, server) = house(&twilio, &[], TEXT_THEN_CALL);
    let message = twilio.wait_for("/Messages.json", 0);
    let lost = [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "30003")];
    for _ in 0..2 {
        assert!(call_back(message.field("StatusCallback"), &lost).is_success());
    }
    // Half an hour early.
    let call = twilio.wait_for("/Calls.json", 0);
    let busy = [("CallSid", "CA2"), ("CallStatus", "busy")];
    assert!(call_back(call.field("StatusCallback"), &busy).is_success());
    let failed = until("both failed", SOON, || {
        let page = page(&server);
        let failed = |n: &Value| n["state"] == "failed";
        let first: Vec<Value> = page["notifications"].as_array()?.iter().filter(|n| n["cycle"] == 0).cloned().collect();
        (first.iter().filter(|n| failed(n)).count() >= 2).then_some(first)
    });
    let why: Vec<&str> = failed.iter().filter_map(|n| n["reason"].as_str()).collect();
    assert!(why.iter().any(|why| why.contains("undelivered") && why.contains("out of reach (30003)")), "{why:?}");
    assert!(why.iter().any(|why| why.contains("taken, but busy in the end")), "{why:?}");
}
