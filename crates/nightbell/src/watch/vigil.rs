//! What the watch knows, and whether a heartbeat may go out. Pure: times are handed in, as since the start of the watch.

use std::time::Duration;

/// That many canaries in a row that did not arrive stop the heartbeat (INV-24).
pub const MISSES_MAX: u32 = 3;

/// After so long without a look nothing is known any more: the last "all is well" may be of a watchdog that is stuck itself.
pub const LOOK_KEEPS: Duration = Duration::from_secs(30);

/// What is known of this server.
#[derive(Debug)]
pub struct Vigil {
    /// Whether anything is overdue; `None`: not looked yet, or it could not be read.
    late: Option<bool>,
    looked_at: Duration,
    /// `None`: no canaries are sent.
    canary: Option<Flights>,
}

#[derive(Debug)]
struct Flights {
    every: Duration,
    misses: u32,
    arrived: Option<Duration>,
}

impl Vigil {
    /// Nothing is known yet. `canary` says how often one is sent, if they are.
    pub fn new(canary: Option<Duration>) -> Self {
        Self {
            late: None,
            looked_at: Duration::ZERO,
            canary: canary.map(|every| Flights { every, misses: 0, arrived: None }),
        }
    }

    /// Looked for what is overdue; `None` when that could not be read.
    pub fn looked(&mut self, now: Duration, late: Option<bool>) {
        (self.late, self.looked_at) = (late, now);
    }

    /// A canary came through.
    pub fn arrived(&mut self, now: Duration) {
        if let Some(flights) = &mut self.canary {
            flights.misses = 0;
            flights.arrived = Some(now);
        }
    }

    /// A canary did not; answers how many in a row.
    pub fn missed(&mut self) -> u32 {
        self.canary.as_mut().map_or(0, |flights| {
            flights.misses += 1;
            flights.misses
        })
    }

    /// Why no heartbeat may go out; `None` when one may.
    pub fn withheld(&self, now: Duration) -> Option<&'static str> {
        match self.late {
            None => return Some("whether anything is overdue is not known"),
            Some(true) => return Some("something is overdue"),
            Some(false) if now.saturating_sub(self.looked_at) > LOOK_KEEPS => {
                return Some("nobody has looked for too long whether anything is overdue");
            }
            Some(false) => {}
        }
        let flights = self.canary.as_ref()?;
        match flights.arrived {
            None => Some("no canary has arrived yet"),
            Some(_) if flights.misses >= MISSES_MAX => Some("three canaries in a row did not arrive"),
            // Whoever sends them may be stuck itself, and count nothing.
            Some(at) if now.saturating_sub(at) > flights.every * (MISSES_MAX + 1) => {
                Some("no canary was heard of for too long")
            }
            Some(_) => None,
        }
    }
}
