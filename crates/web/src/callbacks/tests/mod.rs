//! Callbacks through the whole router: who may press, and what is told.

mod press;
mod telegram;
