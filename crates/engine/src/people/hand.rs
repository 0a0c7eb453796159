//! Whose settings are changed, and by whom: the right to change how somebody is reached, as a type. People change their own; an administrator may
//! add a method for somebody else, which is then proved by its owner alone.

use crate::{Directory, Fault};
use nightbell_domain::{
    access::{Administer, Permit, Right},
    ids::UserId,
    org::User,
    record::Actor,
    refusal::Refusal,
};

/// The right to change how one person is reached.
#[derive(Debug, Clone)]
pub struct Hand {
    user: UserId,
    by: Actor,
    own: bool,
}

impl Hand {
    /// One's own settings. Being reached needs no further right; a program that acts for somebody asks for the one to respond.
    pub fn own<R: Right>(permit: &Permit<R>) -> Self {
        Self { user: permit.user().clone(), by: permit.actor(), own: true }
    }

    /// Somebody else's.
    pub fn of(permit: &Permit<Administer>, user: UserId) -> Self {
        Self { own: *permit.user() == user, user, by: permit.actor() }
    }

    /// Whose.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// As the author of the change.
    pub fn actor(&self) -> &Actor {
        &self.by
    }

    /// Refused for what people do themselves: nobody proves, or takes away, how somebody else is reached.
    pub(super) fn must_be_own(&self, what: &str) -> Result<(), Refusal> {
        if self.own { Ok(()) } else { Err(Refusal::forbidden(format!("@{} alone may {what}.", self.user))) }
    }

    /// The person, as the files have them.
    pub(super) fn person<'a>(&self, directory: &'a Directory) -> Result<&'a User, Fault> {
        let found = directory.org.users.get(&self.user);
        Ok(found.ok_or_else(|| Refusal::not_found("user", format!("@{}", self.user)))?)
    }
}
