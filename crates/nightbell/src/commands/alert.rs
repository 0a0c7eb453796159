//! `nightbell alert`: send, list, show, acknowledge, put off, hand to somebody, resolve.

use super::{body, text};
use crate::{
    client::{Client, ServerArgs},
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

/// What `alert` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with alerts.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Send an alert, as a monitoring tool would
    Send(Send),
    /// List alerts, newest first
    List {
        /// Resolved ones too
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Show one alert, who was paged and what came of it
    Show {
        /// The alert's id
        id: String,
    },
    /// Take an alert: its pages stop ringing
    Ack {
        /// The alert's id
        id: String,
    },
    /// Take an alert until later: it rings again then unless it is over
    #[command(group = clap::ArgGroup::new("when").required(true))]
    Snooze {
        /// The alert's id
        id: String,
        /// For how long: 30m, 2h
        #[arg(long = "for", value_name = "TIME", group = "when")]
        wait: Option<String>,
        /// Until which instant: 2026-05-03T06:00:00Z
        #[arg(long, value_name = "INSTANT", group = "when")]
        until: Option<String>,
    },
    /// Say that you are still on it: it does not ring again before its whole time is over once more
    StillOn {
        /// The alert's id
        id: String,
    },
    /// Give what rings for an alert to somebody, or to another policy
    HandTo {
        /// The alert's id
        id: String,
        /// @bob, policy:database
        #[arg(value_name = "WHO")]
        to: String,
        /// Why, in a few words
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End an alert: whoever was paged is told once
    Resolve {
        /// The alert's id
        id: String,
    },
}

/// What `alert send` takes.
#[derive(Debug, Args)]
pub struct Send {
    /// What is wrong, in a sentence
    pub title: String,
    /// critical, error, warning or info
    #[arg(long, value_name = "WORD")]
    pub severity: Option<String>,
    /// Details
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// What it is about: a host, a job
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Alerts with the same key are one
    #[arg(long, value_name = "KEY")]
    pub dedup_key: Option<String>,
    /// Resolve the alert of that key instead
    #[arg(long, requires = "dedup_key")]
    pub resolve: bool,
    /// The integration it comes in by; the only generic one when left out
    #[arg(long, value_name = "ID")]
    pub integration: Option<String>,
    /// A label; may be repeated
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it like region=eu")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    match &arguments.action {
        Action::Send(send) => out.item(&client.post(&["alerts"], &event(send))?, |sent| {
            format!("{} {}\n{}", out::good("Taken."), out::field(sent, "/id"), out::field(sent, "/reason"))
        }),
        Action::List { all, limit } => {
            let count = limit.to_string();
            let query = [("state", if *all { "all" } else { "open" }), ("limit", count.as_str())];
            let items = client.list(&["alerts"], &query, *limit)?;
            let columns = [
                ("id", "/id"),
                ("state", "/state"),
                ("severity", "/severity"),
                ("service", "/service"),
                ("started", "/started_at"),
                ("title", "/title"),
            ];
            out.list(&items, &columns, if *all { "There was no alert yet." } else { "No alert is open." });
        }
        Action::Show { id } => out.item(&client.get(&["alerts", id], &[])?, show),
        Action::Ack { id } => act(&client, id, "acknowledge", out)?,
        Action::Snooze { id, wait, until } => {
            let input = body([("for", text(wait.as_ref())), ("until", text(until.as_ref()))]);
            let after = client.post(&["alerts", id, "snooze"], &input)?;
            out.item(&after, |alert| {
                format!("{} {} rings again then unless it is over.", out::good("Snoozed."), out::field(alert, "/title"))
            });
        }
        Action::StillOn { id } => on_pages(&client, id, "prolong", &json!({}), out)?,
        Action::HandTo { id, to, reason } => {
            on_pages(&client, id, "hand-to", &json!({ "to": to, "reason": reason }), out)?;
        }
        Action::Resolve { id } => act(&client, id, "resolve", out)?,
    }
    Ok(())
}

fn event(send: &Send) -> Value {
    let labels: Map<String, Value> =
        send.labels.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    body([
        ("integration", text(send.integration.as_ref())),
        ("title", Some(Value::String(send.title.clone()))),
        ("severity", text(send.severity.as_ref())),
        ("description", text(send.description.as_ref())),
        ("source", text(send.source.as_ref())),
        ("dedup_key", text(send.dedup_key.as_ref())),
        ("status", send.resolve.then(|| json!("resolved"))),
        ("labels", (!labels.is_empty()).then_some(Value::Object(labels))),
    ])
}

fn act(client: &Client, id: &str, action: &str, out: Out) -> Result<(), Failure> {
    let after = client.post(&["alerts", id, action], &json!({}))?;
    out.item(&after, |alert| {
        format!("{} {} is {}.", out::good("Done."), out::field(alert, "/title"), out::field(alert, "/state"))
    });
    Ok(())
}

/// Does it to every page of an alert that is not over.
fn on_pages(client: &Client, id: &str, action: &str, input: &Value, out: Out) -> Result<(), Failure> {
    let alert = client.get(&["alerts", id], &[])?;
    let pages = alert.get("pages").and_then(Value::as_array).into_iter().flatten();
    let open: Vec<&str> = pages
        .filter(|page| page.get("state").and_then(Value::as_str) != Some("ended"))
        .filter_map(|page| page.get("id").and_then(Value::as_str))
        .collect();
    if open.is_empty() {
        return Err(Failure::findings("No page of this alert is open."));
    }
    for page in open {
        let after = client.post(&["pages", page, action], input)?;
        out.item(&after, |page| {
            format!("{} {} is {}.", out::good("Done."), out::field(page, "/title"), out::field(page, "/state"))
        });
    }
    Ok(())
}

fn show(alert: &Value) -> String {
    let mut lines = vec![
        out::bold(&out::field(alert, "/title")),
        format!(
            "{} · {} · since {}",
            out::field(alert, "/state"),
            out::field(alert, "/severity"),
            out::cell(alert.pointer("/started_at"))
        ),
        format!("routed: {}", out::field(alert, "/routed/reason")),
    ];
    for page in alert.get("pages").and_then(Value::as_array).into_iter().flatten() {
        lines.push(String::new());
        lines.push(super::page::show(page));
    }
    lines.push(String::new());
    lines.push(timeline(alert));
    lines.join("\n")
}

/// The timeline of anything that has one.
pub(super) fn timeline(item: &Value) -> String {
    let lines = item.get("timeline").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    out::table(lines, &[("at", "/at"), ("who", "/actor"), ("what", "/text")])
}
