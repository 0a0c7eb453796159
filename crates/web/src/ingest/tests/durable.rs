//! INV-01 and INV-02 at the door: no 2xx before the commit, and a commit that fails is 503 in the sender's own format with nothing stored.

use crate::{
    api::tests::PD_KEY,
    ingest,
    live::Hub,
    server::{Parts, router},
    state::{AppState, ReadPool, Setup},
    tests::site::start,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use nightbell_engine::{
    Clock, Engine, StoreError, Tx, desk,
    domain::{
        access::{Administer, Caller, Permit, Via},
        ids::Entropy,
        org::AccessRole,
        record::Instant,
    },
    open_sqlite_reader, organisation, views,
};
use nightbell_store::{Database, Sqlite, WriteOp};
use nightbell_wire::org_files::{self, SourceFile};
use serde_json::{Value, json};
use std::{
    future::poll_fn,
    path::PathBuf,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    task::Poll,
};
use tempfile::TempDir;
use tower::ServiceExt as _;

const ORGANISATION: &str = r#"
version: 1
users:
  - { id: ada, name: Ada, email: ada@example.com, role: admin, contacts: [ { id: mail, kind: email, address: ada@example.com, verified: true } ] }
services:
  - { id: checkout, name: Checkout }
integrations:
  - { id: pd, kind: pagerduty, service: checkout, key: "0123456789abcdef0123456789abcdef" }
  - { id: prometheus, kind: alertmanager, service: checkout, key: "key-of-prometheus" }
  - { id: tool, kind: generic, service: checkout, key: "key-of-the-tool" }
"#;

/// A database whose disk fails, or takes its time, when told to.
struct Disk {
    inner: Sqlite,
    fails: Arc<AtomicBool>,
    /// Set: a write, once done inside, tells that it waits and is not answered before it is let go.
    gate: Option<(tokio::sync::mpsc::UnboundedSender<()>, Receiver<()>)>,
    gated: Arc<AtomicBool>,
}

impl Database for Disk {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("disk full".to_owned()));
        }
        let written = self.inner.write(batch);
        if let Some((waits, go)) = self.gate.as_ref().filter(|_| self.gated.load(Ordering::SeqCst)) {
            waits.send(()).expect("the test listens");
            go.recv().expect("the test lets go");
        }
        written
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.inner.read(view)
    }
}

/// Different every time, which is all these tests ask of chance. Breaks off once when told to.
struct Counting {
    count: u64,
    breaks: Arc<AtomicBool>,
}

impl Counting {
    fn from(count: u64) -> Self {
        Self { count, breaks: Arc::default() }
    }
}

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        assert!(!self.breaks.swap(false, Ordering::SeqCst), "told to break off");
        self.count += 1;
        let digits = self.count.to_be_bytes();
        for (byte, digit) in bytes.iter_mut().zip(digits.iter().rev().cycle()) {
            *byte = *digit;
        }
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        start()
    }
}

struct House {
    /// The database's file.
    file: PathBuf,
    state: AppState,
    router: Router,
    fails: Arc<AtomicBool>,
    /// Set: whatever asks for chance next breaks off, once.
    breaks: Arc<AtomicBool>,
    gated: Arc<AtomicBool>,
    waiting: tokio::sync::mpsc::UnboundedReceiver<()>,
    go: Sender<()>,
    _folder: TempDir,
}

fn house() -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nightbell.db");
    let (fails, gated) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let ((waits, waiting), (go, let_go)) = (tokio::sync::mpsc::unbounded_channel(), channel());
    let inner = Sqlite::open(&file).expect("a database");
    let disk = Disk { inner, fails: fails.clone(), gate: Some((waits, let_go)), gated: gated.clone() };
    let chance = Counting::from(1);
    let breaks = chance.breaks.clone();
    let mut engine = Engine::open(Box::new(disk), Box::new(chance), "http://nightbell.test").expect("opens");
    apply(&mut engine, ORGANISATION);
    let settings = engine.settings().clone();
    let (desk, writer) = desk(engine, Arc::new(Noon), Box::new(|| ()));
    drop(tokio::task::spawn_blocking(move || writer.run()));
    let of_readers = file.clone();
    let readers = ReadPool::new(1, move || open_sqlite_reader(&of_readers));
    let state = AppState::new(Setup {
        desk,
        readers,
        clock: Arc::new(Noon),
        settings,
        live: Hub::new(),
        bound: std::net::Ipv4Addr::LOCALHOST.into(),
        trusted_proxies: Vec::new(),
        mail_inbox: false,
        media: std::collections::BTreeSet::new(),
        sends_mail: false,
        telegram: None,
        scrape_token: None,
        pace: 1,
    });
    let router = router(&state, Parts { machines: vec![ingest::routes()], ..Parts::default() });
    House { file, state, router, fails, breaks, gated, waiting, go, _folder: folder }
}

fn apply(engine: &mut Engine, organisation: &str) {
    let files = [SourceFile { path: "org.yaml", content: organisation }];
    let parsed = org_files::parse(&files, &mut |_| String::new()).unwrap_or_else(|e| panic!("{e:?}"));
    let admin: Permit<Administer> = Caller::new("ada".parse().expect("a handle"), AccessRole::Admin, Via::Terminal)
        .permit()
        .expect("an administrator");
    let applied = engine.execute(start(), |unit| organisation::apply(unit, &admin, &parsed, false)).expect("stored");
    applied.unwrap_or_else(|problems| panic!("{problems:?}"));
}

fn request(path: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).expect("a request")
}

async fn stored(house: &House) -> usize {
    house.state.read(|tx, _, _| Ok(views::alerts(tx, true, views::NEWEST, 100)?.items.len())).await.expect("a view")
}

fn trigger() -> Value {
    let payload = json!({ "summary": "db1 disk 97%", "source": "db1", "severity": "critical" });
    json!({ "routing_key": PD_KEY, "event_action": "trigger", "dedup_key": "disk", "payload": payload })
}

#[tokio::test]
async fn inv_02_what_is_not_durable_is_503_in_the_senders_format() {
    let house = house();
    let generic = json!({ "title": "Queue full" });
    let change = json!({ "routing_key": PD_KEY, "payload": { "summary": "deploy" } });
    let cases = [
        ("/v2/enqueue", trigger(), "application/json; charset=utf-8"),
        ("/v2/change/enqueue", change, "application/json; charset=utf-8"),
        ("/in/alertmanager/key-of-prometheus", generic.clone(), "application/problem+json"),
        ("/in/generic/key-of-the-tool", generic, "application/problem+json"),
    ];
    house.fails.store(true, Ordering::SeqCst);
    for (path, body, content_type) in &cases {
        let response = house.router.clone().oneshot(request(path, body)).await.expect("infallible");
        let headers = response.headers().clone();
        assert_eq!(response.status().as_u16(), 503, "{path}");
        assert_eq!(headers["content-type"], *content_type, "{path}");
        assert_eq!(headers["retry-after"], "5", "{path}");
        let text = to_bytes(response.into_body(), 10_000).await.expect("a body");
        let said: Value = serde_json::from_slice(&text).expect("JSON");
        assert!(said["status"] == "unavailable" || said["status"] == 503, "{said}");
    }
    assert_eq!(stored(&house).await, 0, "nothing half-written");
    house.fails.store(false, Ordering::SeqCst);
    for (path, body, _) in &cases {
        let response = house.router.clone().oneshot(request(path, body)).await.expect("infallible");
        assert_eq!(response.status().as_u16(), 202, "{path}: sent again, it is taken");
    }
    assert_eq!(stored(&house).await, 3);
}

#[tokio::test]
async fn inv_01_nothing_is_answered_before_the_commit() {
    let mut house = house();
    house.gated.store(true, Ordering::SeqCst);
    for (path, body) in [("/v2/enqueue", trigger()), ("/in/generic/key-of-the-tool", json!({ "title": "Queue full" }))]
    {
        let mut answer = pin!(house.router.clone().oneshot(request(path, &body)));
        let mut written = false;
        let early = poll_fn(|context| {
            if let Poll::Ready(response) = answer.as_mut().poll(context) {
                return Poll::Ready(Some(response));
            }
            written = written || house.waiting.poll_recv(context).is_ready();
            if written { Poll::Ready(None) } else { Poll::Pending }
        });
        assert!(early.await.is_none(), "{path} was answered while its commit was under way");
        let still_early = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context).is_ready())).await;
        assert!(!still_early, "{path} was answered while its commit was under way");
        house.go.send(()).expect("the disk waits");
        assert_eq!(answer.await.expect("infallible").status().as_u16(), 202, "{path}");
    }
}

/// What an address answers.
async fn status(house: &House, path: &str, body: &Value) -> u16 {
    house.router.clone().oneshot(request(path, body)).await.expect("infallible").status().as_u16()
}

fn batches(house: &House) -> u64 {
    house.state.desk().stats().counts.batch_units.count
}

/// What broke off in the middle is done again: with all that was sent, or it is not taken.
#[tokio::test]
async fn inv_01_a_request_that_broke_off_once_is_stored_whole() {
    let house = house();
    let generic = json!({ "title": "Queue full" });
    let cases = [("/v2/enqueue", trigger()), ("/in/generic/key-of-the-tool", generic)];
    for (n, (path, body)) in (1..).zip(cases) {
        house.breaks.store(true, Ordering::SeqCst);
        assert_eq!(status(&house, path, &body).await, 202, "{path}");
        assert!(!house.breaks.load(Ordering::SeqCst), "{path}: it did break off");
        assert_eq!(stored(&house).await, n, "{path}: the alert");
        let kept = house.state.read(|tx, _, _| Ok(nightbell_store::signal::raw(tx, "~", 1)?)).await.expect("a view");
        let kept = kept.first().expect("the request");
        assert_eq!(kept.body, body.to_string().into_bytes(), "{path}");
        assert_eq!(kept.content_type, "application/json", "{path}");
    }
}

#[tokio::test]
async fn inv_21_a_key_that_opens_nothing_costs_the_writer_no_turn() {
    let house = house();
    let nobodys = json!({ "routing_key": "f".repeat(32), "event_action": "trigger", "dedup_key": "disk",
        "payload": { "summary": "s", "source": "s", "severity": "critical" } });
    let change = json!({ "routing_key": "f".repeat(32), "payload": { "summary": "deploy" } });
    let generic = json!({ "title": "Queue full" });
    let before = batches(&house);
    for (path, body, expected) in [
        ("/v2/enqueue", &nobodys, 400),
        ("/v2/change/enqueue", &change, 400),
        ("/in/generic/nothing", &generic, 404),
        ("/in/generic/key-of-prometheus", &generic, 404),
        ("/heartbeat/nothing", &generic, 404),
    ] {
        assert_eq!(status(&house, path, body).await, expected, "{path}");
    }
    assert_eq!(batches(&house), before, "no unit of work was left at the desk");
    assert_eq!(status(&house, "/in/generic/key-of-the-tool", &generic).await, 202);
    assert_eq!(batches(&house), before + 1);
    // It stays so while the writer can do nothing at all.
    house.fails.store(true, Ordering::SeqCst);
    assert_eq!(status(&house, "/in/generic/nothing", &generic).await, 404);
}

#[tokio::test]
async fn inv_01_a_key_that_another_node_took_in_a_moment_ago_is_honoured() {
    let house = house();
    let generic = json!({ "title": "Queue full" });
    assert_eq!(status(&house, "/in/generic/key-of-the-other-tool", &generic).await, 404);
    let beside = Sqlite::open(&house.file).expect("the same database");
    let mut other =
        Engine::open(Box::new(beside), Box::new(Counting::from(1_000)), "http://nightbell.test").expect("opens");
    let more = "  - { id: other, kind: generic, service: checkout, key: \"key-of-the-other-tool\" }\n";
    apply(&mut other, &format!("{}{more}", ORGANISATION.trim_end_matches(' ')));
    assert!(house.state.desk().directory().integration_by_key(None, "key-of-the-other-tool").is_none(), "not seen yet");
    assert_eq!(status(&house, "/in/generic/key-of-the-other-tool", &generic).await, 202);
    assert_eq!(stored(&house).await, 1);
    // And one that was taken away there opens nothing here, although the writer saw it last.
    apply(&mut other, &ORGANISATION.replace("key-of-the-tool", "key-of-a-new-tool"));
    assert!(house.state.desk().directory().integration_by_key(None, "key-of-the-tool").is_some(), "not seen yet");
    assert_eq!(status(&house, "/in/generic/key-of-the-tool", &generic).await, 404);
    assert_eq!(stored(&house).await, 1);
}
