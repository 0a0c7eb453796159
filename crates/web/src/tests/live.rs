//! The live stream: who may follow what, what wakes it, where it resumes, when it ends.

use super::site::{Site, Who, terminal};
use crate::{
    domain::org::AccessRole,
    live::{Hub, tail},
    tasks::spawn_supervised,
};
use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request, StatusCode},
    response::Response,
};
use futures_util::StreamExt as _;
use nightbell_engine::{
    access,
    domain::{access::Respond, ids::PageId},
    paging,
};
use std::time::Duration;

/// A deadline for what happens at once.
const SOON: Duration = Duration::from_secs(20);

struct Listener {
    body: BodyDataStream,
    read: String,
}

impl Listener {
    fn new(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), read: String::new() }
    }

    /// The next event, `None` at the end of the stream.
    async fn event(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(SOON, self.body.next()).await.expect("something within the deadline")?;
            self.read.push_str(std::str::from_utf8(&chunk.expect("a chunk")).expect("text"));
        }
    }
}

fn ask(site: &Site, who: Who, path: &str) -> axum::http::request::Builder {
    site.browser(who, Method::GET, path)
}

async fn listen(site: &Site, who: Who, path: &str) -> Listener {
    Listener::new(site.open(ask(site, who, path).body(Body::empty()).expect("a request")).await)
}

async fn page_somebody(site: &Site) -> PageId {
    let permit = terminal(AccessRole::Responder, Who::Responder.handle()).permit::<Respond>().expect("a responder");
    let target = vec!["user:rita".parse().expect("a target")];
    let urgency = crate::domain::org::Urgency::High;
    site.act(move |unit| paging::page_people(unit, &permit, &target, "please come", urgency)).await.id
}

fn follow(site: &Site) {
    let state = site.state.clone();
    drop(spawn_supervised("live tail", move || tail(state.clone())));
}

#[tokio::test]
async fn nobody_takes_the_streams_of_the_others() {
    let site = Site::new(Vec::new());
    let open = async |who| site.open(ask(&site, who, "/live?topic=home").body(Body::empty()).expect("a request")).await;
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(Listener::new(open(Who::Viewer).await));
    }
    let refused = open(Who::Viewer).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(open(Who::Responder).await.status(), StatusCode::OK, "others follow on");
    held.pop();
    assert_eq!(open(Who::Viewer).await.status(), StatusCode::OK, "a stream that ended makes room");
}

#[tokio::test]
async fn a_commit_reaches_exactly_the_streams_it_concerns() {
    let site = Site::new(Vec::new());
    follow(&site);
    let mut home = listen(&site, Who::Viewer, "/live?topic=home").await;
    let mut other = listen(&site, Who::Viewer, "/live?topic=alert:x").await;
    assert_eq!(home.event().await.as_deref(), Some("id: 0\nretry: 2000"));
    assert_eq!(other.event().await.as_deref(), Some("id: 0\nretry: 2000"));
    let page = page_somebody(&site).await;
    assert_eq!(home.event().await.as_deref(), Some("id: 1\ndata: look"));
    let mut own = listen(&site, Who::Viewer, &format!("/live?topic=page:{page}&topic=alert:x")).await;
    assert_eq!(own.event().await.as_deref(), Some("id: 2\nretry: 2000"), "started, and rang");
    let permit = terminal(AccessRole::Responder, Who::Responder.handle()).permit::<Respond>().expect("a responder");
    site.act(move |unit| paging::acknowledge(unit, &permit, page)).await;
    let told = own.event().await.expect("an event");
    assert!(told.ends_with("data: look"), "{told}");
    site.state.live().stop();
    assert_eq!(own.event().await, None, "ends when the server stops");
    assert_eq!(other.event().await, None, "was told nothing");
}

#[tokio::test]
async fn a_browser_that_comes_back_is_told_what_it_missed() {
    // A quick heartbeat says "nothing was missed" without waiting for nothing.
    let site = Site::at("http://nightbell.test", Vec::new(), Hub::with_heartbeat(Duration::from_millis(20)));
    let page = page_somebody(&site).await;
    let topic = format!("/live?topic=page:{page}");
    for (path, last, missed) in [
        (topic.clone(), Some("0"), true),
        (topic.clone(), Some("1"), true),
        (topic.clone(), Some("2"), false),
        (topic.clone(), None, false),
        (format!("{topic}&after=0"), None, true),
        (format!("{topic}&after=2"), None, false),
        // The browser's own memory is newer than the page's address.
        (format!("{topic}&after=0"), Some("2"), false),
        ("/live?topic=alert:x".to_owned(), Some("0"), false),
        // From before a restored backup, or nobody's.
        (topic.clone(), Some("99"), true),
        (topic.clone(), Some("nonsense"), true),
    ] {
        let mut request = ask(&site, Who::Viewer, &path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut listener = Listener::new(site.open(request.body(Body::empty()).expect("a request")).await);
        assert_eq!(listener.event().await.as_deref(), Some("id: 2\nretry: 2000"));
        let next = if missed { "id: 2\ndata: look" } else { ": alive\nid: 2" };
        assert_eq!(listener.event().await.as_deref(), Some(next), "{path} {last:?}");
    }
}

#[tokio::test]
async fn only_readers_and_the_woken_may_follow() {
    let site = Site::new(Vec::new());
    let page = page_somebody(&site).await;
    let rita = Who::Responder.handle();
    let link = nightbell_wire::outbound::links::PageLink {
        page,
        user: rita,
        expires_at: site.state.now() + crate::domain::limits::PAGE_LINK_LIFETIME,
    };
    let token = link.encode(site.state.settings().link_key.bytes());
    for (who, path, wanted) in [
        (Who::Nobody, "/live?topic=home".to_owned(), StatusCode::UNAUTHORIZED),
        (Who::Nobody, format!("/live?topic=page:{page}"), StatusCode::UNAUTHORIZED),
        (Who::Nobody, format!("/live?topic=page:{page}&token={token}"), StatusCode::OK),
        (Who::Nobody, format!("/live?topic=home&token={token}"), StatusCode::NOT_FOUND),
        (Who::Nobody, format!("/live?topic=page:{page}&topic=home&token={token}"), StatusCode::NOT_FOUND),
        (Who::Nobody, format!("/live?topic=page:{page}&token={}x", &token[..token.len() - 1]), StatusCode::NOT_FOUND),
        (Who::Viewer, "/live".to_owned(), StatusCode::BAD_REQUEST),
        (Who::Viewer, "/live?topic=".to_owned(), StatusCode::BAD_REQUEST),
        (Who::Viewer, "/live?topic=home".to_owned(), StatusCode::OK),
    ] {
        let response = site.open(ask(&site, who, &path).body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), wanted, "{who:?} {path}");
    }
    let request = Request::builder().uri("/live?topic=home").header("origin", "https://evil.example");
    let cookie = format!("nightbell={}", site.keys[&Who::Viewer].session);
    let response = site.open(request.header("cookie", cookie).body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let site = Site::at("http://nightbell.test", Vec::new(), Hub::with_heartbeat(Duration::from_millis(20)));
    let mut listener = listen(&site, Who::Viewer, "/live?topic=home").await;
    assert_eq!(listener.event().await.as_deref(), Some("id: 0\nretry: 2000"));
    assert_eq!(listener.event().await.as_deref(), Some(": alive\nid: 0"));
    let secret = site.secret(Who::Viewer);
    site.act(move |unit| access::sign_out(unit, &secret)).await;
    while let Some(event) = listener.event().await {
        assert_eq!(event, ": alive\nid: 0", "heartbeats only until the end");
    }
}

#[tokio::test]
async fn serving_stops_although_a_stream_is_open() {
    let site = Site::new(Vec::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let router = crate::router(&site.state, crate::Parts::default());
    let serving = crate::serve(listener, site.state.clone(), router, async move { drop(stopped.await) });
    let client = async {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(place).await.expect("connects");
        let cookie = &site.keys[&Who::Viewer].session;
        let request =
            format!("GET /live?topic=home HTTP/1.1\r\nhost: nightbell.test\r\ncookie: nightbell={cookie}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("asks");
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("retry: 2000") {
            assert_ne!(stream.read_buf(&mut seen).await.expect("reads"), 0, "{}", String::from_utf8_lossy(&seen));
        }
        stop.send(()).expect("still serving");
        stream.read_to_end(&mut seen).await.expect("the end");
    };
    let both = async { tokio::join!(serving, client).0 };
    tokio::time::timeout(SOON, both).await.expect("ends in time").expect("served");
}
