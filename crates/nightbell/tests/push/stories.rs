//! One story each: a phone is set up, proves that it rings, wakes its owner and is pressed; a phone is thrown away; the same by ntfy and by Telegram.

use super::{
    double::{Double, Taken},
    house::{House, Server},
    http,
    person::{Person, attribute},
    phone::Phone,
    wait::{SOON, until},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

const KEY: &str = "push-pagerduty";

/// Bob, by the methods of the files.
fn organisation(contacts: &str) -> String {
    format!(
        "version: 1
users:
  - {{ id: bob, name: Bob Example, email: bob@example.com, role: responder, contacts: [ {contacts} ] }}
  - {{ id: ops, name: Ops, email: ops@example.com, role: admin }}
teams:
  - {{ id: team, name: Team, members: [bob] }}
policies:
  - {{ id: policy, team: team, steps: [ {{ after: 0s, notify: [\"user:bob\"] }} ], last_resort: [\"user:bob\"] }}
services:
  - {{ id: checkout, name: Checkout, team: team, policy: policy }}
integrations:
  - {{ id: pagerduty, kind: pagerduty, service: checkout, key: \"{KEY}\" }}
routes:
  - {{ when: 'true', do: page, urgency: high }}
"
    )
}

fn start(settings: &[(&str, &str)], contacts: &str) -> (House, Server) {
    let mut house = House::new();
    for (name, value) in settings {
        house.set(name, value);
    }
    let server = house.serve();
    house.apply(&server, &organisation(contacts));
    (house, server)
}

fn trigger(server: &Server, alert: &str, action: &str) {
    let answer = server.enqueue(KEY, action, alert).expect("answered");
    assert!(answer.is_success(), "{}", answer.text());
}

/// The page of an alert, with its delivery log.
fn page(server: &Server, alert: &str) -> Value {
    let alerts = server.alerts();
    let found = alerts.iter().find(|known| known["dedup_key"] == alert).expect("the alert");
    server.get(&format!("/alerts/{}", found["id"].as_str().expect("an id")))["pages"][0].clone()
}

fn wait_until_acknowledged(server: &Server, alert: &str) {
    let page =
        until("it is acknowledged", SOON, || Some(page(server, alert)).filter(|page| page["state"] == "acknowledged"));
    assert_eq!(page["acknowledged_by"], "@bob", "{page}");
}

/// Bob sets up his phone on the page of his methods, as the page's script does. Answers the key that the page gives browsers.
fn set_up(bob: &Person, service: &Double, phone: &Phone) -> String {
    let endpoint = format!("{}/wpush/bob", service.url);
    let fields =
        [("endpoint", endpoint.as_str()), ("p256dh", &phone.p256dh), ("auth", &phone.auth), ("name", "push-android")];
    let answer = bob.send("/settings/reach", "/settings/reach/push", &fields);
    let seen = (answer.status, answer.header("location"));
    assert_eq!(seen, (303, Some("/settings/reach#method-push-android")), "{}", answer.text());
    attribute(&bob.see("/settings/reach"), "data-push-key=\"")
}

/// The service worker's side of the first message: it proves that the phone rings.
fn prove(bob: &Person, service: &Double, phone: &Phone, key: &str) {
    let (code, _) = phone.read(&service.wait_for("/bob", 0), key);
    assert_eq!((&code["kind"], &code["rings"]), (&json!("code"), &json!(true)), "{code}");
    let endpoint = format!("{}/wpush/bob", service.url);
    let fields = [("code", code["code"].as_str().expect("a code")), ("endpoint", endpoint.as_str())];
    let answer = bob.post("/settings/reach/push/rang", &fields);
    assert_eq!((answer.status, &answer.json()["outcome"]), (200, &json!("done")), "{}", answer.text());
}

#[test]
fn a_phone_is_set_up_rings_is_pressed_and_told_that_it_is_over() {
    let service = Double::answering(|_| (201, String::new()));
    let (_house, server) = start(&[("NIGHTBELL_PUSH__CONTACT", "mailto:ops@example.com")], "");
    let (bob, phone) = (Person::invited(&server, "bob"), Phone::new());
    let key = set_up(&bob, &service, &phone);
    prove(&bob, &service, &phone, &key);

    trigger(&server, "db", "trigger");
    let rang = service.wait_for("/bob", 1);
    assert!(rang.body.len() <= 4_096, "{} bytes", rang.body.len());
    for (name, value) in [
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("ttl", "3600"),
        ("urgency", "high"),
    ] {
        assert_eq!(rang.header(name), value, "{name}");
    }
    let (page, claims) = phone.read(&rang, &key);
    assert_eq!(claims["aud"], service.url, "for this push service and no other");
    assert_eq!(claims["sub"], "mailto:ops@example.com");
    assert_eq!(
        (&page["kind"], &page["title"], &page["rings"]),
        (&json!("page"), &json!("Alert db"), &json!(true)),
        "{page}"
    );
    assert!(page["body"].as_str().expect("a text").starts_with("Checkout · critical"), "{page}");

    // The press in the notification: the service worker posts to the signed path, without a cookie.
    let press = format!("{}{}", server.url, page["ack"].as_str().expect("a path"));
    let done = http::call("POST", &press, &[("sec-fetch-site", "same-origin")], b"").expect("answered").json();
    assert_eq!(done, json!({ "outcome": "done", "text": "Acknowledged: it is yours, and nobody else is called." }));
    wait_until_acknowledged(&server, "db");

    trigger(&server, "db", "resolve");
    let ended = service.wait_for("/bob", 2);
    let (over, _) = phone.read(&ended, &key);
    assert_eq!(
        (&over["kind"], &over["rings"], &over["ack"]),
        (&json!("resolved"), &json!(false), &Value::Null),
        "{over}"
    );
    assert_eq!(over["tag"], page["tag"], "it replaces what lies on the lock screen");
    assert_eq!((ended.header("topic"), ended.header("urgency")), (rang.header("topic"), "normal"));
    let late = http::call("POST", &press, &[], b"").expect("answered");
    assert_eq!((late.status, &late.json()["outcome"]), (409, &json!("refused")), "{}", late.text());
}

#[test]
fn a_phone_that_was_thrown_away_is_left_out_and_its_owner_is_told() {
    let status = Arc::new(AtomicU16::new(201));
    let now = Arc::clone(&status);
    let service = Double::answering(move |_| (now.load(Ordering::Relaxed), String::new()));
    let topics = Double::answering(|_| (200, r#"{"id":"1","event":"message"}"#.to_owned()));
    let contacts = "{ id: topic, kind: ntfy, address: bob-on-call, verified: true }";
    let (_house, server) = start(&[("NIGHTBELL_NTFY__BASE_URL", &topics.url)], contacts);
    let (bob, phone) = (Person::invited(&server, "bob"), Phone::new());
    let key = set_up(&bob, &service, &phone);
    prove(&bob, &service, &phone, &key);

    status.store(410, Ordering::Relaxed);
    trigger(&server, "db", "trigger");
    service.wait_for("/bob", 1);
    topics.wait_for("/", 0);
    let failed = until("the attempt is settled", SOON, || {
        let page = page(&server, "db");
        let push = page["notifications"].as_array().expect("a list").iter().find(|n| n["medium"] == "push").cloned();
        push.filter(|push| push["state"] == "failed")
    });
    assert!(failed.to_string().contains("set the phone up again"), "{failed}");
    // While it rings, another page for the same topic would go along with a later message.
    trigger(&server, "db", "resolve");
    topics.wait_for("/", 1);
    trigger(&server, "disk", "trigger");
    topics.wait_for("/", 2);
    let page = page(&server, "disk");
    let media: Vec<&Value> = page["notifications"].as_array().expect("a list").iter().map(|n| &n["medium"]).collect();
    assert_eq!(media, [&json!("ntfy")], "what can never ring is not waited for");
    let told = bob.see("/settings/reach");
    assert!(told.contains("broken"), "{told}");
}

#[test]
fn ntfy_rings_and_its_button_acknowledges() {
    let topics = Double::answering(|taken| match taken.header("authorization") {
        "Bearer tk_of_the_test" => (200, r#"{"id":"hwQ2YpKdmg","event":"message"}"#.to_owned()),
        _ => (401, r#"{"code":40101,"http":401,"error":"unauthorized"}"#.to_owned()),
    });
    let settings = [("NIGHTBELL_NTFY__BASE_URL", topics.url.as_str()), ("NIGHTBELL_NTFY__TOKEN", "tk_of_the_test")];
    let (_house, server) = start(&settings, "{ id: topic, kind: ntfy, address: bob-on-call, verified: true }");
    trigger(&server, "db", "trigger");
    let message = topics.wait_for("/", 0).json();
    assert_eq!((&message["topic"], &message["priority"]), (&json!("bob-on-call"), &json!(5)), "{message}");
    let button = &message["actions"][0];
    assert_eq!(
        (&button["action"], &button["method"], &button["clear"]),
        (&json!("http"), &json!("POST"), &json!(true))
    );
    let address = button["url"].as_str().expect("an address");
    let looked = http::call("GET", address, &[], b"").expect("answered");
    assert_eq!(looked.status, 405, "a mail scanner that follows it changes nothing");
    // The app posts from wherever it is, without a form.
    let done = http::call("POST", address, &[("origin", "https://ntfy.example.com")], b"").expect("answered");
    assert_eq!(done.status, 200, "{}", done.text());
    wait_until_acknowledged(&server, "db");
    let sent = page(&server, "db")["notifications"][0]["attempts"][0].clone();
    assert_eq!((&sent["outcome"], &sent["provider_id"]), (&json!("accepted"), &json!("hwQ2YpKdmg")), "{sent}");
}

/// As the Bot API answers, with what it would refuse refused.
fn bot_api(taken: &Taken) -> (u16, String) {
    let body = taken.json();
    let wrong = |what: &str| (400, json!({ "ok": false, "error_code": 400, "description": what }).to_string());
    match taken.path.rsplit('/').next().unwrap_or_default() {
        _ if !taken.path.starts_with("/bot123456:of-the-test/") => {
            (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#.to_owned())
        }
        "sendMessage" if body["chat_id"] == 4711 => {
            let buttons = body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
            let all: Vec<&Value> = buttons.flat_map(|row| row.as_array().into_iter().flatten()).collect();
            let long = |button: &&&Value| button["callback_data"].as_str().is_some_and(|data| data.len() > 64);
            if all.iter().any(|button| long(&button)) {
                return wrong("Bad Request: BUTTON_DATA_INVALID");
            }
            if all.iter().any(|button| button["url"].as_str().is_some_and(|url| url.contains("127.0.0.1"))) {
                return wrong("Bad Request: inline keyboard button URL is invalid: Wrong HTTP URL");
            }
            (200, json!({ "ok": true, "result": { "message_id": 5, "date": 1, "chat": { "id": 4711 } } }).to_string())
        }
        "sendMessage" => wrong("Bad Request: chat not found"),
        "setWebhook" | "answerCallbackQuery" | "editMessageText" => (200, r#"{"ok":true,"result":true}"#.to_owned()),
        _ => (404, r#"{"ok":false,"error_code":404,"description":"Not Found"}"#.to_owned()),
    }
}

#[test]
fn telegram_rings_and_its_button_acknowledges() {
    let telegram = Double::answering(bot_api);
    let settings =
        [("NIGHTBELL_TELEGRAM__BASE_URL", telegram.url.as_str()), ("NIGHTBELL_TELEGRAM__TOKEN", "123456:of-the-test")];
    let (_house, server) = start(&settings, "{ id: chat, kind: telegram, address: \"4711\", verified: true }");
    let webhook = telegram.wait_for("/setWebhook", 0).json();
    assert_eq!(webhook["url"], format!("{}/callbacks/telegram", server.url), "told at the start where to call");
    let secret = webhook["secret_token"].as_str().expect("a word");

    trigger(&server, "db", "trigger");
    // Telegram takes no button that leads to this machine: the second try has the address in its text.
    telegram.wait_for("/sendMessage", 0);
    let message = telegram.wait_for("/sendMessage", 1).json();
    assert_eq!(message["parse_mode"], "HTML");
    let text = message["text"].as_str().expect("a text");
    assert!(
        text.starts_with("<b>Alert db</b>\nCheckout · critical") && text.contains(&format!("{}/p/", server.url)),
        "{text}"
    );
    let data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().expect("a button");

    let press = json!({ "update_id": 1, "callback_query": { "id": "q1", "from": { "id": 4711, "is_bot": false, "first_name": "Bob" },
        "message": { "message_id": 5, "date": 1, "chat": { "id": 4711, "type": "private" }, "text": "Alert db" }, "data": data } });
    let call = |proof: &str| {
        let headers = [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", proof)];
        let url = webhook["url"].as_str().expect("an address");
        http::call("POST", url, &headers, press.to_string().as_bytes()).expect("answered").status
    };
    assert_eq!(call("somebody-else"), 401);
    assert_eq!(page(&server, "db")["state"], "ringing");
    assert_eq!(call(secret), 200);
    wait_until_acknowledged(&server, "db");
    let answer = telegram.wait_for("/answerCallbackQuery", 0).json();
    assert_eq!((&answer["callback_query_id"], &answer["show_alert"]), (&json!("q1"), &json!(false)), "{answer}");
    let edited = telegram.wait_for("/editMessageText", 0).json();
    assert_eq!((&edited["chat_id"], &edited["message_id"]), (&json!(4711), &json!(5)));
    assert!(edited["text"].as_str().expect("a text").contains("✓ Acknowledged by Bob Example, "), "{edited}");
    assert!(edited["reply_markup"].is_null(), "nothing is left to press");
}
