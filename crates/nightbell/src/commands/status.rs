//! `nightbell status`: what the public reads: published, shown, and written as files for any web space.

use super::{DataArgs, export, incident};
use crate::{
    client::ServerArgs,
    data::Place,
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use clap::{Args, Subcommand};
use nightbell_engine::{Clock, Directory, views};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What `status` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with status pages.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Publish the words of an incident
    Publish {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// What the public reads.
        #[command(flatten)]
        public: incident::PublicArgs,
    },
    /// Show what the public reads now
    Show {
        /// The status page
        #[arg(default_value = "main")]
        page: String,
    },
    /// Write the static site of a status page
    Export {
        /// The folder to write to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The status page
        #[arg(long, value_name = "SLUG", default_value = "main")]
        page: String,
        /// Where.
        #[command(flatten)]
        data: DataArgs,
        /// The address the site will have: for feeds and links
        #[arg(long, value_name = "URL")]
        base_url: String,
    },
}

/// Runs it.
///
/// # Errors
/// Not reached, refused, or a file cannot be written.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    match &arguments.action {
        Action::Publish { slug, public } => {
            let action = incident::Action::Publish { slug: slug.clone(), public: public.clone() };
            incident::run(&incident::Arguments { server: arguments.server.clone(), action }, out)
        }
        Action::Show { page } => {
            let summary = arguments.server.client()?.get(&["status", page], &[])?;
            out.item(&summary, show);
            Ok(())
        }
        Action::Export { folder, page, data, base_url } => write_site(folder, page, &data.place()?, base_url, out),
    }
}

fn show(summary: &Value) -> String {
    let list = |key: &str| summary.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let head =
        format!("{}: {}", out::bold(&out::field(summary, "/page/name")), out::field(summary, "/status/description"));
    // Statuspage lists groups among the components.
    let mut parts = list("components");
    parts.retain(|part| part.get("group") != Some(&Value::Bool(true)));
    let components = out::table(&parts, &[("component", "/name"), ("status", "/status")]);
    let notices = list("incidents");
    if notices.is_empty() {
        return format!("{head}\n\n{components}\n\nNothing is announced.");
    }
    format!(
        "{head}\n\n{components}\n\n{}",
        out::table(&notices, &[("notice", "/name"), ("status", "/status"), ("updated", "/updated_at")])
    )
}

fn write_site(folder: &std::path::Path, slug: &str, data: &Place, base_url: &str, out: Out) -> Result<(), Failure> {
    let now = SystemClock.now();
    let page = data.read(|tx| {
        let directory = Directory::load(tx)?;
        views::status_page(tx, &directory, slug, now)
    })?;
    let files = nightbell_status::static_export(&page, base_url, now);
    for (path, bytes) in &files {
        export::write_public(folder, path, bytes)?;
    }
    let listed: Vec<Value> = files
        .iter()
        .map(|(path, bytes)| json!({ "path": folder.join(path).display().to_string(), "bytes": bytes.len() }))
        .collect();
    out.list(&listed, &[("written", "/path"), ("bytes", "/bytes")], "There is nothing to write.");
    Ok(())
}
