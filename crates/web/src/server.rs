//! The router and what stands around every handler: headers, counting, limits, deadlines, panics, origin. And serving it until told to stop.

use crate::{
    assets,
    connections::{self, Limits},
    csrf,
    errors::{self, Problem},
    headers, live, ops, sign_in,
    state::AppState,
    tasks::spawn_supervised,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::{self, Next},
    response::Response,
};
use futures_util::FutureExt as _;
use nightbell_engine::domain::limits::INBOUND_BYTES_MAX;
use std::{future::Future, io, panic::AssertUnwindSafe, time::Duration};
use tokio::{net::TcpListener, time::Instant};
use tower_http::compression::CompressionLayer;

/// How long an answer may take. Live streams have begun to answer long before.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long requests may go on after the signal to stop.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// Addresses that bound their bodies themselves: those that answer in a foreign format, errors too, and the API, which takes files.
const INBOUND: [&str; 4] = ["/v2/", "/in/", "/compat/", "/api/"];

/// The routes other modules bring.
#[derive(Default)]
pub struct Parts {
    /// Each `Router<AppState>` is merged: pages, API, status pages, the demo's mail.
    pub routers: Vec<Router<AppState>>,
    /// What only machines call, with a key of their own in each request: no cookie is read, nothing is shown by a browser. They come by the
    /// thousand in a storm, so they get no layer that is there for people.
    pub machines: Vec<Router<AppState>>,
}

/// Everything, ready to serve or to be asked in a test.
pub fn router(state: &AppState, parts: Parts) -> Router {
    let own = [assets::router(), ops::router(), sign_in::router(), live::router()];
    let people = own.into_iter().chain(parts.routers).fold(Router::new(), Router::merge);
    let people = people
        .fallback(|uri: Uri| async move { errors::for_path(uri.path(), Problem::no_such_page()) })
        .method_not_allowed_fallback(|uri: Uri| async move { errors::for_path(uri.path(), Problem::wrong_method()) })
        .layer(DefaultBodyLimit::max(INBOUND_BYTES_MAX))
        .layer(middleware::from_fn_with_state(state.clone(), csrf::origin_layer))
        .layer(middleware::from_fn(guard))
        .layer(CompressionLayer::new().gzip(true))
        .layer(middleware::from_fn_with_state(state.clone(), headers::layer))
        .layer(middleware::from_fn_with_state(state.clone(), count));
    let machines = parts.machines.into_iter().fold(Router::new(), Router::merge);
    let machines = machines
        .method_not_allowed_fallback(|uri: Uri| async move { errors::for_path(uri.path(), Problem::wrong_method()) })
        .layer(DefaultBodyLimit::max(INBOUND_BYTES_MAX))
        .layer(middleware::from_fn_with_state(state.clone(), around_machines));
    people.merge(machines).with_state(state.clone())
}

/// Everything around a handler that only machines call, in one layer: each costs every request a copy of what lies inside it.
async fn around_machines(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let answer = async |request: Request, next: Next| {
        let mut response = match headers::refuse_too_large(&request) {
            Some(refused) => refused,
            None => guard(request, next).await,
        };
        headers::for_machines(response.headers_mut());
        response
    };
    counted(&state, request, next, answer).await
}

/// Sizes known beforehand, a deadline, and a page instead of a broken connection when a handler panics.
async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    // Inbound formats have their own words for "too large".
    let foreign = INBOUND.iter().any(|prefix| path.starts_with(prefix));
    if !foreign && announced_bytes(request.headers()).is_some_and(|bytes| bytes > INBOUND_BYTES_MAX as u64) {
        return errors::for_path(&path, Problem::too_large());
    }
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            errors::for_path(&path, Problem::fault())
        }
        Err(_) => {
            tracing::error!("a handler took too long");
            errors::for_path(&path, Problem::timed_out())
        }
    }
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    counted(&state, request, next, async |request: Request, next: Next| next.run(request).await).await
}

async fn counted(
    state: &AppState,
    request: Request,
    next: Next,
    answer: impl AsyncFnOnce(Request, Next) -> Response,
) -> Response {
    let method = method_word(request.method());
    // The pattern, never the address itself: addresses carry tokens.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let begun = Instant::now();
    let response = answer(request, next).await;
    let status = response.status();
    let took = begun.elapsed();
    state.metrics().request(method, &route, status, took);
    tracing::debug!(method, route, status = status.as_u16(), took_ms = took.as_millis(), "answered");
    response
}

fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Serves until `shutdown` completes, then ends every live stream, lets requests finish, and gives up on those that do not within 10 s.
///
/// # Errors
/// The listener's.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let hub = state.live().clone();
    let following = state.clone();
    let tail = spawn_supervised("live tail", move || live::tail(following.clone()));
    let stopping = hub.clone();
    let signal = async move {
        shutdown.await;
        stopping.stop();
    };
    let serving =
        async { tokio::join!(signal, connections::serve(listener, &state, router, Limits::of_this_process())).1 };
    let result = tokio::select! {
        ended = serving => ended,
        () = deadline(&hub) => {
            tracing::warn!("some requests did not finish in time; they are given up");
            Ok(())
        }
    };
    hub.stop();
    let _ = tail.await;
    result
}

async fn deadline(hub: &live::Hub) {
    hub.stopped().await;
    let _ = tokio::time::timeout(DRAIN_WITHIN, std::future::pending::<()>()).await;
}
