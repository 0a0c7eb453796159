//! Passwords, sessions, tokens, one-time links. Only hashes are stored: a copy of the database signs nobody in.

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{
    ids::{SessionId, TokenId, UserId},
    record::Instant,
};

pub(crate) const PASSWORD: &str = "SELECT hash FROM password WHERE user_id = $1";
pub(crate) const SET_PASSWORD: &str = "INSERT INTO password (user_id, hash, changed_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";
pub(crate) const OPEN_SESSION: &str = "INSERT INTO session (id, secret_hash, user_id, csrf, created_at, last_seen_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $5, $6)";
pub(crate) const SESSION: &str =
    "SELECT id, user_id, csrf, created_at, last_seen_at, expires_at FROM session WHERE secret_hash = $1";
pub(crate) const SEE_SESSION: &str = "UPDATE session SET last_seen_at = $2 WHERE id = $1";
pub(crate) const END_SESSION: &str = "DELETE FROM session WHERE id = $1";
pub(crate) const END_SESSIONS_OF: &str = "DELETE FROM session WHERE user_id = $1";
pub(crate) const END_EXPIRED: &str = "DELETE FROM session WHERE expires_at <= $1 OR last_seen_at <= $2";
pub(crate) const ADD_TOKEN: &str =
    "INSERT INTO token (id, secret_hash, user_id, name, scope, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const TOKEN: &str =
    "SELECT id, user_id, name, scope, created_at, last_used_at, revoked_at FROM token WHERE secret_hash = $1";
pub(crate) const TOKENS: &str =
    "SELECT id, user_id, name, scope, created_at, last_used_at, revoked_at FROM token ORDER BY id";
pub(crate) const USE_TOKEN: &str = "UPDATE token SET last_used_at = $2 WHERE id = $1";
pub(crate) const REVOKE_TOKEN: &str = "UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
pub(crate) const REVOKE_TOKENS_OF: &str = "UPDATE token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
pub(crate) const ADD_LINK: &str = "INSERT INTO sign_in_link (secret_hash, user_id, expires_at) VALUES ($1, $2, $3)";
pub(crate) const LINK: &str =
    "SELECT user_id FROM sign_in_link WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2";
pub(crate) const USE_LINK: &str =
    "UPDATE sign_in_link SET used_at = $2 WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2";

pub(crate) const FORGET_PASSWORD: &str = "DELETE FROM password WHERE user_id = $1";
pub(crate) const FORGET_LINKS_OF: &str = "DELETE FROM sign_in_link WHERE user_id = $1";

/// A session, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The word every form must carry back.
    pub csrf: String,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used.
    pub last_seen_at: Instant,
    /// When it ends whatever happens.
    pub expires_at: Instant,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// On whose behalf.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// The most it may do: an access role's word.
    pub scope: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last used.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// A user's password hash.
pub fn password(tx: &mut dyn Tx, user: &UserId) -> Result<Option<String>, StoreError> {
    tx.row(PASSWORD, &[user.as_str().into()])?.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Sets a password hash and ends every session of the user.
pub fn set_password(tx: &mut dyn Tx, user: &UserId, hash: &str, at: Instant) -> Result<(), StoreError> {
    tx.queue(SET_PASSWORD, vec![user.as_str().into(), hash.into(), at.into()], None)?;
    end_sessions_of(tx, user)
}

/// Forgets a password: when the person is removed, so that whoever gets the handle later does not get the password with it.
pub fn forget_password(tx: &mut dyn Tx, user: &UserId) -> Result<(), StoreError> {
    tx.queue(FORGET_PASSWORD, vec![user.as_str().into()], None)
}

/// Opens a session.
pub fn open_session(tx: &mut dyn Tx, session: &Session, secret_hash: &[u8]) -> Result<(), StoreError> {
    let values: [Value; 6] = [
        session.id.to_string().into(),
        secret_hash.to_vec().into(),
        session.user.as_str().into(),
        session.csrf.as_str().into(),
        session.created_at.into(),
        session.expires_at.into(),
    ];
    tx.queue(OPEN_SESSION, values.into(), None)
}

/// The session of a secret.
pub fn session(tx: &mut dyn Tx, secret_hash: &[u8]) -> Result<Option<Session>, StoreError> {
    let read = |row: Row| {
        Ok(Session {
            id: row.parse(0)?,
            user: row.parse(1)?,
            csrf: row.text(2)?.to_owned(),
            created_at: row.instant(3)?,
            last_seen_at: row.instant(4)?,
            expires_at: row.instant(5)?,
        })
    };
    tx.row(SESSION, &[secret_hash.to_vec().into()])?.map(read).transpose()
}

/// Notes that a session was used.
pub fn see_session(tx: &mut dyn Tx, id: SessionId, at: Instant) -> Result<(), StoreError> {
    tx.queue(SEE_SESSION, vec![id.to_string().into(), at.into()], None)
}

/// Ends one session.
pub fn end_session(tx: &mut dyn Tx, id: SessionId) -> Result<(), StoreError> {
    tx.queue(END_SESSION, vec![id.to_string().into()], None)
}

/// Ends every session of a user: after a password or role change.
pub fn end_sessions_of(tx: &mut dyn Tx, user: &UserId) -> Result<(), StoreError> {
    tx.queue(END_SESSIONS_OF, vec![user.as_str().into()], None)
}

/// Forgets sessions that are over: expired, or idle since.
pub fn end_expired(tx: &mut dyn Tx, now: Instant, idle_since: Instant) -> Result<u64, StoreError> {
    tx.run(END_EXPIRED, &[now.into(), idle_since.into()])
}

/// Keeps a token.
pub fn add_token(tx: &mut dyn Tx, token: &Token, secret_hash: &[u8]) -> Result<(), StoreError> {
    let values: [Value; 6] = [
        token.id.to_string().into(),
        secret_hash.to_vec().into(),
        token.user.as_str().into(),
        token.name.as_str().into(),
        token.scope.as_str().into(),
        token.created_at.into(),
    ];
    tx.queue(ADD_TOKEN, values.into(), None)
}

fn read_token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.parse(0)?,
        user: row.parse(1)?,
        name: row.text(2)?.to_owned(),
        scope: row.text(3)?.to_owned(),
        created_at: row.instant(4)?,
        last_used_at: row.instant_option(5)?,
        revoked_at: row.instant_option(6)?,
    })
}

/// The token of a secret, revoked or not.
pub fn token(tx: &mut dyn Tx, secret_hash: &[u8]) -> Result<Option<Token>, StoreError> {
    tx.row(TOKEN, &[secret_hash.to_vec().into()])?.as_ref().map(read_token).transpose()
}

/// Every token, oldest first.
pub fn tokens(tx: &mut dyn Tx) -> Result<Vec<Token>, StoreError> {
    tx.rows(TOKENS, &[])?.iter().map(read_token).collect()
}

/// Notes that a token was used.
pub fn use_token(tx: &mut dyn Tx, id: TokenId, at: Instant) -> Result<(), StoreError> {
    tx.queue(USE_TOKEN, vec![id.to_string().into(), at.into()], None)
}

/// Revokes a token; false when there is none left to revoke.
pub fn revoke_token(tx: &mut dyn Tx, id: TokenId, at: Instant) -> Result<bool, StoreError> {
    tx.run(REVOKE_TOKEN, &[id.to_string().into(), at.into()]).map(|touched| touched == 1)
}

/// Revokes every token of a user: when the person is removed.
pub fn revoke_tokens_of(tx: &mut dyn Tx, user: &UserId, at: Instant) -> Result<(), StoreError> {
    tx.queue(REVOKE_TOKENS_OF, vec![user.as_str().into(), at.into()], None)
}

/// Keeps a one-time sign-in link.
pub fn add_link(tx: &mut dyn Tx, secret_hash: &[u8], user: &UserId, expires_at: Instant) -> Result<(), StoreError> {
    tx.queue(ADD_LINK, vec![secret_hash.to_vec().into(), user.as_str().into(), expires_at.into()], None)
}

/// Whose unused link this is.
pub fn link(tx: &mut dyn Tx, secret_hash: &[u8], now: Instant) -> Result<Option<UserId>, StoreError> {
    tx.row(LINK, &[secret_hash.to_vec().into(), now.into()])?.map(|row| row.parse(0)).transpose()
}

/// Uses a link up; false when somebody was faster.
pub fn use_link(tx: &mut dyn Tx, secret_hash: &[u8], now: Instant) -> Result<bool, StoreError> {
    tx.run(USE_LINK, &[secret_hash.to_vec().into(), now.into()]).map(|touched| touched == 1)
}

/// Forgets every sign-in link of a user: when one of them was used, and when the person is removed.
pub fn forget_links_of(tx: &mut dyn Tx, user: &UserId) -> Result<(), StoreError> {
    tx.queue(FORGET_LINKS_OF, vec![user.as_str().into()], None)
}
