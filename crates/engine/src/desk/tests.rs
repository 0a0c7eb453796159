//! The desk: who goes first, who is shed, that no source delays another's first page, and what becomes of a batch that goes wrong.

mod lock;
mod queues;
mod writing;
