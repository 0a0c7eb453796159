//! Connections: how many there may be, from whom, and how long one may take to ask for something. Strangers' sockets are the only thing of this
//! process that they can use up without a word being parsed, and paging needs sockets too: so they are counted, and those that say nothing are
//! closed.
//!
//! Is not: limits on what is asked (the layers of [`crate::server`], the sign-in limiter). Called by [`crate::server::serve`] alone.

use crate::{crowd::Crowd, live::Hub, state::AppState};
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tower::ServiceExt as _;

/// Most connections, however many files the process may open.
const CONNECTIONS_MAX: usize = 4_096;
/// How many files a process may open where nothing says so.
const FILES_ASSUMED: usize = 512;
/// How long a client may take to send the head of a request, and how long an idle connection is kept for the next one.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// The pause after the system refused a connection (no memory, no file left).
const PAUSE: Duration = Duration::from_millis(500);

/// What connections may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open at once; further ones wait in the system's queue until one closes.
    pub connections: usize,
    /// Open at once from one address (IPv6: one /64); further ones are closed. Not for proxies and this machine.
    pub per_address: usize,
    /// For the head of each request.
    pub head_within: Duration,
}

impl Limits {
    /// Half of the files that this process may open: the other half is for the database and for sending.
    pub fn of_this_process() -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self::for_files(open_files(&limits).unwrap_or(FILES_ASSUMED))
    }

    fn for_files(files: usize) -> Self {
        let connections = (files / 2).clamp(1, CONNECTIONS_MAX);
        Self { connections, per_address: (connections / 2).max(1), head_within: HEAD_WITHIN }
    }
}

/// The soft limit in the text of `/proc/self/limits`; "unlimited" is as many as one likes.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

/// Whoever has one IPv6 address has the whole /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Takes connections until the hub stops, then lets those that are under way finish.
///
/// # Errors
/// None today: a connection that cannot be taken is logged, and the next one is tried.
pub(crate) async fn serve(listener: TcpListener, state: &AppState, router: Router, limits: Limits) -> io::Result<()> {
    let (hub, crowd) = (state.live().clone(), Crowd::default());
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut tasks = JoinSet::new();
    let mut stopped = pin!(hub.stopped());
    loop {
        let (place, stream, peer) = tokio::select! {
            biased;
            () = &mut stopped => break,
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                log_fault(ended);
                continue;
            }
            next = next(&listener, &places) => next,
        };
        let most = if state.place().speaks_for_many(peer.ip()) { usize::MAX } else { limits.per_address };
        let Some(seat) = crowd.enter(network(peer.ip()), most) else {
            tracing::debug!(address = %peer.ip(), "too many connections from one address; this one is closed");
            continue;
        };
        let (router, hub) = (router.clone(), hub.clone());
        tasks.spawn(async move {
            let _held = (place, seat);
            connection(stream, peer, router, &hub, limits.head_within).await;
        });
    }
    drop(listener);
    while let Some(ended) = tasks.join_next().await {
        log_fault(ended);
    }
    Ok(())
}

fn log_fault(ended: Result<(), tokio::task::JoinError>) {
    if let Err(e) = ended {
        tracing::error!(error = %e, "a connection broke off by a fault of ours");
    }
}

/// The next connection, once there is a place for it.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else { std::future::pending().await };
        match listener.accept().await {
            Ok((stream, peer)) => return (place, stream, peer),
            Err(e) => {
                tracing::warn!(error = %e, "a connection could not be taken");
                let _ = tokio::time::timeout(PAUSE, std::future::pending::<()>()).await;
            }
        }
    }
}

/// Answers what is asked on one connection. How it ends is the client's matter: it is not logged.
async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, hub: &Hub, head_within: Duration) {
    // Small answers at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = hub.stopped() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests;
