//! Which part is connected to which. Called by the parent's start alone.

use super::Options;
use crate::{
    failure::Failure,
    housekeeping,
    pump::{self, Pump, Stopping, Waker},
    watchdog::Watchdog,
};
use nightbell_delivery::{Sender, egress::Timeouts, http::HttpSender};
use nightbell_engine::{Engine, Writer, desk};
use nightbell_web::{AppState, Parts, ReadPool, Setup, live::Hub, tasks::spawn_supervised};
use std::{io, sync::Arc, thread};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Connections that only read, for pages and the API.
const READERS_MAX: usize = 4;
/// The writer's stack, in bytes: route expressions are evaluated on it, and their depth is somebody else's input.
const WRITER_STACK_BYTES: usize = 16 * 1024 * 1024;

/// The parts, running, but for HTTP.
pub(super) struct Wired {
    pub state: AppState,
    pub routers: Vec<axum::Router<AppState>>,
    pub pump: JoinHandle<()>,
    pub tasks: Vec<JoinHandle<()>>,
    pub writer: thread::JoinHandle<Engine>,
    pub writer_gone: oneshot::Receiver<()>,
}

/// Starts writer, pump and watchdog.
pub(super) fn wire(options: Options, engine: Engine, waker: &Waker, stopping: Stopping) -> Result<Wired, Failure> {
    let settings = engine.settings().clone();
    let hub = Hub::new();
    let (wake_pump, wake_hub) = (waker.clone(), hub.clone());
    let committed = move || {
        wake_pump.wake();
        wake_hub.wake();
    };
    let (desk, writer) = desk(engine, Arc::clone(&options.clock), Box::new(committed));
    let (writer, writer_gone) = start_writer(writer)?;
    let state = AppState::new(Setup {
        desk: desk.clone(),
        readers: ReadPool::new(READERS_MAX, options.data.opener()),
        clock: Arc::clone(&options.clock),
        settings,
        live: hub,
        trusted_proxies: options.trusted_proxies,
        mail_inbox: options.mail_inbox,
    });
    let http = HttpSender::new(options.egress, Timeouts::default()).map_err(|e| Failure::unreachable(e.to_string()))?;
    let observed = state.clone();
    let pump = Pump::new(pump::Parts {
        desk,
        reader: options.data.reader()?,
        sender: Sender { mail: options.mail, http },
        clock: Arc::clone(&options.clock),
        waker: waker.clone(),
        pace: options.pace,
        observer: Box::new(move |medium, outcome| observed.metrics().notification(medium, outcome)),
    });
    let for_pump = stopping.clone();
    let pump = spawn_supervised("pump", move || pump.clone().run(for_pump.clone()));
    let (house, for_house) = (state.clone(), stopping.clone());
    let mut tasks = vec![spawn_supervised("housekeeping", move || housekeeping::run(house.clone(), for_house.clone()))];
    // A clock that races makes every page look late.
    if options.pace <= 1 {
        let dog = Watchdog::new(options.data.reader()?, options.clock);
        tasks.push(spawn_supervised("watchdog", move || dog.clone().run(stopping.clone())));
    }
    Ok(Wired { state, routers: options.routers, pump, tasks, writer, writer_gone })
}

/// The writer's thread. Its end, however it comes, is told: a server without a writer must not look alive.
fn start_writer(writer: Writer) -> Result<(thread::JoinHandle<Engine>, oneshot::Receiver<()>), Failure> {
    let (running, gone) = oneshot::channel::<()>();
    let body = move || {
        // Dropped on every way out, a panic too.
        let _running = running;
        writer.run()
    };
    let thread = thread::Builder::new().name("writer".to_owned()).stack_size(WRITER_STACK_BYTES).spawn(body);
    let thread = thread.map_err(|e| Failure::unreachable(format!("the writer's thread cannot be started: {e}")))?;
    Ok((thread, gone))
}

/// Serves until told to stop.
#[expect(
    clippy::disallowed_methods,
    reason = "not restarted when it ends: `Server::broken` tells, and the process ends"
)]
pub(super) fn serve_http(
    listener: TcpListener,
    state: AppState,
    routers: Vec<axum::Router<AppState>>,
    mut stopping: Stopping,
) -> JoinHandle<io::Result<()>> {
    let product = [
        nightbell_web::pages::routes(),
        nightbell_web::api::routes(),
        nightbell_web::ingest::routes(),
        nightbell_web::public::routes(),
    ];
    let routers = product.into_iter().chain(routers).collect();
    let router = nightbell_web::router(&state, Parts { routers });
    tokio::spawn(
        async move { nightbell_web::serve(listener, state, router, async move { stopping.wait().await }).await },
    )
}
