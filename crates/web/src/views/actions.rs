//! `/actions`: the weekly review of open action items and owed postmortems.
//!
//! Is not: where items are added (a postmortem's page). Callers: the handlers of `/actions`.
//!
//! Forms: `POST /actions/{id}/done`.

use super::parts::{Empty, Filter, Link, Tag};
use super::shell::Shell;
use askama::Template;

/// The list, overdue first.
#[derive(Template)]
#[template(path = "actions.html")]
pub struct ActionsPage {
    /// Frame.
    pub shell: Shell,
    /// `5 open, 2 overdue.`
    pub summary: String,
    /// `Open`, `Mine`, `Done`.
    pub filters: Vec<Filter>,
    /// Overdue first.
    pub items: Vec<ActionRow>,
    /// Postmortems still owed.
    pub owed: Vec<OwedPostmortem>,
    /// Shown when there are no items.
    pub empty: Empty,
}

/// One action item.
pub struct ActionRow {
    /// Id in the address.
    pub id: String,
    /// What.
    pub text: String,
    /// Owner's name.
    pub owner: String,
    /// `Fri 15 May`.
    pub due: String,
    /// `6 days late`, `in 3 days`.
    pub due_words: String,
    /// `P1`.
    pub priority: String,
    /// `open`, `overdue`, `done`.
    pub state: Tag,
    /// Where it came from.
    pub from: Link,
    /// The reader may mark it done.
    pub can_finish: bool,
}

/// A postmortem still owed.
pub struct OwedPostmortem {
    /// Its page.
    pub link: Link,
    /// `due Fri 8 May`.
    pub due: String,
    /// State.
    pub state: Tag,
}
