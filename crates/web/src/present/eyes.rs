//! Through whose eyes a page is filled: who reads, in which zone, when, and with which rights.

use crate::{
    gate::Session,
    views::{Clock, Person, When},
};
use jiff::{Timestamp, tz::TimeZone};
use nightbell_engine::domain::{
    ids::{ServiceId, UserId},
    org::{AccessRole, Organisation},
    record::Actor,
};

/// Who reads, before the view is read: what a handler knows of its session.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Who.
    pub me: UserId,
    /// With which role; `None` for the bearer of a link, who may act on one page only.
    pub role: Option<AccessRole>,
    /// The zone they read times in.
    pub zone: TimeZone,
}

impl Reading {
    /// Of a signed-in person.
    pub fn of(session: &Session) -> Self {
        Self { me: session.caller.user().clone(), role: Some(session.caller.role()), zone: session.zone() }
    }

    /// At an instant, over an organisation.
    pub fn at(self, now: Timestamp, org: &Organisation) -> Eyes<'_> {
        Eyes { me: self.me, role: self.role, zone: self.zone, now, org }
    }
}

/// Who reads, when, and the organisation whose names are shown.
pub struct Eyes<'a> {
    /// Who.
    pub me: UserId,
    /// With which role; `None` for the bearer of a link.
    pub role: Option<AccessRole>,
    /// The zone they read times in.
    pub zone: TimeZone,
    /// The one reading of the clock.
    pub now: Timestamp,
    /// The organisation.
    pub org: &'a Organisation,
}

impl Eyes<'_> {
    /// Whether forms of responders are shown. The handlers check again, by type.
    pub fn may_respond(&self) -> bool {
        self.role.is_some_and(|role| role >= AccessRole::Responder)
    }

    /// Whether forms of managers are shown.
    pub fn may_manage(&self) -> bool {
        self.role.is_some_and(|role| role >= AccessRole::Manager)
    }

    /// Whether the reader administers.
    pub fn is_admin(&self) -> bool {
        self.role == Some(AccessRole::Admin)
    }

    /// An instant in every form.
    pub fn when(&self, at: Timestamp) -> When {
        When::new(at, self.now, &self.zone)
    }

    /// A clock since an instant.
    pub fn since(&self, from: Timestamp) -> Clock {
        Clock::since(from, self.now, &self.zone)
    }

    /// A clock towards an instant.
    pub fn until(&self, to: Timestamp) -> Clock {
        Clock::until(to, self.now, &self.zone)
    }

    /// `09:42 UTC`, with the date when that is not today in UTC.
    pub fn utc(&self, at: Timestamp) -> String {
        format!("{} UTC", self.when(at).utc)
    }

    /// A person's name; the handle of somebody who has left.
    pub fn name(&self, user: &UserId) -> String {
        self.org.users.get(user).map_or_else(|| format!("@{user}"), |person| person.name.clone())
    }

    /// `You`, or the name.
    pub fn name_or_you(&self, user: &UserId) -> String {
        if *user == self.me { "You".to_owned() } else { self.name(user) }
    }

    /// A person with face.
    pub fn person(&self, user: &UserId) -> Person {
        Person::new(self.name(user), user.to_string())
    }

    /// A person with face; the reader is `You`, with their own face.
    pub fn person_or_you(&self, user: &UserId) -> Person {
        Person { name: self.name_or_you(user), ..self.person(user) }
    }

    /// Who did it: a name, an integration, or Nightbell.
    pub fn actor(&self, actor: &Actor) -> String {
        actor.user().map_or_else(|| actor.to_string(), |user| self.name(user))
    }

    /// `You`, or who did it.
    pub fn actor_or_you(&self, actor: &Actor) -> String {
        actor.user().map_or_else(|| actor.to_string(), |user| self.name_or_you(user))
    }

    /// A service's name; empty for none, the handle of one that is gone.
    pub fn service(&self, id: Option<&ServiceId>) -> String {
        let Some(id) = id else { return String::new() };
        self.org.services.get(id).map_or_else(|| id.to_string(), |service| service.name.clone())
    }
}
