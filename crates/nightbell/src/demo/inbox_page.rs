//! `/mail` and `/mail/{id}`: what the mail catcher caught, as pages. Open to whoever can open the demo: its people are made up, and their
//! mail is how one becomes them. Mounted by the demo alone.

use super::catcher::{CaughtMail, Inbox};
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use jiff::tz::TimeZone;
use nightbell_web::{
    AppState,
    errors::PageError,
    gate::Visitor,
    respond::{self, PageResult},
    views::{
        Empty, Link, Nav, Shell, When,
        mail::{MailListPage, MailPage, MailRow},
    },
};

/// The routes.
pub fn router(inbox: Inbox) -> Router<AppState> {
    let list = inbox.clone();
    Router::new()
        .route("/mail", get(move |state, visitor| show_all(state, visitor, list.clone())))
        .route("/mail/{id}", get(move |state, visitor, path| show_one(state, visitor, path, inbox.clone())))
}

async fn show_all(State(state): State<AppState>, visitor: Visitor, inbox: Inbox) -> PageResult {
    let (shell, zone) = frame(&state, &visitor, "Caught mail").await?;
    let now = state.now();
    let row = |mail: &CaughtMail| MailRow {
        href: format!("/mail/{}", mail.id),
        subject: mail.subject.clone(),
        to: mail.to.join(", "),
        at: When::new(mail.at, now, &zone),
        first_line: mail.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(),
    };
    let mails = inbox.all().iter().rev().map(row).collect();
    let empty = Empty { text: "No mail yet. The first one comes when somebody is paged.".to_owned(), next: None };
    Ok(respond::page(&state, &MailListPage { shell, mails, empty }))
}

async fn show_one(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>, inbox: Inbox) -> PageResult {
    let Some(mail) = id.parse().ok().and_then(|id| inbox.get(id)) else { return respond::not_found("mail", id) };
    let (shell, _) = frame(&state, &visitor, &mail.subject).await?;
    let links = links(&mail.text, &state.settings().public_url);
    Ok(respond::page(&state, &MailPage { shell, subject: mail.subject, headers: mail.headers, text: mail.text, links }))
}

/// The frame of whoever looks, and the zone they read times in.
async fn frame(state: &AppState, visitor: &Visitor, title: &str) -> Result<(Shell, TimeZone), PageError> {
    match &visitor.0 {
        Some(session) => Ok((respond::frame(state, session, Nav::Mail, title, Some("home")).await?, session.zone())),
        None => Ok((respond::bare_shell(title), TimeZone::UTC)),
    }
}

/// The links of a mail into this instance, as paths, each with the line above it as its name.
fn links(text: &str, base: &str) -> Vec<Link> {
    let mut above = "";
    let mut links = Vec::new();
    for line in text.lines() {
        match line.strip_prefix(base).filter(|path| path.starts_with('/') && !path.contains(char::is_whitespace)) {
            Some(path) => links.push(Link::new(path, above.trim_end_matches(':'))),
            None => above = line,
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn only_our_own_links_become_buttons() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = links(text, "http://127.0.0.1:8080");
            assert_eq!(found.iter().map(|l| (l.href.as_str(), l.text.as_str())).collect::<Vec<_>>(), expected);
        };
        check("Acknowledge:\nhttp://127.0.0.1:8080/p/abc\n(Opens …)", &[("/p/abc", "Acknowledge")]);
        check("Look:\nhttp://127.0.0.1:80801/p/abc", &[]);
        check("Look:\nhttps://elsewhere.example/p/abc", &[]);
    }
}
