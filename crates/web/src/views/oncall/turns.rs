//! One's own turns; the forms that put somebody into a span, and that ask somebody to take one.

use super::super::parts::{Choice, Field, Person, Tag};
use super::super::shell::Shell;
use super::super::time::When;
use super::lanes::RequestRow;
use askama::Template;

/// `/oncall/me`.
#[derive(Template)]
#[template(path = "oncall_me.html")]
pub struct MinePage {
    /// Frame.
    pub shell: Shell,
    /// Eight weeks, on call: the first few.
    pub turns: Vec<TurnRow>,
    /// The rest, folded.
    pub later: Vec<TurnRow>,
    /// Where the reader stands behind, folded.
    pub behind: Vec<TurnRow>,
    /// Put to the reader.
    pub asked: Vec<RequestRow>,
    /// By or for the reader.
    pub own: Vec<RequestRow>,
    /// The last four weeks: `168 h`, `on call`.
    pub load: Vec<(String, String)>,
    /// What keeps a page from the reader; may be empty.
    pub unreachable: String,
    /// Whether the reader may ask.
    pub may_act: bool,
}

/// A turn of the reader.
pub struct TurnRow {
    /// Of which schedule.
    pub schedule: String,
    /// `primary`, `backup`.
    pub seat: Tag,
    /// Begin.
    pub from: When,
    /// End.
    pub to: When,
    /// `7 days`.
    pub length: String,
    /// It runs.
    pub now: bool,
    /// Nobody takes it over as far as is looked.
    pub endless: bool,
    /// Where the reader asks for cover; empty for a backup.
    pub ask: String,
    /// What is asked for when all of it is: begin and end, to the instant.
    pub whole: (String, String),
    /// Whom to ask; empty where nobody asks.
    pub whom: Vec<Choice>,
}

/// `/oncall/{schedule}/override`.
#[derive(Template)]
#[template(path = "oncall_override.html")]
pub struct OverridePage {
    /// Frame.
    pub shell: Shell,
    /// The schedule.
    pub id: String,
    /// The reader's zone, in which times are typed.
    pub zone: String,
    /// Who.
    pub people: Vec<Choice>,
    /// What is wrong with who.
    pub people_error: Option<String>,
    /// What they do there.
    pub kinds: Vec<Choice>,
    /// Begin.
    pub from: Field,
    /// End.
    pub to: Field,
    /// Why.
    pub note: Field,
    /// Asked for when nothing reaches them.
    pub although: Option<Field>,
    /// What it would change; `None` before the times make sense.
    pub preview: Option<SpanPreview>,
    /// Where somebody is asked instead.
    pub ask: String,
}

/// What an override would change.
pub struct SpanPreview {
    /// `Bob Example instead of Alice Example`, each with its span.
    pub rows: Vec<ChangeRow>,
    /// What speaks against it.
    pub misgivings: Vec<String>,
}

/// Somebody instead of somebody.
pub struct ChangeRow {
    /// Begin.
    pub from: When,
    /// End.
    pub to: When,
    /// `7 days`.
    pub length: String,
    /// Who is there now; empty in a gap.
    pub before: String,
    /// Who would be; empty in a gap.
    pub after: String,
}

/// `/oncall/{schedule}/ask`.
#[derive(Template)]
#[template(path = "oncall_ask.html")]
pub struct AskPage {
    /// Frame.
    pub shell: Shell,
    /// The schedule.
    pub id: String,
    /// The reader's zone.
    pub zone: String,
    /// Whose turn it is, when the reader arranges for others.
    pub users: Vec<Choice>,
    /// Whose it is.
    pub person: Person,
    /// Whom to ask.
    pub asked: Vec<Choice>,
    /// What is wrong with that.
    pub asked_error: Option<String>,
    /// Turns to take in return.
    pub back: Vec<Choice>,
    /// What is wrong with that.
    pub back_error: Option<String>,
    /// Begin.
    pub from: Field,
    /// End.
    pub to: Field,
    /// A line to read.
    pub note: Field,
}
