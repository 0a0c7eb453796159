//! `/mail` and `/mail/{id}`: the inbox of the demo's mail catcher.
//!
//! Is: what real mail sent by the demo looked like. Is not: part of an instance that sends mail to real servers.
//! Callers: the handlers of `/mail`, in the demo. No forms.

use super::parts::{Empty, Link};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The inbox, newest first.
#[derive(Template)]
#[template(path = "mail_list.html")]
pub struct MailListPage {
    /// Frame; `live` is `/live?topic=home`.
    pub shell: Shell,
    /// Newest first.
    pub mails: Vec<MailRow>,
    /// Shown when there are none.
    pub empty: Empty,
}

/// One mail in the list.
pub struct MailRow {
    /// `/mail/…`.
    pub href: String,
    /// Subject.
    pub subject: String,
    /// Recipient.
    pub to: String,
    /// When it was caught.
    pub at: When,
    /// First line.
    pub first_line: String,
}

/// One mail.
#[derive(Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// Frame.
    pub shell: Shell,
    /// Subject.
    pub subject: String,
    /// `From`, `To`, `Date`, …
    pub headers: Vec<(String, String)>,
    /// Plain text part.
    pub text: String,
    /// The links found in it that lead to this instance, to press as the recipient would.
    pub links: Vec<Link>,
}
