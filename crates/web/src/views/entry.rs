//! `/incidents/{slug}/entries/{seq}`: editing one entry of the timeline, or refuting a hypothesis.
//!
//! Is not: the room (`room.rs`). Callers: the handlers of that path.
//!
//! Forms: `POST` to the page's own address (`text`) · `…/refute` (`reason`).

use super::parts::Field;
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// One entry, to be edited.
#[derive(Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// Frame.
    pub shell: Shell,
    /// `inc-…`.
    pub slug: String,
    /// Title of the incident.
    pub incident: String,
    /// The entry's place in the stream.
    pub seq: String,
    /// `Note`, `Decision`, …
    pub kind: String,
    /// Who wrote it.
    pub who: String,
    /// When.
    pub at: When,
    /// What it read first; kept whatever is edited.
    pub first: String,
    /// What it reads now; `None` when the reader may not edit it.
    pub text: Option<Field>,
    /// The reason it turned out wrong; `None` when it is no hypothesis, or refuted already.
    pub refute: Option<Field>,
}
