//! The one place of this crate where a task is started: it is named, and its end is logged. A task that panics is started again.

use std::future::Future;

/// How often a task that panics is started again before it is given up (it is broken, not unlucky).
const RESTARTS_MAX: u32 = 1_000;

/// Starts a task that must live as long as the server. `make` is called again when the task panics; a task that returns is done.
pub fn spawn_supervised<F>(name: &'static str, make: impl Fn() -> F + Send + 'static) -> tokio::task::JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    #[expect(clippy::disallowed_methods, reason = "this is the supervised spawn")]
    let supervisor = tokio::spawn(async move {
        for _ in 0..RESTARTS_MAX {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the supervised spawn; its own task, so that a panic ends only it"
            )]
            match tokio::spawn(make()).await {
                Ok(()) => return,
                Err(e) if e.is_panic() => tracing::error!(task = name, "a task panicked; it is started again"),
                Err(_) => return,
            }
            tokio::task::yield_now().await;
        }
        tracing::error!(task = name, "a task panicked too often; it is given up");
    });
    supervisor
}
