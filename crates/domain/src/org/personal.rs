//! What people set for themselves, beside the files: own contact methods, what they proved, own rules, quiet hours (ADR 0028).
//! Never in a file: `apply` leaves it alone. Not who somebody is: that is [`super::User`].

use super::{Contact, ContactKind, NotificationRules, User};
use crate::{
    ids::{ContactId, UserId},
    record::Instant,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One person's own settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// Whose.
    pub user: UserId,
    /// Ways to reach them that they set up themselves, after those of the files. One with the handle of a method of the files replaces it.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// What was proved of methods the files name, with the address it was proved for: another address must be proved anew.
    #[serde(default)]
    pub proved: Vec<Proved>,
    /// Their own rules; those of the files when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<NotificationRules>,
    /// When low urgency waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
}

/// A method of the files that its owner proved with a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// Which method.
    pub contact: ContactId,
    /// Where it led then.
    #[serde(flatten)]
    pub kind: ContactKind,
    /// When.
    pub at: Instant,
}

/// Hours of every day in which low urgency waits, in the person's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// First minute of the day, inclusive.
    pub from: nightbell_calendar::CivilTime,
    /// End, exclusive; at or before `from` it lies on the following day.
    pub to: nightbell_calendar::CivilTime,
}

impl Personal {
    /// Nothing set yet.
    pub fn of(user: UserId) -> Self {
        Self { user, contacts: Vec::new(), proved: Vec::new(), rules: None, quiet: None }
    }

    /// The person as the files say and as they set themselves.
    pub fn over<'a>(&self, user: &'a User) -> Cow<'a, User> {
        let mut person = user.clone();
        for contact in &mut person.contacts {
            contact.verified |= self.proved.iter().any(|p| p.contact == contact.id && p.kind == contact.kind);
        }
        person.contacts.retain(|contact| self.contacts.iter().all(|own| own.id != contact.id));
        person.contacts.extend(self.contacts.iter().cloned());
        if let Some(rules) = &self.rules {
            person.rules = rules.clone();
        }
        Cow::Owned(person)
    }
}
