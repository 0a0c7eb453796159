//! The first administrator of an installation. Two `init` at once make one.

use super::{Secret, link, token};
use crate::{Directory, Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Caller, Via},
    ids::{ContactId, HANDLE_BYTES_MAX, IdError, UserId},
    org::{AccessRole, ConfigObject, Contact, ContactKind, NotificationRule, NotificationRules, Organisation, User},
    record::Actor,
    refusal::Refusal,
};
use nightbell_store::{StoreError, config, meta};

const CLAIM: &str = "first_admin";
const EMAIL_BYTES_MAX: usize = 254;

/// What `init` prints.
pub struct FirstAdmin {
    /// The new administrator.
    pub user: UserId,
    /// Opens `/welcome/{secret}` once, to choose a password.
    pub sign_in_secret: Secret,
    /// An API token of scope `admin`.
    pub token_secret: Secret,
}

/// Makes the first administrator. A person with that address who is there already (files applied first) becomes it.
///
/// # Errors
/// A refusal when there is an administrator, when somebody else was faster, or when the address is none; the store's.
pub fn init_first_admin(unit: &mut Unit<'_>, email: &str, name: &str) -> Result<FirstAdmin, Fault> {
    let email = email.trim();
    check_email(email)?;
    // Read inside the write transaction: the directory held by the engine may be a moment older.
    let org = Directory::load(unit.tx)?.org;
    let taken = || {
        Refusal::conflict(
            "administrator-exists",
            "There is an administrator already. Ask them for an invitation, or use `nightbell user invite`.",
        )
    };
    if org.users.values().any(|u| u.role == AccessRole::Admin) {
        return Err(taken().into());
    }
    let user = person(&org, email, name)?;
    if !meta::claim(unit.tx, CLAIM, user.id.as_str())? {
        return Err(taken().into());
    }
    config::put(unit.tx, &ConfigObject::User(user.clone()), false, unit.now, &Actor::system("init"))?;
    unit.reload = true;
    let caller = Caller::new(user.id.clone(), AccessRole::Admin, Via::Terminal);
    let sign_in_secret = link::make(unit, &user.id)?;
    let (_, token_secret) = token::keep(unit, &caller, "made by init", AccessRole::Admin)?;
    Ok(FirstAdmin { user: user.id, sign_in_secret, token_secret })
}

fn check_email(email: &str) -> Result<(), Refusal> {
    let shape =
        email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if !shape || email.len() > EMAIL_BYTES_MAX || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Refusal::invalid("email", "Give an e-mail address, like ann@example.com."));
    }
    Ok(())
}

fn person(org: &Organisation, email: &str, name: &str) -> Result<User, Fault> {
    if let Some(known) = org.users.values().find(|u| u.email.eq_ignore_ascii_case(email)) {
        return Ok(User { role: AccessRole::Admin, ..known.clone() });
    }
    let local = email.split('@').next().unwrap_or_default();
    let id = handle(org, local).map_err(damaged)?;
    let mail: ContactId = "mail".parse().map_err(damaged)?;
    let at_once = vec![NotificationRule { after: SignedDuration::ZERO, via: mail.clone() }];
    Ok(User {
        name: if name.trim().is_empty() { local.to_owned() } else { name.trim().to_owned() },
        id,
        email: email.to_owned(),
        role: AccessRole::Admin,
        time_zone: "UTC".to_owned(),
        contacts: vec![Contact { id: mail, kind: ContactKind::Email { address: email.to_owned() }, verified: true }],
        rules: NotificationRules { high: at_once.clone(), low: at_once },
    })
}

fn damaged(e: IdError) -> Fault {
    StoreError::Corrupt(e.to_string()).into()
}

/// `Ann.Lee+ops` → `ann.lee-ops`, unlike every handle in use.
fn handle(org: &Organisation, local: &str) -> Result<UserId, IdError> {
    let letters = local.to_ascii_lowercase();
    let shaped: String = letters
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    let trimmed = shaped.trim_matches(['-', '.', '_']);
    let base = if trimmed.is_empty() { "admin" } else { &trimmed[..trimmed.len().min(HANDLE_BYTES_MAX - 8)] };
    let mut id: UserId = base.parse()?;
    let mut number = 2_u32;
    while org.users.contains_key(&id) {
        id = format!("{base}-{number}").parse()?;
        number += 1;
    }
    Ok(id)
}
