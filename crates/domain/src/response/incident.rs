//! An incident as it stands: the row that decisions load. Built by folding its events (`evolve.rs`), never written by hand.

use super::{IncidentStatus, Obligation, RoleKind, RuleId};
use crate::{
    ids::{
        AlertId, ComponentId, IncidentId, PageId, PostmortemId, RunbookId, ServiceId, SeverityId, StatusPageId, UserId,
    },
    org::Severity,
    record::{Actor, Instant},
};
use jiff::SignedDuration;
use nightbell_public::NoticeStatus;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A seat offered and not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which seat.
    pub role: RoleKind,
    /// To whom.
    pub to: UserId,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

/// Who holds which role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSeats {
    /// One or nobody: never two (INV-17).
    pub commander: Option<UserId>,
    /// Any number.
    pub ops: BTreeSet<UserId>,
    /// One or nobody.
    pub comms: Option<UserId>,
    /// One or nobody.
    pub scribe: Option<UserId>,
    /// Open offers; at most one per single seat, one per person for Ops.
    pub offers: Vec<Offer>,
}

impl RoleSeats {
    /// Who holds the role.
    pub fn holders(&self, role: RoleKind) -> Vec<&UserId> {
        match role {
            RoleKind::Commander => self.commander.iter().collect(),
            RoleKind::Ops => self.ops.iter().collect(),
            RoleKind::Comms => self.comms.iter().collect(),
            RoleKind::Scribe => self.scribe.iter().collect(),
        }
    }

    /// Whether that person holds the role.
    pub fn holds(&self, role: RoleKind, user: &UserId) -> bool {
        self.holders(role).contains(&user)
    }

    /// The roles a person holds: two hats are allowed, and shown.
    pub fn hats(&self, user: &UserId) -> Vec<RoleKind> {
        RoleKind::ALL.into_iter().filter(|role| self.holds(*role, user)).collect()
    }

    /// The open offer of a role to a person.
    pub fn offer(&self, role: RoleKind, to: &UserId) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.role == role && offer.to == *to)
    }
}

/// When the next update was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// For when.
    pub at: Instant,
    /// When it was promised.
    pub made_at: Instant,
}

/// What the public sees of it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicFace {
    /// The notice's public slug.
    pub notice: String,
    /// The page it is on.
    pub page: StatusPageId,
    /// The public headline.
    pub title: String,
    /// The public status word.
    pub status: NoticeStatus,
    /// The newest public words.
    pub text: String,
    /// When they were published.
    pub at: Instant,
    /// The components concerned so far.
    pub components: Vec<ComponentId>,
}

/// Something that can be tried at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// Names it within the incident; what people type.
    pub key: String,
    /// What it is, one line.
    pub title: String,
    /// The command to run, when there is one.
    pub command: Option<String>,
    /// The runbook it comes from.
    pub runbook: Option<RunbookId>,
}

/// One try of a mitigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Instant,
    /// Whether it helped; `None` while nobody has said.
    pub worked: Option<bool>,
    /// When that was said.
    pub judged_at: Option<Instant>,
}

/// A mitigation and its tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MitigationState {
    /// What it is.
    pub mitigation: Mitigation,
    /// Oldest first.
    pub tried: Vec<Try>,
}

/// What may be the cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Its place in the stream.
    pub seq: u64,
    /// As it reads now.
    pub text: String,
    /// What refuted it.
    pub refuted: Option<String>,
}

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Id.
    pub id: IncidentId,
    /// `inc-2026-05-02-checkout-down`; the room is `#` and this.
    pub slug: String,
    /// One line.
    pub title: String,
    /// Its severity; equals `row.id`.
    pub severity: SeverityId,
    /// The row of the severity table it is held to, as it was when declared or changed.
    pub row: Severity,
    /// Why this severity.
    pub severity_why: String,
    /// What is broken.
    pub service: Option<ServiceId>,
    /// The runbook shown beside.
    pub runbook: Option<RunbookId>,
    /// When it was declared.
    pub declared_at: Instant,
    /// By whom.
    pub declared_by: Actor,
    /// When the trouble began: the earliest linked alert, else the declaration.
    pub began_at: Instant,
    /// Where it stands.
    pub status: IncidentStatus,
    /// Who holds which role.
    pub roles: RoleSeats,
    /// The latest update's words; empty before the first.
    pub summary: String,
    /// When the next update was promised.
    pub promise: Option<Promise>,
    /// When the last update was posted.
    pub last_update_at: Option<Instant>,
    /// What the public sees; `None` before the first publication.
    pub public: Option<PublicFace>,
    /// What can be tried, above diagnosis.
    pub mitigations: Vec<MitigationState>,
    /// What may be the cause.
    pub hypotheses: Vec<Hypothesis>,
    /// Its alerts.
    pub alerts: Vec<AlertId>,
    /// Its pages.
    pub pages: Vec<PageId>,
    /// What is and was owed; never shortened.
    pub obligations: Vec<Obligation>,
    /// When it was resolved.
    pub resolved_at: Option<Instant>,
    /// When it was closed or cancelled.
    pub closed_at: Option<Instant>,
    /// Its postmortem, once drafted.
    pub postmortem: Option<PostmortemId>,
    /// When that was published.
    pub postmortem_published_at: Option<Instant>,
    /// How many events of its stream it folds.
    pub version: u64,
    /// When `tick` has something to do; `None` when nothing is on a clock.
    pub next_due_at: Option<Instant>,
}

impl Incident {
    /// The room's name: `#inc-2026-05-02-checkout-down`.
    pub fn room(&self) -> String {
        format!("#{}", self.slug)
    }

    /// What is owed by a rule.
    pub fn obligation(&self, rule: RuleId) -> Option<&Obligation> {
        self.obligations.iter().find(|obligation| obligation.rule == rule)
    }

    /// Whether a postmortem is still owed.
    pub fn owes_postmortem(&self) -> bool {
        self.obligation(RuleId::PostmortemOnTime).is_some_and(Obligation::is_owed)
    }

    /// By how much the public's newest words are older than the room's; `None` when they are not, or were never said.
    pub fn public_behind(&self) -> Option<SignedDuration> {
        let public = self.public.as_ref()?;
        self.last_update_at.map(|last| last.duration_since(public.at)).filter(SignedDuration::is_positive)
    }
}
