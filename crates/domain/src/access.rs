//! Who may do what. Authorisation is a type: whatever reads or changes on behalf of a person takes a [`Permit`] for the right it needs,
//! and a permit can only be had from a [`Caller`] whose role reaches that far. A caller is made by the engine's authentication alone.

use crate::{ids::UserId, org::AccessRole, record::Actor, refusal::Refusal};
use std::marker::PhantomData;

/// How somebody came in: kept with acknowledgements and shown on timelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A signed-in browser.
    Page,
    /// A token: API or command line.
    Api,
    /// The operator's own terminal, with the data folder in hand.
    Terminal,
}

impl Via {
    /// The word on timelines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Terminal => "terminal",
        }
    }
}

/// Somebody whose identity was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    user: UserId,
    role: AccessRole,
    via: Via,
}

/// A right: the least role that has it.
pub trait Right {
    /// The least role.
    const LEAST: AccessRole;
    /// "declare and respond": completes "your role may not …".
    const WHAT: &'static str;
}

macro_rules! right {
    ($($(#[$doc:meta])* $name:ident: $least:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Right for $name {
            const LEAST: AccessRole = AccessRole::$least;
            const WHAT: &'static str = $what;
        }
    )*};
}

right! {
    /// Look at everything that is not private.
    Read: Viewer, "look at this";
    /// Acknowledge, declare, write in rooms, page people.
    Respond: Responder, "acknowledge, declare or respond";
    /// Waive a rule for others, publish postmortems.
    Manage: Manager, "waive rules or publish postmortems";
    /// The organisation's files; users, tokens of others, keys.
    Administer: Admin, "administer this installation";
}

/// The proof that somebody has a right.
#[derive(Debug, Clone)]
pub struct Permit<R> {
    caller: Caller,
    right: PhantomData<R>,
}

impl Caller {
    /// Made after a session, token or terminal was checked; the scope of a token lowers the role.
    pub fn new(user: UserId, role: AccessRole, via: Via) -> Self {
        Self { user, role, via }
    }

    /// Who.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// With which role.
    pub fn role(&self) -> AccessRole {
        self.role
    }

    /// The proof of a right, or the refusal.
    pub fn permit<R: Right>(&self) -> Result<Permit<R>, Refusal> {
        if self.role >= R::LEAST {
            return Ok(Permit { caller: self.clone(), right: PhantomData });
        }
        Err(Refusal::forbidden(format!(
            "Your role ({:?}) may not {}; ask somebody with the role {:?}.",
            self.role,
            R::WHAT,
            R::LEAST
        )))
    }
}

impl<R> Permit<R> {
    /// Who.
    pub fn user(&self) -> &UserId {
        &self.caller.user
    }

    /// As the author of events.
    pub fn actor(&self) -> Actor {
        Actor::User(self.caller.user.clone())
    }

    /// With which role.
    pub fn role(&self) -> AccessRole {
        self.caller.role
    }

    /// How they came in.
    pub fn via(&self) -> Via {
        self.caller.via
    }

    /// Whether they administer: may lower a severity without commanding.
    pub fn is_admin(&self) -> bool {
        self.caller.role == AccessRole::Admin
    }
}
