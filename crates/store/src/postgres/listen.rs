//! Hints that somebody committed: LISTEN on a connection and a thread of its own. A hint may be late, doubled or lost; whoever gets one
//! reads the journal after the last position it knows, and looks from time to time without any hint.

use super::{
    errors::store_error,
    link::{runtime, unreachable},
    settings::{Role, Settings},
};
use crate::tx::StoreError;
use std::{future::poll_fn, thread::JoinHandle, time::Duration};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};
use tokio_postgres::AsyncMessage;

/// Rest after a connection was lost or refused.
const REST: Duration = Duration::from_secs(1);

/// Listens as long as it lives.
pub struct Listener {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Calls `on_hint` after every commit of any node, this one's too, and after every (re)connection, because hints may have been missed
/// meanwhile. It is called on a thread of the listener and must only hand the hint on. A server that cannot be reached is tried again.
///
/// # Errors
/// When the address makes no sense or the thread cannot be started.
pub fn listen(url: &str, on_hint: Box<dyn Fn() + Send>) -> Result<Listener, StoreError> {
    let settings = Settings::parse(url, Role::Reader)?;
    let runtime = runtime()?;
    let (stop, mut stopped) = oneshot::channel::<()>();
    let follow = move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    _ = follow(&settings, on_hint.as_ref()) => {}
                }
                // A rest, unless it is over.
                if tokio::time::timeout(REST, &mut stopped).await.is_ok() {
                    return;
                }
            }
        });
    };
    let thread = std::thread::Builder::new()
        .name("nightbell-hints".to_owned())
        .spawn(follow)
        .map_err(|e| StoreError::Unavailable(format!("no thread for hints: {e}")))?;
    Ok(Listener { stop: Some(stop), thread: Some(thread) })
}

/// One connection, until it breaks.
pub(super) async fn follow(settings: &Settings, on_hint: &(dyn Fn() + Send)) -> Result<(), StoreError> {
    let mut late = std::pin::pin!(sleep_until(Instant::now() + settings.session_within));
    let (client, mut connection) = tokio::select! {
        connected = settings.config.connect(settings.tls.clone()) => connected.map_err(|e| unreachable(&e))?,
        () = &mut late => return Err(settings.silent()),
    };
    let mut asked = std::pin::pin!(client.batch_execute("LISTEN nightbell"));
    let mut listens = false;
    loop {
        // The connection must be driven for the answer of LISTEN to come.
        tokio::select! {
            answer = &mut asked, if !listens => {
                answer.map_err(|e| store_error(&e))?;
                listens = true;
                on_hint();
            }
            () = &mut late, if !listens => return Err(settings.silent()),
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => on_hint(),
                Some(Ok(_)) => {}
                Some(Err(e)) => return Err(store_error(&e)),
                None => return Ok(()),
            },
        }
    }
}
