//! The status page as data: what `status` renders and what an explicit publish replaces as a whole.

use serde::{Deserialize, Serialize};

use crate::{Component, ComponentGroup, ComponentStatus, Instant, Notice};

/// One public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The page's place in URLs (`/status/{slug}`); lower-case letters, digits and hyphens.
    pub slug: String,
    /// What the page is called, as `Acme`.
    pub name: String,
    /// IANA zone of the page's audience, as `Europe/Berlin`; times are shown in UTC first, always.
    pub time_zone: String,
    /// The components in their groups, in the order shown.
    pub groups: Vec<ComponentGroup>,
    /// Notices that are open or of the last [`crate::HISTORY_DAYS`] days, newest first.
    pub notices: Vec<Notice>,
    /// Planned work: under way, to come, and done in the last [`crate::HISTORY_DAYS`] days; soonest first.
    #[serde(default)]
    pub maintenance: Vec<Maintenance>,
    /// When anything on the page last changed.
    pub updated_at: Instant,
}

impl Page {
    /// Every component, in the order shown.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.groups.iter().flat_map(|group| &group.components)
    }

    /// The component with this public id, if it is on the page.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components().find(|component| component.id == id)
    }

    /// The notice with this public id, if it is on the page.
    pub fn notice(&self, id: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.id == id)
    }

    /// Notices that are not resolved, newest first.
    pub fn open_notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| notice.is_open())
    }

    /// The worst status of any component; operational for a page without components.
    pub fn worst_status(&self) -> ComponentStatus {
        self.components().map(|component| component.status).max().unwrap_or(ComponentStatus::Operational)
    }
}

/// Planned work on components, as announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Short random slug, made for the public.
    pub id: String,
    /// The headline.
    pub title: String,
    /// Plain text; line breaks are kept.
    pub text: String,
    /// Where it stands.
    pub status: MaintenanceStatus,
    /// Ids of the components concerned; ids that are not on the page are not shown.
    pub components: Vec<String>,
    /// Planned start.
    pub starts_at: Instant,
    /// Planned end; always after `starts_at`.
    pub ends_at: Instant,
    /// When the announcement was published.
    pub published_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// Where planned work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceStatus {
    /// To come.
    Scheduled,
    /// Under way.
    InProgress,
    /// Over.
    Completed,
}

impl MaintenanceStatus {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            MaintenanceStatus::Scheduled => "Scheduled",
            MaintenanceStatus::InProgress => "In progress",
            MaintenanceStatus::Completed => "Completed",
        }
    }

    /// What machines read, also the serde form.
    pub fn word(self) -> &'static str {
        match self {
            MaintenanceStatus::Scheduled => "scheduled",
            MaintenanceStatus::InProgress => "in_progress",
            MaintenanceStatus::Completed => "completed",
        }
    }
}
