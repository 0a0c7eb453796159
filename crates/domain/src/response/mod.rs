//! The response: an incident from declaration to closing, who holds which role, what was promised and what is owed.
//!
//! The incident's events are its timeline. Decisions are methods on [`Incident`] that return events or a [`crate::refusal::Refusal`];
//! nothing here pages, sends or publishes: the engine turns the events into pages, mails and notices.

mod act;
mod declare;
mod entries;
mod event;
mod evolve;
mod incident;
mod lifecycle;
mod mitigation;
pub mod playbook;
mod roles;
pub mod room;
mod severity;
pub mod timeline;
mod update;
mod words;

pub use act::Act;
pub use declare::{DeclareInput, FirstAlert, declare};
pub use event::{ComponentEffect, IncidentEvent};
pub use incident::{Hypothesis, Incident, Mitigation, MitigationState, Offer, Promise, PublicFace, RoleSeats, Try};
pub use mitigation::mitigations_of;
pub use playbook::{Adherence, Look, Obligation, ObligationState, RuleId, RuleLine, RungPaged, Standing, WhoToPage};
pub use room::{RoleWho, RoomCommand};
pub use severity::SeverityInput;
pub use timeline::{TimelineLine, describe, timeline};
pub use update::{PublishInput, UpdateInput};
pub use words::{EntryKind, IncidentStatus, RoleKind};

#[cfg(test)]
pub(crate) mod tests;
