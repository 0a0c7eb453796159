//! The form of a plan: made new, or changed from an instant on; with the next eight weeks before anything is stored.

use super::super::parts::{Choice, Field};
use super::super::shell::Shell;
use super::super::time::When;
use super::{lanes::Lanes, turns::ChangeRow};
use askama::Template;

/// `/oncall/new` and `/oncall/{schedule}/edit`.
#[derive(Template)]
#[template(path = "oncall_plan.html")]
pub struct PlanPage {
    /// Frame.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// The schedule that is changed; empty for a new one.
    pub id: String,
    /// Name of a new one.
    pub handle: Field,
    /// Whose it is.
    pub teams: Vec<Choice>,
    /// Its zone.
    pub zone: Field,
    /// Zones to choose from.
    pub zones: Vec<String>,
    /// Who stands behind.
    pub backup: Vec<Choice>,
    /// Lowest first.
    pub layers: Vec<LayerForm>,
    /// When a change begins.
    pub begins: Vec<Choice>,
    /// What is wrong with that.
    pub begin_error: Option<String>,
    /// An instant of one's own.
    pub at: Field,
    /// Asked for when nothing reaches somebody.
    pub although: Option<Field>,
    /// What it would be; `None` before it makes sense.
    pub preview: Option<PlanLook>,
    /// Handles to choose from, for the hint.
    pub people: String,
}

/// One layer.
pub struct LayerForm {
    /// Prefix of its fields: `l0`.
    pub key: String,
    /// `Layer 1`.
    pub title: String,
    /// Name.
    pub name: Field,
    /// `alice, bob+carol, nobody`.
    pub people: Field,
    /// `1w`.
    pub every: Field,
    /// First hand-over, wall time of the schedule.
    pub starts: Field,
    /// `mon tue 09:00-17:00`, one a line.
    pub hours: Field,
    /// `DE off`.
    pub holidays: Field,
    /// How many turns a press spreads fairly.
    pub turns: Field,
    /// Whether it can be taken out.
    pub removable: bool,
}

/// The preview.
pub struct PlanLook {
    /// When it would begin.
    pub from: When,
    /// The next eight weeks.
    pub lanes: Lanes,
    /// Where others are on call than as things stand; the first of them.
    pub changes: Vec<ChangeRow>,
    /// How many more.
    pub more: usize,
    /// Where nobody would be.
    pub gaps: Vec<(When, When)>,
    /// Who cannot be reached.
    pub unreachable: Vec<String>,
}
