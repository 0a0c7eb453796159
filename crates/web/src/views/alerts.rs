//! `/alerts` and `/alerts/{id}`: what monitoring said, why it paged (or did not), and every delivery attempt.
//!
//! Is not: the woken person's page. Callers: the handlers of `/alerts`.
//!
//! Forms: `POST /alerts/{id}/ack` · `/alerts/{id}/resolve` · `/alerts/{id}/snooze` (`for` or `until`). List filter: `GET /alerts?state=&q=`.

use super::parts::{Choice, Empty, ExternalLink, Filter, Link, Tag};
use super::shell::Shell;
use super::time::{Clock, When};
use askama::Template;

/// The list.
#[derive(Template)]
#[template(path = "alerts.html")]
pub struct AlertsPage {
    /// Frame.
    pub shell: Shell,
    /// `Open`, `All`, …
    pub filters: Vec<Filter>,
    /// The `state` in force, sent along by the search form.
    pub state: String,
    /// What was searched for.
    pub query: String,
    /// Newest first.
    pub alerts: Vec<AlertRow>,
    /// Shown when `alerts` is empty.
    pub empty: Empty,
    /// Next page of the list.
    pub more: Option<Link>,
}

/// One alert in a list.
pub struct AlertRow {
    /// `/alerts/…`.
    pub href: String,
    /// What it says.
    pub title: String,
    /// State.
    pub state: Tag,
    /// Urgency when it paged; otherwise what its route decided (`recorded`, `notified`, `suppressed`).
    pub outcome: Tag,
    /// Service; may be empty.
    pub service: String,
    /// Integration it came through.
    pub source: String,
    /// First event.
    pub since: When,
    /// `37 events`.
    pub events: String,
    /// Incident it belongs to.
    pub incident: Option<Link>,
}

/// One alert.
#[derive(Template)]
#[template(path = "alert.html")]
pub struct AlertPage {
    /// Frame.
    pub shell: Shell,
    /// Id, in the forms' addresses.
    pub id: String,
    /// What it says.
    pub title: String,
    /// State.
    pub state: Tag,
    /// Urgency when it paged; otherwise what its route decided.
    pub outcome: Tag,
    /// Longer text from the tool; may be empty.
    pub description: String,
    /// Since it fires, while it does.
    pub age: Option<Clock>,
    /// Named facts: service, integration, dedup key, first and last event…
    pub facts: Vec<Fact>,
    /// Labels as received.
    pub labels: Vec<Fact>,
    /// Why it paged, or why it did not: one sentence each, in order.
    pub reasons: Vec<String>,
    /// Where the tool itself shows it.
    pub source: Option<ExternalLink>,
    /// Runbooks of the service.
    pub runbooks: Vec<Link>,
    /// Incident it belongs to.
    pub incident: Option<Link>,
    /// `/incidents/new?alert=…`, when the reader may declare and there is no incident yet.
    pub declare: Option<String>,
    /// Whether acknowledge is offered.
    pub can_ack: bool,
    /// Whether resolve is offered.
    pub can_resolve: bool,
    /// "Snoozed until …", when it rings again; empty when it does not.
    pub snoozed: String,
    /// How long it may be snoozed; empty when snoozing is not offered.
    pub snooze: Vec<Choice>,
    /// The pages it rang, newest first.
    pub pages: Vec<PageRun>,
    /// Events, newest first.
    pub events: Vec<EventRow>,
    /// `The 50 newest of 412.`; empty when all are shown.
    pub events_note: String,
    /// Why a person was paged, or was not.
    pub why: WhyPart,
}

/// Why one person was paged for an alert, or was not.
#[derive(Default)]
pub struct WhyPart {
    /// Whom one may ask about, the asked one selected.
    pub people: Vec<Choice>,
    /// In order.
    pub sentences: Vec<String>,
}

/// A named value.
pub struct Fact {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// One run of a policy.
pub struct PageRun {
    /// Id.
    pub id: String,
    /// State.
    pub state: Tag,
    /// When it began.
    pub began: When,
    /// `Acknowledged by Alice after 48 s`, `rings Bob at 03:12 next`.
    pub summary: String,
    /// Every notification and each of its attempts, in order.
    pub deliveries: Vec<Delivery>,
}

/// One attempt, or one that is planned.
pub struct Delivery {
    /// When.
    pub at: When,
    /// Person.
    pub who: String,
    /// `webhook`, `mail`.
    pub method: String,
    /// `step 1`, `last resort`.
    pub step: String,
    /// Which attempt: `1`, `2 (repeat)`; empty when planned.
    pub attempt: String,
    /// Outcome.
    pub outcome: Tag,
    /// `250 queued`, `connection refused; next try 03:08`.
    pub detail: String,
}

/// One event.
pub struct EventRow {
    /// When received.
    pub at: When,
    /// `trigger`, `acknowledge`, `resolve`.
    pub kind: String,
    /// What became of it: `deduplicated`, `paged`, `ignored: already resolved`.
    pub outcome: String,
    /// Summary in the event.
    pub summary: String,
}
