//! Callbacks: what phones and providers call back about a message. No session, no cookie and no form stand behind it; each request carries its
//! own proof (a signed link, a provider's signature), and that proof alone says who it is.
//!
//! Is not: what people open in a browser (`pages`, `/p/{token}`), and not alerts (`ingest`). A GET changes nothing here either: mail scanners
//! follow links.

mod answers;
mod phone;
mod press;
mod push;
pub mod telegram;
mod told;
pub mod twilio;

pub(crate) use answers::Answers;

use crate::state::AppState;
use axum::Router;

/// Every address; they get the layers of what machines call.
pub fn routes() -> Router<AppState> {
    [press::router(), push::router(), telegram::router()].into_iter().fold(Router::new(), Router::merge)
}

/// What telephone providers call; the same layers. `caller` is the Twilio account, when one is configured.
pub fn phone_routes(caller: Option<twilio::Caller>) -> Router<AppState> {
    phone::router().merge(twilio::router(caller))
}

#[cfg(test)]
mod tests;
