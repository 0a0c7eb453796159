//! Updates by mail over HTTP, from the form to the one-press way out.

use super::outage;
use crate::tests::site::{Answer, Site, Who};
use axum::{
    body::Body,
    http::{Method, Request},
};
use nightbell_engine::{
    domain::paging::Report,
    subscription::{self, Work},
};

/// What is due for subscribers now, taken by the mail server.
async fn mails(site: &Site) -> Vec<Work> {
    let work = site.act(subscription::broadcast).await;
    for one in &work {
        let (id, about, attempt) = (one.subscriber, one.about.clone(), one.attempt);
        let report = Report::Accepted { detail: "250 ok".to_owned(), provider_id: None };
        site.act(move |unit| subscription::settle(unit, id, &about, attempt, &report)).await;
    }
    work
}

/// The path of the link whose address has that word in it.
fn link(work: &Work, word: &str) -> String {
    let base = "http://nightbell.test";
    let found = work.mail.text.lines().find(|line| line.starts_with(base) && line.contains(word));
    found.and_then(|line| line.strip_prefix(base)).unwrap_or_else(|| panic!("{}", work.mail.text)).to_owned()
}

/// As a mail program presses it for its reader: no browser, no cookie, a body of its own.
async fn one_click(site: &Site, path: &str) -> Answer {
    let request = Request::builder().method(Method::POST).uri(path);
    let request = request.header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from("--x\r\n\r\nList-Unsubscribe=One-Click\r\n--x--")).expect("a request")).await
}

fn assert_plain(answer: &Answer) {
    assert_eq!(answer.cookies(), Vec::<String>::new());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-security-policy"), nightbell_status::CONTENT_SECURITY_POLICY);
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(!answer.body.contains("@example.com"), "no address is shown again: {}", answer.body);
}

#[tokio::test]
async fn inv_20_a_reader_subscribes_confirms_is_told_once_and_leaves_with_one_press() {
    let site = outage::site().await;
    let page = site.get(Who::Nobody, "/status/main").await;
    assert!(page.body.contains("action=\"/status/main/subscribe\""), "{}", page.body);
    let asked = site.post_form(Who::Nobody, "/status/main/subscribe", &[("email", "ann@example.com")]).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    assert_plain(&asked);
    let question = mails(&site).await;
    assert_eq!(question.len(), 1);
    let yes = link(&question[0], "/confirm/");
    for _ in 0..2 {
        let opened = site.get(Who::Nobody, &yes).await;
        assert_eq!(opened.status, 200);
        assert!(opened.body.contains("Yes, send me updates"), "{}", opened.body);
        assert_plain(&opened);
    }
    let incident = outage::declare(&site).await;
    assert!(mails(&site).await.is_empty(), "opening the link is not saying yes");
    let pressed = site.post_form(Who::Nobody, &yes, &[]).await;
    assert!(pressed.status == 200 && pressed.body.contains("You are subscribed"), "{}", pressed.body);
    let again = site.post_form(Who::Nobody, "/status/main/subscribe", &[("email", "ann@example.com")]).await;
    assert_eq!((again.status, &again.body), (asked.status, &asked.body), "known and unknown look alike");
    outage::resolve(&site, &incident.slug).await;
    let told = mails(&site).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].mail.text.contains(outage::PUBLIC_LAST), "{}", told[0].mail.text);
    for private in outage::PRIVATE {
        assert!(!format!("{:?}", told[0].mail).contains(private), "{private}");
    }
    let header = told[0].mail.headers.iter().find(|(name, _)| *name == "List-Unsubscribe").expect("a way out");
    let no = link(&told[0], "/unsubscribe/");
    assert_eq!(header.1, format!("<http://nightbell.test{no}>"));
    let opened = site.get(Who::Nobody, &no).await;
    assert!(opened.status == 200 && opened.body.contains("No more mail?"), "{}", opened.body);
    let out = one_click(&site, &no).await;
    assert!(out.status == 200 && out.body.contains("You are unsubscribed"), "{} {}", out.status, out.body);
    assert_eq!(one_click(&site, &no).await.status, 200, "twice is fine");
    assert_eq!(site.post_form(Who::Nobody, &yes, &[]).await.status, 410, "an old yes does not undo it");
}

#[tokio::test]
async fn what_is_typed_wrongly_or_too_often_is_told_beside_the_field() {
    let site = outage::site().await;
    let wrong = site.post_form(Who::Nobody, "/status/main/subscribe", &[("email", "ann<script>")]).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.body.contains("not a mail address") && wrong.body.contains("value=\"ann&#60;script&#62;\""),
        "{}",
        wrong.body
    );
    for path in ["/status/nowhere/subscribe", "/status/nowhere/confirm/x", "/status/nowhere/unsubscribe/x"] {
        assert_eq!(site.post_form(Who::Nobody, path, &[("email", "a@example.com")]).await.status, 404, "{path}");
    }
    for path in ["/status/main/confirm/forged", "/status/main/unsubscribe/forged"] {
        let dead = site.post_form(Who::Nobody, path, &[]).await;
        assert!(dead.status == 404 && dead.body.contains("This link does not work"), "{path} {}", dead.body);
    }
    let mut last = 0;
    for _ in 0..60 {
        let fields = [("email", "flood@example.com")];
        last = site.post_form(Who::Nobody, "/status/main/subscribe", &fields).await.status.as_u16();
    }
    assert_eq!(last, 429);
    assert!(mails(&site).await.len() <= 1, "one question, however often it is typed");
    let foreign = Request::builder().method(Method::POST).uri("/status/main/subscribe");
    let foreign =
        foreign.header("sec-fetch-site", "cross-site").header("content-type", "application/x-www-form-urlencoded");
    let answer = site.send(foreign.body(Body::from("email=bob%40example.com")).expect("a request")).await;
    assert_eq!(answer.status, 403, "another site does not subscribe anybody");
}
