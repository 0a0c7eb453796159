//! `nightbell user`: who there is, and one-time sign-in links. People are configured in the organisation files.

use crate::{
    client::ServerArgs,
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use serde_json::json;

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
            let text = |made: &serde_json::Value| {
                format!(
                    "{}\nSend it to @{id}. It opens once, within a day, and is not shown again.",
                    out::field(made, "/sign_in_url")
                )
            };
            out.item(&made, text);
        }
        Action::Secrets { id } => {
            let items = client.list(&["users", id, "webhook-secrets"], &[], 10_000)?;
            out.list(&items, &[("contact", "/contact"), ("secret", "/secret")], "They have no webhook contact.");
        }
    }
    Ok(())
}
