//! A schedule as lanes over weeks, and what people agreed on beside it.
//!
//! Everything is placed in percent of a week's width, so that one drawing fits a phone and a desk and nothing needs an inline style.

use super::super::parts::{Empty, Filter, Person, Tag};
use super::super::shell::Shell;
use super::super::time::When;
use askama::Template;

/// `/oncall/{schedule}`.
#[derive(Template)]
#[template(path = "oncall_lanes.html")]
pub struct LanesPage {
    /// Frame.
    pub shell: Shell,
    /// Its handle.
    pub id: String,
    /// `Payments · Europe/Berlin`.
    pub note: String,
    /// Where its plan comes from and what that means: "The plan comes from a file: change it there."
    pub source: String,
    /// Who is on call now, and what can be done about it.
    pub now: super::ScheduleCard,
    /// 1, 2, 4 or 8 weeks.
    pub spans: Vec<Filter>,
    /// The weeks before and after.
    pub earlier: String,
    /// See `earlier`.
    pub later: String,
    /// The drawing.
    pub lanes: Lanes,
    /// Whether the reader may arrange or ask.
    pub may_act: bool,
    /// Whether the reader may change the plan here.
    pub may_edit: bool,
    /// The reader may read turns in from a calendar.
    pub may_import: bool,
    /// What was agreed and holds now or later.
    pub agreed: Vec<AgreedRow>,
    /// What is asked.
    pub requests: Vec<RequestRow>,
    /// Plans that begin later.
    pub staged: Vec<StagedRow>,
    /// What whoever leaves wrote, newest first.
    pub notes: Vec<NoteRow>,
    /// Whether the reader may leave a note.
    pub may_note: bool,
    /// The same as words.
    pub shifts: Vec<super::ShiftRow>,
}

/// Weeks of lanes.
#[derive(Default)]
pub struct Lanes {
    /// One drawing each.
    pub weeks: Vec<Week>,
    /// Where a chosen span is opened: `/oncall/{id}/override`; empty when the reader may not.
    pub opens: String,
    /// Minutes of one step of the keyboard.
    pub step_minutes: u32,
    /// Who is drawn in which colour, and the schedule's zone: `Times are yours, Europe/Berlin`.
    pub legend: Vec<LegendRow>,
    /// Whose days they are.
    pub zone: String,
    /// The reader's zone by name, for the script.
    pub reader_zone: String,
}

/// A person's colour.
pub struct LegendRow {
    /// Who.
    pub person: Person,
    /// `p0` … `p7`.
    pub colour: &'static str,
}

/// One week.
pub struct Week {
    /// `4 – 10 May 2026`.
    pub label: String,
    /// Begin, UTC.
    pub from: String,
    /// End, UTC.
    pub to: String,
    /// Height in pixels.
    pub height: u32,
    /// Its days.
    pub days: Vec<Day>,
    /// The layers, lowest first, then what they amount to.
    pub lanes: Vec<Lane>,
    /// Where now is; empty in other weeks.
    pub now_x: String,
}

/// One day.
pub struct Day {
    /// Percent from the left.
    pub x: String,
    /// Percent of the week.
    pub width: String,
    /// `Mon 4`.
    pub label: String,
    /// `clock +1 h`; may be empty.
    pub mark: String,
    /// The reader's today.
    pub today: bool,
}

/// One lane.
pub struct Lane {
    /// Name of the layer; `On call` for the last.
    pub name: String,
    /// Pixels from the top.
    pub y: u32,
    /// Pixels.
    pub height: u32,
    /// What the layers and agreements amount to.
    pub last: bool,
    /// In order.
    pub segments: Vec<Segment>,
}

/// A stretch of a lane.
pub struct Segment {
    /// Percent from the left.
    pub x: String,
    /// Percent of the week.
    pub width: String,
    /// `p3`, `gap`, `empty`.
    pub class: &'static str,
    /// Agreed beside the plan: hatched.
    pub agreed: bool,
    /// `AE`, `▲`.
    pub letters: String,
    /// `Alice Example`, `Nobody`.
    pub name: String,
    /// Who, from when to when, in the reader's zone and UTC.
    pub title: String,
    /// Where it leads; empty for layers.
    pub href: String,
}

/// A span that was agreed.
pub struct AgreedRow {
    /// Its handle.
    pub id: String,
    /// Who.
    pub person: Person,
    /// `takes it`, `swap`, `shadows`.
    pub what: Tag,
    /// Begin.
    pub from: When,
    /// End.
    pub to: When,
    /// `arranged by Carol Khan · Concert`.
    pub note: String,
    /// Whether the reader may undo it, and what that does.
    pub undo: Option<String>,
}

/// A request.
pub struct RequestRow {
    /// Its schedule.
    pub schedule: String,
    /// Its handle.
    pub id: String,
    /// Whose span it is.
    pub person: Person,
    /// `asks everybody`, `asks Bob Example`.
    pub whom: String,
    /// Begin.
    pub from: When,
    /// End.
    pub to: When,
    /// The span in return.
    pub back: Option<(When, When)>,
    /// A line to read.
    pub note: String,
    /// Where it stands.
    pub state: Tag,
    /// More about that: who took it, why it is over; may be empty.
    pub said: String,
    /// The reader may take it.
    pub may_accept: bool,
    /// The reader was asked by name.
    pub may_decline: bool,
    /// The reader may take it back.
    pub may_withdraw: bool,
    /// The reader may undo what was agreed; the handle of a span.
    pub undo: Option<String>,
    /// What speaks against taking it: too little rest.
    pub misgivings: Vec<String>,
    /// Nothing reaches the reader: a reason is asked for.
    pub needs_reason: bool,
}

/// A plan that begins later.
pub struct StagedRow {
    /// When.
    pub from: When,
    /// The instant, for the form.
    pub iso: String,
    /// Who changed it.
    pub by: String,
    /// Whether it has begun.
    pub begun: bool,
}

/// A note.
pub struct NoteRow {
    /// Who.
    pub by: String,
    /// When.
    pub at: When,
    /// What.
    pub text: String,
}

/// Empty states of the page.
impl LanesPage {
    /// What is said where nothing was agreed.
    #[must_use]
    pub fn nothing_agreed(&self) -> Empty {
        Empty { text: "Nothing is agreed beside the plan.".to_owned(), next: None }
    }
}
