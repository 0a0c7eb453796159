//! The organisation: configuration objects as plain, versioned values. Not operational state: nothing here rings or waits.
//! Objects are identified by their handle (ADR 0005); personal data sits only in [`User`].

mod contact;
mod cover;
mod directory;
mod objects;
mod people;
mod personal;
mod policy;
mod severity;
mod target;

pub use contact::{Contact, ContactKind};
pub use cover::{
    Although, Begin, Cover, CoverReason, CoverRequest, CoverSpan, HandoffNote, REST, RequestStatus, Seat, StagedPlan,
    Turn, Unanswered,
};
pub use directory::{ConfigKind, ConfigObject, Organisation, OrganisationProblem};
pub use objects::{
    Integration, IntegrationKind, ResponseSettings, Rhythm, Route, RouteOutcome, RunbookSource, Service,
    StatusComponent, StatusPage, Team,
};
pub use people::{AccessRole, NotificationRule, NotificationRules, Urgency, User};
pub use personal::{AtMost, Personal, Proved, QuietHours, free_handle};
pub use policy::{
    Acknowledge, CivilTime, Condition, Facts, HoldLow, Locality, Policy, PolicyStep, Weekday, WorkingHours,
};
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
