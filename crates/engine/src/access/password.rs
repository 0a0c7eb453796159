//! Passwords: argon2id, pure and slow on purpose (tens of milliseconds, 19 MiB). Never on the writer's thread or a reader's.

use crate::{Directory, Fault, Unit};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use nightbell_domain::{
    ids::UserId,
    limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN},
    refusal::Refusal,
};
use nightbell_store::{StoreError, Tx, access as store};

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of salt.
pub const SALT_BYTES: usize = 16;

/// A password hash in PHC text form. No Debug: a hash is worth an offline attack.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(impossible)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn impossible(e: impl std::fmt::Display) -> Fault {
    StoreError::Unavailable(format!("a password cannot be hashed now: {e}")).into()
}

/// Fresh salt. Randomness comes with a unit of work; the hashing itself happens outside of it.
pub fn salt(unit: &mut Unit<'_>) -> [u8; SALT_BYTES] {
    unit.ids().random()
}

/// Whether a password may be chosen.
///
/// # Errors
/// A refusal of the field `password`.
pub fn check_password(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Refusal::invalid(
            "password",
            format!("Use at least {PASSWORD_CHARS_MIN} characters. A few plain words are good."),
        ));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Refusal::invalid("password", format!("Use at most {PASSWORD_BYTES_MAX} bytes.")));
    }
    Ok(())
}

/// Checks and hashes a new password.
///
/// # Errors
/// The refusal of [`check_password`]; unavailable when there is no memory for it.
pub fn hash_password(password: &str, salt: [u8; SALT_BYTES]) -> Result<PasswordHash, Fault> {
    check_password(password)?;
    let hash: phc::PasswordHash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(impossible)?;
    Ok(PasswordHash(hash.to_string()))
}

/// Whether a password fits a stored hash (compared in constant time by argon2's own output type).
pub fn verify_password(hash: &str, password: &str) -> bool {
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let (Ok(argon2), Ok(hash)) = (argon2(), phc::PasswordHash::new(hash)) else { return false };
    argon2.verify_password(password.as_bytes(), &hash).is_ok()
}

/// What is known about an address somebody wants to sign in with, before the password is looked at.
pub struct SignInAttempt {
    known: Option<(UserId, String)>,
}

/// The proof that the right password was given for a user. Made by [`SignInAttempt::verify`] alone.
pub struct Verified {
    pub(super) user: UserId,
    pub(super) hash: String,
}

impl SignInAttempt {
    /// Looks an address up. An unknown one, and a person without a password, are attempts too: they fail later and as slowly.
    ///
    /// # Errors
    /// The store's.
    pub fn new(tx: &mut dyn Tx, directory: &Directory, email: &str) -> Result<Self, Fault> {
        let email = email.trim();
        let user = directory.org.users.values().find(|u| u.email.eq_ignore_ascii_case(email));
        let Some(user) = user else { return Ok(Self { known: None }) };
        Ok(Self { known: store::password(tx, &user.id)?.map(|hash| (user.id.clone(), hash)) })
    }

    /// Slow: checks the password, with the same work for an unknown address.
    pub fn verify(self, password: &str) -> Option<Verified> {
        let Some((user, hash)) = self.known else {
            // The same argon2 run, its answer thrown away: how long this takes does not tell whether the address is known.
            let work: Result<phc::PasswordHash, _> =
                argon2().ok()?.hash_password_with_salt(password.as_bytes(), &[0_u8; SALT_BYTES]);
            drop(work);
            return None;
        };
        verify_password(&hash, password).then_some(Verified { user, hash })
    }
}
