//! Limits on sign-in attempts: per account and address together, per address, per account. Time is handed in; its size is bounded.
//! An account's own limit is wide, so that a stranger's guessing hardly keeps its owner out.

use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, net::IpAddr};

/// Attempts are counted over this long.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Attempts of one account from one address.
const PAIR_MAX: u32 = 10;
/// Attempts from one address (IPv6: one /64).
const ADDRESS_MAX: u32 = 50;
/// Attempts on one account from anywhere.
const ACCOUNT_MAX: u32 = 200;
/// Counters kept.
const KEYS_MAX: usize = 20_000;
/// Characters of an account kept as its key.
const ACCOUNT_CHARS_MAX: usize = 100;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Pair(String, IpAddr),
    Address(IpAddr),
    Account(String),
}

struct Count {
    since: Timestamp,
    attempts: u32,
}

/// Counts sign-in attempts.
#[derive(Default)]
pub struct SignInLimiter(BTreeMap<Key, Count>);

impl SignInLimiter {
    /// Counts an attempt before its password is looked at.
    ///
    /// # Errors
    /// Too many: how long to wait.
    pub fn attempt(&mut self, now: Timestamp, account: &str, address: IpAddr) -> Result<(), SignedDuration> {
        self.make_room(now);
        let mut wait = None;
        for (key, most) in Self::keys(account, address) {
            let count = self.0.entry(key).or_insert(Count { since: now, attempts: 0 });
            if now.duration_since(count.since) >= WINDOW || now < count.since {
                *count = Count { since: now, attempts: 0 };
            }
            count.attempts = count.attempts.saturating_add(1);
            if count.attempts > most {
                wait = wait.max(Some(WINDOW - now.duration_since(count.since)));
            }
        }
        wait.map_or(Ok(()), Err)
    }

    /// The password was right: the pair starts anew.
    pub fn succeeded(&mut self, account: &str, address: IpAddr) {
        let [(pair, _), ..] = Self::keys(account, address);
        self.0.remove(&pair);
    }

    /// What was counted was no guess: as if it had not been, for everybody at that address.
    pub fn was_right(&mut self, account: &str, address: IpAddr) {
        for (key, _) in Self::keys(account, address) {
            if let Some(count) = self.0.get_mut(&key) {
                count.attempts = count.attempts.saturating_sub(1);
            }
        }
    }

    fn keys(account: &str, address: IpAddr) -> [(Key, u32); 3] {
        let account: String = account.trim().chars().take(ACCOUNT_CHARS_MAX).flat_map(char::to_lowercase).collect();
        let address = match address.to_canonical() {
            // Whoever has one IPv6 address has the whole /64.
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        };
        [
            (Key::Pair(account.clone(), address), PAIR_MAX),
            (Key::Address(address), ADDRESS_MAX),
            (Key::Account(account), ACCOUNT_MAX),
        ]
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.0.len() + 3 <= KEYS_MAX {
            return;
        }
        self.0.retain(|_, count| now.duration_since(count.since) < WINDOW);
        // Still full: a flood. The counters that matter least go: those that saw the fewest attempts.
        let mut fewest = 1;
        while self.0.len() + 3 > KEYS_MAX {
            self.0.retain(|_, count| count.attempts > fewest);
            fewest = fewest.saturating_mul(2);
        }
    }

    /// How many counters are kept.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was counted yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
