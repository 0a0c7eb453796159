//! Who is on call, exactly.
//!
//! A pure function of stored data (INV-10): rotations, layers, hours and overrides in, shifts out;
//! what follows from shifts (hand-offs, load, the difference a change makes); and what else needs civil
//! time: business days and public holidays. It is not a store, it has no
//! clock (time is an argument), and it sends nothing. Everything above may call it; it calls nothing.
//!
//! Civil time exists in this crate and in views only. All spans are half-open.

pub mod business;
mod cover;
mod cycle;
mod duty;
pub mod fair;
pub mod holidays;
mod layer;
pub mod limits;
pub mod local;
mod model;
pub mod naive;
mod people;
mod plan;
mod prepared;
mod problem;
mod rota;
mod shifts;
mod staged;
mod week;

pub use model::{
    Backup, CivilTime, Edge, Gap, HolidayRule, Holidays, Hours, HoursEdge, Layer, Member, NOBODY, OnCall, Override,
    OverrideKind, ParseError, Rotation, RotationUnit, Schedule, Shift, ShiftSource, Slot, Turns, Weekday,
};
pub use people::{HolidayMet, People, Person, holidays_met};
pub use prepared::Prepared;
pub use problem::{CalendarError, ScheduleProblem, validate};
pub use rota::{Rota, Version};
pub use shifts::{gaps, on_call, shifts};
pub use staged::{Change, HandOff, difference};

/// A point on the universal time line. Never civil time.
pub type Instant = jiff::Timestamp;

#[cfg(test)]
mod tests;
