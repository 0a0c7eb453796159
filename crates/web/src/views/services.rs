//! `/services`, `/runbooks` and `/runbooks/{id}`: what can break, who answers for it, and what to do.
//!
//! Is not: editing (they come from the organisation's files). Callers: the handlers of those paths. No forms.

use super::html::SafeHtml;
use super::parts::{Empty, Link, Tag};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// Every service.
#[derive(Template)]
#[template(path = "services.html")]
pub struct ServicesPage {
    /// Frame.
    pub shell: Shell,
    /// By name.
    pub services: Vec<ServiceRow>,
    /// Shown when there are none.
    pub empty: Empty,
}

/// One service.
pub struct ServiceRow {
    /// Its id, the anchor.
    pub id: String,
    /// Name.
    pub name: String,
    /// Owning team.
    pub team: String,
    /// Escalation policy; empty when it has none.
    pub policy: String,
    /// On call for it now: `Alice, then Bob`; empty is a gap.
    pub oncall: String,
    /// Runbooks.
    pub runbooks: Vec<Link>,
    /// Component on the public page; may be empty.
    pub component: String,
    /// `firing`, or quiet.
    pub state: Tag,
    /// `/explain?service=…`.
    pub explain: String,
    /// `/incidents/new?service=…`.
    pub declare: String,
}

/// Every runbook.
#[derive(Template)]
#[template(path = "runbooks.html")]
pub struct RunbooksPage {
    /// Frame.
    pub shell: Shell,
    /// By name.
    pub runbooks: Vec<RunbookRow>,
    /// `Search: no runbook`: services which page without one.
    pub missing: Vec<Link>,
    /// Shown when there are none.
    pub empty: Empty,
}

/// One runbook in the list.
pub struct RunbookRow {
    /// Its page.
    pub link: Link,
    /// `Checkout, Webhooks`.
    pub services: String,
    /// `3 quick mitigations`.
    pub mitigations: String,
    /// Last change.
    pub changed: When,
    /// What the lint found: `no Escalation section`; empty when nothing.
    pub lint: String,
}

/// One runbook.
#[derive(Template)]
#[template(path = "runbook.html")]
pub struct RunbookPage {
    /// Frame.
    pub shell: Shell,
    /// Its title.
    pub title: String,
    /// `Checkout · changed 3 days ago`.
    pub note: String,
    /// Services it belongs to.
    pub services: Vec<Link>,
    /// Rendered.
    pub html: SafeHtml,
    /// What the lint found, a line each.
    pub lint: Vec<String>,
}
