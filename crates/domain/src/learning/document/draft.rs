//! From the facts of an incident to the first version of its document.
//!
//! Everything in a draft may come from outside (alerts, chat), so every piece is set as a line that cannot open a
//! heading, a list, a fence, a tag or an image.

use super::{ItemLine, SectionKind};
use crate::text::{
    clean::{markdown_inline, markdown_line, markdown_prose},
    duration::spelled_duration,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// What the incident meant, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct DraftImpact {
    /// How long it lasted.
    pub duration: SignedDuration,
    /// What was affected, after "32 minutes of": "degraded checkout (12% failure rate)".
    pub affected: String,
    /// Further facts, one line each: "~1500 affected users."
    pub facts: Vec<String>,
}

/// What a postmortem is drafted from.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Title of the incident: "Checkout Outage".
    pub title: String,
    /// UTC date of the incident.
    pub date: Date,
    /// What it meant.
    pub impact: DraftImpact,
    /// What happened when, in order.
    pub timeline: Vec<(Timestamp, String)>,
    /// The team's word for the cause section.
    pub root_cause_label: String,
    /// What is known of the cause; may be empty.
    pub root_cause: String,
    /// Candidates for what to keep.
    pub went_well: Vec<String>,
    /// Candidates for what to change.
    pub didnt: Vec<String>,
    /// Items that already have owner, priority and due date.
    pub items: Vec<ItemLine>,
}

impl Draft {
    /// The document. A section without facts stays empty, so that the lint names it.
    pub fn to_markdown(&self) -> String {
        let mut out = format!("# Postmortem: {} {}\n", self.date, markdown_inline(&self.title));
        let label = heading_line(&self.root_cause_label);
        for kind in SectionKind::ALL {
            out.push_str(&format!("\n## {}\n", kind.heading(&label)));
            for line in self.lines(kind) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }

    fn lines(&self, kind: SectionKind) -> Vec<String> {
        match kind {
            SectionKind::Impact => self.impact_lines(),
            SectionKind::Timeline => {
                self.timeline.iter().map(|(at, text)| timeline_line(self.date, *at, text)).collect()
            }
            SectionKind::RootCause => markdown_prose(&self.root_cause).lines().map(str::to_string).collect(),
            SectionKind::WentWell => bullets(&self.went_well),
            SectionKind::Didnt => bullets(&self.didnt),
            SectionKind::ActionItems => self.items.iter().map(ItemLine::to_markdown).collect(),
        }
    }

    fn impact_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let affected = markdown_line(&self.impact.affected);
        if !affected.is_empty() {
            let stop = if affected.ends_with(['.', '!', '?']) { "" } else { "." };
            lines.push(format!("- {} of {affected}{stop}", spelled_duration(self.impact.duration)));
        } else if self.impact.duration.is_positive() {
            lines.push(format!("- It lasted {}.", spelled_duration(self.impact.duration)));
        }
        lines.extend(bullets(&self.impact.facts));
        lines
    }
}

/// A team's own label, unable to become something other than a heading; the playbook's word when it is blank.
fn heading_line(label: &str) -> String {
    let label = markdown_inline(label);
    let label = label.trim_matches(['#', ' ']);
    if label.is_empty() { super::ROOT_CAUSE_LABEL.to_string() } else { label.to_string() }
}

fn bullets(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .map(|text| markdown_line(text))
        .filter(|text| !text.is_empty())
        .map(|text| format!("- {text}"))
        .collect()
}

/// `- 09:32 — alert: 5xx spike`; entries of another day carry it: `- 2026-05-03 00:10 — recovery confirmed`.
fn timeline_line(date: Date, at: Timestamp, text: &str) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let time = if at.date() == date { at.strftime("%H:%M") } else { at.strftime("%Y-%m-%d %H:%M") };
    format!("- {time} — {}", markdown_line(text))
}
