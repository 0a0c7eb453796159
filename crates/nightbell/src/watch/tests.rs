//! When a heartbeat may go out, second by second; and whole servers in this process: the canary's way, and two that watch each other.

use super::{EVERY, Heartbeat, Own, Parts, Settings, Vigil, start};
use crate::{
    data::Place,
    pump::Stop,
    server::{Options, Server},
    system::SystemClock,
};
use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use nightbell_delivery::egress::EgressPolicy;
use nightbell_engine::{
    Clock, Fault,
    access::init_first_admin,
    canary,
    domain::{
        access::{Caller, Via},
        org::AccessRole,
    },
    heartbeat, organisation, verify,
};
use nightbell_web::AppState;
use nightbell_wire::org_files::{SourceFile, parse};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc,
    task::JoinSet,
    time::{interval, timeout},
};

const DEADLINE: Duration = Duration::from_secs(30);

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn inv_24_three_misses_stop_the_heartbeat_and_an_arrival_starts_it_again() {
    let mut vigil = Vigil::new(Some(s(60)));
    assert!(vigil.withheld(s(0)).is_some(), "nothing is known");
    vigil.looked(s(0), Some(false));
    assert_eq!(vigil.withheld(s(0)), Some("no canary has arrived yet"));
    vigil.arrived(s(2));
    assert_eq!(vigil.withheld(s(2)), None);
    for (misses, at) in [(1, 92), (2, 152)] {
        vigil.looked(s(at), Some(false));
        assert_eq!(vigil.missed(), misses);
        assert_eq!(vigil.withheld(s(at)), None, "{misses} misses");
    }
    assert_eq!(vigil.missed(), 3);
    vigil.looked(s(212), Some(false));
    assert_eq!(vigil.withheld(s(212)), Some("three canaries in a row did not arrive"));
    vigil.arrived(s(242));
    vigil.looked(s(242), Some(false));
    assert_eq!((vigil.withheld(s(242)), vigil.missed()), (None, 1), "misses count in a row");
}

#[test]
fn inv_24_a_canary_task_that_is_stuck_itself_stops_the_heartbeat() {
    let mut vigil = Vigil::new(Some(s(60)));
    vigil.looked(s(240), Some(false));
    vigil.arrived(s(10));
    assert_eq!(vigil.withheld(s(250)), None);
    assert_eq!(vigil.withheld(s(251)), Some("no canary was heard of for too long"));
}

#[test]
fn inv_03_overdue_work_stops_the_heartbeat_with_and_without_canaries() {
    for canary in [None, Some(s(60))] {
        let mut vigil = Vigil::new(canary);
        vigil.arrived(s(1));
        for (looked, may) in [(Some(false), true), (Some(true), false), (None, false), (Some(false), true)] {
            vigil.looked(s(2), looked);
            assert_eq!(vigil.withheld(s(2)).is_none(), may, "{canary:?} {looked:?}");
        }
    }
}

#[test]
fn inv_24_a_watchdog_that_is_stuck_itself_stops_the_heartbeat() {
    for canary in [None, Some(s(60))] {
        let mut vigil = Vigil::new(canary);
        vigil.arrived(s(40));
        vigil.looked(s(10), Some(false));
        assert_eq!(vigil.withheld(s(40)), None);
        assert_eq!(vigil.withheld(s(41)), Some("nobody has looked for too long whether anything is overdue"));
        vigil.looked(s(42), Some(false));
        assert_eq!(vigil.withheld(s(42)), None, "it looks again");
    }
}

#[test]
fn the_watchers_address_is_not_printed() {
    let heartbeat = Heartbeat { url: "https://hc-ping.com/secret-uuid".to_owned(), every: s(60) };
    assert!(!format!("{heartbeat:?}").contains("secret"));
}

/// A server's data: Ann administers, Bo is rung by that webhook, the other Nightbell beats every second.
fn house(name: &str, other: &str, phone: &str) -> (TempDir, Place) {
    nightbell_delivery::install_crypto();
    let temporary = tempfile::tempdir().unwrap();
    let place = Place::folder(temporary.path());
    let mut engine = place.engine_or_new("http://x").unwrap();
    let now = SystemClock.now();
    engine.execute(now, |unit| init_first_admin(unit, "ann@example.com", "Ann").map(drop)).unwrap();
    let files = format!(
        "version: 1\nusers:\n  - {{ id: bo, name: Bo, email: bo@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{phone}\", verified: true }} ], rules: {{ high: [ {{ after: 0s, via: hook }} ], low: [] }} }}\n\
         policies:\n  - {{ id: night, steps: [ {{ after: 0s, notify: [\"user:bo\"] }} ] }}\nservices:\n  - {{ id: paging, policy: night }}\n\
         integrations:\n  - {{ id: {other}, kind: heartbeat, service: paging, every: 1s, grace: 1s, key: beat-of-{other}-to-{name} }}\n"
    );
    let parsed = parse(&[SourceFile { path: "o.yaml", content: &files }], &mut |_| String::new()).unwrap();
    let ann = Caller::new("ann".parse().unwrap(), AccessRole::Admin, Via::Terminal);
    engine.execute(now, |unit| organisation::apply(unit, &ann.permit()?, &parsed, false)).unwrap().unwrap();
    (temporary, place)
}

fn loopback() -> EgressPolicy {
    EgressPolicy::new(&["127.0.0.0/8".to_owned()]).unwrap()
}

fn options(place: &Place, listen: SocketAddr, canary_ms: u64, heartbeat_url: Option<String>) -> Options {
    let every = Duration::from_millis(200);
    Options {
        egress: loopback(),
        watch: Settings {
            canary: Some(Duration::from_millis(canary_ms)),
            heartbeat: heartbeat_url.map(|url| Heartbeat { url, every }),
        },
        ..Options::new(place.clone(), listen)
    }
}

/// Asks until the answer is so.
async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let mut tick = interval(Duration::from_millis(20));
    let asking = async {
        loop {
            tick.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    timeout(DEADLINE, asking).await.unwrap_or_else(|_| panic!("never so: {what}"))
}

/// Bo's phone: what it was sent, type and title.
async fn phone(tasks: &mut JoinSet<()>) -> (String, mpsc::UnboundedReceiver<(String, String)>) {
    let (sender, got) = mpsc::unbounded_channel();
    let take = move |Json(body): Json<Value>| {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        drop(sender.send((text("type"), text("title"))));
        async { StatusCode::NO_CONTENT }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/bo", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, Router::new().fallback(take)).await.unwrap() });
    (url, got)
}

async fn heard(state: &AppState, id: &'static str) -> Option<()> {
    let found = state.read(|tx, _, _| heartbeat::heard(tx)).await.unwrap();
    found.iter().any(|(integration, _)| integration.as_str() == id).then_some(())
}

/// One figure of `/metrics`; 0 when it is not said.
async fn figure(address: SocketAddr, series: &str) -> f64 {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let value = answer.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_24_canaries_come_through_a_whole_server_and_leave_no_figure_of_people() {
    let (_temporary, place) = house("a", "nightbell-b", "http://127.0.0.1:9/bo");
    let server = Server::start(options(&place, "127.0.0.1:0".parse().unwrap(), 100, None)).await.unwrap();
    let address = server.address;
    eventually("three canaries", async || {
        (figure(address, "nightbell_canary_seconds_count").await >= 3.0).then_some(())
    })
    .await;
    assert_eq!(figure(address, "nightbell_canary_misses_total").await, 0.0);
    assert!(figure(address, "nightbell_canary_last_success_timestamp_seconds").await > 1.7e9);
    for series in [
        "nightbell_attempts_total{medium=\"canary\",outcome=\"accepted\"}",
        "nightbell_acknowledgements_total",
        "nightbell_first_attempt_delay_seconds_count",
        "nightbell_alarms_overdue{kind=\"page\"}",
    ] {
        assert_eq!(figure(address, series).await, 0.0, "{series}");
    }
    server.stop().await;
    assert!(place.read(verify::verify).unwrap().findings.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_24_two_nightbells_watch_each_other_and_the_one_left_pages() {
    let mut tasks = JoinSet::new();
    let (url, mut got) = phone(&mut tasks).await;
    let (_a, place_a) = house("a", "nightbell-b", "http://127.0.0.1:9/nobody");
    let (_b, place_b) = house("b", "nightbell-a", &url);
    // A's address must be known to B before A is told B's.
    let first = Server::start(Options::new(place_a.clone(), "127.0.0.1:0".parse().unwrap())).await.unwrap();
    let at_a = first.address;
    first.stop().await;
    let url_at_a = format!("http://{at_a}/heartbeat/beat-of-nightbell-b-to-a");
    let b = Server::start(options(&place_b, "127.0.0.1:0".parse().unwrap(), 100, Some(url_at_a))).await.unwrap();
    let url_at_b = format!("http://{}/heartbeat/beat-of-nightbell-a-to-b", b.address);
    let options_of_a = || options(&place_a, at_a, 100, Some(url_at_b.clone()));
    let a = Server::start(options_of_a()).await.unwrap();
    eventually("A hears B", async || heard(&a.state, "nightbell-b").await).await;
    eventually("B hears A", async || heard(&b.state, "nightbell-a").await).await;
    a.stop().await;
    let (kind, title) = timeout(DEADLINE, got.recv()).await.expect("B pages").unwrap();
    assert_eq!(kind, "page");
    assert!(title.starts_with("No heartbeat from nightbell-a for "), "{title}");
    let a = Server::start(options_of_a()).await.unwrap();
    let (kind, _) = timeout(DEADLINE, got.recv()).await.expect("A beats again").unwrap();
    assert_eq!(kind, "resolved");
    a.stop().await;
    b.stop().await;
    assert!(got.try_recv().is_err(), "and nothing else");
}

/// What stands where the canary begins: the server's own door, until it is shut.
#[derive(Clone)]
struct Door {
    state: AppState,
    shut: Arc<AtomicBool>,
}

async fn door(State(door): State<Door>) -> axum::response::Response {
    if door.shut.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let begun: Result<_, Fault> = door.state.run(canary::start).await;
    (StatusCode::ACCEPTED, Json(json!({ "page": begun.unwrap() }))).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_24_the_outside_watcher_hears_nothing_after_three_misses_until_one_arrives() {
    let mut tasks = JoinSet::new();
    let (_temporary, place) = house("a", "nightbell-b", "http://127.0.0.1:9/bo");
    let plain = Options { egress: loopback(), ..Options::new(place.clone(), "127.0.0.1:0".parse().unwrap()) };
    let server = Server::start(plain).await.unwrap();
    let at = server.address;
    let shut = Arc::new(AtomicBool::new(false));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = Own::new(listener.local_addr().unwrap()).unwrap();
    let router = Router::new()
        .route("/canary", post(door))
        .with_state(Door { state: server.state.clone(), shut: Arc::clone(&shut) })
        .fallback(|| async { StatusCode::NO_CONTENT });
    let watcher = format!("http://{}/watcher", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (stop, stopping) = Stop::channel();
    let every = Duration::from_millis(50);
    let parts = Parts {
        state: server.state.clone(),
        reader: place.reader().unwrap(),
        clock: Arc::new(SystemClock),
        egress: loopback(),
        own,
        size: Arc::new(|| None),
        alone: false,
        settings: Settings { canary: Some(every), heartbeat: Some(Heartbeat { url: watcher, every }) },
    };
    let running = start(parts, &stopping).unwrap();
    let accepted = async || figure(at, "nightbell_heartbeats_sent_total{outcome=\"accepted\"}").await;
    eventually("a heartbeat", async || (accepted().await >= 2.0).then_some(())).await;
    shut.store(true, Ordering::SeqCst);
    eventually("three misses", async || (figure(at, "nightbell_canary_misses_total").await >= 3.0).then_some(())).await;
    // One may have been on its way when the third miss was counted.
    let withheld = async || figure(at, "nightbell_heartbeats_sent_total{outcome=\"withheld\"}").await;
    let before = withheld().await;
    eventually("a look that withholds", async || (withheld().await > before).then_some(())).await;
    let (sent, looks) = (accepted().await, withheld().await);
    eventually("more looks", async || (withheld().await >= looks + 3.0).then_some(())).await;
    assert_eq!(accepted().await, sent, "nothing goes out while canaries do not arrive");
    shut.store(false, Ordering::SeqCst);
    eventually("it goes on by itself", async || (accepted().await > sent).then_some(())).await;
    stop.stop();
    for task in running {
        task.await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn the_own_listener_is_the_only_address_the_canary_may_call() {
    nightbell_delivery::install_crypto();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = Own::new(SocketAddr::new([0, 0, 0, 0].into(), listener.local_addr().unwrap().port())).unwrap();
    assert!(own.url("/canary").starts_with("http://127.0.0.1:"), "one that listens everywhere is called on loopback");
    let elsewhere = Own::new("127.0.0.2:1".parse().unwrap()).unwrap();
    assert_eq!(elsewhere.url("/x"), "http://127.0.0.2:1/x");
    assert_eq!(EVERY, Duration::from_secs(60), "the canary flies every minute");
}
