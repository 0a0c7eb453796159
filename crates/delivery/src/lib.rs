//! Transports: a described request or mail goes in, an [`Outcome`] comes out. Holds the only HTTP client and the only SMTP
//! client of the house, and the one policy that says where outbound calls may go.
//!
//! Is not a decision maker: nothing here chooses what to send, when to repeat it or whom to try next, and nothing is kept between
//! two sends. Called by the pump of `nightbell` ([`Sender`]) and by whatever fetches an address that a user typed
//! ([`egress::EgressClient`]).

pub mod egress;
pub mod http;
mod lease;
pub mod mail;
pub mod providers;
mod resolve;
mod sender;
#[cfg(test)]
mod test_doubles;
mod text;
mod tls;

pub use lease::{ATTEMPT_MAX, Lease, WallClock};
pub use nightbell_wire::outbound::Outcome;
pub use sender::{Delivery, Sender};
pub use tls::{TlsSetupError, install_crypto};
