//! `cargo xtask vendor`: fetches the browser files of others, copies the listed ones and writes down exactly what they are.
//!
//! Reads `tools/vendor/vendor-list.toml`:
//!
//! ```toml
//! [[package]]
//! name = "htmx.org"
//! files = [
//!     { from = ["dist/htmx.min.js", "dist/ext/hx-sse.min.js"], to = "htmx.js" },   # several are joined, in order
//!     { from = "dist/other.js", to = "other.js" },
//! ]
//! # licence_file = "LICENSE.txt"   only when it is not found by itself
//! ```
//!
//! and the `package.json` and `package-lock.json` beside it. Nothing here runs when Nightbell is built: the result is
//! committed, and `tidy` compares it with `vendor.toml` every time.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha384};

use crate::repo::{Result, root};
use crate::shell;

/// Where the files go.
pub const FOLDER: &str = "crates/web/static/vendor";
/// The record of them, in `FOLDER`.
pub const MANIFEST: &str = "vendor.toml";
/// Where the list and the npm lock are.
const TOOLS: &str = "tools/vendor";
const HEADER: &str = "# Written by `cargo xtask vendor` from tools/vendor/vendor-list.toml. Do not edit.\n\n";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    package: Vec<Wanted>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    files: Vec<Copy>,
    licence_file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copy {
    from: OneOrMany,
    to: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// `vendor.toml`.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// In the order of the list.
    pub package: Vec<Package>,
}

/// One package of others.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// npm name.
    pub name: String,
    /// npm version.
    pub version: String,
    /// SPDX, as the package says.
    pub licence: String,
    /// Its text, relative to the folder.
    pub licence_file: String,
    /// npm's own integrity of the whole package.
    pub integrity: String,
    /// What was taken from it.
    pub file: Vec<File>,
}

/// One file served to browsers.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Relative to the folder.
    pub path: String,
    /// Hexadecimal.
    pub sha256: String,
    /// Ready for an `integrity=` attribute: `sha384-…`.
    pub sha384: String,
}

/// Fetches, copies and records. `Ok(true)` always: what can go wrong is an error.
///
/// # Errors
/// When npm fails, a listed file or a licence is missing, or a file cannot be written.
pub fn run() -> Result<bool> {
    let root = root();
    let tools = root.join(TOOLS);
    let text = std::fs::read_to_string(tools.join("vendor-list.toml"))
        .map_err(|error| format!("{TOOLS}/vendor-list.toml: {error}"))?;
    let list: List = toml::from_str(&text)?;
    shell::must("npm ci --ignore-scripts --no-audit --no-fund", &tools)?;
    let manifest = copy_all(&list, &tools, &root.join(FOLDER))?;
    let files: usize = manifest.package.iter().map(|package| package.file.len()).sum();
    println!("vendor: {files} files of {} packages in {FOLDER}", manifest.package.len());
    Ok(true)
}

/// Replaces `folder` by what `list` asks for, from `tools/node_modules`.
fn copy_all(list: &List, tools: &Path, folder: &Path) -> Result<Manifest> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder.join("licenses"))?;
    let lock = json(&tools.join("package-lock.json"))?;
    let mut manifest = Manifest { package: Vec::new() };
    for wanted in &list.package {
        manifest.package.push(copy_package(wanted, tools, folder, &lock)?);
    }
    std::fs::write(folder.join(MANIFEST), format!("{HEADER}{}", toml::to_string(&manifest)?))?;
    Ok(manifest)
}

fn copy_package(wanted: &Wanted, tools: &Path, folder: &Path, lock: &serde_json::Value) -> Result<Package> {
    let name = &wanted.name;
    let source = tools.join("node_modules").join(name);
    let about = json(&source.join("package.json"))?;
    let field = |key: &str| -> Result<String> {
        Ok(about[key].as_str().ok_or_else(|| format!("{name}: its package.json says no {key}"))?.to_owned())
    };
    let integrity = lock["packages"][format!("node_modules/{name}")]["integrity"]
        .as_str()
        .ok_or_else(|| format!("{name}: not in {TOOLS}/package-lock.json"))?;
    let licence_file = format!("licenses/{}.txt", name.trim_start_matches('@').replace('/', "-"));
    std::fs::write(folder.join(&licence_file), licence_text(wanted, &source)?)?;
    let mut files = Vec::new();
    for copy in &wanted.files {
        files.push(copy_file(name, copy, &source, folder)?);
    }
    Ok(Package {
        name: name.clone(),
        version: field("version")?,
        licence: field("license")?,
        licence_file,
        integrity: integrity.to_owned(),
        file: files,
    })
}

fn copy_file(name: &str, copy: &Copy, source: &Path, folder: &Path) -> Result<File> {
    let parts: Vec<&String> = match &copy.from {
        OneOrMany::One(part) => vec![part],
        OneOrMany::Many(parts) => parts.iter().collect(),
    };
    let mut bytes = Vec::new();
    for part in parts {
        let mut next = std::fs::read(source.join(part)).map_err(|error| format!("{name}: {part}: {error}"))?;
        if !bytes.is_empty() {
            bytes.push(b'\n');
        }
        bytes.append(&mut next);
    }
    let target = folder.join(&copy.to);
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&target, &bytes)?;
    let (sha256, sha384) = digests(&bytes);
    Ok(File { path: copy.to.clone(), sha256, sha384 })
}

/// The named licence file, or the first whose name starts like one.
fn licence_text(wanted: &Wanted, source: &Path) -> Result<Vec<u8>> {
    if let Some(named) = &wanted.licence_file {
        return Ok(std::fs::read(source.join(named)).map_err(|error| format!("{}: {named}: {error}", wanted.name))?);
    }
    let mut names: Vec<_> = std::fs::read_dir(source)?.filter_map(|item| item.ok().map(|item| item.path())).collect();
    names.sort();
    let licence = names.into_iter().find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && ["license", "licence", "copying"].iter().any(|start| name.starts_with(start))
    });
    let path = licence.ok_or_else(|| format!("{}: no licence text; name it with licence_file", wanted.name))?;
    Ok(std::fs::read(path)?)
}

fn json(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// SHA-256 in hexadecimal, and SHA-384 as an `integrity=` value.
pub fn digests(bytes: &[u8]) -> (String, String) {
    let mut hexadecimal = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    let sha384 = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(bytes));
    (hexadecimal, format!("sha384-{sha384}"))
}

#[cfg(test)]
mod tests;
