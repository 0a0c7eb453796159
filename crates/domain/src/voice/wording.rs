//! The wording check for public text: no promised fix time, no person, nothing internal, no blame, no over-certainty,
//! and no status that moves back without a reason.
//!
//! It reads one text and says which words are the trouble and what to write instead. It cannot tell whether a
//! statement is true. Every scan is linear in the text. Anyone may call [`check_public`].

mod names;
mod phrases;
mod promise;

use nightbell_public::NoticeStatus;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What the check may know about the incident and the organisation.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordingContext<'a> {
    /// Names and handles of the people involved ("Alice Smith", "alice"), without `@`.
    pub people: &'a [&'a str],
    /// Hosts, service ids and room names. Plain words such as `checkout` are not secrets and are ignored; names with a
    /// dash, dot, digit, slash, underscore, colon or hash are looked for.
    pub internal_names: &'a [&'a str],
    /// Names the public page already shows (components): never findings.
    pub public_names: &'a [&'a str],
    /// The public status before this text, if there is one.
    pub previous_status: Option<NoticeStatus>,
    /// The public status with this text.
    pub next_status: Option<NoticeStatus>,
    /// Whether a reason for moving back was given.
    pub reason_given: bool,
}

/// What a public text must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordingRule {
    /// A time by which it will be fixed.
    PromisedTime,
    /// A person by name or handle.
    PersonNamed,
    /// A host, address, command, stack trace, room or identifier of ours.
    InternalName,
    /// The status moves back and nobody says why.
    BackwardStatus,
    /// Somebody is made guilty in public.
    Blame,
    /// More certainty than an open incident allows.
    OverCertain,
}

/// Whether a finding stops the text from being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordingSeverity {
    /// Not published until it is gone.
    Blocks,
    /// Shown to the author; published anyway.
    Advises,
}

impl WordingRule {
    /// Whether findings of this rule block.
    pub fn severity(self) -> WordingSeverity {
        match self {
            WordingRule::PromisedTime
            | WordingRule::PersonNamed
            | WordingRule::InternalName
            | WordingRule::BackwardStatus => WordingSeverity::Blocks,
            WordingRule::Blame | WordingRule::OverCertain => WordingSeverity::Advises,
        }
    }

    /// Stable word for API, metrics and timeline.
    pub fn code(self) -> &'static str {
        match self {
            WordingRule::PromisedTime => "promised-time",
            WordingRule::PersonNamed => "person-named",
            WordingRule::InternalName => "internal-name",
            WordingRule::BackwardStatus => "backward-status",
            WordingRule::Blame => "blame",
            WordingRule::OverCertain => "over-certain",
        }
    }
}

/// Words that are the trouble, why, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that speaks.
    pub rule: WordingRule,
    /// Whether it blocks.
    pub severity: WordingSeverity,
    /// First byte of the words in the text; 0 for the status.
    pub start: usize,
    /// Byte after the words; 0 for the status.
    pub end: usize,
    /// The words themselves, or `monitoring → investigating`.
    pub excerpt: String,
    /// Why it is a finding, as a sentence.
    pub why: String,
    /// What to write instead, as a sentence.
    pub suggestion: String,
}

/// A finding before it is cut out of the text.
struct Hit {
    rule: WordingRule,
    range: Range<usize>,
    why: &'static str,
    suggestion: &'static str,
}

/// All findings in the text, by place; of two overlapping ones of the same rule the first and longest stays.
pub fn check_public(text: &str, context: &WordingContext<'_>) -> Vec<Finding> {
    let mut hits = promise::find(text);
    hits.extend(names::find(text, context));
    hits.extend(phrases::find(text));
    hits.sort_by_key(|hit| (hit.range.start, hit.rule, std::cmp::Reverse(hit.range.end)));
    let mut findings: Vec<Finding> = backward_status(context).into_iter().collect();
    let mut covered_until = std::collections::BTreeMap::new();
    for hit in hits {
        let covered = covered_until.entry(hit.rule).or_insert(0);
        if hit.range.start < *covered {
            continue;
        }
        *covered = hit.range.end;
        findings.push(Finding {
            rule: hit.rule,
            severity: hit.rule.severity(),
            excerpt: text[hit.range.clone()].to_string(),
            start: hit.range.start,
            end: hit.range.end,
            why: hit.why.to_string(),
            suggestion: hit.suggestion.to_string(),
        });
    }
    findings
}

/// True when nothing found blocks publishing.
pub fn may_publish(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != WordingSeverity::Blocks)
}

fn backward_status(context: &WordingContext<'_>) -> Option<Finding> {
    let (previous, next) = (context.previous_status?, context.next_status?);
    if !NoticeStatus::is_backward(previous, next) || context.reason_given {
        return None;
    }
    let rule = WordingRule::BackwardStatus;
    Some(Finding {
        rule,
        severity: rule.severity(),
        start: 0,
        end: 0,
        excerpt: format!("{} → {}", previous.word(), next.word()),
        why: "The status moves back, and readers are not told why.".to_string(),
        suggestion: "Give the reason, for example \"Errors returned after the first fix; we are investigating again.\""
            .to_string(),
    })
}

#[cfg(test)]
mod tests;
