//! A data folder, a writer, a receiver on loopback and a clock that stands still until a test moves it.

use crate::{
    data::Place,
    pump::{Node, Parts, Pump, Stop, Waker},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use nightbell_delivery::{
    Sender,
    egress::{EgressPolicy, Timeouts},
    http::HttpSender,
};
use nightbell_engine::{
    Clock, Desk, Engine, Fault, Reader, Settings, Unit, desk,
    domain::{
        access::{Caller, Via},
        org::AccessRole,
        paging::{Notification, Page},
    },
    nodes, organisation, paging, signal,
};
use nightbell_store::paging as store;
use nightbell_wire::{
    inbound::generic,
    org_files::{SourceFile, parse},
    outbound::standard_webhooks::{Secret, verify},
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::JoinSet,
    time::timeout,
};

/// No test waits longer for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// A clock that tests move.
#[derive(Clone)]
struct HandClock(Arc<Mutex<Timestamp>>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// What the receiver got.
pub struct Received {
    pub id: String,
    pub body: Value,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn signed_by(&self, secret: &Secret) -> bool {
        let timestamp = self.header("webhook-timestamp");
        let now_s = timestamp.parse().unwrap();
        verify(secret, &self.id, timestamp, self.header("webhook-signature"), &self.bytes, now_s).is_ok()
    }
}

#[derive(Clone)]
struct Receiver {
    statuses: Arc<Mutex<VecDeque<u16>>>,
    got: mpsc::UnboundedSender<Received>,
    gate: Arc<Semaphore>,
}

async fn receive(State(receiver): State<Receiver>, request: Request) -> StatusCode {
    let headers = request.headers().clone();
    let bytes = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap().to_vec();
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let body = serde_json::from_slice(&bytes).unwrap();
    let _ = receiver.got.send(Received { id, body, headers, bytes });
    receiver.gate.acquire().await.unwrap().forget();
    let status = receiver.statuses.lock().unwrap().pop_front().unwrap_or(418);
    StatusCode::from_u16(status).unwrap()
}

/// A reader that answers when its channel is let go.
struct Stuck(std::sync::mpsc::Receiver<()>);

impl Reader for Stuck {
    fn read(&mut self, _: &mut dyn FnMut(&mut dyn nightbell_engine::Tx)) -> Result<(), nightbell_engine::StoreError> {
        let _ = self.0.recv();
        Err(nightbell_engine::StoreError::Unavailable("let go".to_owned()))
    }
}

/// Everything a pump stands between.
pub struct World {
    _temporary: tempfile::TempDir,
    folder: Place,
    desk: Desk,
    settings: Settings,
    pub node: Node,
    clock: HandClock,
    waker: Waker,
    commits: watch::Receiver<u64>,
    got: mpsc::UnboundedReceiver<Received>,
    gate: Arc<Semaphore>,
    outcomes: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
    stop: Option<Stop>,
    tasks: JoinSet<()>,
    _receiver: JoinSet<std::io::Result<()>>,
    _writer: thread::JoinHandle<Engine>,
}

fn organisation(url: &str) -> String {
    format!(
        "version: 1\nusers:\n  - id: alice\n    name: Alice\n    email: alice@example.com\n    role: admin\n    time_zone: UTC\n    contacts:\n      - {{ id: hook, kind: webhook, url: \"{url}\", verified: true }}\n    rules:\n      high: [ {{ after: 0s, via: hook }} ]\npolicies:\n  - {{ id: all, steps: [ {{ after: 0s, notify: [\"user:alice\"] }}, {{ after: 30m, notify: [\"user:alice\"] }} ] }}\nservices:\n  - {{ id: checkout, name: Checkout, policy: all }}\nintegrations:\n  - {{ id: tool, kind: generic, service: checkout, key: tool-key-1234567890 }}\n"
    )
}

impl World {
    /// An organisation of one person, reached by a webhook that answers with these statuses, one a request.
    pub async fn new(statuses: &[u16]) -> Self {
        nightbell_delivery::install_crypto();
        let (sender, got) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(1_000));
        let receiver = Receiver {
            statuses: Arc::new(Mutex::new(statuses.iter().copied().collect())),
            got: sender,
            gate: Arc::clone(&gate),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/alice", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(receiver);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });

        let temporary = tempfile::tempdir().unwrap();
        let folder = Place::folder(temporary.path());
        let clock = HandClock(Arc::new(Mutex::new("2026-05-02T03:00:00Z".parse().unwrap())));
        let mut engine = folder.engine_or_new("http://bell.example").unwrap();
        let settings = engine.settings().clone();
        let text = organisation(&url);
        let parsed = parse(&[SourceFile { path: "o.yaml", content: &text }], &mut |_| String::new()).unwrap();
        let admin = Caller::new("alice".parse().unwrap(), AccessRole::Admin, Via::Terminal);
        engine
            .execute(clock.now(), |unit| organisation::apply(unit, &admin.permit()?, &parsed, false))
            .unwrap()
            .unwrap();

        let (id, _) = engine.execute(clock.now(), |unit| nodes::join_alone(unit, "test")).unwrap();
        let node = Node::alone(id, "test".to_owned(), Arc::new(clock.clone()));
        let (counter, commits) = watch::channel(0_u64);
        let waker = Waker::default();
        let hook = waker.clone();
        let committed = move || {
            hook.wake();
            counter.send_modify(|count| *count += 1);
        };
        let (desk, writer) = desk(engine, Arc::new(clock.clone()), Box::new(committed));
        let writer = thread::Builder::new().spawn(move || writer.run()).unwrap();
        Self {
            _temporary: temporary,
            folder,
            desk,
            settings,
            node,
            clock,
            waker,
            commits,
            got,
            gate,
            outcomes: Arc::default(),
            stop: None,
            tasks: JoinSet::new(),
            _receiver: serving,
            _writer: writer,
        }
    }

    /// Starts the pump.
    pub fn start_pump(&mut self) {
        self.start(self.pump());
    }

    /// Starts that pump.
    pub fn start(&mut self, pump: Pump) {
        let (stop, stopping) = Stop::channel();
        self.tasks.spawn(pump.run(stopping));
        self.stop = Some(stop);
    }

    /// A pump that does not run.
    pub fn pump(&self) -> Pump {
        self.pump_that_looks(self.folder.reader().unwrap())
    }

    /// Starts a pump whose looks never end.
    pub fn start_pump_that_sees_nothing(&mut self) -> Box<dyn std::any::Any> {
        let (held, never) = std::sync::mpsc::channel();
        self.start(self.pump_that_looks(Box::new(Stuck(never))));
        Box::new(held)
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    fn pump_that_looks(&self, reader: Box<dyn Reader>) -> Pump {
        let loopback = EgressPolicy::new(&["127.0.0.0/8".to_owned()]).unwrap();
        let outcomes = Arc::clone(&self.outcomes);
        Pump::new(Parts {
            desk: self.desk.clone(),
            reader,
            sender: Sender {
                mail: None,
                http: HttpSender::new(loopback, Timeouts::default()).unwrap(),
                providers: Default::default(),
            },
            clock: Arc::new(self.clock.clone()),
            waker: self.waker.clone(),
            pace: 1,
            observer: Box::new(move |sent| outcomes.lock().unwrap().push((sent.medium, sent.outcome))),
            own: None,
            node: self.node.clone(),
        })
    }

    /// One unit of work, answered after its commit.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        let (answer, answered) = oneshot::channel();
        self.desk.submit(nightbell_engine::Class::Person, work, move |result| drop(answer.send(result)));
        timeout(DEADLINE, answered).await.unwrap().unwrap().unwrap()
    }

    /// An alert comes in.
    pub async fn alert(&self, title: &str) {
        let body = json!({ "title": title, "severity": "critical" }).to_string().into_bytes();
        let events = generic::parse(&body, None).unwrap().events;
        let inbound = signal::Inbound {
            integration: "tool".parse().unwrap(),
            content_type: "application/json".to_owned(),
            body,
            events,
            notes: Vec::new(),
        };
        let receipt = self.run(move |unit| signal::ingest(unit, &inbound)).await;
        assert!(receipt.outcomes[0].alert.is_some(), "{receipt:?}");
    }

    /// Alice takes the page that rings.
    pub async fn acknowledge(&self) {
        let page = self.notification().unwrap().page;
        let alice = Caller::new("alice".parse().unwrap(), AccessRole::Admin, Via::Api);
        self.run(move |unit| paging::acknowledge(unit, &alice.permit()?, page)).await;
    }

    /// The next request the receiver gets.
    pub async fn received(&mut self) -> Received {
        timeout(DEADLINE, self.got.recv()).await.expect("a request within the deadline").unwrap()
    }

    /// Answers wait until the permits are given.
    pub fn hold_answers(&self) -> Arc<Semaphore> {
        self.gate.forget_permits(1_000);
        Arc::clone(&self.gate)
    }

    /// The newest page that is not over.
    pub fn page(&self) -> Option<Page> {
        self.view(|reader| {
            let mut found = None;
            reader.read(&mut |tx| found = store::open(tx, 10).unwrap().into_iter().next()).unwrap();
            found
        })
    }

    /// The one notification there is.
    pub fn notification(&self) -> Option<Notification> {
        let page = self.page()?;
        self.view(|reader| {
            let mut found = None;
            reader.read(&mut |tx| found = store::of_page(tx, page.id).unwrap().into_iter().next()).unwrap();
            found
        })
    }

    /// How its attempts ended, in order.
    pub fn attempt_outcomes(&self) -> Vec<Option<String>> {
        let page = self.notification().unwrap().page;
        self.view(|reader| {
            let mut found = Vec::new();
            reader.read(&mut |tx| found = store::attempts(tx, page).unwrap()).unwrap();
            found.into_iter().map(|attempt| attempt.outcome).collect()
        })
    }

    fn view<T>(&self, look: impl FnOnce(&mut Box<dyn Reader>) -> T) -> T {
        look(&mut self.folder.reader().unwrap())
    }

    /// Waits, commit by commit, until the notification is so.
    pub async fn until(&mut self, wanted: impl Fn(&Notification) -> bool) -> Notification {
        let waiting = async {
            loop {
                self.commits.mark_unchanged();
                if let Some(found) = self.notification().filter(|n| wanted(n)) {
                    return found;
                }
                self.commits.changed().await.unwrap();
            }
        };
        match timeout(DEADLINE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("never so: {:?}", self.notification()),
        }
    }

    /// Waits, commit by commit, until the page is so.
    pub async fn until_page(&mut self, wanted: impl Fn(&Page) -> bool) -> Page {
        let waiting = async {
            loop {
                self.commits.mark_unchanged();
                if let Some(found) = self.page().filter(|page| wanted(page)) {
                    return found;
                }
                self.commits.changed().await.unwrap();
            }
        };
        match timeout(DEADLINE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("never so: {:?}", self.page()),
        }
    }

    /// Moves the clock and wakes the pump, as the alarm would.
    pub fn advance_to(&self, at: Timestamp) {
        *self.clock.0.lock().unwrap() = at;
        self.waker.wake();
    }

    /// The secret that signs what goes to alice's webhook.
    pub fn secret(&self) -> Secret {
        self.settings.webhook_secret(&"alice".parse().unwrap(), &"hook".parse().unwrap())
    }

    /// A watchdog on this data and clock.
    pub fn watchdog(&self) -> crate::watch::Watchdog {
        let clock = Arc::new(self.clock.clone());
        crate::watch::Watchdog::new(self.folder.reader().unwrap(), clock, jiff::SignedDuration::from_secs(30))
    }

    /// What the observer was told.
    pub fn outcomes(&self) -> Vec<(&'static str, &'static str)> {
        self.outcomes.lock().unwrap().clone()
    }

    /// Tells the pump to stop.
    pub fn signal_stop(&self) {
        self.stop.as_ref().unwrap().stop();
    }

    /// Stops the pump and waits for it.
    pub async fn stop(&mut self) {
        self.signal_stop();
        while let Some(ended) = timeout(DEADLINE, self.tasks.join_next()).await.expect("the pump stops in time") {
            ended.unwrap();
        }
    }
}
