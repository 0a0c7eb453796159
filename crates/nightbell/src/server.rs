//! A whole server in this process: data folder, engine, writer, readers, pump, watchdog, HTTP. Used by `serve`, the demo, tests and benches.
//! Wiring only; no decision. The order of the start is the order of the code; the stop goes backwards and loses nothing that was answered.

mod wiring;

use crate::{
    data::{Place, ServeLock, first_administrator},
    failure::Failure,
    pump::{Stop, Waker},
    system::SystemClock,
};
use nightbell_delivery::{egress::EgressPolicy, mail::MailSettings};
use nightbell_engine::{Clock, Engine};
use nightbell_web::AppState;
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
    /// Where outbound calls may go.
    pub egress: EgressPolicy,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How many seconds of `clock` pass in one real second.
    pub pace: u32,
    /// Whether the demo's mail catcher has a page.
    pub mail_inbox: bool,
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
            egress: EgressPolicy::default(),
            clock: Arc::new(SystemClock),
            pace: 1,
            mail_inbox: false,
            routers: Vec::new(),
        }
    }
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
        // Looked at before anything is created there.
        options.data.directory()?;
        let lock = options.data.lock()?;
        let (listener, address) = listen(options.listen).await?;
        let public_url = options.public_url.clone().unwrap_or_else(|| crate::config::default_public_url(address));
        let engine = options.data.engine(&public_url)?;
        if first_administrator(&engine.directory()).is_none() {
            return Err(options.data.no_administrator());
        }
        let (stop_http, http_stopping) = Stop::channel();
        let (stop_pump, pump_stopping) = Stop::channel();
        let waker = Waker::default();
        let wired = wiring::wire(options, engine, &waker, pump_stopping)?;
        let http = wiring::serve_http(listener, wired.state.clone(), wired.routers, http_stopping);
        Ok(Self {
            address,
            public_url,
            state: wired.state,
            stop_http,
            stop_pump,
            http,
            pump: wired.pump,
            tasks: wired.tasks,
            writer: Some(wired.writer),
            writer_gone: wired.writer_gone,
            lock,
        })
    }

    /// Completes when the server cannot go on by itself: writer, pump or listener ended. Never, while all is well. A disk that fails is
    /// not such an end (INV-16): requests are refused with 503 until it works, the pump tries again every second, the watchdog is loud.
    pub async fn broken(&mut self) -> String {
        tokio::select! {
            _ = &mut self.writer_gone => "the writer ended".to_owned(),
            _ = &mut self.pump => "the pump ended".to_owned(),
            ended = &mut self.http => match ended {
                Ok(Ok(())) => "the listener ended".to_owned(),
                Ok(Err(error)) => format!("the listener ended: {error}"),
                Err(_) => "the listener broke off".to_owned(),
            },
        }
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
        let Self { state, writer, lock, .. } = self;
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
