//! `nightbell export`: the organisation as files that `apply` takes back unchanged. They hold the keys of the integrations, so they are written
//! readable by their owner alone.

use super::PlaceArgs;
use crate::{
    failure::Failure,
    out::{self, Out},
};
use clap::Args;
use nightbell_wire::org_files;
use serde_json::{Value, json};
use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Component, Path, PathBuf},
};

/// What `export` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write to; files of the same names are replaced. Without one, organisation.yaml is printed
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Runs it.
///
/// # Errors
/// When the organisation cannot be reached or a file not written.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let files = match arguments.place.opened()? {
        Some(place) => org_files::export(&place.directory()?.org),
        None => from_api(&arguments.place.server.client()?.get(&["export"], &[])?),
    };
    match &arguments.path {
        Some(folder) => {
            for (path, content) in &files {
                write(folder, path, content)?;
            }
            let listed: Vec<Value> =
                files.iter().map(|(path, _)| json!({ "path": folder.join(path).display().to_string() })).collect();
            out.list(&listed, &[("written", "/path")], "There is nothing to export.");
        }
        None if out.json => {
            out::print_json(&files.iter().map(|(path, content)| json!({ "path": path, "content": content })).collect());
        }
        None => print(&files),
    }
    Ok(())
}

fn print(files: &[(String, String)]) {
    let (main, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with(".yaml"));
    for (_, content) in main {
        out::line(content.trim_end());
    }
    if !others.is_empty() {
        out::aside(&format!(
            "{} runbooks are not printed; give a folder to write them: nightbell export PATH",
            others.len()
        ));
    }
}

fn from_api(answer: &Value) -> Vec<(String, String)> {
    let text = |file: &Value, key: &str| file.get(key).and_then(Value::as_str).map(str::to_owned);
    let files = answer.get("files").and_then(Value::as_array).into_iter().flatten();
    files.filter_map(|file| Some((text(file, "path")?, text(file, "content")?))).collect()
}

/// Writes one file for its owner alone.
fn write(folder: &Path, path: &str, content: &str) -> Result<(), Failure> {
    write_as(folder, path, content.as_bytes(), 0o600)
}

/// Writes one file for everybody: a web space serves it.
pub(super) fn write_public(folder: &Path, path: &str, content: &[u8]) -> Result<(), Failure> {
    write_as(folder, path, content, 0o644)
}

/// Writes one file below the folder; a path that would leave it is refused, whoever sent it.
fn write_as(folder: &Path, path: &str, content: &[u8], mode: u32) -> Result<(), Failure> {
    let relative = Path::new(path);
    if path.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Failure::findings(format!("{path:?} is not a path below the folder; nothing more was written.")));
    }
    let whole = folder.join(relative);
    if let Some(parent) = whole.parent() {
        std::fs::create_dir_all(parent).map_err(|e| Failure::file(parent, "create", &e))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(&whole).and_then(|mut file| file.write_all(content));
    written.map_err(|e| Failure::file(&whole, "write", &e))
}
