//! Tells long-lived tasks that the server stops.

use tokio::sync::watch;

/// Says stop, once, to everybody who listens.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

/// Listens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stop {
    /// A signal and what those who listen hold.
    pub fn channel() -> (Self, Stopping) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stopping(receiver))
    }

    /// Stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stopping {
    /// Completes when the server stops. A sender that is gone means the same.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }

    /// Whether it stops already.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}
