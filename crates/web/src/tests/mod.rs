//! The router, asked in process: a database file, a clock that stands still, no socket.

pub(crate) mod site;

mod every_page;
mod headers;
mod live;
mod matrix;
mod ops;
mod origin;
mod sign_in;
mod small;
