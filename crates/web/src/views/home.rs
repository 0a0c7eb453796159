//! `/`: what needs a human now, who is on call, and what is owed.
//!
//! Is: the first page after signing in. Is not: a dashboard of figures. Callers: the handler of `/`.
//!
//! Forms: `POST /pages/{page}/ack`.

use super::oncall::policy::HoleLine;
use super::parts::{Link, Person, Tag};
use super::shell::Shell;
use super::time::{Clock, When};
use askama::Template;

/// The first page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// Frame.
    pub shell: Shell,
    /// Pages ringing now, the reader's own first.
    pub ringing: Vec<RingingPage>,
    /// Open incidents, most severe first.
    pub incidents: Vec<IncidentCard>,
    /// Who is on call now, a row per schedule.
    pub oncall: Vec<OncallNow>,
    /// Postmortems and action items whose time runs or has run out, most overdue first.
    pub owed: Vec<Owed>,
    /// Where a page reaches too few in the next days; only for those who may mend it.
    pub holes: Vec<HoleLine>,
    /// How many more.
    pub more_holes: usize,
    /// First steps still to do (`Connect a monitoring tool`, …); empty once set up.
    pub first_steps: Vec<FirstStep>,
    /// `Nobody is on call on payments-primary until 19:00.`: schedules people count on that have a gap now; may be empty.
    pub gap_fact: String,
    /// `Last alert 3 h ago, handled in 6 min.`: shown when all is quiet; may be empty.
    pub quiet_fact: String,
}

/// A page that rings.
pub struct RingingPage {
    /// Id in the form's address.
    pub id: String,
    /// [`Tag::urgency`].
    pub urgency: Tag,
    /// What broke.
    pub title: String,
    /// `/alerts/…`.
    pub href: String,
    /// Service; may be empty.
    pub service: String,
    /// Rings since.
    pub since: Clock,
    /// Who is being called: `You` or names.
    pub who: String,
    /// `Bob at 03:12`; empty when nobody comes next.
    pub next: String,
    /// Whether the reader may acknowledge.
    pub can_ack: bool,
}

/// An open incident.
pub struct IncidentCard {
    /// `inc-…`.
    pub slug: String,
    /// Title.
    pub title: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Status word.
    pub status: Tag,
    /// Since it was declared.
    pub age: Clock,
    /// `Dana Example commands`, or `No commander yet`.
    pub command: String,
    /// True when nobody commands although somebody must.
    pub command_owed: bool,
    /// To the promised update, if one is promised.
    pub next_update: Option<Clock>,
}

/// Who is on call on one schedule.
pub struct OncallNow {
    /// Schedule.
    pub schedule: Link,
    /// `None` is a gap.
    pub primary: Option<Person>,
    /// Somebody counts on this schedule (a policy or a response role), so that a gap is shown in red.
    pub relied_on: bool,
    /// Second person, if the schedule has one.
    pub backup: Option<Person>,
    /// Until when; `None` when nothing changes in sight.
    pub until: Option<When>,
}

/// Something owed after an incident.
pub struct Owed {
    /// `Postmortem` or `Action item`.
    pub kind: String,
    /// What.
    pub what: Link,
    /// Who owes it: a name, or `Nobody yet`.
    pub owner: String,
    /// `due Fri 8 May`.
    pub due: String,
    /// [`Tag::state`] `overdue`, `due`, `open`.
    pub state: Tag,
}

/// One step of setting up.
pub struct FirstStep {
    /// What to do.
    pub link: Link,
    /// Why, in one sentence.
    pub why: String,
    /// Already done.
    pub done: bool,
}
