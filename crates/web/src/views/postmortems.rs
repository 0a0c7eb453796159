//! `/postmortems` and `/postmortems/{id}`: what was learned, drafted from the timeline.
//!
//! Is not: the weekly list of action items (`actions.rs`). Callers: the handlers of those paths.
//!
//! Forms (`POST`, under `/postmortems/{id}`): itself (`markdown`, `version`, `step` = `preview`|`save`) · `/state` (`state`, `reason`) ·
//! `/dismiss` (`finding`, `reason`) · `/actions` (`text`, `owner`, `due`, `priority`). Export: `GET /postmortems/{id}/export.md`.

use super::html::SafeHtml;
use super::parts::{Choice, Empty, Field, Filter, Link, Tag};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The list.
#[derive(Template)]
#[template(path = "postmortems.html")]
pub struct PostmortemsPage {
    /// Frame.
    pub shell: Shell,
    /// `Owed`, `Published`, `All`.
    pub filters: Vec<Filter>,
    /// Most urgent first.
    pub postmortems: Vec<PostmortemRow>,
    /// Shown when there are none.
    pub empty: Empty,
}

/// One postmortem in the list.
pub struct PostmortemRow {
    /// Its page.
    pub link: Link,
    /// The incident.
    pub incident: Link,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// `draft`, `review`, `published`.
    pub state: Tag,
    /// `due Fri 8 May`, `2 business days late`.
    pub due: String,
    /// It is late.
    pub overdue: bool,
    /// `2 of 3 open`; may be empty.
    pub actions: String,
}

/// One postmortem: read and edit.
#[derive(Template)]
#[template(path = "postmortem.html")]
pub struct PostmortemPage {
    /// Frame.
    pub shell: Shell,
    /// Id in the addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// The incident.
    pub incident: Link,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// State.
    pub state: Tag,
    /// When it is due; `None` when nothing is owed.
    pub due: Option<When>,
    /// `in 3 business days`, `2 business days late`.
    pub due_words: String,
    /// It is late.
    pub overdue: bool,
    /// The text, as last typed.
    pub markdown: Field,
    /// Version it was edited from, posted back.
    pub version: String,
    /// Rendered.
    pub html: SafeHtml,
    /// Whether the reader may edit.
    pub can_edit: bool,
    /// Blame findings, by line.
    pub findings: Vec<BlameFinding>,
    /// States it may move to: label says what it does.
    pub moves: Vec<Choice>,
    /// Action items.
    pub actions: Vec<ActionItem>,
    /// The form for a new one; `None` when the reader may not add.
    pub add: Option<ActionForm>,
}

/// One finding of the blame check.
pub struct BlameFinding {
    /// Posted when dismissed.
    pub id: String,
    /// Line number, from 1.
    pub line: usize,
    /// The words.
    pub words: String,
    /// Why it reads as blame.
    pub why: String,
    /// What to write instead; may be empty.
    pub instead: String,
    /// Reason it was dismissed; `None` while it stands.
    pub dismissed: Option<String>,
    /// Reason typed for a refused dismissal.
    pub reason: Field,
}

/// One action item.
pub struct ActionItem {
    /// Id in the addresses.
    pub id: String,
    /// What.
    pub text: String,
    /// Owner's name.
    pub owner: String,
    /// `Fri 15 May`.
    pub due: String,
    /// `P1`.
    pub priority: String,
    /// `open`, `overdue`, `done`.
    pub state: Tag,
}

/// The form for a new action item: all of it is required.
#[derive(Default)]
pub struct ActionForm {
    /// What.
    pub text: Field,
    /// People.
    pub owners: Vec<Choice>,
    /// What is wrong with the owner.
    pub owner_error: Option<String>,
    /// Date.
    pub due: Field,
    /// `P0` … `P3`.
    pub priorities: Vec<Choice>,
    /// What is wrong with the priority.
    pub priority_error: Option<String>,
}
