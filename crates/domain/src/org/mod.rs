//! The organisation: configuration objects as plain, versioned values. Not operational state: nothing here rings or waits.
//! Objects are identified by their handle (ADR 0005); personal data sits only in [`User`].

mod directory;
mod objects;
mod people;
mod severity;
mod target;

pub use directory::{ConfigKind, ConfigObject, Organisation, OrganisationProblem};
pub use objects::{
    Integration, IntegrationKind, Policy, PolicyStep, ResponseSettings, Rhythm, Route, RouteOutcome, RunbookSource,
    Service, StatusComponent, StatusPage, Team,
};
pub use people::{AccessRole, Contact, ContactKind, NotificationRule, NotificationRules, Urgency, User};
pub use severity::{Severity, SeverityAnswers, SeverityTable};
pub use target::{Reached, Target};

/// A schedule as stored: who owns it and how it turns.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    /// Handle.
    pub id: crate::ids::ScheduleId,
    /// The owning team.
    pub team: Option<crate::ids::TeamId>,
    /// Rotations, restrictions and overrides.
    pub calendar: nightbell_calendar::Schedule,
}

#[cfg(test)]
mod tests;
