//! The live stream: tells open pages to look again. Carries no content, so it can never show more than a reload would.
//!
//! The writer wakes the [`Hub`] after each commit; one tail reads the new lines of the journal once and broadcasts their topics; every stream
//! picks what it subscribed to. Positions in the journal are the event ids: a browser that comes back says the last one it saw.

mod stream;
mod tail;

pub use tail::tail;

use crate::{crowd::Crowd, state::AppState};
use axum::{Router, routing::get};
use nightbell_engine::live::Happening;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, Semaphore, broadcast, watch};

/// Happenings a slow stream may be behind before it is simply told to look again.
const BEHIND_MAX: usize = 1_024;
/// Open streams; more are told to come back.
const STREAMS_MAX: usize = 2_000;
/// Open streams of one person, or of the bearers of one page link: many tabs on a few devices.
const STREAMS_PER_READER_MAX: usize = 64;
/// How often a stream shows that it lives, and checks that its reader may still read.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The meeting point of commits and streams. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    woken: Notify,
    happenings: broadcast::Sender<Arc<Happening>>,
    newest: AtomicU64,
    stop: watch::Sender<bool>,
    streams: Arc<Semaphore>,
    readers: Crowd<String>,
    heartbeat: Duration,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub {
    /// A hub without streams.
    pub fn new() -> Self {
        Self::with_heartbeat(HEARTBEAT)
    }

    /// A hub whose streams beat in another rhythm.
    pub fn with_heartbeat(heartbeat: Duration) -> Self {
        Self(Arc::new(Inner {
            woken: Notify::new(),
            happenings: broadcast::channel(BEHIND_MAX).0,
            newest: AtomicU64::new(0),
            stop: watch::channel(false).0,
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            readers: Crowd::default(),
            heartbeat,
        }))
    }

    /// Something was committed: a hint, from any thread. Call it in the writer's `committed`.
    pub fn wake(&self) {
        self.0.woken.notify_one();
    }

    /// Ends every stream and the tail; new streams end at once.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Completes when [`Hub::stop`] was called.
    pub async fn stopped(&self) {
        // The sender lives in `self`: waiting cannot fail.
        let _ = self.0.stop.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// The newest position that was broadcast.
    fn newest(&self) -> u64 {
        self.0.newest.load(Ordering::Acquire)
    }
}

/// The address of a page's stream: what happens to `topic` after the page was read at `position` (`engine::live::head` of the same view).
pub fn address(topic: &str, position: u64) -> String {
    let topic: String = url::form_urlencoded::byte_serialize(topic.as_bytes()).collect();
    format!("/live?topic={topic}&after={position}")
}

/// `/live`.
pub fn router() -> Router<AppState> {
    Router::new().route("/live", get(stream::live))
}
