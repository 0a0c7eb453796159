//! The optional head of a runbook file: `id`, `title`, `services` between two lines of `---`.
//!
//! Deliberately not YAML: `key: value` and `key: [a, b]`, nothing else, so that nothing surprising can be said here.

use super::RunbookError;
use crate::text::{lint::LintFinding, suggest::did_you_mean};

/// What the head said.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    pub id: Option<String>,
    pub title: Option<String>,
    pub services: Vec<String>,
    /// Lines it takes in the source, both `---` included; 0 without one.
    pub lines: usize,
}

const KEYS: [&str; 3] = ["id", "title", "services"];

/// Reads the head, if the first line is `---`.
///
/// # Errors
/// A line that is not `key: value`, a bad id, a head that never ends.
pub(super) fn read(source: &str, findings: &mut Vec<LintFinding>) -> Result<FrontMatter, RunbookError> {
    let mut front = FrontMatter::default();
    let mut lines = source.split('\n').enumerate();
    if lines.next().map(|(_, line)| line.trim_end()) != Some("---") {
        return Ok(front);
    }
    for (index, line) in lines {
        let number = index + 1;
        if line.trim_end() == "---" {
            front.lines = number;
            return Ok(front);
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line
            .split_once(':')
            .ok_or_else(|| problem(number, "expected `key: value`, for example `id: stripe-webhooks`"))?;
        take(&mut front, key.trim(), value.trim(), number, findings)?;
    }
    Err(problem(1, "the front matter begun with `---` never ends; close it with a line `---`"))
}

fn take(
    front: &mut FrontMatter,
    key: &str,
    value: &str,
    line: usize,
    findings: &mut Vec<LintFinding>,
) -> Result<(), RunbookError> {
    match key {
        "id" => front.id = Some(id(value, line)?),
        "title" => front.title = Some(unquoted(value).to_string()).filter(|title| !title.is_empty()),
        "services" => front.services = list(value, line)?,
        _ => {
            let hint = did_you_mean(key, KEYS);
            findings.push(LintFinding::new(
                line,
                format!("The key {key:?} is unknown{hint}."),
                "Known are id, title and services.",
            ));
        }
    }
    Ok(())
}

fn id(value: &str, line: usize) -> Result<String, RunbookError> {
    let value = unquoted(value);
    let is_clean = !value.is_empty()
        && value.len() <= 80
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_clean {
        return Ok(value.to_string());
    }
    Err(problem(line, "an id is 1 to 80 of a-z, 0-9 and -, for example `id: stripe-webhooks`"))
}

fn list(value: &str, line: usize) -> Result<Vec<String>, RunbookError> {
    let inner = match value.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .ok_or_else(|| problem(line, "the list is not closed; write `services: [checkout, webhook-worker]`"))?,
        None => value,
    };
    Ok(inner.split(',').map(|item| unquoted(item.trim()).to_string()).filter(|item| !item.is_empty()).collect())
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.trim();
        }
    }
    value
}

fn problem(line: usize, problem: &str) -> RunbookError {
    RunbookError::FrontMatter { line, problem: problem.to_string() }
}
