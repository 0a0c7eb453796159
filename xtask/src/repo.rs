//! The working copy: where it is, which files belong to it, and the shape in which every check reports.
//!
//! Reads only; nothing here judges.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Chores end in a message for a person, so any error will do.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Something wrong at a place, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path relative to the repository.
    pub file: String,
    /// 1-based; 1 where the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do instead.
    pub fix: String,
}

impl Finding {
    /// A finding at `file:line`.
    pub fn new(file: &str, line: usize, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, problem: problem.into(), fix: fix.into() }
    }
}

/// How a chore that is also a stage of the test command ended.
pub struct Verdict {
    /// Nothing was found.
    pub passed: bool,
    /// One line for the summary table: what was looked at.
    pub summary: String,
    /// The chore did not run, and says so in `summary`.
    pub skipped: bool,
}

impl Verdict {
    /// A chore that ran.
    pub fn ran(passed: bool, summary: impl Into<String>) -> Self {
        Self { passed, summary: summary.into(), skipped: false }
    }
}

/// The working copy.
pub struct Repo {
    /// Its top folder.
    pub root: PathBuf,
    /// Files git knows or would know: tracked, or new and not ignored. Relative, sorted.
    pub files: Vec<String>,
}

/// The top folder of the working copy this program was built from.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

impl Repo {
    /// Lists the working copy.
    ///
    /// # Errors
    /// When git is missing or this is no git repository.
    pub fn open() -> Result<Self> {
        let root = root();
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .map_err(|error| format!("git ls-files: {error}"))?;
        if !listing.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listing.stderr).trim()).into());
        }
        let text = String::from_utf8_lossy(&listing.stdout);
        // A file that was deleted but not yet committed is still listed.
        let mut files: Vec<String> =
            text.split('\0').filter(|file| !file.is_empty() && root.join(file).is_file()).map(str::to_owned).collect();
        files.sort();
        files.dedup();
        Ok(Self { root, files })
    }

    /// The text of a file; `None` when it is not UTF-8 (an image) or has just gone.
    pub fn read(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(file)).ok()
    }

    /// Files below `folder`, with their text, that end in one of `endings`.
    pub fn texts(&self, folder: &str, endings: &[&str]) -> Vec<(String, String)> {
        self.files
            .iter()
            .filter(|file| file.starts_with(folder) && endings.iter().any(|ending| file.ends_with(ending)))
            .filter_map(|file| Some((file.clone(), self.read(file)?)))
            .collect()
    }
}
