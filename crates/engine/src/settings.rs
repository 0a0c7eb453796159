//! What the installation knows about itself: where it is reached from outside, and its secret keys. Keys never reach logs.

use crate::{Fault, Unit};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Administer, Permit},
    ids::{ContactId, Entropy, UserId},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{StoreError, Tx, meta, node};
use nightbell_wire::outbound::standard_webhooks::Secret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Secret key material. No Debug, no Serialize: it cannot reach a log by accident.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
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
}

/// The fact that holds it.
pub(crate) const LINK_KEY: &str = "link_key";

/// The fact that says when the key was renewed, and by whom.
const RENEWALS: &str = "link_key_renewals";
/// So many of them are kept.
const RENEWALS_MAX: usize = 100;
/// A node that gave a sign of life within that time runs. Its clock may be off by some seconds, and it beats every half second.
const RUNS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

impl Settings {
    /// Reads the keys; the first start of an installation makes them.
    pub fn load(tx: &mut dyn Tx, entropy: &mut dyn Entropy, public_url: &str) -> Result<Self, Fault> {
        let mut fresh = [0_u8; 32];
        entropy.fill(&mut fresh);
        meta::claim(tx, LINK_KEY, &hex(&fresh))?;
        let stored = meta::get(tx, LINK_KEY)?.unwrap_or_default();
        let key =
            unhex(&stored).ok_or_else(|| StoreError::Corrupt("the link key is not 32 bytes of hex".to_owned()))?;
        Ok(Self { public_url: public_url.trim_end_matches('/').to_owned(), link_key: Key(key) })
    }

    /// The Standard Webhooks secret of one contact method: derived, so nobody's secret tells another's.
    pub fn webhook_secret(&self, user: &UserId, contact: &ContactId) -> Secret {
        let mac = Hmac::<Sha256>::new_from_slice(&self.link_key.0).expect("HMAC takes a key of any length");
        let derived = mac.chain_update(format!("webhook:{user}/{contact}")).finalize().into_bytes();
        Secret::from_key(&derived).expect("32 bytes are within the range of a Standard Webhooks secret")
    }
}

/// The key of links was made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: UserId,
}

/// Makes another key for links: no link that was sent opens anything any more, and webhooks are signed by other secrets. A server that runs would
/// go on with the old one, so none may: `alone` says that the caller holds the place of the only one there can be, else the nodes are asked.
///
/// # Errors
/// Refused while a node runs; the store's.
pub fn renew_link_key(unit: &mut Unit<'_>, who: &Permit<Administer>, alone: bool) -> Result<Renewal, Fault> {
    let runs = |node: &node::Member| unit.now.duration_since(node.seen_at) < RUNS_WITHIN;
    let running: Vec<String> = match alone {
        true => Vec::new(),
        false => node::roll(unit.tx)?.into_iter().filter(runs).map(|node| node.name).collect(),
    };
    if !running.is_empty() {
        let text = format!(
            "{} ran less than a minute ago and would go on with the old key. Nothing was changed. Stop every server, wait a minute, then repeat this.",
            running.join(", ")
        );
        return Err(Refusal::conflict("servers-run", &text).into());
    }
    let key = unit.ids().random::<32>();
    let renewal = Renewal { at: unit.now, by: who.user().clone() };
    let mut known = link_key_renewals(unit.tx)?;
    known.push(renewal.clone());
    let kept = known.split_off(known.len().saturating_sub(RENEWALS_MAX));
    let text = serde_json::to_string(&kept).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    meta::set(unit.tx, LINK_KEY, &hex(&key))?;
    meta::set(unit.tx, RENEWALS, &text)?;
    Ok(renewal)
}

/// When the key of links was made anew, oldest first.
///
/// # Errors
/// The store's.
pub fn link_key_renewals(tx: &mut dyn Tx) -> Result<Vec<Renewal>, Fault> {
    let corrupt = |e: serde_json::Error| Fault::from(StoreError::Corrupt(format!("the fact {RENEWALS}: {e}")));
    meta::get(tx, RENEWALS)?.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text).map_err(corrupt))
}

/// A server whose key was renewed since it was opened would send links that open nowhere.
///
/// # Errors
/// Unavailable when that is so; the store's.
pub(crate) fn must_be_current(unit: &mut Unit<'_>) -> Result<(), Fault> {
    if meta::get(unit.tx, LINK_KEY)?.as_deref() == Some(hex(unit.settings.link_key.bytes()).as_str()) {
        return Ok(());
    }
    Err(StoreError::Unavailable("the key of links was renewed meanwhile; start this server anew".to_owned()).into())
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
