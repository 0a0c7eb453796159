//! `nightbell apply`: makes the organisation match files, or with `--plan` only says what would change. Reads the files here; everything else is
//! the engine's, in the data folder or behind the API.

use super::PlaceArgs;
use crate::{
    failure::Failure,
    out::{self, Out},
    system,
};
use clap::Args;
use nightbell_engine::organisation::{self, Applied};
use nightbell_wire::org_files::{self, Action, FileProblem, ParsedFiles, SourceFile};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What `apply` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files, or folders: their *.yaml and *.yml, and *.md in folders named runbooks
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only print the difference
    #[arg(long)]
    pub plan: bool,
    /// Delete what came from files once and is in them no more
    #[arg(long)]
    pub prune: bool,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// A file to apply, or to check.
pub(super) struct Read {
    pub(super) path: String,
    pub(super) content: String,
}

/// Runs it.
///
/// # Errors
/// When a file cannot be read or holds mistakes (each with file, line and fix), or the organisation cannot be reached.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let files = read_all(&arguments.paths)?;
    let answer = match arguments.place.opened()? {
        Some(place) => {
            let parsed = parse(&files)?;
            if arguments.plan {
                let applied = organisation::plan_files(&place.directory()?, &parsed, arguments.prune)
                    .map_err(|problems| mistakes(&problems))?;
                answer(&applied, false)
            } else {
                let applied = place
                    .execute(|unit, caller| organisation::apply(unit, &caller.permit()?, &parsed, arguments.prune))?;
                answer(&applied.map_err(|problems| mistakes(&problems))?, true)
            }
        }
        None => {
            let files: Vec<Value> =
                files.iter().map(|file| json!({ "path": file.path, "content": file.content })).collect();
            let body = json!({ "files": files, "plan": arguments.plan, "prune": arguments.prune });
            arguments.place.server.client()?.post(&["apply"], &body)?
        }
    };
    for warning in answer.get("warnings").and_then(Value::as_array).into_iter().flatten() {
        out::aside(&format!("warning: {}", warning.as_str().map_or_else(|| problem_line(warning), out::harmless)));
    }
    out.item(&answer, |answer| {
        let text = out::harmless(answer.get("text").and_then(Value::as_str).unwrap_or_default());
        if arguments.plan { format!("{text}\nNothing was stored: this was a plan.") } else { text }
    });
    Ok(())
}

/// The same answer as the API's.
fn answer(applied: &Applied, stored: bool) -> Value {
    let changed = applied.plan.changes.iter().filter(|change| change.action != Action::Keep);
    let changes: Vec<Value> = changed
        .map(|change| json!({ "action": change.action, "kind": change.kind.word(), "id": change.id, "fields": change.fields }))
        .collect();
    json!({ "changes": changes, "warnings": applied.warnings, "applied": stored, "text": applied.plan.to_string() })
}

fn parse(files: &[Read]) -> Result<ParsedFiles, Failure> {
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|file| SourceFile { path: &file.path, content: &file.content }).collect();
    org_files::parse(&sources, &mut |_| system::fresh_key()).map_err(|problems| mistakes(&problems))
}

fn mistakes(problems: &[FileProblem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let count = if lines.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", lines.len()) };
    Failure::findings(format!("{count} in the files; nothing was stored.\n{}", lines.join("\n")))
}

fn problem_line(warning: &Value) -> String {
    let line = warning.get("line").and_then(Value::as_u64).map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {}", out::field(warning, "/path"), out::field(warning, "/message"))
}

pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Read>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { walk(path, &mut found)? } else { found.push(path.clone()) }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Failure::usage("There is no *.yaml, *.yml or runbooks/*.md in there."));
    }
    found.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Read, Failure> {
    let cannot = |e: std::io::Error| Failure::file(path, "read", &e);
    let bytes = std::fs::metadata(path).map_err(cannot)?.len();
    if bytes > org_files::FILE_BYTES_MAX as u64 {
        return Err(Failure::findings(format!("{}: larger than {} bytes", path.display(), org_files::FILE_BYTES_MAX)));
    }
    Ok(Read { path: path.display().to_string(), content: std::fs::read_to_string(path).map_err(cannot)? })
}

/// Organisation files below a folder. Hidden folders and files are left out; other Markdown (a README) is not a runbook.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|e| Failure::file(folder, "read", &e))?;
    for entry in entries {
        let path = entry.map_err(|e| Failure::file(folder, "read", &e))?.path();
        if path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let in_runbooks = folder.file_name().is_some_and(|name| name == "runbooks");
        match ending.as_deref() {
            // A link to a folder is not followed: it may lead back here.
            _ if path.is_dir() && !path.is_symlink() => walk(&path, found)?,
            Some("yaml" | "yml") => found.push(path),
            Some("md") if in_runbooks => found.push(path),
            _ => {}
        }
    }
    Ok(())
}
