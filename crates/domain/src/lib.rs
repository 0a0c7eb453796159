//! The vocabulary and every decision of Nightbell. Pure: no clock, no randomness, no I/O; time and identifiers arrive as arguments.
pub mod learning;
pub mod text;
pub mod voice;
