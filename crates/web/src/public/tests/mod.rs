//! Status pages over HTTP: exactly what was published, cached and revalidated, nothing private, no cookie.

pub(crate) mod outage;
mod subscribe;

use super::part::Part;
use crate::tests::site::{Answer, Site, Who};
use axum::{
    body::Body,
    http::{Method, Request},
};
use outage::{PRIVATE, PUBLIC_FIRST, PUBLIC_LAST, PUBLIC_TITLE, read};

const BASE: &str = "http://nightbell.test/status/main";

/// The address of the open notice, as the page links it.
async fn notice_path(site: &Site) -> String {
    let page = site.get(Who::Nobody, "/status/main").await;
    let (_, rest) = page.body.split_once("href=\"/status/main/notices/").expect("a link to the notice");
    format!("/status/main/notices/{}", rest.split('"').next().unwrap_or_default())
}

/// Every public address of the page, the notice's too.
async fn every_path(site: &Site) -> Vec<String> {
    let notice = notice_path(site).await;
    let paths =
        Part::ALL.map(|(path, _)| if path.contains("{id}") { notice.clone() } else { path.replace("{slug}", "main") });
    paths.into_iter().collect()
}

fn assert_public(path: &str, answer: &Answer) {
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert_eq!(answer.cookies(), Vec::<String>::new(), "{path}");
    assert_eq!(answer.header("content-security-policy"), nightbell_status::CONTENT_SECURITY_POLICY, "{path}");
    assert_eq!(answer.header("cache-control"), "public, max-age=15", "{path}");
    assert!(answer.header("etag").starts_with("W/\""), "{path}");
    let everyone = !path.ends_with(".css") && (path.contains('.') || path.contains("/api/"));
    assert_eq!(answer.header("access-control-allow-origin"), if everyone { "*" } else { "" }, "{path}");
}

#[tokio::test]
async fn published_words_are_read_and_nothing_else_is() {
    let site = outage::site().await;
    let quiet = site.get(Who::Nobody, "/status/main").await;
    assert!(read(&quiet.body).contains("All systems operational"), "{}", read(&quiet.body));
    let incident = outage::declare(&site).await;
    let open = read(&site.get(Who::Nobody, "/status/main").await.body);
    assert!(
        open.contains(PUBLIC_TITLE)
            && open.contains(PUBLIC_FIRST)
            && open.contains("Investigating")
            && open.contains("Major outage"),
        "{open}"
    );
    let summary = site.get(Who::Nobody, "/status/main/api/v2/summary.json").await.json();
    assert_eq!(summary["page"]["url"], BASE);
    assert_eq!(summary["incidents"][0]["incident_updates"][0]["body"], PUBLIC_FIRST);
    assert_eq!(summary["status"]["indicator"], "critical");
    outage::resolve(&site, &incident.slug).await;
    let over = read(&site.get(Who::Nobody, &notice_path(&site).await).await.body);
    assert!(over.contains(PUBLIC_LAST) && over.contains(PUBLIC_FIRST) && over.contains("Resolved"), "{over}");
    let atom = site.get(Who::Nobody, "/status/main/history.atom").await;
    assert!(atom.body.contains(PUBLIC_TITLE) && atom.body.contains(&format!("{BASE}/notices/")), "{}", atom.body);
    let unresolved = site.get(Who::Nobody, "/status/main/api/v2/incidents/unresolved.json").await.json();
    assert_eq!(unresolved["incidents"], serde_json::json!([]));
}

#[tokio::test]
async fn inv_19_private_words_are_in_no_public_answer() {
    let site = outage::site().await;
    let incident = outage::declare(&site).await;
    outage::resolve(&site, &incident.slug).await;
    let paths = every_path(&site).await;
    let ids = [incident.id.to_string(), incident.slug.clone(), incident.title.clone()];
    for path in &paths {
        let answer = site.get(Who::Nobody, path).await;
        assert_public(path, &answer);
        let all = format!("{:?} {}", answer.headers, answer.body);
        for word in PRIVATE.iter().copied().chain(ids.iter().map(String::as_str)) {
            assert!(!all.contains(word), "{path} says {word:?}: {all}");
        }
    }
    assert_eq!(paths.len(), 14);
    // The words are there to be found: the test would see them.
    let room = site.act(move |unit| nightbell_engine::response::find(unit, &incident.slug)).await;
    assert!(format!("{room:?}").contains("lost its disk"));
}

#[tokio::test]
async fn inv_19_an_incident_nobody_published_changes_no_public_byte() {
    let site = outage::site().await;
    let mut before = Vec::new();
    let paths: Vec<String> = Part::ALL
        .iter()
        .filter(|(path, _)| !path.contains("{id}"))
        .map(|(path, _)| path.replace("{slug}", "main"))
        .collect();
    for path in &paths {
        before.push(site.get(Who::Nobody, path).await.body);
    }
    site.act(|unit| {
        let declared = nightbell_engine::response::Declare {
            title: "secret".to_owned(),
            severity: Some("sev1".parse().expect("a severity")),
            service: Some("checkout".parse().expect("a service")),
            ..Default::default()
        };
        nightbell_engine::response::declare(unit, &outage::permit(Who::Responder), declared)
    })
    .await;
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(site.get(Who::Nobody, path).await.body, before, "{path}");
    }
    assert_eq!(paths.len(), 13);
}

#[tokio::test]
async fn copies_are_revalidated_and_head_is_the_same_without_the_body() {
    let site = outage::site().await;
    outage::declare(&site).await;
    let ask = |path: &str, method: Method, tag: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = if tag.is_empty() { request } else { request.header("if-none-match", tag) };
        request.body(Body::empty()).expect("a request")
    };
    let paths = every_path(&site).await;
    for path in &paths {
        let first = site.send(ask(path, Method::GET, "")).await;
        let tag = first.header("etag").to_owned();
        for known in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()]
        {
            let again = site.send(ask(path, Method::GET, &known)).await;
            assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path} {known}");
            assert_eq!(again.header("etag"), tag, "{path}");
            assert_eq!(again.header("cache-control"), "public, max-age=15", "{path}");
        }
        assert_eq!(site.send(ask(path, Method::GET, "\"other\"")).await.status, 200, "{path}");
        let head = site.send(ask(path, Method::HEAD, "")).await;
        assert_eq!((head.status.as_u16(), head.body.as_str(), head.header("etag")), (200, "", tag.as_str()), "{path}");
    }
    let tag = site.get(Who::Nobody, "/status/main/api/v2/status.json").await.header("etag").to_owned();
    outage::resolve(&site, "inc-2026-05-02-db7-lost-its-disk").await;
    let changed = site.send(ask("/status/main/api/v2/status.json", Method::GET, &tag)).await;
    assert_eq!(changed.status, 200, "a publication is seen");
}

#[tokio::test]
async fn unknown_names_look_alike_and_calm() {
    let site = outage::site().await;
    outage::declare(&site).await;
    let paths = [
        "/status/nobody",
        "/status/MAIN",
        "/status/checkout",
        "/status/main/notices/nothing",
        "/status/main/notices/inc-2026-05-02-db7-lost-its-disk",
        "/status/%00",
        "/status/..%2fmain",
        "/status/%FF",
    ];
    for path in paths {
        let answer = site.get(Who::Nobody, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body.matches("<h1").count(), 1, "{path}");
        assert!(read(&answer.body).contains("There is no status page here"), "{path}: {}", answer.body);
        assert!(!answer.body.contains("Nightbell") && !answer.body.contains("paging"), "{path}: {}", answer.body);
        assert_eq!(answer.cookies(), Vec::<String>::new(), "{path}");
    }
    let json = site.get(Who::Nobody, "/status/nobody/api/v2/summary.json").await;
    assert_eq!((json.status.as_u16(), json.header("access-control-allow-origin")), (404, "*"));
    assert_eq!(json.json()["error"], "There is no status page here");
}

#[tokio::test]
async fn a_signed_in_reader_gets_the_bytes_of_a_stranger() {
    let site = outage::site().await;
    outage::declare(&site).await;
    for path in every_path(&site).await {
        let (stranger, admin) = (site.get(Who::Nobody, &path).await, site.get(Who::Admin, &path).await);
        assert_eq!(stranger.body, admin.body, "{path}");
        assert_public(&path, &admin);
    }
}
