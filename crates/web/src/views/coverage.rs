//! `/oncall/coverage`: whether every way a page can take reaches two people at every minute ahead, and where it does not.
//!
//! Is not: the proof (`engine::proof`). Caller: the handler of that address.

use super::parts::{Empty, Filter, Link};
use super::reach::Standing;
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "coverage.html")]
pub struct CoveragePage {
    /// Frame.
    pub shell: Shell,
    /// How far to look ahead.
    pub weeks: Vec<Filter>,
    /// The weeks in force.
    pub asked: i64,
    /// How well it stands: nobody somewhere, one alone somewhere, two everywhere.
    pub standing: Standing,
    /// The answer, in one sentence.
    pub verdict: String,
    /// What that means for pages.
    pub meaning: String,
    /// Where a page reaches too few, earliest first.
    pub holes: Vec<HoleRow>,
    /// `And 12 more, later.`; empty when all are shown.
    pub more: String,
    /// Everything that was looked at.
    pub ways: Vec<WayRow>,
    /// Within how many days somebody must have been reached for certain.
    pub proven_days: i64,
    /// Shown when there is no way at all.
    pub empty: Empty,
}

/// A span in which a way reaches too few.
pub struct HoleRow {
    /// `Policy payments`.
    pub place: String,
    /// Nobody at all; else one person alone.
    pub deaf: bool,
    /// `Reaches Bob Example alone`.
    pub who: String,
    /// Its begin; `None` when it is there already.
    pub from: Option<When>,
    /// Its end; `None` when it lasts as far as was looked.
    pub to: Option<When>,
    /// `2 h`.
    pub long: String,
    /// `begins within 2 days`; may be empty.
    pub ahead: String,
    /// The span in the zone of its people and in UTC.
    pub exactly: String,
    /// Why not more, in a line each.
    pub missing: Vec<String>,
    /// What to do.
    pub fix: String,
    /// Where to do it, if the reader may.
    pub mend: Option<Link>,
    /// What sends pages this way.
    pub led_by: String,
}

/// One way a page can take.
pub struct WayRow {
    /// `Policy payments`.
    pub place: String,
    /// What sends pages this way.
    pub led_by: String,
    /// How well it stands.
    pub standing: Standing,
    /// `covered`, `1 person alone in 2 spans`, `nobody in 1 span`.
    pub word: String,
}
