//! Which part is connected to which. Called by the parent's start alone.

use super::{Options, opening::Opened};
use crate::{
    broadcast::Broadcast,
    callout::Callouts,
    data::{DataFolder, Place},
    failure::Failure,
    housekeeping,
    mark::Mark,
    pump::{self, Node, Pump, Stopping, Waker, node::ClockObserver},
    reserve::Reserve,
    system::SystemEntropy,
    turns,
    watch::{self, Own},
};
use nightbell_delivery::{Sender, egress::Timeouts, http::HttpSender, providers::push::Push};
use nightbell_engine::{Beside, Desk, Engine, Settings, Writer, desk, domain::ids::Entropy as _};
use nightbell_store::Listener;
use nightbell_web::{AppState, Parts, ReadPool, Setup, callbacks, live::Hub, tasks::spawn_supervised};
use nightbell_wire::outbound::push::{encryption::Fresh, vapid::SenderKey};
use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Connections that only read, for pages and the API.
const READERS_MAX: usize = 4;
/// The writer's stack, in bytes: route expressions are evaluated on it, and their depth is somebody else's input.
const WRITER_STACK_BYTES: usize = 16 * 1024 * 1024;

/// The parts, running, but for HTTP.
pub(super) struct Wired {
    pub state: AppState,
    pub routers: Vec<axum::Router<AppState>>,
    pub machines: Vec<axum::Router<AppState>>,
    pub pump: JoinHandle<()>,
    pub tasks: Vec<JoinHandle<()>>,
    pub node: Node,
    pub hints: Option<Listener>,
    pub writer: thread::JoinHandle<Engine>,
    pub writer_gone: oneshot::Receiver<()>,
}

/// Starts writer, pump and watch. `address` is the listener's.
pub(super) fn wire(
    mut options: Options,
    opened: Opened,
    address: SocketAddr,
    waker: &Waker,
    stopping: Stopping,
) -> Result<Wired, Failure> {
    let Opened { engine, for_pump, for_watch, node, beside, only_paging } = opened;
    let settings = engine.settings().clone();
    options.providers.push = Some(push(&settings, options.push_contact.take()));
    let machines = machines(&options);
    let hub = Hub::new();
    let hints = hints(&options.data, waker, &hub)?;
    let (desk, writer) = desk(engine, Arc::clone(&options.clock), wakes(waker, &hub));
    refuse_alerts_if(only_paging, &desk);
    let reserve = options.data.as_folder().map(|folder| Reserve::of(folder.path()));
    let (writer, writer_gone) = start_writer(writer, reserve.clone())?;
    let (media, callouts) = (media(&options), Callouts::of(&options, &settings.public_url)?);
    let state = AppState::new(Setup {
        telegram: callouts.as_ref().map(Callouts::bot),
        desk: desk.clone(),
        readers: ReadPool::new(READERS_MAX, options.data.opener()),
        clock: Arc::clone(&options.clock),
        settings,
        live: hub,
        bound: address.ip(),
        trusted_proxies: options.trusted_proxies,
        mail_inbox: options.mail_inbox,
        sends_mail: options.mail.is_some(),
        media,
        scrape_token: options.scrape_token,
        pace: options.pace,
    });
    let http = HttpSender::new(options.egress.clone(), Timeouts::default())
        .map_err(|e| Failure::unreachable(e.to_string()))?;
    let broadcast = options.mail.clone().map(|mail| Broadcast::new(state.clone(), mail, options.pace));
    let (observed, own, pump_stopping) = (state.clone(), Own::new(address)?, stopping.clone());
    let pump = Pump::new(pump::Parts {
        desk: desk.clone(),
        reader: for_pump,
        sender: Sender { mail: options.mail, http, providers: options.providers },
        clock: Arc::clone(&options.clock),
        waker: waker.clone(),
        pace: options.pace,
        observer: Box::new(move |sent| observed.metrics().sent(sent)),
        own: Some(own.clone()),
        node: node.clone(),
    });
    let pump = spawn_supervised("pump", move || pump.clone().run(pump_stopping.clone()));
    let mut tasks = vec![keep_house(&state, &stopping), tell_turns(&state, &stopping, options.pace)];
    tasks.extend(callouts.into_iter().flat_map(|callouts| callouts.start(&stopping)));
    tasks.extend(keep_folder(&options.data, reserve, state.desk(), &stopping));
    tasks.extend(broadcast.map(|broadcast| tell_subscribers(broadcast, &stopping)));
    // A clock that races makes every page look late, and its canaries would race as well.
    if options.pace <= 1 {
        let parts = watch::Parts {
            state: state.clone(),
            reader: for_watch,
            clock: options.clock,
            egress: options.egress,
            own,
            size: size_of(&options.data),
            alone: options.data.as_folder().is_some(),
            settings: options.watch,
        };
        tasks.extend(watch::start(parts, &stopping)?);
    }
    tasks.extend(beside.into_iter().flat_map(|beside| among_others(&node, beside, &state, waker, &stopping)));
    Ok(Wired { state, routers: options.routers, machines, pump, tasks, node, hints, writer, writer_gone })
}

/// The media by which somebody can be reached here.
fn media(options: &Options) -> BTreeSet<&'static str> {
    options.providers.media().into_iter().chain(options.mail.is_some().then_some("email")).collect()
}

/// Web push, with the key of the installation.
fn push(settings: &Settings, contact: Option<String>) -> Push {
    let draw = || {
        let mut fresh: Fresh = [0; 48];
        SystemEntropy.fill(&mut fresh);
        fresh
    };
    let contact = crate::config::push::contact_or(contact, &settings.public_url);
    Push::new(SenderKey::new(settings.push_key.bytes()), contact, Arc::new(draw))
}

/// What only machines call: tools that send alerts, phones and providers.
fn machines(options: &Options) -> Vec<axum::Router<AppState>> {
    let twilio = options.providers.phone.twilio();
    let twilio = twilio.map(|account| callbacks::twilio::Caller { auth_token: account.auth_token().into() });
    vec![nightbell_web::ingest::routes(), callbacks::routes(), callbacks::phone_routes(twilio)]
}

/// What the writer calls after a commit: whoever rings, and whoever watches, looks.
fn wakes(waker: &Waker, hub: &Hub) -> Box<dyn Fn() + Send> {
    let (pump, hub) = (waker.clone(), hub.clone());
    Box::new(move || {
        pump.wake();
        hub.wake();
    })
}

/// A server that started on a full disk by the room of its reserve.
fn refuse_alerts_if(only_paging: Option<u64>, desk: &Desk) {
    if let Some(room_bytes) = only_paging {
        tracing::error!(
            "THE DISK WAS FULL: new alerts are refused with 503 until the reserve can be made again; what rings goes on"
        );
        desk.take_only_paging(room_bytes);
    }
}

fn keep_house(state: &AppState, stopping: &Stopping) -> JoinHandle<()> {
    let (house, stopping) = (state.clone(), stopping.clone());
    spawn_supervised("housekeeping", move || housekeeping::run(house.clone(), stopping.clone()))
}

/// Whoever comes on call is told.
fn tell_turns(state: &AppState, stopping: &Stopping, pace: u32) -> JoinHandle<()> {
    let (state, stopping) = (state.clone(), stopping.clone());
    spawn_supervised("turns", move || turns::run(state.clone(), stopping.clone(), pace))
}

/// What other nodes commit is told to the pump and to the live streams. A hint, never the truth.
fn hints(data: &Place, waker: &Waker, hub: &Hub) -> Result<Option<Listener>, Failure> {
    let Place::Postgres(address) = data else { return Ok(None) };
    let (waker, hub) = (waker.clone(), hub.clone());
    let hinted = move || {
        waker.hint();
        hub.wake();
    };
    address.listen(hinted).map(Some)
}

/// What a node does because of the others.
fn among_others(
    node: &Node,
    beside: Box<dyn Beside>,
    state: &AppState,
    waker: &Waker,
    stopping: &Stopping,
) -> [JoinHandle<()>; 2] {
    let beside = Arc::new(Mutex::new(beside));
    let observed = state.clone();
    let observer: ClockObserver = Arc::new(move |apart| observed.metrics().clock_skew(apart));
    let (beating, desk, waker, until) = (node.clone(), state.desk().clone(), waker.clone(), stopping.clone());
    let settings = state.settings().clone();
    let beat = move || {
        let (beside, observer) = (Arc::clone(&beside), Arc::clone(&observer));
        beating.clone().beat(beside, settings.clone(), desk.clone(), waker.clone(), observer, until.clone())
    };
    let (awake, until) = (node.clone(), stopping.clone());
    [spawn_supervised("beat", beat), spawn_supervised("awake", move || awake.clone().stay_awake(until.clone()))]
}

/// How large the database of a folder is, its log included; another server's is asked of that server's own tools.
fn size_of(data: &Place) -> watch::Size {
    let file = data.as_folder().map(DataFolder::database);
    Arc::new(move || {
        let file = file.as_ref()?;
        let log = file.with_extension("db-wal");
        let bytes = |path: &Path| std::fs::metadata(path).map(|found| found.len());
        Some(bytes(file).ok()? + bytes(&log).unwrap_or(0))
    })
}

/// Mails to subscribers of status pages, where there is a mail server.
fn tell_subscribers(broadcast: Broadcast, stopping: &Stopping) -> JoinHandle<()> {
    let stopping = stopping.clone();
    spawn_supervised("broadcast", move || broadcast.clone().run(stopping.clone()))
}

/// What a data folder has beside its database: the reserve for a full disk, and the mark of how far the journal was.
fn keep_folder(data: &Place, reserve: Option<Reserve>, desk: &Desk, stopping: &Stopping) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    if let Some(reserve) = reserve {
        let (desk, stopping) = (desk.clone(), stopping.clone());
        tasks.push(spawn_supervised("reserve", move || reserve.clone().keep(desk.clone(), stopping.clone())));
    }
    if let Some(folder) = data.as_folder() {
        let (mark, open, stopping) = (Mark::of(folder.path()), data.opener(), stopping.clone());
        tasks.push(spawn_supervised("mark", move || mark.clone().keep(open.clone(), stopping.clone())));
    }
    tasks
}

/// The writer's thread. Its end, however it comes, is told: a server without a writer must not look alive.
fn start_writer(
    writer: Writer,
    reserve: Option<Reserve>,
) -> Result<(thread::JoinHandle<Engine>, oneshot::Receiver<()>), Failure> {
    let writer = match reserve {
        Some(reserve) => writer.on_full(Box::new(move || reserve.give_back())),
        None => writer,
    };
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
    (routers, machines): (Vec<axum::Router<AppState>>, Vec<axum::Router<AppState>>),
    mut stopping: Stopping,
) -> JoinHandle<io::Result<()>> {
    let product = [nightbell_web::pages::routes(), nightbell_web::api::routes(), nightbell_web::public::routes()];
    let routers = product.into_iter().chain(routers).collect();
    let router = nightbell_web::router(&state, Parts { routers, machines });
    tokio::spawn(
        async move { nightbell_web::serve(listener, state, router, async move { stopping.wait().await }).await },
    )
}
