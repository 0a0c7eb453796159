//! "I am alive": by GET and POST, with the key of a heartbeat and no other; and what Settings says of it.

use crate::tests::site::{Site, Who};
use axum::{
    body::Body,
    http::{Method, Request},
};
use nightbell_engine::{
    domain::{access::Permit, org::AccessRole},
    heartbeat, organisation,
};
use nightbell_wire::org_files::{SourceFile, parse};

const BACKUP: &str = "version: 1\nintegrations:\n  - { id: backup, kind: heartbeat, service: checkout, every: 5m, grace: 2m, key: \"key-of-the-backup\" }\n";

async fn site() -> Site {
    let site = Site::new(vec![crate::pages::routes()]);
    let parsed = parse(&[SourceFile { path: "o.yaml", content: BACKUP }], &mut |_| String::new()).expect("sound");
    let admin: Permit<_> = crate::tests::site::terminal(AccessRole::Admin, Who::Admin.handle()).permit().expect("may");
    let applied = site.state.run(move |unit| organisation::apply(unit, &admin, &parsed, false)).await;
    applied.expect("stored").expect("fits");
    site
}

async fn ask(site: &Site, method: Method, path: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let answer = site.send(request).await;
    (answer.status.as_u16(), answer.body)
}

async fn heard(site: &Site) -> Vec<(String, jiff::Timestamp)> {
    let found = site.state.read(|tx, _, _| heartbeat::heard(tx)).await.expect("readable");
    found.into_iter().map(|(id, at)| (id.to_string(), at)).collect()
}

#[tokio::test]
async fn a_beat_is_on_disk_when_it_is_answered() {
    let site = site().await;
    assert_eq!(heard(&site).await, [], "never seen yet");
    for method in [Method::GET, Method::POST] {
        site.advance(jiff::SignedDuration::from_secs(10));
        let (status, body) = ask(&site, method.clone(), "/heartbeat/key-of-the-backup").await;
        assert_eq!((status, body.as_str()), (202, "{\"status\":\"accepted\",\"events\":1}"), "{method}");
        assert_eq!(heard(&site).await, [("backup".to_owned(), site.state.now())]);
    }
    let settings = site.get(Who::Admin, "/settings").await.body;
    for words in ["http://nightbell.test/heartbeat/key-of-the-backup", "expected every 5m, waited for 2m longer"] {
        assert!(settings.contains(words), "{words}");
    }
    assert!(!site.get(Who::Viewer, "/settings").await.body.contains("key-of-the-backup"));
}

#[tokio::test]
async fn a_key_opens_a_heartbeat_only_and_a_heartbeat_takes_no_alerts() {
    let site = site().await;
    for (method, path) in [
        (Method::GET, "/heartbeat/key-of-the-tool"),
        (Method::POST, "/heartbeat/nothing"),
        (Method::POST, "/in/heartbeat/key-of-the-backup"),
        (Method::POST, "/in/generic/key-of-the-backup"),
    ] {
        let (status, body) = ask(&site, method, path).await;
        assert!((400..500).contains(&status) && !body.contains("key-of"), "{path}: {status} {body}");
    }
    assert_eq!(ask(&site, Method::DELETE, "/heartbeat/key-of-the-backup").await.0, 405);
    assert_eq!(heard(&site).await, []);
}
