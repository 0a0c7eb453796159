//! Who is on call, exactly.
//!
//! A pure function of stored data (INV-10): rotations, layers, hours and overrides in, shifts out;
//! and what else needs civil time: business days and public holidays. It is not a store, it has no
//! clock (time is an argument), and it sends nothing. Everything above may call it; it calls nothing.
//!
//! Civil time exists in this crate and in views only. All spans are half-open.

pub mod business;
pub mod holidays;
pub mod limits;
pub mod local;
mod model;
pub mod naive;
mod plan;
mod problem;
mod shifts;
mod week;

pub use model::{
    Backup, CivilTime, Hours, Layer, Member, OnCall, Override, ParseError, Rotation, RotationUnit, Schedule, Shift,
    ShiftSource, Weekday,
};
pub use problem::{CalendarError, ScheduleProblem, validate};
pub use shifts::{gaps, on_call, shifts};

/// A point on the universal time line. Never civil time.
pub type Instant = jiff::Timestamp;

#[cfg(test)]
mod tests;
