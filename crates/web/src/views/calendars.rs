//! `/settings/calendars`: addresses for one's calendar program, when one is away, and turns of a schedule read from a calendar.
//!
//! Is not: a calendar (`wire::ical`), or a place that keeps a secret: an address just made is printed once. Caller: the handler of that address.
//!
//! Forms (`POST`), below `/settings/calendars`: itself (`schedule`) · `/{id}/revoke` · `/away` (`from`, `to`) · `/away/{id}/forget` · `/read`
//! (`name`, `ics`) · `/import` (`schedule`, `ics`, `plan`).

use super::parts::{Choice, Field};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "calendars.html")]
pub struct CalendarsPage {
    /// Frame.
    pub shell: Shell,
    /// An address just made; shown once.
    pub made: Option<String>,
    /// What became of a calendar that was read, in a line each.
    pub told: Vec<String>,
    /// Addresses that open something.
    pub feeds: Vec<FeedRow>,
    /// What a new address may show.
    pub schedules: Vec<Choice>,
    /// Why none was made.
    pub feed_error: Option<String>,
    /// When they are away.
    pub absences: Vec<AwayRow>,
    /// First day away, as typed.
    pub from: Field,
    /// Last day away, as typed.
    pub to: Field,
    /// Name of a calendar with absences, as typed.
    pub calendar: Field,
    /// Its text, as typed.
    pub ics: Field,
    /// Schedules whose turns they may read in; empty hides that part.
    pub arranges: Vec<Choice>,
    /// The text of a calendar with turns, as typed.
    pub turns: Field,
}

/// An address for a calendar program.
pub struct FeedRow {
    /// Handle, not the secret.
    pub id: String,
    /// `Your own turns`, `Schedule payments-primary`.
    pub what: String,
    /// When it was made.
    pub created: When,
    /// When somebody last read it.
    pub used: Option<When>,
}

/// A span in which somebody is away.
pub struct AwayRow {
    /// Handle.
    pub id: String,
    /// Its begin.
    pub from: When,
    /// Its end.
    pub to: When,
    /// The calendar it was read from; empty when they said so themselves.
    pub source: String,
    /// Schedules on which they are on call then.
    pub turns: Vec<String>,
}
