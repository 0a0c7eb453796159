//! HTTP: pages, API, ingest, live stream.

pub mod views;
