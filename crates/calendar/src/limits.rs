//! The named limits of the calendar, so that no input makes it run or grow without bound.
//!
//! Limits of other crates are in their own `limits.rs`.

/// Hand-offs one call of [`crate::shifts`] or [`crate::gaps`] walks over before it refuses the span.
/// Hourly turns for twenty years fit.
pub const SPAN_STEPS_MAX: usize = 200_000;

/// Hand-offs that change nothing which [`crate::on_call`] looks past to find the next change.
pub const LOOKAHEAD_STEPS_MAX: usize = 10_000;

/// Turns that [`crate::fair::propose`] plans at most: weeks for ten years.
pub const FAIR_TURNS_MAX: usize = 520;

/// First year a schedule may name.
pub const YEAR_MIN: i16 = 1970;

/// Last year a schedule may name.
pub const YEAR_MAX: i16 = 2200;
