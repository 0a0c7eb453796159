//! The button of a notification, as phones press it.

use crate::{
    pages::tests::scene::{acknowledgements, link, link_until, page, ring, site},
    tests::site::{Answer, Site, Who, start},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use jiff::SignedDuration;
use serde_json::Value;

async fn press(site: &Site, token: &str) -> Answer {
    // As the ntfy app presses: no form, no cookie, no content type, another origin.
    let request = Request::post(format!("/p/{token}/press")).header(header::ORIGIN, "https://ntfy.sh");
    site.send(request.body(Body::empty()).expect("a request")).await
}

fn text(answer: &Answer) -> (String, String) {
    let value: Value = serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.body));
    let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    (word("outcome"), word("text"))
}

#[tokio::test]
async fn one_press_on_a_phone_acknowledges_once_and_says_so() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let token = link(&site, id, "rita");
    for _ in 0..2 {
        let answer = press(&site, &token).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "*"));
        assert_eq!(
            text(&answer),
            ("done".to_owned(), "Acknowledged: it is yours, and nobody else is called.".to_owned())
        );
        assert!(answer.cookies().is_empty());
        assert_eq!(acknowledgements(&site, id).await, 1);
    }
    let late = press(&site, &link(&site, id, "max")).await;
    assert_eq!(text(&late), ("done".to_owned(), "Rita Responder has it already; nobody else is called.".to_owned()));
    assert_eq!(acknowledgements(&site, id).await, 1);
}

/// Mail scanners and link previews follow addresses; none of them presses.
#[tokio::test]
async fn looking_at_the_address_changes_nothing() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let path = format!("/p/{}/press", link(&site, id, "rita"));
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT] {
        let request = Request::builder().method(method.clone()).uri(&path);
        let answer = site.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert!(page(&site, id).await.page.is_waiting());
}

#[tokio::test]
async fn a_link_that_is_no_link_presses_nothing() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let good = link(&site, id, "rita");
    let expired = link_until(&site, id, "rita", start());
    let stranger = link(&site, id, "nobody-here");
    for (token, status) in [
        ("AAAA", StatusCode::NOT_FOUND),
        (&good[..good.len() - 4], StatusCode::NOT_FOUND),
        (&stranger, StatusCode::NOT_FOUND),
        (&expired, StatusCode::GONE),
    ] {
        let answer = press(&site, token).await;
        assert_eq!(answer.status, status, "{token}");
        assert_eq!(text(&answer).0, "refused");
    }
    assert!(page(&site, id).await.page.is_waiting());
    let units = || site.state.desk().stats().counts.batch_units.count;
    let before = units();
    for token in ["AAAA", expired.as_str()] {
        press(&site, token).await;
        assert_ne!(site.post_form(Who::Nobody, &format!("/p/{token}/ack"), &[]).await.status, StatusCode::OK);
    }
    assert_eq!(units(), before, "what is forged or over never reaches the writer");
    let later = link_until(&site, id, "rita", start() + SignedDuration::from_hours(1));
    assert_eq!(press(&site, &later).await.status, StatusCode::OK);
    assert_eq!(site.get(Who::Nobody, "/p/AAAA/press").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// The button under the question whether somebody is still on it.
#[tokio::test]
async fn the_other_button_is_a_press_as_well() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let token = link(&site, id, "rita");
    let still_on = |method: Method, token: &str| {
        let request = Request::builder().method(method).uri(format!("/p/{token}/press/still-on"));
        site.send(request.body(Body::empty()).expect("a request"))
    };
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        assert_eq!(still_on(method.clone(), &token).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(still_on(Method::POST, "AAAA").await.status, StatusCode::NOT_FOUND);
    assert!(page(&site, id).await.page.is_waiting());
    let taken = still_on(Method::POST, &token).await;
    assert_eq!((taken.status, text(&taken).0), (StatusCode::OK, "done".to_owned()), "it rings: whoever presses has it");
    let again = still_on(Method::POST, &token).await;
    assert_eq!((again.status, text(&again).0), (StatusCode::CONFLICT, "refused".to_owned()), "nothing runs out");
    assert_eq!(acknowledgements(&site, id).await, 1);
}
