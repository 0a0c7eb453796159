//! Who goes first when many wait: by severity, then by age (INV-15). A rank decides an order and nothing else: nothing of a low rank is dropped.

use crate::{
    org::{SeverityTable, Urgency},
    signal::AlertSeverity,
};
use serde::{Deserialize, Serialize};

/// A page's place among those that are due at the same time; the smaller number goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rank(u8);

impl Rank {
    /// A critical alert, the most severe incidents, one person calling another.
    pub const FIRST: Self = Self(0);
    /// Broken, without more being known.
    pub const SECOND: Self = Self(1);
    /// High urgency all the same.
    pub const THIRD: Self = Self(2);
    /// Low urgency: wakes nobody.
    pub const QUIET: Self = Self(3);
    /// Rings nobody: what is left is to write down what became of a message. After everything that still has to be said.
    pub const WRITE_DOWN: Self = Self(4);
    /// Every rank, first to last.
    pub const ALL: [Self; 5] = [Self::FIRST, Self::SECOND, Self::THIRD, Self::QUIET, Self::WRITE_DOWN];

    /// The rank of an alert's page.
    pub fn of_alert(urgency: Urgency, severity: AlertSeverity) -> Self {
        match (urgency, severity) {
            (Urgency::Low, _) => Self::QUIET,
            (Urgency::High, AlertSeverity::Critical) => Self::FIRST,
            (Urgency::High, AlertSeverity::Error) => Self::SECOND,
            (Urgency::High, AlertSeverity::Warning | AlertSeverity::Info) => Self::THIRD,
        }
    }

    /// The rank of an incident's page: the severity table's rows in their order; a row that is gone counts as the worst.
    pub fn of_incident(urgency: Urgency, severity: &crate::ids::SeverityId, table: &SeverityTable) -> Self {
        match (urgency, table.rank(severity).unwrap_or(0)) {
            (Urgency::Low, _) => Self::QUIET,
            (Urgency::High, 0) => Self::FIRST,
            (Urgency::High, 1) => Self::SECOND,
            (Urgency::High, _) => Self::THIRD,
        }
    }

    /// The number in the database.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Reads the number back.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| i64::from(rank.0) == number)
    }
}

impl Default for Rank {
    /// What a page stored before ranks existed counts as.
    fn default() -> Self {
        Self::THIRD
    }
}
