//! Signing in, the one-time link that sets a first password, and the page for everything that went wrong.
//!
//! Is not: authentication itself. Callers: the sign-in handlers and the error mapping.
//!
//! Forms: `POST /sign-in` (`email`, `password`, `next`) · `POST /welcome/{token}` (`password`, `again`).

use super::parts::{Field, Link};
use super::shell::Shell;
use askama::Template;

/// The sign-in form.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Frame without a user.
    pub shell: Shell,
    /// Address; its error speaks for the whole form, so that unknown and wrong look alike.
    pub email: Field,
    /// Path to go on to, checked by the handler.
    pub next: String,
}

/// Choosing a password by a one-time link.
#[derive(Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage {
    /// Frame without a user.
    pub shell: Shell,
    /// Token of the link, in the form's address.
    pub token: String,
    /// Whose account.
    pub email: String,
    /// First administrator of a new instance, rather than an invited person.
    pub first_run: bool,
    /// The password; its value is never printed back.
    pub password_error: Option<String>,
    /// The repetition.
    pub again_error: Option<String>,
    /// Shortest password, in characters.
    pub length_min: usize,
}

/// What happened, what it means for paging, what to do.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Frame; `user` may be `None`.
    pub shell: Shell,
    /// `404`.
    pub status: u16,
    /// What happened, as a short heading.
    pub title: String,
    /// What happened, in a sentence or two.
    pub what: String,
    /// What it means for paging: `Paging goes on.`
    pub paging: String,
    /// What to do, in a sentence.
    pub todo: String,
    /// Ways on.
    pub next: Vec<Link>,
    /// For the log: `request 01J…`; may be empty.
    pub reference: String,
}
