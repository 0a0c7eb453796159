//! The gate: who is calling, and the permit for what they want to do. A handler gets a [`Permit`] only through these extractors.
//!
//! [`Signed`]`<R>` is for pages (session cookie; sends strangers to `/sign-in`), [`ApiCaller`]`<R>` for the API (`Authorization: Bearer`).
//!
//! [`Permit`]: crate::domain::access::Permit

mod address;
mod api;
mod limiter;
mod signed;

pub use address::ClientAddress;
pub use api::ApiCaller;
pub use limiter::SignInLimiter;
pub use signed::{Session, Signed, Visitor, safe_next};

pub(crate) use api::token_caller;
