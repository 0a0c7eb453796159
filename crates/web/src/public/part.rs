//! The parts of a status page, their addresses, and the function of the status crate that makes each.

use super::{ATOM, CSS, HTML, JSON, Kind, RSS, SVG};
use jiff::Timestamp;
use nightbell_engine::{Directory, Fault, Tx, views};
use nightbell_status as status;

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Index,
    History,
    Notice,
    Atom,
    Rss,
    Badge,
    Icon,
    Style,
    Summary,
    Status,
    Components,
    Incidents,
    Unresolved,
    Maintenances,
}

/// What the parts need to know of the installation.
pub(super) struct House {
    /// Where it is reached, without a slash at its end.
    pub(super) public_url: String,
    /// Whether updates by mail can be offered.
    pub(super) sends_mail: bool,
}

impl Part {
    /// Every part at its address.
    pub(super) const ALL: [(&str, Self); 14] = [
        ("/status/{slug}", Self::Index),
        ("/status/{slug}/history", Self::History),
        ("/status/{slug}/notices/{id}", Self::Notice),
        ("/status/{slug}/history.atom", Self::Atom),
        ("/status/{slug}/history.rss", Self::Rss),
        ("/status/{slug}/badge.svg", Self::Badge),
        ("/status/{slug}/icon.svg", Self::Icon),
        ("/status/{slug}/status.css", Self::Style),
        ("/status/{slug}/api/v2/summary.json", Self::Summary),
        ("/status/{slug}/api/v2/status.json", Self::Status),
        ("/status/{slug}/api/v2/components.json", Self::Components),
        ("/status/{slug}/api/v2/incidents.json", Self::Incidents),
        ("/status/{slug}/api/v2/incidents/unresolved.json", Self::Unresolved),
        ("/status/{slug}/api/v2/scheduled-maintenances.json", Self::Maintenances),
    ];

    /// What kind of bytes it is.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Index | Self::History | Self::Notice => HTML,
            Self::Atom => ATOM,
            Self::Rss => RSS,
            Self::Badge | Self::Icon => SVG,
            Self::Style => CSS,
            Self::Summary
            | Self::Status
            | Self::Components
            | Self::Incidents
            | Self::Unresolved
            | Self::Maintenances => JSON,
        }
    }

    /// Makes it; `None` for a notice the page does not have.
    ///
    /// # Errors
    /// A refusal when there is no such page; the store's.
    pub(super) fn bytes(
        self,
        tx: &mut dyn Tx,
        directory: &Directory,
        house: &House,
        slug: &str,
        notice: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        let page = views::status_page(tx, directory, slug, now)?;
        let base = format!("{}/status/{slug}", house.public_url);
        Ok(Some(match self {
            Self::Index if house.sends_mail => status::render_html_with_mail(&page, now),
            Self::Index => status::render_html(&page, now),
            Self::History => status::history_html(&page, now),
            Self::Notice => return Ok(status::notice_html(&page, notice, now)),
            Self::Atom => status::atom(&page, &base),
            Self::Rss => status::rss(&page, &base),
            Self::Badge => status::badge_svg(&page),
            Self::Icon => status::icon_svg(&page),
            Self::Style => status::STATUS_CSS.to_owned(),
            Self::Summary => status::summary_json(&page, &base).to_string(),
            Self::Status => status::status_json(&page, &base).to_string(),
            Self::Components => status::components_json(&page, &base).to_string(),
            Self::Incidents => status::incidents_json(&page, &base).to_string(),
            Self::Unresolved => status::unresolved_json(&page, &base).to_string(),
            Self::Maintenances => status::maintenances_json(&page, &base, None).to_string(),
        }))
    }
}
