//! The Nightbell binary.
fn main() {}
