//! Identifiers: one newtype per noun over a time-sortable 128-bit id (UUID version 7) with a prefixed text form, and handles,
//! the short names people give to configuration objects. Made only from (now, entropy); nothing here reads a clock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where random bytes come from. The binary hands in the operating system's generator, the simulator a seeded one.
pub trait Entropy: Send {
    /// Fills the whole slice with unpredictable bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Makes identifiers for one unit of work.
pub struct Ids<'a> {
    now: Timestamp,
    entropy: &'a mut dyn Entropy,
}

impl<'a> Ids<'a> {
    /// `now` is the unit's one reading of the clock.
    pub fn new(now: Timestamp, entropy: &'a mut dyn Entropy) -> Self {
        Self { now, entropy }
    }

    /// The next identifier of the wanted noun; later ones sort later (to the millisecond).
    pub fn make<T: From<uuid::Uuid>>(&mut self) -> T {
        let mut random = [0_u8; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }

    /// `N` random bytes, for secrets and public slugs that must not tell the time.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A short random public slug (12 characters of `a-z2-7`): unlike an id it does not leak when it was made.
    pub fn public_slug(&mut self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        self.random::<12>().iter().map(|b| char::from(ALPHABET[usize::from(b & 31)])).collect()
    }
}

/// The text was not an identifier or a handle of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IdError(pub String);

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;
            /// The 128-bit value.
            pub fn uuid(self) -> uuid::Uuid { self.0 }
        }
        impl From<uuid::Uuid> for $name { fn from(value: uuid::Uuid) -> Self { Self(value) } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!($prefix, "_{}"), self.0.simple()) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| uuid::Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| IdError(format!("{:?} is not an id like {}_…", text.chars().take(60).collect::<String>(), $prefix)))
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

id! {
    /// One raw inbound request, as received.
    RequestId = "req";
    /// An alert.
    AlertId = "alert";
    /// A page: one run of an escalation policy.
    PageId = "page";
    /// A notification: one message to one person by one method for one page step.
    NotificationId = "ntf";
    /// An incident.
    IncidentId = "inc";
    /// A postmortem.
    PostmortemId = "pm";
    /// An action item.
    ActionItemId = "act";
    /// One run of a server on a database.
    NodeId = "node";
    /// An API token (not its secret).
    TokenId = "tok";
    /// A sign-in session (not its secret).
    SessionId = "ses";
    /// A subscriber of a status page (not its address).
    SubscriberId = "sub";
    /// A calendar feed (not its secret).
    FeedId = "feed";
    /// A time in which somebody is away.
    AbsenceId = "away";
}

/// The longest handle, in bytes.
pub const HANDLE_BYTES_MAX: usize = 64;

fn check_handle(text: &str, noun: &str) -> Result<(), IdError> {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.len() > HANDLE_BYTES_MAX || !text.chars().all(shape) || text.starts_with(['-', '_', '.'])
    {
        let shown: String = text.chars().take(60).collect();
        return Err(IdError(format!(
            "{shown:?} cannot be a {noun} id: use 1 to {HANDLE_BYTES_MAX} of a-z, 0-9, '-', '_' and '.', starting with a letter or digit"
        )));
    }
    Ok(())
}

macro_rules! handle {
    ($($(#[$doc:meta])* $name:ident = $noun:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The handle as written in files, URLs and the journal.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> { check_handle(text, $noun).map(|()| Self(text.to_owned())) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

handle! {
    /// A user's handle: `@alice`.
    UserId = "user";
    /// A team's handle.
    TeamId = "team";
    /// A schedule's handle.
    ScheduleId = "schedule";
    /// An escalation policy's handle.
    PolicyId = "policy";
    /// A service's handle.
    ServiceId = "service";
    /// An integration's handle (its key is a secret and something else).
    IntegrationId = "integration";
    /// A runbook's handle.
    RunbookId = "runbook";
    /// A status page's handle.
    StatusPageId = "status page";
    /// A component's handle.
    ComponentId = "component";
    /// A contact method's handle, unique within its user.
    ContactId = "contact";
    /// A severity's name, lower case: `sev1`.
    SeverityId = "severity";
}
