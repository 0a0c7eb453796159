//! What people set for themselves, beside the files: own contact methods, what they proved, own rules, quiet hours (ADR 0028).
//! Never in a file: `apply` leaves it alone. Not who somebody is: that is [`super::User`].

mod browser;
mod change;

pub use change::free_handle;

use super::{Contact, ContactKind, NotificationRules, User};
use crate::{
    ids::{ContactId, UserId},
    record::Instant,
};
use jiff::{SignedDuration, ToSpan};
use nightbell_calendar::local;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

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
    /// How many messages a method may get; what comes beyond is told in the next one. Never holds back the first message about a page.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub at_most: BTreeMap<ContactId, AtMost>,
}

/// So many messages in such a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtMost {
    /// Messages; at least 1.
    pub count: u32,
    /// In any span as long as this.
    #[serde(with = "crate::text::duration::duration_text")]
    pub per: SignedDuration,
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
        Self { user, contacts: Vec::new(), proved: Vec::new(), rules: None, quiet: None, at_most: BTreeMap::new() }
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

impl QuietHours {
    /// The end of the quiet hours that hold at an instant in a zone; `None` when none do. Wall-clock hours: on the nights on which the clock
    /// is changed they are shorter or longer, and end when the wall clock says so.
    pub fn end(&self, zone: &str, at: Instant) -> Option<Instant> {
        let zone = local::zone(zone).ok()?;
        let shown = local::civil(&zone, at);
        let minute = |time: nightbell_calendar::CivilTime| i64::from(time.minute_of_day());
        let overnight = minute(self.to) <= minute(self.from);
        // Those that began yesterday may hold still.
        [-1, 0].into_iter().find_map(|day| {
            let day = shown.date().checked_add(day.days()).ok()?.to_datetime(jiff::civil::Time::midnight());
            let from = day.checked_add(minute(self.from).minutes()).ok()?;
            let to = day.checked_add((minute(self.to) + i64::from(overnight) * 24 * 60).minutes()).ok()?;
            let (from, to) = (local::instant(&zone, from).ok()?, local::instant(&zone, to).ok()?);
            (from <= at && at < to).then_some(to)
        })
    }
}

impl std::fmt::Display for QuietHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}
