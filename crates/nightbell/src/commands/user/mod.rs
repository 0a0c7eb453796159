//! `nightbell user`: who there is, one-time sign-in links, and how the person of the token is reached. People are configured in the organisation
//! files; how one is reached belongs to each person, beside the files.

mod contacts;
mod ladder;

use crate::{
    client::{Client, ServerArgs},
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What `user` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List everybody
    List,
    /// Make a one-time link with which somebody chooses a password; it is shown this once
    Invite {
        /// Their handle
        id: String,
    },
    /// Show the signing secrets of somebody's webhook contacts
    Secrets {
        /// Their handle
        id: String,
    },
    /// Show how everybody is reached, without addresses
    Reach,
    /// Your contact methods: add, prove, try out, limit, remove
    #[command(subcommand)]
    Contacts(contacts::Contacts),
    /// Which of your methods rings when
    #[command(subcommand)]
    Ladder(ladder::Ladder),
    /// Hours in which low urgency waits for you; shows them when nothing is said
    Quiet(ladder::Quiet),
}

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    match &arguments.action {
        Action::List => {
            let items = client.list(&["users"], &[], 10_000)?;
            out.list(
                &items,
                &[("id", "/id"), ("name", "/name"), ("role", "/role"), ("time zone", "/time_zone")],
                "There is nobody.",
            );
        }
        Action::Invite { id } => {
            let made = client.post(&["users", id, "invite"], &json!({}))?;
            let text = |made: &Value| {
                format!(
                    "{}\nSend it to @{id}. It opens once, within a day, and is not shown again.",
                    out::field(made, "/sign_in_url")
                )
            };
            out.item(&made, text);
        }
        Action::Reach => reach(&client, out)?,
        Action::Contacts(action) => contacts::run(&client, action, out)?,
        Action::Ladder(action) => ladder::run(&client, action, out)?,
        Action::Quiet(quiet) => ladder::quiet(&client, quiet, out)?,
        Action::Secrets { id } => {
            let items = client.list(&["users", id, "webhook-secrets"], &[], 10_000)?;
            out.list(&items, &[("contact", "/contact"), ("secret", "/secret")], "They have no webhook contact.");
        }
    }
    Ok(())
}

fn reach(client: &Client, out: Out) -> Result<(), Failure> {
    let people = client.list(&["users", "reach"], &[], 10_000)?;
    if out.json {
        out.list(&people, &[], "");
        return Ok(());
    }
    // One line for each method, as people compare them.
    let mut lines = Vec::new();
    for person in &people {
        let methods = person.get("contacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let of = |method: Value| json!({ "user": person["user"], "next": person["next_on_call_at"], "method": method, "state": contacts::state(&method) });
        match methods {
            [] => lines.push(
                json!({ "user": person["user"], "next": person["next_on_call_at"], "state": "nothing reaches them" }),
            ),
            methods => lines.extend(methods.iter().cloned().map(of)),
        }
    }
    let columns = [
        ("who", "/user"),
        ("method", "/method/name"),
        ("kind", "/method/kind"),
        ("on call next", "/next"),
        ("state", "/state"),
    ];
    out.list(&lines, &columns, "There is nobody.");
    Ok(())
}
