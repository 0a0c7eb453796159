//! The list of alerts: filters, search, one row each.

use super::{Eyes, count, line, urgency_of};
use crate::views::{
    Empty, Filter, Link, Shell, Tag,
    alerts::{AlertRow, AlertsPage},
};
use nightbell_engine::domain::{
    ids::IncidentId,
    org::RouteOutcome,
    response::Incident,
    signal::{Alert, AlertStatus},
};
use std::collections::BTreeMap;

/// Which alerts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Firing or acknowledged.
    Open,
    /// Nobody has it.
    Firing,
    /// All, newest first.
    All,
}

impl Show {
    const EVERY: [Self; 3] = [Self::Open, Self::Firing, Self::All];

    /// Reads the `state` of the address; anything else is `open`.
    pub fn from_word(word: &str) -> Self {
        Self::EVERY.into_iter().find(|show| show.word() == word).unwrap_or(Self::Open)
    }

    /// The `state` in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Firing => "firing",
            Self::All => "all",
        }
    }

    fn takes(self, alert: &Alert) -> bool {
        match self {
            Self::Open => alert.is_open(),
            Self::Firing => alert.status == AlertStatus::Firing,
            Self::All => true,
        }
    }
}

/// Incidents by id, for the link from an alert to its room.
pub type Rooms = BTreeMap<IncidentId, (String, String)>;

/// The rooms of some incidents.
pub fn rooms(incidents: &[Incident]) -> Rooms {
    incidents.iter().map(|i| (i.id, (i.slug.clone(), line(&i.title)))).collect()
}

/// Whether an alert has every searched word in its title, service, source or labels.
pub fn matches(alert: &Alert, query: &str) -> bool {
    let mut text = format!("{} {} {} {}", alert.title, alert.source, alert.integration, alert.dedup_key);
    text.extend(alert.service.iter().map(|service| format!(" {service}")));
    text.extend(alert.labels.iter().map(|(name, value)| format!(" {name}={value}")));
    let text = text.to_lowercase();
    query.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// Fills the list. `next` is the cursor of what follows.
pub fn page(
    eyes: &Eyes<'_>,
    shell: Shell,
    show: Show,
    query: &str,
    alerts: &[Alert],
    rooms: &Rooms,
    next: Option<&str>,
) -> AlertsPage {
    let rows = alerts.iter().filter(|alert| show.takes(alert) && matches(alert, query));
    let address = |show: Show, before: Option<&str>| {
        let mut query_text = url::form_urlencoded::Serializer::new(String::new());
        query_text.append_pair("state", show.word());
        if !query.is_empty() {
            query_text.append_pair("q", query);
        }
        if let Some(before) = before {
            query_text.append_pair("before", before);
        }
        format!("/alerts?{}", query_text.finish())
    };
    let label = |show| match show {
        Show::Open => "Open",
        Show::Firing => "Firing",
        Show::All => "All",
    };
    let filter = |of: Show| Filter {
        href: address(of, None),
        label: label(of).to_owned(),
        count: String::new(),
        current: of == show,
    };
    AlertsPage {
        shell,
        filters: Show::EVERY.into_iter().map(filter).collect(),
        state: show.word().to_owned(),
        query: query.to_owned(),
        alerts: rows.map(|alert| row(eyes, alert, rooms)).collect(),
        empty: empty(eyes, show, query),
        more: next.map(|before| Link::new(address(show, Some(before)), "Older alerts")),
    }
}

fn empty(eyes: &Eyes<'_>, show: Show, query: &str) -> Empty {
    if !query.is_empty() {
        return Empty::new("No alert here has all of these words.", "/alerts?state=all", "See all alerts");
    }
    if eyes.org.integrations.is_empty() {
        return Empty::new("No monitoring tool is connected yet, so no alert can come in.", "/settings", "Connect one");
    }
    match show {
        Show::Open | Show::Firing => Empty::new("Nothing fires.", "/alerts?state=all", "See earlier alerts"),
        Show::All => Empty::new("No alert has come in yet.", "/settings", "Look at the integrations"),
    }
}

fn row(eyes: &Eyes<'_>, alert: &Alert, rooms: &Rooms) -> AlertRow {
    AlertRow {
        href: format!("/alerts/{}", alert.id),
        title: line(&alert.title),
        state: Tag::state(alert.status.word()),
        outcome: outcome(alert),
        service: eyes.service(alert.service.as_ref()),
        source: line(if alert.source.is_empty() { alert.integration.as_str() } else { &alert.source }),
        since: eyes.when(alert.started_at),
        events: count(alert.event_count, "event"),
        incident: alert
            .incident
            .and_then(|id| rooms.get(&id))
            .map(|(slug, title)| Link::new(format!("/incidents/{slug}"), title)),
    }
}

/// What the routes decided: the urgency when it paged, else the word for it.
pub fn outcome(alert: &Alert) -> Tag {
    match alert.routing.outcome {
        RouteOutcome::Page => urgency_of(alert.routing.urgency, alert.status != AlertStatus::Firing),
        RouteOutcome::Notify => Tag::plain("Notified, nobody woken"),
        RouteOutcome::Record => Tag::plain("Recorded only"),
        RouteOutcome::Drop => Tag::plain("Dropped"),
    }
}
