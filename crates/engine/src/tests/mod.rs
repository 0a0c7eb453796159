//! Tests of the whole engine on a database in memory, with a clock that stands still and randomness from a seed. Named after the
//! invariant they prove. What they share is the `World`: an organisation, phones that answer by a script, and a ledger of what was sent.

mod batches;
mod cadence;
mod calendars;
mod canary;
mod clock_step;
mod databases;
mod delivery;
mod escalation;
mod features;
mod heartbeat;
mod ingest;
mod link_key;
mod nodes;
mod organisation;
mod people;
mod phone;
mod policies;
mod portable;
mod press;
mod probe;
mod push;
mod reach;
mod recovery;
mod repeats;
mod response;
mod retention;
mod rota;
mod storm;
mod subscription;
mod together;
mod voice;
mod watch;
mod world;

use nightbell_domain::{ids::UserId, refusal::Refusal};
pub(crate) use world::Seeded;
use world::{Answer, World};

/// A handle that is well formed.
fn user(id: &str) -> UserId {
    id.parse().expect("a handle")
}

/// The refusal of something that must be refused.
fn refused<T>(result: Result<T, crate::Fault>) -> Refusal {
    match result {
        Err(crate::Fault::Refused(refusal)) => refusal,
        Err(other) => panic!("a fault, not a refusal: {other}"),
        Ok(_) => panic!("it was not refused"),
    }
}
