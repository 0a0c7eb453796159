//! `nightbell action`: action items. One cannot be added without owner, due date and priority.

use crate::{
    client::ServerArgs,
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

/// What `action` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with action items.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List action items
    List {
        /// Done and dropped ones too
        #[arg(long)]
        all: bool,
    },
    /// Add one to an incident
    Add {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// What is to be done
        text: String,
        /// Who: @ann
        #[arg(long, value_name = "WHO")]
        owner: String,
        /// Until when: 2026-05-16
        #[arg(long, value_name = "DATE", value_parser = date)]
        due: Date,
        /// P0, P1, P2 or P3
        #[arg(long, value_name = "P")]
        priority: String,
    },
    /// It is done
    Done {
        /// The item's id
        id: String,
    },
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a date like 2026-05-16".to_owned())
}

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    match &arguments.action {
        Action::List { all } => {
            let items = client.list(&["actions"], &[("state", if *all { "all" } else { "open" })], 1_000)?;
            let columns = [
                ("id", "/id"),
                ("priority", "/priority"),
                ("due", "/due_on"),
                ("owner", "/owner"),
                ("state", "/state"),
                ("what", "/text"),
            ];
            out.list(&items, &columns, "No action item is open.");
        }
        Action::Add { slug, text, owner, due, priority } => {
            let owner = owner.strip_prefix('@').unwrap_or(owner);
            let input =
                json!({ "text": text, "owner": owner, "due_on": due.to_string(), "priority": priority.to_uppercase() });
            let added = client.post(&["incidents", slug, "actions"], &input)?;
            out.item(&added, |added| format!("{} {}", out::good("Added."), out::field(added, "/id")));
        }
        Action::Done { id } => {
            let done = client.post(&["actions", id, "done"], &json!({}))?;
            out.item(&done, |done| format!("{} {}", out::good("Done:"), out::field(done, "/text")));
        }
    }
    Ok(())
}
