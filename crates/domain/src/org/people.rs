//! People: users, how to reach them, and in which order.

use super::Contact;
use crate::ids::{ContactId, UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What an account may do. Being on call needs no edit right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessRole {
    /// Reads everything that is not private.
    Viewer,
    /// Acknowledges, declares, writes in rooms.
    Responder,
    /// Also edits schedules, policies, services, runbooks, publishes and waives.
    Manager,
    /// Also users, tokens, integrations and settings.
    Admin,
}

/// How loudly a page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// May wait for a calmer method.
    Low,
    /// Wakes people.
    High,
}

impl Urgency {
    /// The word in files, the API and the webhook body.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
        }
    }
}

/// After `after`, use the method `via`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRule {
    /// Counted from the moment the page's step rang for the person.
    #[serde(with = "crate::text::duration::duration_text")]
    pub after: SignedDuration,
    /// Which contact method.
    pub via: ContactId,
}

/// Notification rules by urgency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRules {
    /// For high urgency.
    pub high: Vec<NotificationRule>,
    /// For low urgency.
    pub low: Vec<NotificationRule>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Handle: `@alice`.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Sign-in name and fallback contact.
    pub email: String,
    /// What the account may do.
    pub role: AccessRole,
    /// IANA zone the person reads times in.
    pub time_zone: String,
    /// Contact methods.
    pub contacts: Vec<Contact>,
    /// In which order to use them.
    pub rules: NotificationRules,
}

impl User {
    /// The steps for an urgency, verified methods only, earliest first. A person without a usable rule is reached by the default ladder:
    /// somebody who set nothing must still wake up.
    pub fn ladder(&self, urgency: Urgency) -> Vec<(SignedDuration, &Contact)> {
        let rules = match urgency {
            Urgency::High => &self.rules.high,
            Urgency::Low => &self.rules.low,
        };
        let mut steps: Vec<_> = rules
            .iter()
            .filter_map(|rule| self.verified(&rule.via).map(|contact| (rule.after.max(SignedDuration::ZERO), contact)))
            .collect();
        if steps.is_empty() {
            steps = self.default_ladder(urgency);
        }
        steps.sort_by_key(|(after, _)| *after);
        steps
    }

    /// Whether one of their own rules can be used for an urgency; else the default ladder is.
    pub fn has_rules(&self, urgency: Urgency) -> bool {
        let rules = if urgency == Urgency::High { &self.rules.high } else { &self.rules.low };
        rules.iter().any(|rule| self.verified(&rule.via).is_some())
    }

    /// Push and chat at once, a call after a minute, a text message after three, mail after five; moved forward so that the first rings at
    /// once, whichever it is. Low urgency goes to what wakes nobody, when there is any of it.
    fn default_ladder(&self, urgency: Urgency) -> Vec<(SignedDuration, &Contact)> {
        let usable = || self.contacts.iter().filter(|contact| contact.verified);
        if urgency == Urgency::Low {
            let calm: Vec<_> = usable().filter(|contact| contact.kind.is_calm()).collect();
            if !calm.is_empty() {
                return calm.into_iter().map(|contact| (SignedDuration::ZERO, contact)).collect();
            }
        }
        let first = usable().map(|contact| contact.kind.default_after()).min().unwrap_or_default();
        usable().map(|contact| (contact.kind.default_after() - first, contact)).collect()
    }

    /// The verified contact method of that handle.
    pub fn verified(&self, id: &ContactId) -> Option<&Contact> {
        self.contacts.iter().find(|c| c.id == *id && c.verified)
    }

    /// `AE` for Alice Example.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|w| w.chars().next());
        let first = words.next().unwrap_or('?');
        words.next_back().map_or_else(|| first.to_string(), |last| format!("{first}{last}")).to_uppercase()
    }
}
