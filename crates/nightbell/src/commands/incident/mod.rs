//! `nightbell incident`: the incident room from a terminal. Every act is one request; the server decides.

mod arguments;
mod show;

pub use arguments::{Action, Arguments, Declare, PublicArgs, Seat, Trial, Update};

use super::{body, text};
use crate::{
    client::Client,
    failure::Failure,
    out::{self, Out},
};
use serde_json::{Value, json};

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    match &arguments.action {
        Action::Declare(declare) => {
            let made = client.post(&["incidents"], &declaration(declare))?;
            out.item(&made, |made| {
                format!("{} {}\n\n{}", out::good("Declared."), out::field(made, "/slug"), show::incident(made))
            });
            Ok(())
        }
        Action::List { all } => {
            let items = client.list(&["incidents"], &[("state", if *all { "all" } else { "open" })], 500)?;
            let columns = [
                ("slug", "/slug"),
                ("severity", "/severity"),
                ("status", "/status"),
                ("commander", "/roles/commander"),
                ("promised", "/promise"),
                ("title", "/title"),
            ];
            out.list(&items, &columns, if *all { "There was no incident yet." } else { "No incident is open." });
            Ok(())
        }
        Action::Show { slug, timeline } => look(&client, slug, *timeline, out),
        other => change(&client, other, out),
    }
}

fn look(client: &Client, slug: &str, timeline: bool, out: Out) -> Result<(), Failure> {
    let mut incident = client.get(&["incidents", slug], &[])?;
    if timeline {
        let lines = client.list(&["incidents", slug, "timeline"], &[], 10_000)?;
        if let Some(object) = incident.as_object_mut() {
            object.insert("timeline".to_owned(), Value::Array(lines));
        }
    }
    out.item(&incident, |incident| {
        let head = show::incident(incident);
        if timeline { format!("{head}\n\n{}", super::alert::timeline(incident)) } else { head }
    });
    Ok(())
}

/// What changes an incident: where to, and with which words.
fn change(client: &Client, action: &Action, out: Out) -> Result<(), Failure> {
    let (slug, path, input) = request(action)?;
    let mut pieces = vec!["incidents", slug];
    pieces.extend(&path);
    let after = client.post(&pieces, &input)?;
    out.item(&after, |after| {
        let known = out::field(after, "/slug");
        if known.is_empty() { out::good("Done.") } else { format!("{} {}", out::good("Done."), show::standing(after)) }
    });
    Ok(())
}

/// Path below the incident, and body.
fn request(action: &Action) -> Result<(&str, Vec<&str>, Value), Failure> {
    Ok(match action {
        Action::Role { slug, role, action, who } => (
            slug,
            vec!["roles"],
            body([("role", Some(json!(role))), ("action", Some(json!(action.word()))), ("to", text(who.as_ref()))]),
        ),
        Action::Sev { slug, severity, reason } => {
            (slug, vec!["severity"], body([("severity", Some(json!(severity))), ("reason", text(reason.as_ref()))]))
        }
        Action::Status { slug, status, reason } => {
            (slug, vec!["status"], body([("status", Some(json!(status))), ("reason", text(reason.as_ref()))]))
        }
        Action::Update(update) => (&update.slug, vec!["updates"], update_body(update)),
        Action::Note { slug, text } => (slug, vec!["entries"], json!({ "kind": "note", "text": text })),
        Action::Decide { slug, text } => (slug, vec!["entries"], json!({ "kind": "decision", "text": text })),
        Action::Mitigate { slug, key, outcome } => {
            (slug, vec!["mitigations", key], json!({ "action": outcome.word() }))
        }
        Action::Publish { slug, public } => {
            let words = public_body(public).ok_or_else(|| Failure::usage("Give the public text: --public TEXT"))?;
            (slug, vec!["publish"], words)
        }
        Action::Resolve { slug, text, public } => {
            (slug, vec!["resolve"], body([("text", Some(json!(text))), ("public", public_body(public))]))
        }
        Action::Close { slug } => (slug, vec!["close"], json!({})),
        Action::Cancel { slug, reason } => (slug, vec!["cancel"], json!({ "reason": reason })),
        Action::Declare(_) | Action::List { .. } | Action::Show { .. } => {
            return Err(Failure::usage("This changes nothing."));
        }
    })
}

fn declaration(declare: &Declare) -> Value {
    let answered = declare.many_affected || declare.money_at_risk || declare.workaround;
    let answers = answered.then(|| {
        json!({ "many_affected": declare.many_affected, "money_at_risk": declare.money_at_risk, "workaround": declare.workaround })
    });
    body([
        ("title", text(declare.title.as_ref())),
        ("severity", text(declare.severity.as_ref())),
        ("answers", answers),
        ("service", text(declare.service.as_ref())),
        ("alert", text(declare.alert.as_ref())),
    ])
}

fn update_body(update: &Update) -> Value {
    body([
        ("text", Some(json!(update.text))),
        ("mitigation", text(update.mitigation.as_ref())),
        ("status", text(update.status.as_ref())),
        ("next_in", text(update.next_in.as_ref())),
        ("next_update_at", update.next_at.map(|at| json!(at.to_string()))),
        ("reason", text(update.reason.as_ref())),
        ("public", public_body(&update.public)),
    ])
}

/// What the public is to read; nothing unless a public text was given.
fn public_body(public: &PublicArgs) -> Option<Value> {
    let components: Vec<Value> = public
        .components
        .iter()
        .map(|(component, status)| json!({ "component": component, "status": status }))
        .collect();
    public.public.as_ref().map(|words| {
        body([
            ("text", Some(json!(words))),
            ("title", text(public.public_title.as_ref())),
            ("components", (!components.is_empty()).then_some(Value::Array(components))),
            ("reason", text(public.public_reason.as_ref())),
            ("override_reason", text(public.override_reason.as_ref())),
        ])
    })
}

#[cfg(test)]
mod tests;
