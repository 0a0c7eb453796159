//! A whole server in this process: data folder, engine, writer, readers, pump, watchdog, HTTP. Used by `serve`, the demo, tests and benches.
//! Wiring only; no decision. The order of the start is the order of the code; the stop goes backwards and loses nothing that was answered.

mod opening;
mod wiring;

use crate::{
    data::{Place, ServeLock},
    failure::Failure,
    pump::{Node, Stop, Waker},
    system::SystemClock,
    watch,
};
use nightbell_delivery::{egress::EgressPolicy, mail::MailSettings, providers::Providers};
use nightbell_engine::{Clock, Engine, nodes};
use nightbell_store::Listener;
use nightbell_web::{AppState, ops::ScrapeToken};
use std::{io, net::SocketAddr, sync::Arc, thread, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long the writer may take to finish when the server stops.
const WRITER_WITHIN: Duration = Duration::from_secs(10);

/// What a server is started with.
pub struct Options {
    /// Where the data is; `init` made it.
    pub data: Place,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The base of links; made from the listening address when `None`.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// The mail server, when there is one.
    pub mail: Option<MailSettings>,
    /// The other ways to people.
    pub providers: Providers,
    /// Whom the operators of push services may write to; the installation's own address when `None`.
    pub push_contact: Option<String>,
    /// Where outbound calls may go.
    pub egress: EgressPolicy,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How many seconds of `clock` pass in one real second.
    pub pace: u32,
    /// Whether the demo's mail catcher has a page.
    pub mail_inbox: bool,
    /// What opens the metrics beside an administrator's token.
    pub scrape_token: Option<ScrapeToken>,
    /// Canaries and heartbeats; what is overdue is looked for in any case.
    pub watch: watch::Settings,
    /// Routes beside the product's own: the demo's.
    pub routers: Vec<axum::Router<AppState>>,
}

impl Options {
    /// A server on that data and address, everything else as it comes: no mail, public addresses only, the system's clock.
    pub fn new(data: Place, listen: SocketAddr) -> Self {
        Self {
            data,
            listen,
            public_url: None,
            trusted_proxies: Vec::new(),
            mail: None,
            providers: Providers::default(),
            push_contact: None,
            egress: EgressPolicy::default(),
            clock: Arc::new(SystemClock),
            pace: 1,
            mail_inbox: false,
            scrape_token: None,
            watch: watch::Settings::default(),
            routers: Vec::new(),
        }
    }
}

/// Why a server cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The writer ended: a flush or a write failed, and what is on disk is known only after a fresh start. Nothing may touch it any more.
    Storage,
    /// The key of links was renewed while this server was asleep or cut off: not one more request may be answered with the old one.
    KeyRenewed,
    /// Something else ended, for that reason; the rest can be stopped in order.
    Part(String),
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The base of its links.
    pub public_url: String,
    /// What its handlers use: units of work, views, metrics.
    pub state: AppState,
    stop_http: Stop,
    stop_pump: Stop,
    http: JoinHandle<io::Result<()>>,
    pump: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    node: Node,
    hints: Option<Listener>,
    writer: Option<thread::JoinHandle<Engine>>,
    writer_gone: oneshot::Receiver<()>,
    lock: Option<ServeLock>,
}

impl Server {
    /// Starts. When this returns, the server answers.
    ///
    /// # Errors
    /// When another server has the folder, the data was never initialised, the address is taken, or the data cannot be opened.
    pub async fn start(options: Options) -> Result<Self, Failure> {
        let lock = opening::look(&options.data).await?;
        let (listener, address) = listen(options.listen).await?;
        let public_url = options.public_url.clone().unwrap_or_else(|| crate::config::default_public_url(address));
        let opened = opening::open(&options.data, &public_url, address, &options.clock).await?;
        let (stop_http, http_stopping) = Stop::channel();
        let (stop_pump, pump_stopping) = Stop::channel();
        let waker = Waker::default();
        let wired = wiring::wire(options, opened, address, &waker, pump_stopping)?;
        let http = wiring::serve_http(listener, wired.state.clone(), (wired.routers, wired.machines), http_stopping);
        Ok(Self {
            address,
            public_url,
            state: wired.state,
            stop_http,
            stop_pump,
            http,
            pump: wired.pump,
            tasks: wired.tasks,
            node: wired.node,
            hints: wired.hints,
            writer: Some(wired.writer),
            writer_gone: wired.writer_gone,
            lock,
        })
    }

    /// Completes when the server cannot go on by itself: writer, pump or listener ended, or somebody renewed its key of links. Never, while all is
    /// well. A disk that is full is not such an end (INV-16): alerts are refused with 503 until there is room, and what rings goes on. A disk that
    /// fails a flush or a write is: the writer ends.
    pub async fn broken(&mut self) -> Broken {
        tokio::select! {
            _ = &mut self.writer_gone => Broken::Storage,
            () = self.node.key_renewed() => Broken::KeyRenewed,
            _ = &mut self.pump => Broken::Part("the pump ended".to_owned()),
            ended = &mut self.http => Broken::Part(match ended {
                Ok(Ok(())) => "the listener ended".to_owned(),
                Ok(Err(error)) => format!("the listener ended: {error}"),
                Err(_) => "the listener broke off".to_owned(),
            }),
        }
    }

    /// Leaves everything as it lies, for a process that ends right after: closing the database would write to a disk that has just failed, and
    /// believe what it answers the second time; finishing requests would answer them with a key that is over. What was under way is made up for
    /// at the next start.
    pub fn abandon(self) {
        std::mem::forget(self);
    }

    /// Stops: no new requests, streams end, attempts under way settle, the writer finishes what it was given. Takes at most about half a minute.
    pub async fn stop(mut self) {
        self.stop_http.stop();
        if !self.http.is_finished() {
            let _ = (&mut self.http).await;
        }
        // After the last request: what it made due in the last moment may still be sent.
        self.stop_pump.stop();
        if !self.pump.is_finished() {
            let _ = (&mut self.pump).await;
        }
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
        // What could not be finished is the others' now, not after a silence.
        let id = self.node.id();
        if let Err(error) = self.state.run(move |unit| nodes::leave(unit, id)).await {
            tracing::warn!(%error, "this node could not take its leave; the others notice by themselves");
        }
        let Self { state, writer, lock, hints, .. } = self;
        // Ends its thread, which may take a moment to notice.
        drop(tokio::task::spawn_blocking(move || drop(hints)));
        // The last desk: the writer runs dry and gives the engine back.
        drop(state);
        if let Some(writer) = writer {
            let finished = tokio::task::spawn_blocking(move || drop(writer.join()));
            if tokio::time::timeout(WRITER_WITHIN, finished).await.is_err() {
                tracing::warn!("the writer did not finish in time");
            }
        }
        drop(lock);
    }
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot = |e: &io::Error| {
        Failure::unreachable(format!("Cannot listen on {wanted}: {e}. Choose another address with --listen."))
    };
    let listener = TcpListener::bind(wanted).await.map_err(|e| cannot(&e))?;
    let address = listener.local_addr().map_err(|e| cannot(&e))?;
    Ok((listener, address))
}

#[cfg(test)]
mod tests;
