//! The list of incidents.

use super::{Eyes, home::day, line, severity};
use crate::views::{
    Empty, Filter, Link, Shell, Tag,
    incidents::{IncidentRow, IncidentsPage},
    time::rough,
};
use nightbell_engine::domain::response::{Incident, IncidentStatus, RuleId, playbook};

/// Which incidents are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// People are working on them.
    Open,
    /// Over, and a postmortem is owed.
    Owing,
    /// All, newest first.
    All,
}

impl Show {
    const EVERY: [Self; 3] = [Self::Open, Self::Owing, Self::All];

    /// Reads the `show` of the address; anything else is `all`.
    pub fn from_word(word: &str) -> Self {
        Self::EVERY.into_iter().find(|show| show.word() == word).unwrap_or(Self::All)
    }

    /// The `show` in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Owing => "owing",
            Self::All => "all",
        }
    }

    fn takes(self, incident: &Incident) -> bool {
        match self {
            Self::Open => incident.status.is_open(),
            Self::Owing => incident.status == IncidentStatus::Resolved && incident.owes_postmortem(),
            Self::All => true,
        }
    }
}

/// Fills the list. `next` is the cursor of what follows.
pub fn page(eyes: &Eyes<'_>, shell: Shell, show: Show, incidents: &[Incident], next: Option<&str>) -> IncidentsPage {
    let label = |show| match show {
        Show::Open => "Open",
        Show::Owing => "Owes a postmortem",
        Show::All => "All",
    };
    let filter = |of: Show| Filter {
        href: format!("/incidents?show={}", of.word()),
        label: label(of).to_owned(),
        count: String::new(),
        current: of == show,
    };
    IncidentsPage {
        shell,
        filters: Show::EVERY.into_iter().map(filter).collect(),
        incidents: incidents
            .iter()
            .filter(|incident| show.takes(incident))
            .map(|incident| row(eyes, incident))
            .collect(),
        empty: match show {
            Show::Open => Empty::new("No incident is open.", "/incidents?show=all", "See earlier ones"),
            Show::Owing => Empty::new("No postmortem is owed.", "/incidents?show=all", "See all incidents"),
            Show::All => Empty::new(
                "No incident yet. Declare one as soon as customers are affected.",
                "/incidents/new",
                "Declare an incident",
            ),
        },
        more: next
            .map(|before| Link::new(format!("/incidents?show={}&before={before}", show.word()), "Earlier incidents")),
        can_declare: eyes.may_respond(),
    }
}

fn row(eyes: &Eyes<'_>, incident: &Incident) -> IncidentRow {
    let adherence = playbook::adherence(incident, eyes.now);
    let lasted = |until: jiff::Timestamp| match rough(
        until.duration_since(incident.declared_at).as_secs().max(0).unsigned_abs(),
    ) {
        short if short.is_empty() => "a few seconds".to_owned(),
        long => long,
    };
    IncidentRow {
        slug: incident.slug.clone(),
        title: line(&incident.title),
        severity: severity(&incident.severity),
        status: Tag::state(incident.status.word()),
        declared: eyes.when(incident.declared_at),
        length: match incident.resolved_at.or(incident.closed_at) {
            Some(end) => lasted(end),
            None => format!("open for {}", lasted(eyes.now)),
        },
        commander: incident.roles.commander.as_ref().map(|user| eyes.name(user)).unwrap_or_default(),
        playbook: if adherence.owed == 0 {
            String::new()
        } else {
            format!("{} of {} kept", adherence.met, adherence.owed)
        },
        owes: owes(eyes, incident),
    }
}

/// `postmortem by Fri 8 May`; empty while it is open or when nothing is owed.
pub fn owes(eyes: &Eyes<'_>, incident: &Incident) -> String {
    let owed = incident.obligation(RuleId::PostmortemOnTime).filter(|o| o.is_owed());
    match owed {
        Some(owed) if incident.status == IncidentStatus::Resolved => match owed.due_at {
            Some(due) => format!("postmortem by {}", day(eyes, due)),
            None => "a postmortem".to_owned(),
        },
        _ => String::new(),
    }
}
