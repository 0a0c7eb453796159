//! What a postmortem still lacks before it is worth publishing. Findings, not refusals: the publish rule decides.

use super::{Document, SectionKind, parse_with_label};
use crate::text::lint::LintFinding;

/// Words that mean "somebody meant to write this".
const LEFTOVERS: [&str; 8] = ["todo", "tbd", "fixme", "xxx", "???", "lorem ipsum", "to be written", "to be determined"];

/// Everything missing, out of order, empty, left over or incomplete, by line. `root_cause_label` is the team's word.
pub fn lint(markdown: &str, root_cause_label: &str) -> Vec<LintFinding> {
    let document = parse_with_label(markdown, root_cause_label);
    let last_line = markdown.trim_end().lines().count().max(1);
    let mut findings = title(&document);
    findings.extend(headings(&document, root_cause_label, last_line));
    findings.extend(empty_sections(&document));
    findings.extend(leftovers(markdown));
    findings.extend(items(&document));
    findings.sort();
    findings
}

fn title(document: &Document) -> Vec<LintFinding> {
    const FIX: &str = "Begin with a line such as `# Postmortem: 2026-05-02 Checkout Outage`.";
    let what = match document.title.as_deref() {
        None => "The document has no title.",
        Some(title) => match title.split_once(' ') {
            Some((date, name)) if date.parse::<jiff::civil::Date>().is_ok() && !name.trim().is_empty() => {
                return Vec::new();
            }
            _ => "The title lacks the date or the name of the incident.",
        },
    };
    vec![LintFinding::new(1, what, FIX)]
}

fn headings(document: &Document, label: &str, last_line: usize) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for kind in SectionKind::ALL {
        let heading = kind.heading(label);
        let all: Vec<_> = document.sections.iter().filter(|section| section.kind == Some(kind)).collect();
        if all.is_empty() {
            let next = document
                .sections
                .iter()
                .find(|section| section.kind > Some(kind))
                .map_or(last_line, |section| section.line);
            findings.push(LintFinding::new(
                next,
                format!("The heading \"{heading}\" is missing."),
                format!("Add `## {heading}` here."),
            ));
        }
        for again in all.iter().skip(1) {
            findings.push(LintFinding::new(
                again.line,
                format!("\"{heading}\" appears twice."),
                "Merge the two sections.",
            ));
        }
    }
    let known: Vec<_> = document.sections.iter().filter_map(|section| Some((section.kind?, section))).collect();
    let mut furthest: Option<SectionKind> = None;
    for (kind, section) in known {
        match furthest {
            Some(before) if kind < before => {
                let what = format!("\"{}\" stands after \"{}\".", section.heading, before.heading(label));
                let order = SectionKind::ALL.map(|kind| kind.heading(label)).join(" · ");
                findings.push(LintFinding::new(section.line, what, format!("Keep the order: {order}.")));
            }
            _ => furthest = Some(kind),
        }
    }
    findings
}

fn empty_sections(document: &Document) -> Vec<LintFinding> {
    let says_nothing = |body: &str| {
        body.lines().all(|line| {
            line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '+' | '.' | '…')).is_empty()
        })
    };
    let empty = document.sections.iter().filter(|section| says_nothing(&section.body_md));
    empty
        .map(|section| {
            let fix = match section.kind {
                Some(SectionKind::ActionItems) => {
                    "Add one `- [ ] @owner: text (P1, 2 weeks)`, or say why nothing needs to change."
                }
                _ => "Write at least one line.",
            };
            LintFinding::new(section.line, format!("Nothing is written under \"{}\".", section.heading), fix)
        })
        .collect()
}

fn leftovers(markdown: &str) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for (index, line) in markdown.lines().enumerate() {
        let lower = line.to_lowercase();
        if let Some(word) = LEFTOVERS.iter().find(|word| has_word(&lower, word)) {
            findings.push(LintFinding::new(
                index + 1,
                format!("\"{word}\" is a leftover."),
                "Write what was meant, or delete the line.",
            ));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, found)| {
        let before = line[..start].chars().next_back();
        let after = line[start + found.len()..].chars().next();
        let continues = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !continues(before) && !continues(after)
    })
}

fn items(document: &Document) -> Vec<LintFinding> {
    let problems = document.items.iter().filter_map(|at| Some((at.line, at.item.as_ref().err()?)));
    problems
        .map(|(line, problem)| {
            let missing = problem.missing.iter().map(|part| part.label()).collect::<Vec<_>>().join(" and ");
            LintFinding::new(
                line,
                format!("The action item lacks {missing}."),
                "Write `- [ ] @owner: text (P1, 2 weeks)`.",
            )
        })
        .collect()
}
