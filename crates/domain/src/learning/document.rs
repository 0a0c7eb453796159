//! The postmortem document: Markdown in, Markdown out, in the playbook's exact headings and order.
//!
//! A [`Draft`] (from the timeline) is written as Markdown; people edit it anywhere; [`parse`] reads it back, [`lint`]
//! says what is missing. The Markdown is the document: there is no second form of it. Approval, due dates and storage
//! are elsewhere; blame is in `blame`.

mod draft;
mod item;
mod lint;
mod parse;
mod tracked;

pub use draft::{Draft, DraftImpact};
pub use item::{DueUnit, DueWords, ItemLine, ItemPriority, ItemProblem, MissingPart};
pub use lint::lint;
pub use parse::{parse, parse_with_label};
pub use tracked::with_tracked;

/// The label of the cause section when a team has not chosen its own ("Contributing factors").
pub const ROOT_CAUSE_LABEL: &str = "Root cause";

/// The sections the playbook asks for, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// What it meant for customers.
    Impact,
    /// What happened when, UTC.
    Timeline,
    /// Why it could happen; the label is configurable.
    RootCause,
    /// What to keep.
    WentWell,
    /// What to change.
    Didnt,
    /// Who does what until when.
    ActionItems,
}

impl SectionKind {
    /// All sections, in order.
    pub const ALL: [SectionKind; 6] = [
        SectionKind::Impact,
        SectionKind::Timeline,
        SectionKind::RootCause,
        SectionKind::WentWell,
        SectionKind::Didnt,
        SectionKind::ActionItems,
    ];

    /// The heading as written; `root_cause_label` is the team's word for the cause section.
    pub fn heading(self, root_cause_label: &str) -> &str {
        match self {
            SectionKind::Impact => "Impact",
            SectionKind::Timeline => "Timeline (UTC)",
            SectionKind::RootCause => root_cause_label,
            SectionKind::WentWell => "What went well",
            SectionKind::Didnt => "What didn't",
            SectionKind::ActionItems => "Action items",
        }
    }

    /// The section a heading names: case and kind of apostrophe do not matter. The cause section answers to the given
    /// label and to both common ones.
    pub fn from_heading(heading: &str, root_cause_label: &str) -> Option<SectionKind> {
        let plain = |text: &str| text.trim().trim_end_matches(':').replace('’', "'").to_lowercase();
        let heading = plain(heading);
        if matches!(heading.as_str(), "root cause" | "root causes" | "contributing factors") {
            return Some(SectionKind::RootCause);
        }
        let alias = match heading.as_str() {
            "timeline" => "timeline (utc)",
            "what didn't go well" => "what didn't",
            other => other,
        };
        SectionKind::ALL.into_iter().find(|kind| plain(kind.heading(root_cause_label)) == alias)
    }
}

/// One section as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which of the playbook's, or `None` for one the author added.
    pub kind: Option<SectionKind>,
    /// The heading as written, without `##`.
    pub heading: String,
    /// Line of the heading, from 1.
    pub line: usize,
    /// Everything below it, without blank lines at either end.
    pub body_md: String,
}

/// An action item line, understood or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemAt {
    /// Line of the item, from 1.
    pub line: usize,
    /// The item, or what it lacks.
    pub item: Result<ItemLine, ItemProblem>,
}

/// A postmortem document as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The first heading without `# Postmortem:`; `None` if there is none.
    pub title: Option<String>,
    /// What stands between title and first section.
    pub preamble_md: String,
    /// Sections in the order they stand.
    pub sections: Vec<Section>,
    /// The lines under Action items, in order.
    pub items: Vec<ItemAt>,
}

impl Document {
    /// The first section of that kind.
    pub fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == Some(kind))
    }

    /// The document as Markdown: one blank line between sections, bodies untouched.
    pub fn to_markdown(&self) -> String {
        let mut parts = Vec::new();
        if let Some(title) = &self.title {
            parts.push(format!("# Postmortem: {title}"));
        }
        if !self.preamble_md.is_empty() {
            parts.push(self.preamble_md.clone());
        }
        parts.extend(self.sections.iter().map(|section| {
            let end = if section.body_md.is_empty() { "" } else { "\n" };
            format!("## {}{end}{}", section.heading, section.body_md)
        }));
        parts.join("\n\n") + "\n"
    }
}

#[cfg(test)]
mod tests;
