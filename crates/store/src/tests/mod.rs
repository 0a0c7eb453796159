//! The store's tests. `conformance` is what every database must do, run on each; `sqlite`, `postgres` and `ahead` are what only that driver does; `constants`,
//! `plans` and `schema` keep the SQL text and the migrations of both databases honest; `clock_step` is what tells when an alarm was armed; `samples` makes the
//! aggregates, with the domain's own constructors.

mod ahead;
mod clock_step;
mod conformance;
mod constants;
mod plans;
mod portable;
mod postgres;
mod proof;
pub(crate) mod samples;
mod schema;
mod sqlite;
