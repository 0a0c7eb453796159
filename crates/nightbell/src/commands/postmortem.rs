//! `nightbell postmortem`: draft, show, lint, export, publish. `lint` works offline on any Markdown file.

use crate::{
    client::ServerArgs,
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use nightbell_engine::domain::learning::{
    blame::check_blame,
    document::{self, ROOT_CAUSE_LABEL},
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What `postmortem` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with postmortems.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Draft it from the timeline, or show the draft there is
    Draft {
        /// inc-2026-05-02-checkout-down
        slug: String,
    },
    /// Print it
    Show {
        /// inc-2026-05-02-checkout-down
        slug: String,
    },
    /// Say what Markdown files still lack and where they blame; needs no server
    Lint {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The team's heading for the root cause
        #[arg(long, value_name = "WORDS", default_value = ROOT_CAUSE_LABEL)]
        root_cause_label: String,
    },
    /// Write it to a Markdown file
    Export {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// The file; printed when left out
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Publish it inside the organisation
    Publish {
        /// inc-2026-05-02-checkout-down
        slug: String,
    },
}

/// Runs it.
///
/// # Errors
/// Not reached, refused, or findings.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let said = |text: String| out::harmless(text.trim_end());
    let client = || arguments.server.client();
    match &arguments.action {
        Action::Lint { files, root_cause_label } => return lint(files, root_cause_label, out),
        Action::Draft { slug } => {
            let drafted = client()?.post(&["incidents", slug, "postmortem"], &json!({}))?;
            out.item(&drafted, |drafted| {
                let due = out::cell(drafted.pointer("/due_at"));
                format!("{} Due {due}. Read it: nightbell postmortem show {slug}", out::good("Drafted."))
            });
        }
        Action::Show { slug } => {
            let found = client()?.get(&["incidents", slug, "postmortem"], &[])?;
            out.item(&found, |found| {
                said(found.get("markdown").and_then(Value::as_str).unwrap_or_default().to_owned())
            });
        }
        Action::Export { slug, file } => {
            let markdown = client()?.get_text(&["incidents", slug, "postmortem.md"])?;
            match file {
                Some(file) => {
                    std::fs::write(file, &markdown).map_err(|e| Failure::file(file, "write", &e))?;
                    out.item(&json!({ "path": file.display().to_string() }), |_| {
                        format!("{} {}", out::good("Written."), file.display())
                    });
                }
                None => out.item(&json!({ "markdown": markdown }), |_| said(markdown.clone())),
            }
        }
        Action::Publish { slug } => {
            let published = client()?.post(&["incidents", slug, "postmortem", "publish"], &json!({}))?;
            out.item(&published, |_| out::good("Published."));
        }
    }
    Ok(())
}

fn lint(files: &[PathBuf], label: &str, out: Out) -> Result<(), Failure> {
    let mut findings = Vec::new();
    for file in files {
        let markdown = std::fs::read_to_string(file).map_err(|e| Failure::file(file, "read", &e))?;
        findings.extend(check(file, &markdown, label));
    }
    if out.json {
        out::print_json(&Value::Array(findings.clone()));
    } else {
        for finding in &findings {
            let field = |pointer| out::field(finding, pointer);
            out::line(&format!("{}:{}: {} {}", field("/path"), field("/line"), field("/what"), field("/fix")));
        }
    }
    match findings.len() {
        0 if out.json => Ok(()),
        0 => {
            out::line(&out::good("Nothing is missing."));
            Ok(())
        }
        1 => Err(Failure::findings("1 finding.")),
        n => Err(Failure::findings(format!("{n} findings."))),
    }
}

/// What one file lacks and where it blames, by line.
fn check(file: &Path, markdown: &str, label: &str) -> Vec<Value> {
    let path = file.display().to_string();
    let lacks = document::lint(markdown, label);
    let lacks = lacks.iter().map(|one| {
        (one.line, json!({ "path": path, "line": one.line, "rule": "complete", "what": one.what, "fix": one.fix }))
    });
    // Offline there is no list of people: what blames without naming anybody is found all the same.
    let blames = check_blame(markdown, &[]);
    let blames = blames.iter().map(|one| {
        let what = format!("{:?}: {}", one.excerpt, one.why);
        (one.line, json!({ "path": path, "line": one.line, "rule": "blameless", "what": what, "fix": one.suggestion }))
    });
    let mut all: Vec<(usize, Value)> = lacks.chain(blames).collect();
    all.sort_by_key(|(line, _)| *line);
    all.into_iter().map(|(_, finding)| finding).collect()
}

#[cfg(test)]
mod tests;
