//! People: users, how to reach them, and in which order.

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

/// The medium of a contact method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ContactKind {
    /// Electronic mail.
    Email {
        /// The address, as given.
        address: String,
    },
    /// A signed POST (Standard Webhooks).
    Webhook {
        /// Where to.
        url: String,
    },
}

impl ContactKind {
    /// The word in files, pages and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::Webhook { .. } => "webhook",
        }
    }
}

/// A way to reach a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Handle, unique within the user.
    pub id: ContactId,
    /// Medium and address.
    #[serde(flatten)]
    pub kind: ContactKind,
    /// Whether it was proved to reach the person. Only verified methods are used.
    pub verified: bool,
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
    /// The steps for an urgency, verified methods only, earliest first. A person without a usable rule is reached by every
    /// verified method at once: somebody who set nothing must still wake up.
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
            steps = self.contacts.iter().filter(|c| c.verified).map(|c| (SignedDuration::ZERO, c)).collect();
        }
        steps.sort_by_key(|(after, _)| *after);
        steps
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
