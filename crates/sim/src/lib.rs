//! The virtual world: one seed makes days of alerts, people, phones, faults and edits, run through the real engine in seconds, and an
//! oracle that shares no code with the engine's decisions watches every step. Same seed, same world, to the last byte.
//!
//! Is not: a mock of the engine (it runs the one that ships), nor a test of real sockets and disks (the black box does that).
//! May be called by: the examples `seeds` and `years` (which borrows the dice), tests, and the binary's game days.
//!
//! Rooms: `options` (what a seed chooses), `dice` (randomness by concern), `town` (who lives there), `clock` (wall clocks that are off), `disk`
//! (the database that survives a crash, and its faults), `phones` (providers and what reached people), `world` (the scheduler, the machines
//! and what happens), `oracle` (what must hold), `story` (what happened, and its hash), `html` (the same for people), `sabotage` (known bugs on purpose, to prove that the
//! oracle bites).

mod clock;
mod dice;
mod disk;
mod happening;
mod html;
mod options;
mod oracle;
mod phones;
mod run;
mod sabotage;
mod story;
mod town;
mod world;

pub use dice::Dice;
pub use options::Options;
pub use run::{Failure, REGRESSIONS, Replay, Summary, regressions, replay, run};
pub use sabotage::Sabotage;
pub use world::Counts;

#[cfg(test)]
mod tests;
