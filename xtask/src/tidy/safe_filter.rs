//! Templates escape everything. The few that print HTML made by the sanitiser are listed here, with the reason.

use super::Outcome;
use super::source::{Kind, Source};
use crate::repo::{Finding, Repo};

/// Template files that may switch escaping off, and why. What they print must come out of ammonia.
const ALLOWED: &[(&str, &str)] = &[(
    "crates/web/templates/parts/prose.html",
    "the one place where rendered Markdown is printed; its value is built by the sanitiser only",
)];

const ENDINGS: &[&str] = &[".html", ".xml", ".svg", ".txt", ".atom", ".md"];

/// Checks every template, and templates inside Rust strings.
pub fn outcome(repo: &Repo, sources: &[Source]) -> Outcome {
    let templates: Vec<(String, String)> =
        repo.texts("crates/", ENDINGS).into_iter().filter(|(path, _)| path.contains("/templates/")).collect();
    let mut findings: Vec<Finding> = templates.iter().flat_map(|(path, text)| check(path, text)).collect();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/")) {
        for token in source.tokens().iter().filter(|token| token.kind == Kind::Literal && unescaped(&token.text)) {
            findings.push(finding(&source.path, token.line));
        }
    }
    let looked_at = format!("{} templates, {} allowed to print HTML", templates.len(), ALLOWED.len());
    Outcome { name: "safe-filter", looked_at, findings, notes: Vec::new() }
}

/// Lines of one template that switch escaping off.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    if ALLOWED.iter().any(|(allowed, _)| *allowed == path) {
        return Vec::new();
    }
    text.lines().enumerate().filter(|(_, line)| unescaped(line)).map(|(index, _)| finding(path, index + 1)).collect()
}

fn finding(path: &str, line: usize) -> Finding {
    let fix = "print it escaped, or through the template listed in xtask/src/tidy/safe_filter.rs";
    Finding::new(path, line, "prints unescaped HTML", fix)
}

/// `{{ x|safe }}`, `{{ x | safe }}`, `escape("none")`, `{% autoescape false %}`.
fn unescaped(text: &str) -> bool {
    let dense: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let filter = dense.contains("{{")
        && dense.match_indices("|safe").any(|(at, found)| {
            dense
                .get(at + found.len()..)
                .and_then(|rest| rest.chars().next())
                .is_none_or(|next| !next.is_alphanumeric() && next != '_')
        });
    filter || dense.contains("escape(\"none\")") || dense.contains("{%autoescapefalse")
}
