//! Who is who: the first administrator, passwords, sessions, tokens, one-time links. The only maker of [`Caller`]s.
//! Is not: HTTP, cookies or rate limits (the web crate's gate), nor which right an action needs (the actions say).
//! Callers: the web crate's gate and sign-in pages, the `init`, `token` and `user` commands.
//!
//! Password hashing is slow on purpose: [`password`] holds pure functions, run outside the writer and the readers.
//!
//! [`Caller`]: nightbell_domain::access::Caller

mod first_admin;
mod link;
pub mod password;
mod secret;
mod session;
mod token;

pub use first_admin::{FirstAdmin, init_first_admin};
pub use link::{invite, link_holder, set_password_by_link};
pub use nightbell_store::access::{Session, Token};
pub use password::{PasswordHash, SignInAttempt, Verified};
pub use secret::{Secret, same_bytes};
pub use session::{SignedIn, authenticate_session, see_session, sign_in, sign_out, sign_out_everywhere};
pub use token::{authenticate_token, create_token, revoke_token, role_of_word, role_word, tokens, use_token};

use jiff::SignedDuration;
use nightbell_domain::record::Instant;

/// "Last used" is written at most this often: reading pages must not become a stream of writes.
const NOTE_USE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Whether a use at `now` is worth writing down, the last one known being `last`.
pub fn worth_noting(last: Option<Instant>, now: Instant) -> bool {
    last.is_none_or(|last| now.duration_since(last) >= NOTE_USE_EVERY)
}

#[cfg(test)]
mod tests;
