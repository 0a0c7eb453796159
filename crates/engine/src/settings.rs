//! What the installation knows about itself: where it is reached from outside, and its secret keys. Keys never reach logs.

use crate::{Fault, Unit, subscription};
use hmac::{Hmac, KeyInit, Mac};
use nightbell_domain::{
    access::{Administer, Permit},
    ids::{ContactId, Entropy, UserId},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{
    StoreError, Tx, meta,
    node::{self, Member},
};
use nightbell_wire::outbound::standard_webhooks::Secret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Secret key material. No Debug, no Serialize: it cannot reach a log by accident.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// A new one.
    pub(crate) fn fresh(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0_u8; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// The bytes, for signing.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Settings of the running installation.
#[derive(Clone)]
pub struct Settings {
    /// `https://nightbell.example.com`, no trailing slash: the base of every link that is sent.
    pub public_url: String,
    /// Signs `/p/{token}` links.
    pub link_key: Key,
    /// What the key pair of web push follows from. Browsers are told its public half when they subscribe: with another one every phone must be
    /// set up again, so it is made once and renewed by nobody.
    pub push_key: Key,
}

/// The fact that holds it.
const LINK_KEY: &str = "link_key";
/// The same for web push.
const PUSH_KEY: &str = "push_key";

/// The fact that says when the key was renewed, and by whom.
const RENEWALS: &str = "link_key_renewals";
/// So many of them are kept.
const RENEWALS_MAX: usize = 100;

impl Settings {
    /// Reads the keys; the first start of an installation makes them.
    pub fn load(tx: &mut dyn Tx, entropy: &mut dyn Entropy, public_url: &str) -> Result<Self, Fault> {
        let mut key = |name: &str| {
            meta::claim(tx, name, &hex(Key::fresh(entropy).bytes()))?;
            let stored = meta::get(tx, name)?.unwrap_or_default();
            let broken = || StoreError::Corrupt(format!("the fact {name} is not 32 bytes of hex"));
            Ok::<_, StoreError>(Key(unhex(&stored).ok_or_else(broken)?))
        };
        let (link_key, push_key) = (key(LINK_KEY)?, key(PUSH_KEY)?);
        Ok(Self { public_url: public_url.trim_end_matches('/').to_owned(), link_key, push_key })
    }

    /// The Standard Webhooks secret of one contact method: derived, so nobody's secret tells another's.
    pub fn webhook_secret(&self, user: &UserId, contact: &ContactId) -> Secret {
        let mac = Hmac::<Sha256>::new_from_slice(&self.link_key.0).expect("HMAC takes a key of any length");
        let derived = mac.chain_update(format!("webhook:{user}/{contact}")).finalize().into_bytes();
        Secret::from_key(&derived).expect("32 bytes are within the range of a Standard Webhooks secret")
    }
}

/// What the key pair of web push follows from, where a server has made it.
///
/// # Errors
/// The store's.
pub fn push_key(tx: &mut dyn Tx) -> Result<Option<Key>, StoreError> {
    Ok(meta::get(tx, PUSH_KEY)?.as_deref().and_then(unhex).map(Key))
}

/// The key of links was made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: UserId,
}

/// What is known of other servers on the data.
#[derive(Debug, Clone, Copy)]
pub enum Others<'a> {
    /// The caller holds the place of the only one there can be.
    NoneCan,
    /// Who was there when the caller looked some seconds ago: long enough that whoever runs has given a sign of life since.
    Seen(&'a [Member]),
}

impl Others<'_> {
    /// Who runs: gave a sign of life, or came, since then. Counted, never timed: nobody's clock is believed.
    fn running(self, now: Vec<Member>) -> Vec<String> {
        let Self::Seen(then) = self else { return Vec::new() };
        let stands_still = |node: &Member| then.iter().any(|seen| seen.id == node.id && seen.beats == node.beats);
        now.into_iter().filter(|node| !stands_still(node)).map(|node| node.name).collect()
    }
}

/// Makes another key for links: no link that was sent opens anything any more, and webhooks are signed by other secrets; readers of status pages stay
/// who they are. A server that runs would go on with the old one, so none may. Whoever stands in the roll all the same, killed or asleep, is given
/// up: one that wakes up is handed nothing, and cannot join again with the key it has.
///
/// # Errors
/// Refused while a node runs; the store's.
pub fn renew_link_key(unit: &mut Unit<'_>, who: &Permit<Administer>, others: Others<'_>) -> Result<Renewal, Fault> {
    let running = others.running(node::roll(unit.tx)?);
    if !running.is_empty() {
        let text = format!(
            "{} is running and would go on with the old key. Nothing was changed. Stop every server, then repeat this.",
            running.join(", ")
        );
        return Err(Refusal::conflict("servers-run", &text).into());
    }
    let key = Key(unit.ids().random::<32>());
    let renewal = Renewal { at: unit.now, by: who.user().clone() };
    let mut known = link_key_renewals(unit.tx)?;
    known.push(renewal.clone());
    let kept = known.split_off(known.len().saturating_sub(RENEWALS_MAX));
    let text = serde_json::to_string(&kept).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    node::leave_all(unit.tx)?;
    node::hand_back_all(unit.tx, unit.now)?;
    change_link_key(unit.tx, &key, unit.now)?;
    meta::set(unit.tx, RENEWALS, &text)?;
    Ok(renewal)
}

/// The key of links is another from now on, and readers of status pages are known by it.
///
/// # Errors
/// The store's.
pub(crate) fn change_link_key(tx: &mut dyn Tx, key: &Key, now: Instant) -> Result<(), StoreError> {
    subscription::know_by(tx, key, now)?;
    meta::set(tx, LINK_KEY, &hex(key.bytes()))
}

/// When the key of links was made anew, oldest first.
///
/// # Errors
/// The store's.
pub fn link_key_renewals(tx: &mut dyn Tx) -> Result<Vec<Renewal>, Fault> {
    let corrupt = |e: serde_json::Error| Fault::from(StoreError::Corrupt(format!("the fact {RENEWALS}: {e}")));
    meta::get(tx, RENEWALS)?.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text).map_err(corrupt))
}

/// Whether that is the key of links still. A server whose key is not would open what nobody may any more, and send links that open nowhere.
///
/// # Errors
/// The store's.
pub(crate) fn is_current(tx: &mut dyn Tx, settings: &Settings) -> Result<bool, StoreError> {
    Ok(meta::get(tx, LINK_KEY)?.as_deref() == Some(hex(settings.link_key.bytes()).as_str()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(bytes)
}
