//! Templates escape everything. Types that are printed as they are (`impl HtmlSafe`) are listed here, with the reason;
//! no template switches escaping off.

use super::Outcome;
use super::source::{self, Kind, Source};
use crate::repo::{Finding, Repo};

/// (file, type, why its text may be printed unescaped).
const TRUSTED: &[(&str, &str, &str)] = &[
    ("crates/web/src/views/html.rs", "SafeHtml", "made from Markdown by the sanitiser, and by nothing else"),
    ("crates/web/src/views/parts.rs", "Tag", "prints through its own escaping template"),
    ("crates/web/src/views/parts.rs", "Empty", "prints through its own escaping template"),
    ("crates/web/src/views/push.rs", "PushBox", "prints through its own escaping template"),
];

const ENDINGS: &[&str] = &[".html", ".xml", ".svg", ".txt", ".atom", ".md"];

/// Checks every template, templates inside Rust strings, and trusted types.
pub fn outcome(repo: &Repo, sources: &[Source]) -> Outcome {
    let templates: Vec<(String, String)> =
        repo.texts("crates/", ENDINGS).into_iter().filter(|(path, _)| path.contains("/templates/")).collect();
    let mut findings: Vec<Finding> = templates.iter().flat_map(|(path, text)| check(path, text)).collect();
    findings.extend(sources.iter().filter(|source| source.path.starts_with("crates/")).flat_map(check_rust));
    let looked_at = format!("{} templates, {} types trusted", templates.len(), TRUSTED.len());
    Outcome { name: "safe-filter", looked_at, findings, notes: Vec::new() }
}

/// Lines of one template that switch escaping off.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    text.lines().enumerate().filter(|(_, line)| unescaped(line)).map(|(index, _)| finding(path, index + 1)).collect()
}

/// Templates in strings, `escape = "none"`, and types declared safe without being listed.
pub fn check_rust(source: &Source) -> Vec<Finding> {
    let tokens = source.tokens();
    let mut lines: Vec<usize> = tokens
        .iter()
        .filter(|token| token.kind == Kind::Literal && unescaped(&token.text))
        .map(|token| token.line)
        .collect();
    let switched_off = tokens
        .windows(3)
        .filter(|window| window.iter().zip(["escape", "=", "\"none\""]).all(|(token, word)| token.text == word));
    lines.extend(switched_off.filter_map(|window| window.first()).map(|token| token.line));
    let trusted = |name: &str| TRUSTED.iter().any(|(file, trusted, _)| *file == source.path && *trusted == name);
    for (index, token) in tokens.iter().enumerate() {
        let [.., name] = tokens.get(index..index + 3).unwrap_or_default() else { continue };
        if !source::find(&tokens[index..index + 2], &["HtmlSafe", "for"]).is_empty() && !trusted(&name.text) {
            lines.push(token.line);
        }
    }
    lines.into_iter().map(|line| finding(&source.path, line)).collect()
}

fn finding(path: &str, line: usize) -> Finding {
    let fix = "print it escaped, or as a type listed in xtask/src/tidy/safe_filter.rs";
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
