//! API tokens: `nb_`, 32 random letters and digits, 6 more that are their checksum. The prefix lets secret scanners find a leaked one, the checksum
//! refuses a mistyped one without asking the database. Stored hashed; the scope lowers the role of the person it speaks for.

use super::Secret;
use crate::{Directory, Fault, Unit};
use nightbell_domain::{
    access::{Administer, Caller, Respond, Via},
    ids::TokenId,
    org::AccessRole,
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{
    Tx,
    access::{self as store, Token},
};

const PREFIX: &str = "nb_";
const RANDOM_CHARS: usize = 32;
const CHECKSUM_CHARS: usize = 6;
const NAME_CHARS_MAX: usize = 100;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The word of a role: scopes, files, the API.
pub fn role_word(role: AccessRole) -> &'static str {
    match role {
        AccessRole::Viewer => "viewer",
        AccessRole::Responder => "responder",
        AccessRole::Manager => "manager",
        AccessRole::Admin => "admin",
    }
}

/// The role of a word.
pub fn role_of_word(word: &str) -> Option<AccessRole> {
    [AccessRole::Viewer, AccessRole::Responder, AccessRole::Manager, AccessRole::Admin]
        .into_iter()
        .find(|role| role_word(*role) == word)
}

/// CRC-32 (IEEE 802.3), bit by bit: 35 bytes now and then need no table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn checksum(body: &str) -> String {
    let mut rest = crc32(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

fn make(unit: &mut Unit<'_>) -> Secret {
    let mut body = String::from(PREFIX);
    while body.len() < PREFIX.len() + RANDOM_CHARS {
        // Six bits each; the two values beyond the alphabet are thrown away, so that every character is equally likely.
        let drawn = unit.ids().random::<48>();
        let usable = drawn.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)).copied().map(char::from));
        body.extend(usable.take(PREFIX.len() + RANDOM_CHARS - body.len()));
    }
    let sum = checksum(&body);
    Secret::from_text(body + &sum)
}

/// Whether a text can be one of our tokens at all.
pub(super) fn well_formed(text: &str) -> bool {
    text.len() == PREFIX.len() + RANDOM_CHARS + CHECKSUM_CHARS
        && text.is_ascii()
        && text.starts_with(PREFIX)
        && checksum(&text[..PREFIX.len() + RANDOM_CHARS]) == text[PREFIX.len() + RANDOM_CHARS..]
}

/// Makes a token that speaks for the caller, and answers its one showing. The scope may not exceed what the caller may do *now*: a token of small
/// scope cannot make one of a larger.
///
/// # Errors
/// A refusal of the fields `name` or `scope`, or of the caller's role; the store's.
pub fn create_token(unit: &mut Unit<'_>, by: &Caller, name: &str, scope: AccessRole) -> Result<(Token, Secret), Fault> {
    by.permit::<Respond>()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::invalid(
            "name",
            format!("Say what the token is for, in at most {NAME_CHARS_MAX} characters."),
        )
        .into());
    }
    if scope > by.role() {
        let may = role_word(by.role());
        return Err(Refusal::invalid(
            "scope",
            format!("You may do what a {may} may; the token cannot do more. Choose {may} or less."),
        )
        .into());
    }
    keep(unit, by, name, scope)
}

/// Makes and stores a token, its rights checked by the caller of this.
pub(super) fn keep(unit: &mut Unit<'_>, by: &Caller, name: &str, scope: AccessRole) -> Result<(Token, Secret), Fault> {
    let secret = make(unit);
    let token = Token {
        id: unit.ids().make::<TokenId>(),
        user: by.user().clone(),
        name: name.to_owned(),
        scope: role_word(scope).to_owned(),
        created_at: unit.now,
        last_used_at: None,
        revoked_at: None,
    };
    store::add_token(unit.tx, &token, &secret.hash())?;
    Ok((token, secret))
}

/// Whom a token speaks for, with the lower of its scope and the person's role now. A text with a wrong checksum is refused without the store.
///
/// # Errors
/// The store's.
pub fn authenticate_token(
    tx: &mut dyn Tx,
    directory: &Directory,
    secret: &Secret,
) -> Result<Option<(Caller, Token)>, Fault> {
    if !well_formed(secret.expose()) {
        return Ok(None);
    }
    let Some(token) = store::token(tx, &secret.hash())? else { return Ok(None) };
    let (None, Some(scope)) = (token.revoked_at, role_of_word(&token.scope)) else { return Ok(None) };
    let Some(user) = directory.org.users.get(&token.user) else { return Ok(None) };
    Ok(Some((Caller::new(user.id.clone(), user.role.min(scope), Via::Api), token)))
}

/// Notes that a token was used. Call it when [`super::worth_noting`].
///
/// # Errors
/// The store's.
pub fn use_token(unit: &mut Unit<'_>, id: TokenId) -> Result<(), Fault> {
    Ok(store::use_token(unit.tx, id, unit.now)?)
}

/// The caller's own tokens; an administrator sees everybody's. Oldest first, revoked ones too.
///
/// # Errors
/// The store's.
pub fn tokens(tx: &mut dyn Tx, by: &Caller) -> Result<Vec<Token>, Fault> {
    let everybodys = by.permit::<Administer>().is_ok();
    Ok(store::tokens(tx)?.into_iter().filter(|token| everybodys || token.user == *by.user()).collect())
}

/// Revokes a token: one's own, or anybody's for an administrator. Somebody else's and an unknown one look alike.
///
/// # Errors
/// A refusal when there is no such token or it is revoked already; the store's.
pub fn revoke_token(unit: &mut Unit<'_>, by: &Caller, id: TokenId) -> Result<Instant, Fault> {
    by.permit::<Respond>()?;
    if !tokens(unit.tx, by)?.iter().any(|token| token.id == id) {
        return Err(Refusal::not_found("token", id).into());
    }
    if !store::revoke_token(unit.tx, id, unit.now)? {
        return Err(Refusal::conflict("already-revoked", "This token was revoked already; it opens nothing.").into());
    }
    Ok(unit.now)
}
