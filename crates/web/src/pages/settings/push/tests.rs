//! A browser is set up, proves that it rings, and moves: as the script and the service worker do it.

use crate::{
    pages::tests::scene::site,
    tests::site::{Answer, Site, Who},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use nightbell_engine::paging;
use nightbell_wire::outbound::push::vapid::SenderKey;

const ENDPOINT: &str = "https://push.example.net/wpush/v2/gAAAAABk";

/// A key of a browser.
fn key(seed: u8) -> String {
    SenderKey::new(&[seed; 32]).public()
}

fn secret(seed: u8) -> String {
    URL_SAFE_NO_PAD.encode([seed; 16])
}

async fn set_up(site: &Site, endpoint: &str, seed: u8) -> Answer {
    let (key, secret) = (key(seed), secret(seed));
    let fields = [("endpoint", endpoint), ("p256dh", &key), ("auth", &secret), ("name", "push-android")];
    site.post_form(Who::Viewer, "/settings/reach/push", &fields).await
}

/// As a service worker posts: the person's cookie, no hidden word.
async fn post(site: &Site, who: Who, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request =
        site.browser(who, Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.send(request.body(Body::from(form)).expect("a request")).await
}

/// The code in the message that went to the browser.
async fn sent(site: &Site) -> String {
    let work = site.act(paging::dispatch).await;
    let title = &work.last().expect("a message").message.title;
    title.rsplit(' ').next().expect("a code").to_owned()
}

async fn browsers(site: &Site) -> Vec<(String, String, bool)> {
    let read = site.state.read(|_, _, directory| {
        let person = directory.org.person(&Who::Viewer.handle()).expect("known");
        let push = person.contacts.iter().filter(|contact| contact.kind.word() == "push");
        Ok(push.map(|c| (c.id.to_string(), c.kind.address().to_owned(), c.verified)).collect())
    });
    read.await.expect("readable")
}

fn known(endpoint: &str, verified: bool) -> Vec<(String, String, bool)> {
    vec![("push-android".to_owned(), endpoint.to_owned(), verified)]
}

#[tokio::test]
async fn a_browser_rings_its_owner_after_one_press_in_the_notification() {
    let site = site().await;
    let answer = set_up(&site, ENDPOINT, 1).await;
    let seen = (answer.status, answer.header("location"));
    assert_eq!(seen, (StatusCode::SEE_OTHER, "/settings/reach#method-push-android"));
    assert_eq!(browsers(&site).await, known(ENDPOINT, false), "not used before it rang");
    let code = sent(&site).await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let rang = "/settings/reach/push/rang";
    for (who, endpoint, code, status) in [
        (Who::Nobody, ENDPOINT, code.as_str(), StatusCode::SEE_OTHER),
        (Who::Responder, ENDPOINT, &code, StatusCode::NOT_FOUND),
        (Who::Viewer, "https://push.example.net/other", &code, StatusCode::NOT_FOUND),
        (Who::Viewer, ENDPOINT, wrong, StatusCode::CONFLICT),
        (Who::Viewer, ENDPOINT, &code, StatusCode::OK),
        (Who::Viewer, ENDPOINT, &code, StatusCode::CONFLICT),
    ] {
        let answer = post(&site, who, rang, &[("endpoint", endpoint), ("code", code)]).await;
        assert_eq!(answer.status, status, "{who:?} {endpoint}: {}", answer.body);
    }
    assert_eq!(browsers(&site).await, known(ENDPOINT, true));
    // Pressed once more on the same phone: nothing is lost by it.
    set_up(&site, ENDPOINT, 1).await;
    assert_eq!(browsers(&site).await, known(ENDPOINT, true));
}

#[tokio::test]
async fn what_no_browser_says_is_refused() {
    let site = site().await;
    let (key, secret) = (key(1), secret(1));
    let long = format!("https://push.example.net/{}", "a".repeat(2_000));
    for (endpoint, p256dh, auth) in [
        ("", "", ""),
        ("push.example.net", key.as_str(), secret.as_str()),
        ("file:///etc/passwd", &key, &secret),
        (ENDPOINT, "key", &secret),
        (ENDPOINT, &key, "secret"),
        (&long, &key, &secret),
    ] {
        let fields = [("endpoint", endpoint), ("p256dh", p256dh), ("auth", auth)];
        let answer = site.post_form(Who::Viewer, "/settings/reach/push", &fields).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/settings/reach"),
            "{endpoint}"
        );
        let renewal = [("old_endpoint", ENDPOINT), ("old_auth", "x"), fields[0], fields[1], fields[2]];
        let answer = post(&site, Who::Nobody, "/callbacks/push/renew", &renewal).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{endpoint}");
    }
    let unsigned = [("endpoint", ENDPOINT), ("p256dh", key.as_str()), ("auth", secret.as_str())];
    let answer = post(&site, Who::Viewer, "/settings/reach/push", &unsigned).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "without the hidden word of the form");
    assert!(browsers(&site).await.is_empty());
}

#[tokio::test]
async fn a_browser_that_moved_tells_so_without_being_signed_in() {
    let site = site().await;
    set_up(&site, ENDPOINT, 1).await;
    let code = sent(&site).await;
    post(&site, Who::Viewer, "/settings/reach/push/rang", &[("endpoint", ENDPOINT), ("code", &code)]).await;
    let (old, fresh_key, fresh) = (secret(1), key(2), secret(2));
    let there = "https://push.example.net/there";
    for (auth, status) in [("", StatusCode::NOT_FOUND), (fresh.as_str(), StatusCode::NOT_FOUND), (&old, StatusCode::OK)]
    {
        let fields = [
            ("old_endpoint", ENDPOINT),
            ("old_auth", auth),
            ("endpoint", there),
            ("p256dh", &fresh_key),
            ("auth", &fresh),
        ];
        assert_eq!(post(&site, Who::Nobody, "/callbacks/push/renew", &fields).await.status, status, "{auth:?}");
    }
    assert_eq!(browsers(&site).await, known(there, true), "whoever is on call tonight stays reached");
    let looked = Request::get("/callbacks/push/renew").body(Body::empty()).expect("a request");
    assert_eq!(site.send(looked).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn whoever_guesses_a_browser_never_reaches_the_writer_and_is_stopped() {
    let site = site().await;
    set_up(&site, ENDPOINT, 1).await;
    let (fresh_key, fresh) = (key(2), secret(2));
    let units = || site.state.desk().stats().counts.batch_units.count;
    let before = units();
    let mut said = Vec::new();
    for n in 0..60 {
        let old = format!("https://push.example.net/{n}");
        let fields = [
            ("old_endpoint", if n < 5 { ENDPOINT } else { old.as_str() }),
            ("old_auth", &fresh),
            ("endpoint", "https://push.example.net/mine"),
            ("p256dh", &fresh_key),
            ("auth", &fresh),
        ];
        said.push(post(&site, Who::Nobody, "/callbacks/push/renew", &fields).await);
    }
    assert_eq!(units(), before, "what is a guess never reaches the writer");
    let statuses: Vec<StatusCode> = said.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses[..50], [StatusCode::NOT_FOUND; 50]);
    assert_eq!(statuses[50..], [StatusCode::TOO_MANY_REQUESTS; 10]);
    assert_eq!(said[59].header("retry-after"), "900");
}
