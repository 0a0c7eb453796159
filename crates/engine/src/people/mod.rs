//! People set how they are reached, and prove it: own contact methods, rules, quiet hours, codes, test pages, and what is known of each method.
//! A code and a test page take the way of every message (owed, attempted, settled), by the one method they are about, and ring nobody else.
//!
//! Is not: who may reach whom and when (the domain's ladder), transports, or the proof that every minute is covered (`crate::proof` reads what
//! this room knows). Callers: pages and API under "me", housekeeping ([`weekly`]), `paging` when a page was acknowledged or a message is composed.

mod asked;
mod code;
mod hand;
mod on_call;
mod proven;
mod push;
mod reach;
mod settings;
mod test_page;

pub(crate) use asked::{guessed, locked};
pub use code::{Entered, SentCode, enter_code, send_code};
pub(crate) use code::{is_wanted, title};
pub use hand::Hand;
pub use on_call::{Turn, next_turn};
pub(crate) use proven::acknowledged;
pub use proven::{How, proven};
pub use push::{ended, is_known, rang, renewed, subscribe};
pub use reach::{Broken, Method, Reach, Waiting, everybody, reach_of};
pub(crate) use settings::forget;
pub use settings::{add, readdress, remove, rename, reset_rules, set_at_most, set_quiet, set_rules, settings};
pub(crate) use test_page::{answered, unanswered};
pub use test_page::{test, weekly};

use nightbell_domain::org::ContactKind;
use sha2::{Digest as _, Sha256};

/// What says that a method still leads where it led.
fn address(kind: &ContactKind) -> Vec<u8> {
    let text = serde_json::to_string(kind).unwrap_or_else(|_| format!("{} {}", kind.word(), kind.address()));
    Sha256::digest(text.as_bytes()).to_vec()
}
