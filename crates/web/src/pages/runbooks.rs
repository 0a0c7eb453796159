//! `GET /runbooks`, `GET /runbooks/{id}`: what to do, rendered, with what the lint found.

use crate::{
    errors::PagePath,
    gate::Signed,
    present::{
        self, count,
        eyes::{Eyes, Reading},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Empty, Link, Nav, Shell},
};
use askama::Template;
use axum::{Router, extract::State, routing::get};
use nightbell_engine::domain::{
    access::Read, ids::RunbookId, org::RunbookSource, refusal::Refusal, text::runbook::parse_runbook,
};

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new().route("/runbooks", get(list)).route("/runbooks/{id}", get(show))
}

/// The list. It is not `views::services::RunbooksPage`: that one prints when a runbook was last changed, which no reader is told yet.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{%- extends "base.html" -%}
{% block content %}
<div class="head"><h1>Runbooks</h1></div>
{% if !missing.is_empty() %}<p class="flash due"><strong>No runbook:</strong> {% for l in missing %}{% if !loop.first %}, {% endif %}<a href="{{ l.href }}">{{ l.text }}</a>{% endfor %}. Whoever is woken for these starts cold.</p>{% endif %}
{% if runbooks.is_empty() %}{{ empty }}{% else %}
<ul class="rows card">{% for r in runbooks %}<li><p class="title"><a href="{{ r.link.href }}">{{ r.link.text }}</a></p><p class="faint">{{ r.note }}</p>{% if !r.lint.is_empty() %}<p class="due"><span aria-hidden="true">◐</span> {{ r.lint }}</p>{% endif %}</li>{% endfor %}</ul>
{% endif %}
{% endblock %}"#
)]
struct RunbookList {
    shell: Shell,
    runbooks: Vec<Row>,
    /// Services that page somebody and have none.
    missing: Vec<Link>,
    empty: Empty,
}

/// One runbook in the list.
struct Row {
    link: Link,
    /// `Checkout, Webhooks · 3 quick mitigations`.
    note: String,
    /// `2 findings, the first: …`; empty when there are none.
    lint: String,
}

async fn list(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Runbooks, "Runbooks", None).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |_, now, directory| {
            let eyes = reading.at(now, &directory.org);
            Ok(RunbookList {
                shell,
                runbooks: directory.org.runbooks.values().map(|source| row(&eyes, source)).collect(),
                missing: present::services::without_runbook(&eyes),
                empty: Empty::new(
                    "No runbook yet. Put Markdown files beside the organisation files and apply them.",
                    "/services",
                    "See the services",
                ),
            })
        })
        .await?;
    Ok(respond::page(&state, &view))
}

fn row(eyes: &Eyes<'_>, source: &RunbookSource) -> Row {
    let services: Vec<String> =
        present::services::services_of(eyes, source).iter().map(|service| present::line(&service.name)).collect();
    let services = if services.is_empty() { "for no service".to_owned() } else { services.join(", ") };
    let steps = parse_runbook(&source.markdown).map_or(0, |(runbook, _)| runbook.mitigations.len());
    let findings = present::services::lint(source);
    let number = |n: usize, noun: &str| count(u64::try_from(n).unwrap_or(u64::MAX), noun);
    let lint = match findings.as_slice() {
        [] => String::new(),
        [only] => present::capital(only),
        [first, ..] => format!("{}, the first: {first}", number(findings.len(), "finding")),
    };
    Row {
        link: present::services::runbook_link(source),
        note: format!("{services} · {}", number(steps, "quick mitigation")),
        lint,
    }
}

async fn show(State(state): State<AppState>, who: Signed<Read>, PagePath(id): PagePath<String>) -> PageResult {
    let mut shell = respond::frame(&state, &who, Nav::Runbooks, "Runbook", None).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |_, now, directory| {
            let source = id.parse::<RunbookId>().ok().and_then(|id| directory.org.runbooks.get(&id));
            let source = source.ok_or_else(|| Refusal::not_found("runbook", &id))?;
            shell.title = present::services::runbook_link(source).text;
            Ok(present::services::runbook(&reading.at(now, &directory.org), shell, source))
        })
        .await?;
    Ok(respond::page(&state, &view))
}
