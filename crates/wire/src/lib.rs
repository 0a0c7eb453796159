//! Bytes ↔ domain, for every foreign format: what monitoring tools post to us, what we post and mail to people, and the
//! organisation's files. Pure: no clock, no network, no files; time and keys arrive as arguments.
//!
//! Is not a server and not a client: `web` hands bytes in and answers, `delivery` carries the described requests out.

pub mod ical;
pub mod inbound;
pub mod org_files;
pub mod outbound;
