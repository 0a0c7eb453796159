//! Sessions of signed-in browsers: opened at sign-in, ended by sign-out, by time, and with a password or role change.

use super::{Secret, Verified};
use crate::{Directory, Fault, Unit};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use nightbell_domain::{
    access::{Caller, Via},
    ids::{SessionId, UserId},
    limits::{SESSION_IDLE, SESSION_LIFETIME},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{
    Tx,
    access::{self as store, Session},
};

/// Longer cookies than ours are nobody's: they are not even hashed.
const SECRET_BYTES_MAX: usize = 128;

/// A session that was checked, and whom it speaks for, with the role the person has now.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub caller: Caller,
    /// The session.
    pub session: Session,
}

/// Opens a session for whoever gave the right password, under a fresh secret; the browser's previous session ends (rotation).
///
/// # Errors
/// A refusal when the password was changed or the person removed since it was checked; the store's.
pub fn sign_in(unit: &mut Unit<'_>, verified: &Verified, previous: Option<&Secret>) -> Result<Secret, Fault> {
    let known = unit.directory.org.users.contains_key(&verified.user);
    if !known || store::password(unit.tx, &verified.user)?.as_ref() != Some(&verified.hash) {
        return Err(Refusal::forbidden("Your account changed while you were signing in. Try again.").into());
    }
    if let Some(previous) = previous {
        sign_out(unit, previous)?;
    }
    open(unit, &verified.user)
}

/// Opens a session.
pub(super) fn open(unit: &mut Unit<'_>, user: &UserId) -> Result<Secret, Fault> {
    let secret = Secret::random(unit);
    let mut ids = unit.ids();
    let session = Session {
        id: ids.make::<SessionId>(),
        user: user.clone(),
        csrf: URL_SAFE_NO_PAD.encode(ids.random::<24>()),
        created_at: unit.now,
        last_seen_at: unit.now,
        expires_at: unit.now + SESSION_LIFETIME,
    };
    store::open_session(unit.tx, &session, &secret.hash())?;
    Ok(secret)
}

/// Whom a session cookie speaks for. `None` for an unknown or ended session and for a person who is no longer there; the role is the one the
/// person has now, whatever it was at sign-in.
///
/// # Errors
/// The store's.
pub fn authenticate_session(
    tx: &mut dyn Tx,
    directory: &Directory,
    secret: &Secret,
    now: Instant,
) -> Result<Option<SignedIn>, Fault> {
    if secret.expose().is_empty() || secret.expose().len() > SECRET_BYTES_MAX {
        return Ok(None);
    }
    let Some(session) = store::session(tx, &secret.hash())? else { return Ok(None) };
    if now >= session.expires_at || now.duration_since(session.last_seen_at) >= SESSION_IDLE {
        return Ok(None);
    }
    let Some(user) = directory.org.users.get(&session.user) else { return Ok(None) };
    let caller = Caller::new(user.id.clone(), user.role, Via::Page);
    Ok(Some(SignedIn { caller, session }))
}

/// Notes that a session was used. Call it when [`super::worth_noting`].
///
/// # Errors
/// The store's.
pub fn see_session(unit: &mut Unit<'_>, id: SessionId) -> Result<(), Fault> {
    Ok(store::see_session(unit.tx, id, unit.now)?)
}

/// Ends the session of a cookie; one that is unknown is ended already.
///
/// # Errors
/// The store's.
pub fn sign_out(unit: &mut Unit<'_>, secret: &Secret) -> Result<(), Fault> {
    if let Some(session) = store::session(unit.tx, &secret.hash())? {
        store::end_session(unit.tx, session.id)?;
    }
    Ok(())
}

/// Ends every session of the caller.
///
/// # Errors
/// The store's.
pub fn sign_out_everywhere(unit: &mut Unit<'_>, by: &Caller) -> Result<(), Fault> {
    Ok(store::end_sessions_of(unit.tx, by.user())?)
}
