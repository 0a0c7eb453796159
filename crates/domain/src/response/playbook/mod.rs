//! The playbook as a running contract: which rules an incident owes, by when, how it stands with each, and what its clocks do.
//!
//! Pure and level-triggered: [`Incident::tick`] may come late, twice or not at all, and does whatever became due exactly once.
//! Not here: who the people behind [`WhoToPage`] are (the engine asks the organisation), postmortem chasing (`learning`).

mod adherence;
mod clocks;
mod owed;
mod settle;

pub use adherence::{Adherence, Look, RuleLine, adherence, spoken};
pub use clocks::{nags_at, next_due_at};
pub use owed::{contract, recontract};
pub(super) use owed::{due, limit};
pub(super) use settle::passed;
pub use settle::settle;

use crate::{
    ids::IdError,
    record::{Actor, Instant},
    text::suggest::did_you_mean,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A rule of the playbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleId {
    /// A commander within the severity's time.
    IcNamed,
    /// The severity's roles are filled.
    RolesFilled,
    /// A dedicated room exists: met by being declared.
    RoomOpen,
    /// Every update names its next time, and that time is kept.
    UpdateCadence,
    /// The public page speaks in time.
    PublicNotice,
    /// Public words pass the wording check; enforced when publishing.
    HonestWords,
    /// Time to the first mitigation tried; measured, no clock.
    MitigateFirst,
    /// A runbook stands beside; measured, no clock.
    RunbookLinked,
    /// The postmortem is published in time or waived.
    PostmortemOnTime,
    /// Action items have owner, date and priority; enforced when saving.
    ItemsOwned,
}

impl RuleId {
    /// In the order shown.
    pub const ALL: [Self; 10] = [
        Self::IcNamed,
        Self::RolesFilled,
        Self::RoomOpen,
        Self::MitigateFirst,
        Self::RunbookLinked,
        Self::UpdateCadence,
        Self::PublicNotice,
        Self::HonestWords,
        Self::PostmortemOnTime,
        Self::ItemsOwned,
    ];

    /// The stored and typed word.
    pub fn word(self) -> &'static str {
        match self {
            Self::IcNamed => "ic-named",
            Self::RolesFilled => "roles-filled",
            Self::RoomOpen => "room-open",
            Self::UpdateCadence => "update-cadence",
            Self::PublicNotice => "public-notice",
            Self::HonestWords => "honest-words",
            Self::MitigateFirst => "mitigate-first",
            Self::RunbookLinked => "runbook-linked",
            Self::PostmortemOnTime => "postmortem-on-time",
            Self::ItemsOwned => "items-owned",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::IcNamed => "Commander named",
            Self::RolesFilled => "Roles filled",
            Self::RoomOpen => "Room open",
            Self::UpdateCadence => "Updates as promised",
            Self::PublicNotice => "Public notice",
            Self::HonestWords => "Honest words in public",
            Self::MitigateFirst => "Mitigation tried",
            Self::RunbookLinked => "Runbook linked",
            Self::PostmortemOnTime => "Postmortem on time",
            Self::ItemsOwned => "Action items owned",
        }
    }

    /// Whether its clock runs while people are working on the incident.
    pub(super) fn runs_while_open(self) -> bool {
        matches!(self, Self::IcNamed | Self::RolesFilled | Self::UpdateCadence | Self::PublicNotice)
    }

    /// Whether it is settled after the incident is over.
    pub(super) fn outlives_resolution(self) -> bool {
        matches!(self, Self::PostmortemOnTime | Self::ItemsOwned)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for RuleId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let word = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|rule| rule.word() == word).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            IdError(format!("{shown:?} is not a playbook rule{}", did_you_mean(&word, Self::ALL.map(Self::word))))
        })
    }
}

/// Whom a rule pages. The engine finds the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhoToPage {
    /// Whoever can command and is on call.
    CommanderOnCall,
    /// The Comms seat; when it is empty, Comms on call.
    Comms,
    /// The commander; when the seat is empty, the commander on call.
    Commander,
    /// The backup on call.
    Backup,
}

impl WhoToPage {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::CommanderOnCall => "the commander on call",
            Self::Comms => "Comms",
            Self::Commander => "the commander",
            Self::Backup => "the backup on call",
        }
    }
}

/// How an obligation ended, if it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ObligationState {
    /// Not met yet; in breach when `breached_at` is set.
    Owed,
    /// Met; late when `breached_at` is set.
    Met {
        /// When.
        at: Instant,
        /// Seconds from when it was owed.
        measured_s: u64,
    },
    /// Not insisted on.
    Waived {
        /// When.
        at: Instant,
        /// By whom.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// No longer applies: the severity was lowered, the incident ended before it was due, or it was a false alarm.
    Lifted {
        /// When.
        at: Instant,
        /// Why.
        reason: String,
    },
}

/// Somebody was paged for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungPaged {
    /// Whom.
    pub who: WhoToPage,
    /// When.
    pub at: Instant,
}

/// One rule as owed by one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Which rule.
    pub rule: RuleId,
    /// Since when it is owed (for the cadence: since the last update).
    pub owed_at: Instant,
    /// By when; `None` while no clock runs.
    pub due_at: Option<Instant>,
    /// How it stands.
    pub state: ObligationState,
    /// When its due time passed unmet.
    pub breached_at: Option<Instant>,
    /// When the room was reminded.
    pub nagged_at: Option<Instant>,
    /// Who was paged.
    pub paged: Vec<RungPaged>,
    /// Promises kept in time (cadence only).
    pub kept: u32,
    /// Promises kept late (cadence only).
    pub late: u32,
}

impl Obligation {
    /// Owed from an instant on, with or without a clock.
    pub fn new(rule: RuleId, owed_at: Instant, due_at: Option<Instant>) -> Self {
        Self {
            rule,
            owed_at,
            due_at,
            state: ObligationState::Owed,
            breached_at: None,
            nagged_at: None,
            paged: Vec::new(),
            kept: 0,
            late: 0,
        }
    }

    /// Whether it is still to be met (in breach or not).
    pub fn is_owed(&self) -> bool {
        self.state == ObligationState::Owed
    }

    /// Starts its clock afresh.
    pub(super) fn arm(&mut self, owed_at: Instant, due_at: Option<Instant>) {
        self.owed_at = owed_at;
        self.due_at = due_at;
        self.state = ObligationState::Owed;
        self.breached_at = None;
        self.nagged_at = None;
        self.paged.clear();
    }

    /// How it stands at an instant: a due time that has passed is a breach even before the clock was read.
    pub fn standing(&self, now: Instant) -> Standing {
        let passed = self.breached_at.is_some() || self.due_at.is_some_and(|due| due <= now);
        match &self.state {
            ObligationState::Owed if passed => Standing::Breached,
            ObligationState::Owed => Standing::Waiting,
            ObligationState::Met { .. } if self.breached_at.is_some() || self.late > 0 => Standing::MetLate,
            ObligationState::Met { .. } => Standing::Met,
            ObligationState::Waived { .. } => Standing::Waived,
            ObligationState::Lifted { .. } if self.breached_at.is_some() => Standing::Breached,
            ObligationState::Lifted { .. } if self.late > 0 => Standing::MetLate,
            ObligationState::Lifted { .. } => Standing::Lifted,
        }
    }
}

/// How an obligation stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// To be met; there is time.
    Waiting,
    /// Met in time.
    Met,
    /// Met, but late at least once.
    MetLate,
    /// The time is over.
    Breached,
    /// Not insisted on, with a reason.
    Waived,
    /// Does not apply any more.
    Lifted,
}

impl Standing {
    /// What people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Met => "met",
            Self::MetLate => "met late",
            Self::Breached => "breached",
            Self::Waived => "waived",
            Self::Lifted => "not owed",
        }
    }
}
