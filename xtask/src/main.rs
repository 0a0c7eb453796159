//! The repository's own checks and chores.
fn main() {}
