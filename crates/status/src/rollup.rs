//! The page in one word: what the headline, the badge and the machine-readable status agree on.

use nightbell_public::{ComponentStatus, Impact, Page};

/// How the page is doing as a whole. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Indicator {
    None,
    Maintenance,
    Minor,
    Major,
    Critical,
}

impl Indicator {
    /// The worse of what the components show and what the open notices say.
    pub(crate) fn of(page: &Page) -> Indicator {
        let spoken = page.open_notices().map(|notice| Indicator::from_impact(notice.impact)).max();
        Indicator::from_components(page).max(spoken.unwrap_or(Indicator::None))
    }

    /// A major outage is critical only when nothing else works any more.
    fn from_components(page: &Page) -> Indicator {
        match page.worst_status() {
            ComponentStatus::Operational => Indicator::None,
            ComponentStatus::UnderMaintenance => Indicator::Maintenance,
            ComponentStatus::DegradedPerformance => Indicator::Minor,
            ComponentStatus::PartialOutage => Indicator::Major,
            ComponentStatus::MajorOutage => {
                let all_out = page.components().all(|component| component.status == ComponentStatus::MajorOutage);
                if all_out { Indicator::Critical } else { Indicator::Major }
            }
        }
    }

    fn from_impact(impact: Impact) -> Indicator {
        match impact {
            Impact::None => Indicator::None,
            Impact::Minor => Indicator::Minor,
            Impact::Major => Indicator::Major,
            Impact::Critical => Indicator::Critical,
        }
    }

    /// The word of the Statuspage v2 format.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Indicator::None => "none",
            Indicator::Maintenance => "maintenance",
            Indicator::Minor => "minor",
            Indicator::Major => "major",
            Indicator::Critical => "critical",
        }
    }

    /// The sentence of the Statuspage v2 format, which existing consumers compare letter by letter.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Indicator::None => "All Systems Operational",
            Indicator::Maintenance => "Service Under Maintenance",
            Indicator::Minor => "Partially Degraded Service",
            Indicator::Major => "Partial System Outage",
            Indicator::Critical => "Major Service Outage",
        }
    }

    /// The headline for people when no notice supplies a better one.
    pub(crate) fn headline(self) -> &'static str {
        match self {
            Indicator::None => "All systems operational",
            Indicator::Maintenance => "Planned maintenance is under way",
            Indicator::Minor => "Some systems are degraded",
            Indicator::Major => "Some systems are failing",
            Indicator::Critical => "Major outage",
        }
    }

    /// Two words at most, for the badge.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Indicator::None => "operational",
            Indicator::Maintenance => "maintenance",
            Indicator::Minor => "degraded",
            Indicator::Major => "partial outage",
            Indicator::Critical => "major outage",
        }
    }
}
