//! The first minutes: an administrator with a password and a token, and the organisation's files.

use crate::town;
use jiff::Timestamp;
use nightbell_engine::{Engine, Fault, StoreError, access, organisation};

/// The administrator's address.
pub const EMAIL: &str = "ops@example.com";
/// And password.
pub const PASSWORD: &str = "plain words for a bench";

/// What opens the installation.
pub struct Keys {
    /// An API token of scope `admin`.
    pub token: String,
}

fn impossible(what: impl std::fmt::Display) -> Fault {
    StoreError::Corrupt(what.to_string()).into()
}

/// Makes it.
pub fn begin(engine: &mut Engine, at: Timestamp) -> Result<Keys, Fault> {
    let first = engine.execute(at, |unit| access::init_first_admin(unit, EMAIL, "Ops"))?;
    let salt = engine.execute(at, |unit| Ok(access::password::salt(unit)))?;
    let hash = access::password::hash_password(PASSWORD, salt)?;
    engine.execute(at, |unit| access::set_password_by_link(unit, &first.sign_in_secret, &hash).map(drop))?;
    let files = town::files().map_err(impossible)?;
    let admin = town::administrator(&first.user)?;
    let applied = engine.execute(at, |unit| organisation::apply(unit, &admin, &files, false))?;
    applied.map_err(|problems| impossible(format!("the town's files were refused: {problems:?}")))?;
    Ok(Keys { token: first.token_secret.expose().to_owned() })
}
