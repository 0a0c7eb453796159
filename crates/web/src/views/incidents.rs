//! `/incidents` and `/incidents/new`: the list, and declaring.
//!
//! Is not: the room of one incident (`room.rs`). Callers: the handlers of `/incidents`.
//!
//! Forms: `POST /incidents` (`title`, `service`, `alert`, `summary`, answers `affected`, `money`, `workaround`, `severity`,
//! `step` = `propose`|`declare`). Refused or proposed: the same page again with what was typed.

use super::parts::{Choice, Empty, Field, Filter, Link, Tag};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The list.
#[derive(Template)]
#[template(path = "incidents.html")]
pub struct IncidentsPage {
    /// Frame.
    pub shell: Shell,
    /// `Open`, `Owes a postmortem`, `All`.
    pub filters: Vec<Filter>,
    /// Newest first.
    pub incidents: Vec<IncidentRow>,
    /// Shown when there are none.
    pub empty: Empty,
    /// Next page of the list.
    pub more: Option<Link>,
    /// Whether the reader may declare.
    pub can_declare: bool,
}

/// One incident in a list.
pub struct IncidentRow {
    /// `inc-…`.
    pub slug: String,
    /// Title.
    pub title: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Status word.
    pub status: Tag,
    /// When declared.
    pub declared: When,
    /// `32 min`, or `open for 32 min`.
    pub length: String,
    /// Commander's name; may be empty.
    pub commander: String,
    /// `6 of 7 kept`; may be empty.
    pub playbook: String,
    /// What it still owes: `postmortem by Fri 8 May`; may be empty.
    pub owes: String,
}

/// The declare form.
#[derive(Template)]
#[template(path = "declare.html")]
pub struct DeclarePage {
    /// Frame.
    pub shell: Shell,
    /// What broke.
    pub title: Field,
    /// One or two sentences more.
    pub summary: Field,
    /// Services, with an empty first entry.
    pub services: Vec<Choice>,
    /// What is wrong with the chosen service, if anything.
    pub service_error: Option<String>,
    /// The alert it is declared from: posted as `alert`.
    pub alert: Option<FromAlert>,
    /// `affected`, `money`, `workaround`.
    pub questions: Vec<Question>,
    /// What the answers so far propose; `None` before any answer.
    pub proposal: Option<Proposal>,
    /// The severity table; the proposed row is selected.
    pub severities: Vec<SeverityRow>,
    /// What is wrong with the severity, if anything.
    pub severity_error: Option<String>,
}

/// The alert an incident is declared from.
pub struct FromAlert {
    /// Id, posted as `alert`.
    pub id: String,
    /// What it says.
    pub title: String,
    /// `/alerts/…`.
    pub href: String,
}

/// One plain question.
pub struct Question {
    /// Field name.
    pub name: String,
    /// The question.
    pub text: String,
    /// Answers.
    pub answers: Vec<Choice>,
    /// What is wrong with the answer, if anything.
    pub error: Option<String>,
}

/// What the answers propose.
pub struct Proposal {
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Why: `Many customers are affected and money is at risk.`
    pub reason: String,
}

/// A row of the severity table.
pub struct SeverityRow {
    /// Posted value.
    pub value: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Impact column.
    pub impact: String,
    /// `Pages IC, ops and comms on call, and executives.`
    pub pages: String,
    /// `First public notice within 5 min, then an update every 15 min. Postmortem within 5 business days.`
    pub owes: String,
    /// Chosen or proposed.
    pub selected: bool,
}
