//! What every streamed aggregate has in common: events recorded in order, folded into a state row. `fold(events) == row` is
//! asserted by tests, by the simulator and by `nightbell verify`.

use crate::ids::{IntegrationId, UserId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// An instant, in UTC, microseconds at most (the store keeps integer microseconds).
pub type Instant = jiff::Timestamp;

/// Cuts an instant to the microsecond the store can keep, so that what was decided and what is read back are equal.
pub fn to_microsecond(at: Instant) -> Instant {
    Instant::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Actor {
    /// A person, through a page, the API, the command line or a signed link.
    User(UserId),
    /// A monitoring tool, through its integration.
    Integration(IntegrationId),
    /// Nightbell itself: a reconciler or a playbook clock; the text names which.
    System(String),
}

impl Actor {
    /// Nightbell itself.
    pub fn system(name: &str) -> Self {
        Self::System(name.to_owned())
    }
    /// The person, when it is one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Integration(_) | Self::System(_) => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(user) => write!(f, "@{user}"),
            Self::Integration(integration) => write!(f, "{integration}"),
            Self::System(name) => write!(f, "Nightbell ({name})"),
        }
    }
}

/// One event of a stream, with its place, time and author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded<E> {
    /// 1-based place in its stream; equals the aggregate's version after it.
    pub seq: u64,
    /// When the unit of work that recorded it read the clock.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event: E,
}

/// A streamed aggregate: a state row plus the events that fold to it.
pub trait Aggregate: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned {
    /// What can happen to it.
    type Event: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned;
    /// The stream's kind in the journal: `alert`, `page`, `incident`, `postmortem`.
    const KIND: &'static str;
    /// The id as text, the stream's key in the journal.
    fn key(&self) -> String;
    /// How many events it folds; the expected version of the next commit.
    fn version(&self) -> u64;
    /// The first event makes the state; every other one needs it. `None` means this event cannot come at this place:
    /// corrupt history, a loud error for this stream alone.
    fn evolve(state: Option<Self>, event: &Recorded<Self::Event>) -> Option<Self>;
    /// The stored event kind, for filters and metrics: kebab-case, never reused for another meaning.
    fn event_kind(event: &Self::Event) -> &'static str;
}

/// Folds a whole stream; `Err` names the place that does not fit.
pub fn fold<A: Aggregate>(events: &[Recorded<A::Event>]) -> Result<Option<A>, u64> {
    let mut state = None;
    for event in events {
        state = Some(A::evolve(state, event).ok_or(event.seq)?);
    }
    Ok(state)
}
