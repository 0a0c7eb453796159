//! The organisation changes: `apply` of files, all of it or nothing.

mod apply;

pub use apply::{Applied, apply, plan_files};
