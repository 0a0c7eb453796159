//! The line under Escalation that arms a timer: `Page #payments-oncall if blocked > 30 min`.

use super::{Escalation, plain_text};
use crate::text::{duration::parse_prose_duration, lint::LintFinding};
use comrak::{Node, nodes::NodeValue};

const EXAMPLE: &str = "Write a line such as `- Page #payments-oncall if blocked > 30 min`.";

/// The first complete line; half a line becomes a finding at the line of the heading or of the half.
pub(super) fn read(nodes: &[Node<'_>], heading_line: usize, findings: &mut Vec<LintFinding>) -> Option<Escalation> {
    let mut half = None;
    for paragraph in nodes.iter().flat_map(|node| node.descendants()) {
        if !matches!(paragraph.data().value, NodeValue::Paragraph) {
            continue;
        }
        match sentence(&plain_text(paragraph)) {
            Sentence::Complete(escalation) => return Some(escalation),
            Sentence::WithoutTime(target) => {
                half.get_or_insert((paragraph.data().sourcepos.start.line, format!("Paging {target} has no time.")));
            }
            Sentence::Other => {}
        }
    }
    let (line, what) = half.unwrap_or((heading_line, "The Escalation section names nobody to page.".to_string()));
    findings.push(LintFinding::new(line, what, EXAMPLE));
    None
}

enum Sentence {
    Complete(Escalation),
    WithoutTime(String),
    Other,
}

fn sentence(text: &str) -> Sentence {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("page")) else { return Sentence::Other };
    let Some(target) =
        words.get(at + 1).map(|word| word.trim_end_matches([',', '.', ';', ':'])).filter(|word| !word.is_empty())
    else {
        return Sentence::Other;
    };
    match words[at + 2..].iter().enumerate().find_map(|(index, _)| duration_at(&words[at + 2 + index..])) {
        Some(after) => Sentence::Complete(Escalation { target: target.to_string(), after }),
        None => Sentence::WithoutTime(target.to_string()),
    }
}

/// A duration at the start of the words: `30 min`, `30min`, `>30m`, `1 hour`.
fn duration_at(words: &[&str]) -> Option<jiff::SignedDuration> {
    let first = words.first()?.trim_start_matches(['>', '~', '≥', '=']).trim_end_matches(['.', ',', ';']);
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let second = words.get(1).map(|word| word.trim_end_matches(['.', ',', ';', ')']));
    let together = second.and_then(|unit| parse_prose_duration(&format!("{first} {unit}")).ok());
    together.or_else(|| parse_prose_duration(first).ok()).filter(|after| after.is_positive())
}
