//! One-time links that let a person choose a password: for the first administrator, for the invited, for the forgetful.

use super::{PasswordHash, Secret, session};
use crate::{Directory, Fault, Unit};
use nightbell_domain::{
    access::{Administer, Permit},
    ids::UserId,
    limits::SIGN_IN_LINK_LIFETIME,
    org::User,
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{Tx, access as store};

const SECRET_BYTES_MAX: usize = 128;

/// Makes a link for a person; `/welcome/{secret}` opens it once, for [`SIGN_IN_LINK_LIFETIME`].
///
/// # Errors
/// A refusal when there is no such user; the store's.
pub fn invite(unit: &mut Unit<'_>, _by: &Permit<Administer>, user: &UserId) -> Result<Secret, Fault> {
    if !unit.directory.org.users.contains_key(user) {
        return Err(Refusal::not_found("user", format!("@{user}")).into());
    }
    make(unit, user)
}

pub(super) fn make(unit: &mut Unit<'_>, user: &UserId) -> Result<Secret, Fault> {
    let secret = Secret::random(unit);
    store::add_link(unit.tx, &secret.hash(), user, unit.now + SIGN_IN_LINK_LIFETIME)?;
    Ok(secret)
}

fn gone() -> Refusal {
    Refusal::not_found(
        "open sign-in link like this;",
        "it was used, has expired, or is incomplete. Ask an administrator for a new one",
    )
}

/// Whose unused link this is. Looking does not use it up (mail scanners look).
///
/// # Errors
/// One refusal for used, expired and unknown; the store's.
pub fn link_holder(tx: &mut dyn Tx, directory: &Directory, secret: &Secret, now: Instant) -> Result<User, Fault> {
    if secret.expose().len() > SECRET_BYTES_MAX {
        return Err(gone().into());
    }
    let user = store::link(tx, &secret.hash(), now)?.ok_or_else(gone)?;
    Ok(directory.org.users.get(&user).cloned().ok_or_else(gone)?)
}

/// Uses the link up, and every other link of the person with it; sets the password, ends every older session and opens a new one, whose secret
/// is answered.
///
/// # Errors
/// One refusal for used, expired and unknown; the store's.
pub fn set_password_by_link(unit: &mut Unit<'_>, secret: &Secret, hash: &PasswordHash) -> Result<Secret, Fault> {
    let directory = std::sync::Arc::clone(&unit.directory);
    let user = link_holder(unit.tx, &directory, secret, unit.now)?;
    if !store::use_link(unit.tx, &secret.hash(), unit.now)? {
        return Err(gone().into());
    }
    store::forget_links_of(unit.tx, &user.id)?;
    store::set_password(unit.tx, &user.id, &hash.0, unit.now)?;
    session::open(unit, &user.id)
}
