//! Components: the parts of a service that the public can tell apart, and how each one is doing.

use serde::{Deserialize, Serialize};

use crate::{Day, Instant};

/// A named set of components shown together, in the order given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentGroup {
    /// What readers see above the group; empty for components that belong to none.
    pub name: String,
    /// The members, in the order they are shown.
    pub components: Vec<Component>,
}

/// One part of the service as the public knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Public id, unique on the page and stable for ever; links and badges use it.
    pub id: String,
    /// What readers see.
    pub name: String,
    /// How it is doing now.
    pub status: ComponentStatus,
    /// One plain sentence about what the component is, if any.
    pub description: Option<String>,
    /// When the component was put on the page.
    pub created_at: Instant,
    /// Since when `status` holds.
    pub changed_at: Instant,
    /// The last [`crate::HISTORY_DAYS`] UTC days, oldest first, today last.
    pub history: Vec<Day>,
    /// Uptime over `history` in basis points (9994 = 99.94 %), rounded down; `None` while nothing has been measured.
    pub uptime_basis_points: Option<u16>,
}

/// How a component is doing. Ordered by how bad it is for the reader: maintenance is announced, so it ranks just above operational.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentStatus {
    /// Works.
    Operational,
    /// Planned work is going on.
    UnderMaintenance,
    /// Works, but slowly or with flaws.
    DegradedPerformance,
    /// Fails for some.
    PartialOutage,
    /// Fails for all or nearly all.
    MajorOutage,
}

impl ComponentStatus {
    /// Every status, from the best to the worst.
    pub const ALL: [ComponentStatus; 5] = [
        ComponentStatus::Operational,
        ComponentStatus::UnderMaintenance,
        ComponentStatus::DegradedPerformance,
        ComponentStatus::PartialOutage,
        ComponentStatus::MajorOutage,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            ComponentStatus::Operational => "Operational",
            ComponentStatus::UnderMaintenance => "Under maintenance",
            ComponentStatus::DegradedPerformance => "Degraded performance",
            ComponentStatus::PartialOutage => "Partial outage",
            ComponentStatus::MajorOutage => "Major outage",
        }
    }

    /// What machines read: the word of the Statuspage v2 format, also the serde form.
    pub fn word(self) -> &'static str {
        match self {
            ComponentStatus::Operational => "operational",
            ComponentStatus::UnderMaintenance => "under_maintenance",
            ComponentStatus::DegradedPerformance => "degraded_performance",
            ComponentStatus::PartialOutage => "partial_outage",
            ComponentStatus::MajorOutage => "major_outage",
        }
    }

    /// The status a wire word names, or `None` for any other word.
    pub fn from_word(word: &str) -> Option<ComponentStatus> {
        ComponentStatus::ALL.into_iter().find(|status| status.word() == word)
    }
}
