//! The encryption of a push message: RFC 8291 over RFC 8188 (`aes128gcm`), one record. Only the browser that subscribed can read it; the push
//! service that carries it cannot. Randomness is an argument; whoever repeats it gives the message away.

use aes_gcm::{Aes128Gcm, KeyInit as _, aead::Aead as _};
use base64::{Engine as _, alphabet, engine::GeneralPurpose, engine::general_purpose};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point as _};
use sha2::Sha256;

/// Largest body that every push service takes (RFC 8030, section 7.2), in bytes.
pub const BODY_BYTES_MAX: usize = 4_096;
/// Salt, record size, length of the key and the key.
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;
/// What ends the one record, and its tag.
const RECORD_END_BYTES: usize = 1 + 16;
/// Largest text that fits, in bytes.
pub const PLAIN_BYTES_MAX: usize = BODY_BYTES_MAX - HEADER_BYTES - RECORD_END_BYTES;
const SALT_BYTES: usize = 16;
const POINT_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;
/// The last record: nothing follows, nothing is padded.
const LAST_RECORD: u8 = 2;

/// Fresh random bytes for one message: the sender's key of the moment, and the salt.
pub type Fresh = [u8; 32 + SALT_BYTES];

/// Why a message cannot be encrypted: the subscription is not one. It never heals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSubscription {
    /// Not a point of P-256.
    #[error("its key is not a key")]
    Key,
    /// Not 16 bytes.
    #[error("its secret is not 16 bytes")]
    Auth,
    /// More than [`PLAIN_BYTES_MAX`].
    #[error("the message is too long")]
    TooLong,
}

/// The keys of a subscription, read.
pub struct Receiver {
    key: PublicKey,
    auth: [u8; AUTH_BYTES],
}

impl Receiver {
    /// Reads what the browser said, base64url.
    ///
    /// # Errors
    /// [`BadSubscription`].
    pub fn read(p256dh: &str, auth: &str) -> Result<Self, BadSubscription> {
        let key = decode(p256dh).filter(|bytes| bytes.len() == POINT_BYTES).ok_or(BadSubscription::Key)?;
        let auth = decode(auth).and_then(|bytes| bytes.try_into().ok()).ok_or(BadSubscription::Auth)?;
        Ok(Self { key: PublicKey::from_sec1_bytes(&key).map_err(|_| BadSubscription::Key)?, auth })
    }

    /// The body of the request.
    ///
    /// # Errors
    /// [`BadSubscription::TooLong`].
    pub fn encrypt(&self, plain: &[u8], fresh: &Fresh) -> Result<Vec<u8>, BadSubscription> {
        if plain.len() > PLAIN_BYTES_MAX {
            return Err(BadSubscription::TooLong);
        }
        let (key, salt) = fresh.split_first_chunk::<32>().expect("32 of 48 bytes");
        let ours = secret_key(key);
        let our_point = ours.public_key().to_sec1_point(false);
        let shared = ours.diffie_hellman(&self.key);
        let mut info = b"WebPush: info\0".to_vec();
        info.extend_from_slice(self.key.to_sec1_point(false).as_bytes());
        info.extend_from_slice(our_point.as_bytes());
        let material: [u8; 32] = derived(&self.auth, shared.raw_secret_bytes(), &info);
        let key: [u8; 16] = derived(salt, &material, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = derived(salt, &material, b"Content-Encoding: nonce\0");
        let mut record = plain.to_vec();
        record.push(LAST_RECORD);
        let sealed = Aes128Gcm::new(&key.into()).encrypt(&nonce.into(), record.as_slice());
        let mut body = Vec::with_capacity(BODY_BYTES_MAX);
        body.extend_from_slice(salt);
        body.extend_from_slice(&4_096_u32.to_be_bytes());
        body.push(65);
        body.extend_from_slice(our_point.as_bytes());
        body.extend_from_slice(&sealed.expect("AES-GCM seals 4 KiB"));
        Ok(body)
    }
}

fn derived<const N: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out).expect("HKDF gives 32 bytes and many more");
    out
}

/// The key that is these bytes, or follows from them: one draw in four thousand million is no number below the order of the curve.
pub(super) fn secret_key(bytes: &[u8; 32]) -> SecretKey {
    use sha2::Digest as _;
    let mut bytes = *bytes;
    loop {
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return key;
        }
        bytes = Sha256::digest(bytes).into();
    }
}

/// Browsers leave the padding out; some libraries do not.
fn decode(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        general_purpose::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}
