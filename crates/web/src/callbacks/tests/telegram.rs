//! Telegram calls: with its word, without it, with buttons of ours and of others, in private chats and in groups.

use super::super::telegram::PATH;
use crate::{
    pages::tests::scene::{acknowledgements, page, ring, site},
    tests::site::{Site, Who, start, terminal},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use nightbell_engine::{
    domain::{
        access::{Administer, Permit},
        ids::PageId,
        org::AccessRole,
    },
    organisation,
};
use nightbell_wire::{
    org_files::{self, SourceFile},
    outbound::telegram::reference::Asked,
};
use serde_json::{Value, json};

const RITA: i64 = 42;
const GROUP: i64 = -100;

async fn call(site: &Site, proof: Option<&str>, body: &str) -> StatusCode {
    let request = Request::post(PATH).header("content-type", "application/json");
    let request = match proof {
        Some(proof) => request.header("x-telegram-bot-api-secret-token", proof),
        None => request,
    };
    site.send(request.body(Body::from(body.to_owned())).expect("a request")).await.status
}

fn press(by: i64, chat: i64, data: &str) -> String {
    let message = json!({ "message_id": 5, "date": 1, "chat": { "id": chat }, "text": "Checkout down\nring ring" });
    let query = json!({ "id": "q1", "from": { "id": by }, "message": message, "data": data });
    json!({ "update_id": 1, "callback_query": query }).to_string()
}

/// Rita has a chat of her own, and shares a group with Max.
async fn people(site: &Site, groups: &[(&str, bool)]) {
    let chat = |id: &str, chat: i64, verified: bool| {
        format!("{{ id: {id}, kind: telegram, address: \"{chat}\", verified: {verified} }}")
    };
    let mut yaml = crate::tests::site::ORGANISATION.to_owned();
    for (user, verified) in groups {
        let own = if *user == "rita" { format!(", {}", chat("own", RITA, true)) } else { String::new() };
        let mail = format!("address: {user}@example.com, verified: true }}");
        yaml = yaml.replace(&mail, &format!("{mail}, {}{own}", chat("group", GROUP, *verified)));
    }
    let files = [SourceFile { path: "nightbell.yaml", content: &yaml }];
    let parsed = org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).unwrap_or_else(|e| panic!("{e:?}"));
    site.act(move |unit| {
        let permit: Permit<Administer> = terminal(AccessRole::Admin, Who::Admin.handle()).permit()?;
        organisation::apply(unit, &permit, &parsed, false).map(|applied| applied.unwrap_or_else(|p| panic!("{p:?}")))
    })
    .await;
}

fn button(site: &Site, page: PageId, chat: i64) -> String {
    site.state.telegram().expect("a bot").key.reference(Asked::Acknowledge, page, &chat.to_string())
}

fn secret(site: &Site) -> String {
    site.state.telegram().expect("a bot").secret.clone()
}

/// What the bot did: method and body.
fn done(site: &Site) -> Vec<(String, Value)> {
    let calls = site.calls.lock().expect("calls").split_off(0);
    let read = |call: nightbell_wire::outbound::HttpRequest| {
        let method = call.url.rsplit('/').next().unwrap_or_default().to_owned();
        (method, serde_json::from_slice(&call.body).expect("JSON"))
    };
    calls.into_iter().map(read).collect()
}

#[tokio::test]
async fn a_press_acknowledges_as_the_owner_of_the_chat_and_the_message_says_so() {
    let site = site().await;
    people(&site, &[("rita", false)]).await;
    let (_, id) = ring(&site, "Checkout down").await;
    let pressed = press(RITA, RITA, &button(&site, id, RITA));
    // Telegram calls again when an answer was lost.
    for _ in 0..2 {
        assert_eq!(call(&site, Some(&secret(&site)), &pressed).await, StatusCode::OK);
        assert_eq!(acknowledgements(&site, id).await, 1);
        let calls = done(&site);
        let [(first, answer), (second, edit)] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!((first.as_str(), second.as_str()), ("answerCallbackQuery", "editMessageText"));
        assert_eq!(answer["callback_query_id"], "q1");
        assert_eq!(answer["text"], "Acknowledged: it is yours, and nobody else is called.");
        assert_eq!((&edit["chat_id"], &edit["message_id"]), (&json!(RITA), &json!(5)));
        let time = start().strftime("%H:%M");
        let note = format!("Checkout down\nring ring\n\n✓ Acknowledged by Rita Responder, {time} UTC");
        assert_eq!(edit["text"], note, "and the buttons are gone");
        assert!(edit["reply_markup"].is_null());
    }
}

#[tokio::test]
async fn whoever_is_not_telegram_is_not_listened_to() {
    let site = site().await;
    people(&site, &[("rita", false)]).await;
    let (_, id) = ring(&site, "Checkout down").await;
    let pressed = press(RITA, RITA, &button(&site, id, RITA));
    let long = format!("{}x", secret(&site));
    for proof in [None, Some(""), Some("wrong"), Some(long.as_str()), Some(&secret(&site)[1..])] {
        assert_eq!(call(&site, proof, &pressed).await, StatusCode::UNAUTHORIZED, "{proof:?}");
    }
    let answer = site.get(Who::Nobody, PATH).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "looking is no call");
    assert_eq!(call(&site, Some(&secret(&site)), "not JSON").await, StatusCode::BAD_REQUEST);
    assert!(page(&site, id).await.page.is_waiting());
    assert!(done(&site).is_empty());
}

#[tokio::test]
async fn a_button_that_is_not_ours_or_in_a_chat_of_nobody_takes_nothing() {
    let site = site().await;
    people(&site, &[("rita", true), ("max", true)]).await;
    let (_, id) = ring(&site, "Checkout down").await;
    let ours = |chat| button(&site, id, chat);
    for (by, chat, data, says) in [
        (RITA, RITA, ours(GROUP), "was not made for this chat"),
        (RITA, RITA, "ack:AAAA".to_owned(), "was not made for this chat"),
        (RITA, RITA, String::new(), "was not made for this chat"),
        (7, 7, ours(7), "nobody's verified contact method"),
        (7, GROUP, ours(GROUP), "Only in your own chat"),
        (RITA, GROUP, ours(GROUP), "Only in your own chat"),
        (RITA, GROUP, ours(RITA), "Only in your own chat"),
    ] {
        assert_eq!(call(&site, Some(&secret(&site)), &press(by, chat, &data)).await, StatusCode::OK);
        let calls = done(&site);
        let [(method, answer)] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!((method.as_str(), &answer["show_alert"]), ("answerCallbackQuery", &json!(true)));
        assert!(answer["text"].as_str().expect("a text").contains(says), "{answer}");
    }
    assert!(page(&site, id).await.page.is_waiting());
    let units = || site.state.desk().stats().counts.batch_units.count;
    let before = units();
    call(&site, Some(&secret(&site)), &press(7, RITA, &ours(RITA))).await;
    call(&site, Some(&secret(&site)), &press(RITA, RITA, "ack:AAAA")).await;
    assert_eq!(units(), before, "what cannot act never reaches the writer");
    call(&site, Some(&secret(&site)), &press(RITA, RITA, &ours(RITA))).await;
    assert_eq!(acknowledgements(&site, id).await, 1, "in her own chat it is known who she is");
}

#[tokio::test]
async fn a_press_proves_that_the_chat_reaches_its_owner() {
    let site = site().await;
    people(&site, &[("rita", false)]).await;
    let (_, id) = ring(&site, "Checkout down").await;
    let proven = || async {
        let read = site.state.read(|tx, now, directory| {
            let reach = nightbell_engine::people::reach_of(tx, directory, &Who::Responder.handle(), now)?;
            Ok(reach.methods.into_iter().find(|method| method.contact.id.as_str() == "own").expect("hers").proven)
        });
        read.await.expect("readable")
    };
    assert_eq!(proven().await, None);
    call(&site, Some(&secret(&site)), &press(RITA, RITA, &button(&site, id, RITA))).await;
    assert_eq!(proven().await.map(|(_, how)| how), Some("page".to_owned()));
}

#[tokio::test]
async fn a_chat_that_nobody_proved_presses_nothing() {
    let site = site().await;
    people(&site, &[("max", false)]).await;
    let (_, id) = ring(&site, "Checkout down").await;
    call(&site, Some(&secret(&site)), &press(GROUP, GROUP, &button(&site, id, GROUP))).await;
    assert!(page(&site, id).await.page.is_waiting());
}

#[tokio::test]
async fn start_tells_the_number_of_the_chat_and_nothing_else_is_answered() {
    let site = site().await;
    let said =
        |text: &str| json!({ "update_id": 2, "message": { "message_id": 1, "chat": { "id": GROUP }, "text": text } });
    assert_eq!(call(&site, Some(&secret(&site)), &said("/start").to_string()).await, StatusCode::OK);
    let calls = done(&site);
    let [(method, body)] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((method.as_str(), &body["chat_id"]), ("sendMessage", &json!(GROUP)));
    let text = body["text"].as_str().expect("a text");
    assert!(text.contains("-100") && text.contains("nobody can acknowledge from it"), "{body}");
    for _ in 0..100 {
        assert_eq!(call(&site, Some(&secret(&site)), &said("/start").to_string()).await, StatusCode::OK);
    }
    assert!(done(&site).is_empty(), "once an hour is enough");
    assert_eq!(call(&site, Some(&secret(&site)), &said("good morning").to_string()).await, StatusCode::OK);
    assert!(done(&site).is_empty());
}
