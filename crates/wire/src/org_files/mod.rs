//! Organisation files: the organisation as YAML and Markdown that people keep in version control, and back.
//!
//! Pure: bytes in, values out. [`parse`] reads files into configuration objects, [`check`] says whether the organisation they
//! make fits together, [`plan`] compares them with what is stored, [`export`] writes what is stored as files that [`parse`] and
//! [`plan`] take back without a change, and [`json_schema`] describes the format to editors.
//! Not here: finding files, storing objects, deciding who may do so. The commands `apply`, `export` and `check` call this.

mod check;
mod convert;
mod decode;
mod export;
mod forms;
mod parse;
mod plan;
mod policies;
mod problem;
mod runbooks;
mod tree;
mod words;

pub use check::{Finding, check};
pub use export::{export, export_policy};
pub use forms::json_schema;
pub use parse::{Origin, ParsedFiles, SourceFile, parse};
pub use plan::{Action, Change, FieldChange, Plan, plan};
pub use problem::FileProblem;

/// The largest file read, in bytes.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The version of the file format: what `version:` must say.
pub const FORMAT_VERSION: u64 = 1;

#[cfg(test)]
mod tests;
