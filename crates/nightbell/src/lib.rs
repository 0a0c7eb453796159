//! The binary's rooms: commands (`cli`, `commands`), configuration (`config`), and the wiring of a running server (`server`, `pump`).
//! A library as well, so that the demo, tests and benches start a whole server in their own process.
//!
//! Decides nothing about paging: it hands the engine's work to delivery and the outcomes back. Nothing imports this crate but those.

pub mod broadcast;
pub mod callout;
pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod data;
pub mod demo;
pub mod failure;
pub mod housekeeping;
pub mod log;
pub mod mark;
pub mod out;
pub mod pump;
pub mod reserve;
pub mod server;
pub mod system;
pub mod turns;
pub mod watch;
