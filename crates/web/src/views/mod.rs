//! The whole look of Nightbell's own pages: structs of ready-to-print values and the templates that print them.
//!
//! Is: one file per page area; each `…Page` struct derives `askama::Template` and says by its fields what the page shows.
//! Is not: a place for decisions, queries or authorisation. Templates hold `if` and `for` only; whoever fills a struct has
//! already decided, formatted and authorised. The public status page is another crate.
//! Callers: the handlers of this crate.
//!
//! Rules every template keeps (proved by `tests.rs` for every page):
//! - it works without a script: plain links, plain `POST` forms, a hidden `csrf` field in each of them;
//! - no inline script, style or `on…` attribute, so that the strictest content policy holds;
//! - what changes by itself stands in an element with an `id` and `data-live`; the script fetches the same address again
//!   after an event of the live stream and morphs exactly those elements, so the stream never shows more than a reload.
//!
//! Raw HTML enters a page through [`SafeHtml`] alone; there is no other way around the escaper.

pub mod access;
pub mod actions;
pub mod alerts;
pub mod assets;
pub mod calendars;
pub mod coverage;
pub mod entry;
pub mod home;
pub mod html;
pub mod incidents;
pub mod mail;
pub mod oncall;
pub mod parts;
pub mod postmortems;
pub mod push;
pub mod reach;
pub mod room;
pub mod services;
pub mod settings;
pub mod shell;
pub mod time;
pub mod update;
pub mod woken;

pub use html::SafeHtml;
pub use parts::{Choice, Empty, ExternalLink, Field, Filter, Link, Person, Tag, Tone};
pub use shell::{Flash, FlashKind, Nav, OpenIncident, Shell, UserChip};
pub use time::{Clock, When};

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
