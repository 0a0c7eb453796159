//! HTTP: pages, API, ingest, live stream, authentication. One file per endpoint; no SQL, no clock, no business `if`.
//!
//! Reading order: [`state`] (what every handler may use) · [`gate`] (who is calling, and the permit for what they do) · [`csrf`] · [`respond`] ·
//! [`errors`] · [`server`] (the layers around all of it). Absent from here: the store, threads of the engine, configuration.

pub mod api;
pub mod assets;
pub mod callbacks;
pub mod connections;
pub mod crowd;
pub mod csrf;
pub mod errors;
pub mod gate;
pub mod headers;
pub mod ingest;
pub mod live;
pub mod markdown;
pub mod ops;
pub mod pages;
pub mod present;
pub mod public;
pub mod respond;
pub mod server;
pub mod sign_in;
pub mod state;
pub mod tasks;
pub mod views;

pub use errors::{ApiError, PageError};
pub use gate::{ApiCaller, Signed};
pub use server::{Parts, router, serve};
pub use state::{AppState, ReadPool, Setup};

/// The vocabulary, as the engine shows it.
pub use nightbell_engine::domain;

#[cfg(test)]
mod tests;
