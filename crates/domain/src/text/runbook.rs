//! Runbooks: Markdown with Symptoms, Quick mitigations, Diagnosis and Escalation, read into what a responder needs first.
//!
//! Reading never fails over a missing heading: that is a finding for the author. It fails only where the text cannot be
//! trusted to be a runbook at all (too large, nested too deep, broken front matter). Running commands is not here.

mod escalation;
mod front_matter;

use super::{duration::duration_text, lint::LintFinding, slug::slug};
use comrak::{
    Arena, Node, Options,
    arena_tree::NodeEdge,
    nodes::{ListType, NodeValue},
    parse_document,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Largest runbook, in bytes.
pub const RUNBOOK_BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting of Markdown blocks and marks.
pub const RUNBOOK_DEPTH_MAX: usize = 64;
/// Most block markers (`>`, `-`, `*`, `+`, `1.`) at the start of one line.
const MARKERS_PER_LINE_MAX: usize = 32;

/// A runbook, read. All `_md` fields are Markdown as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Stable name from the front matter, else the slug of the title.
    pub id: String,
    /// Title without the word "Runbook:".
    pub title: String,
    /// Names of the services it is for.
    pub services: Vec<String>,
    /// How to recognise this failure.
    pub symptoms_md: String,
    /// What to do first, in order.
    pub mitigations: Vec<MitigationStep>,
    /// How to find the cause, later.
    pub diagnosis_md: String,
    /// Whom to page when stuck, and when.
    pub escalation: Option<Escalation>,
    /// The whole text without front matter.
    pub body_md: String,
}

/// One step under Quick mitigations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MitigationStep {
    /// The step as written, on one line.
    pub title_md: String,
    /// The step without marks.
    pub title_text: String,
    /// The command to run: the first inline code with an argument in it, else the first code of the step.
    pub command: Option<String>,
    /// Web links (http, https) in the step, in order.
    pub links: Vec<String>,
}

impl MitigationStep {
    /// What to do, without the command set apart at its end: `Roll back: kubectl …` reads `Roll back`, for the command stands below
    /// it wherever steps are shown. A sentence that leans on its command (`Roll back with kubectl …`) stays whole.
    #[must_use]
    pub fn title(&self) -> &str {
        let whole = self.title_text.trim();
        let Some(command) = &self.command else { return whole };
        let before = whole.trim_end_matches(['.', ')']).strip_suffix(command.as_str()).map(str::trim_end);
        let title = before
            .and_then(|rest| rest.strip_suffix([':', '-', '–', '—', '→', '(']))
            .map(|rest| rest.trim_end_matches([' ', ':', '-', '–', '—']));
        title.filter(|title| !title.is_empty()).unwrap_or(whole)
    }
}

/// `Page #payments-oncall if blocked > 30 min`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Whom, as written: `#payments-oncall`, `@alice`, a policy's name.
    pub target: String,
    /// After how long without progress.
    #[serde(with = "duration_text")]
    pub after: SignedDuration,
}

/// Why a text is not taken as a runbook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunbookError {
    /// More than [`RUNBOOK_BYTES_MAX`].
    #[error("line 1: the runbook has {bytes} bytes; at most {RUNBOOK_BYTES_MAX} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Deeper than [`RUNBOOK_DEPTH_MAX`].
    #[error("line {line}: lists, quotes or marks are nested too deep (at most {RUNBOOK_DEPTH_MAX} levels)")]
    TooDeep {
        /// Line in the source, from 1.
        line: usize,
    },
    /// The lines between the two `---` are not `key: value`.
    #[error("line {line}: {problem}")]
    FrontMatter {
        /// Line in the source, from 1.
        line: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
}

/// Reads a runbook; findings tell the author what is missing, sorted by line.
///
/// # Errors
/// [`RunbookError`], always with the line.
pub fn parse_runbook(source: &str) -> Result<(Runbook, Vec<LintFinding>), RunbookError> {
    if source.len() > RUNBOOK_BYTES_MAX {
        return Err(RunbookError::TooLarge { bytes: source.len() });
    }
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source).replace("\r\n", "\n");
    let mut findings = Vec::new();
    let front = front_matter::read(&source, &mut findings)?;
    // Front matter lines are blanked, not removed, so that every line number below is the author's.
    let text: String = "\n".repeat(front.lines) + &source.split('\n').skip(front.lines).collect::<Vec<_>>().join("\n");
    refuse_marker_towers(&text)?;

    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.autolink = true;
    let root = parse_document(&arena, &text, &options);
    refuse_deep_trees(root)?;

    let lines: Vec<&str> = text.split('\n').collect();
    let outline = Outline::read(root, &lines, &mut findings);
    let title = front.title.or(outline.title).unwrap_or_else(|| {
        findings.push(LintFinding::new(
            1,
            "The runbook has no title.",
            "Begin with a line such as `# Runbook: Stripe Webhook Failures`.",
        ));
        "Untitled runbook".to_string()
    });
    let runbook = Runbook {
        id: front.id.unwrap_or_else(|| slug(&title)),
        title,
        services: front.services,
        symptoms_md: outline.symptoms.map(|part| part.md).unwrap_or_default(),
        mitigations: mitigations(outline.mitigations, &lines, &mut findings),
        diagnosis_md: outline.diagnosis.map(|part| part.md).unwrap_or_default(),
        escalation: outline.escalation.and_then(|part| escalation::read(&part.nodes, part.line, &mut findings)),
        body_md: text.trim_matches('\n').to_string(),
    };
    findings.sort();
    Ok((runbook, findings))
}

/// The parser's work grows with the depth of one line, so towers of markers are refused before it sees them.
fn refuse_marker_towers(text: &str) -> Result<(), RunbookError> {
    for (index, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        for markers in 0.. {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let Some(after) = rest[digits..].strip_prefix(['>', '-', '*', '+', '.', ')']) else { break };
            // A row of dashes is a rule, not a list in a list.
            if !rest.starts_with('>') && !after.starts_with([' ', '\t']) {
                break;
            }
            if markers >= MARKERS_PER_LINE_MAX {
                return Err(RunbookError::TooDeep { line: index + 1 });
            }
            rest = after.trim_start();
        }
    }
    Ok(())
}

fn refuse_deep_trees(root: Node<'_>) -> Result<(), RunbookError> {
    let mut depth = 0_usize;
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => {
                depth += 1;
                if depth > RUNBOOK_DEPTH_MAX {
                    return Err(RunbookError::TooDeep { line: node.data().sourcepos.start.line.max(1) });
                }
            }
            NodeEdge::End(_) => depth = depth.saturating_sub(1),
        }
    }
    Ok(())
}

/// The text under one heading.
struct Part<'a> {
    line: usize,
    md: String,
    nodes: Vec<Node<'a>>,
}

#[derive(Default)]
struct Outline<'a> {
    title: Option<String>,
    symptoms: Option<Part<'a>>,
    mitigations: Option<Part<'a>>,
    diagnosis: Option<Part<'a>>,
    escalation: Option<Part<'a>>,
}

/// Headings in the playbook's order, with what belongs below each.
const HEADINGS: [(&str, &str); 4] = [
    ("Symptoms", "Add `## Symptoms`: what the person who is paged sees."),
    ("Quick mitigations", "Add `## Quick mitigations` with a numbered list: what stops the bleeding within minutes."),
    ("Diagnosis", "Add `## Diagnosis`: where to look once the bleeding has stopped."),
    ("Escalation", "Add `## Escalation` with a line such as `- Page #payments-oncall if blocked > 30 min`."),
];

impl<'a> Outline<'a> {
    fn read(root: Node<'a>, lines: &[&str], findings: &mut Vec<LintFinding>) -> Outline<'a> {
        let blocks: Vec<Node<'a>> = root.children().collect();
        let mut outline = Outline::default();
        for (at, block) in blocks.iter().enumerate() {
            let Some(level) = heading_level(block) else { continue };
            let name = plain_text(block);
            let line = block.data().sourcepos.start.line;
            if level == 1 && outline.title.is_none() {
                outline.title = title_from(&name);
                continue;
            }
            let Some(known) = known_heading(&name) else { continue };
            let following = &blocks[at + 1..];
            let ends = following.iter().position(|next| {
                heading_level(next).is_some_and(|l| l <= level || known_heading(&plain_text(next)).is_some())
            });
            let nodes = following[..ends.unwrap_or(following.len())].to_vec();
            let last_line = ends.map_or(lines.len(), |end| following[end].data().sourcepos.start.line - 1);
            let first_line = block.data().sourcepos.end.line;
            let md = lines.get(first_line..last_line).unwrap_or_default().join("\n").trim_matches('\n').to_string();
            outline.place(known, Part { line, md, nodes }, findings);
        }
        let written = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(1, |last| last + 1);
        outline.report_missing(written, findings);
        outline
    }

    fn slot(&mut self, heading: &str) -> &mut Option<Part<'a>> {
        match heading {
            "Symptoms" => &mut self.symptoms,
            "Quick mitigations" => &mut self.mitigations,
            "Diagnosis" => &mut self.diagnosis,
            _ => &mut self.escalation,
        }
    }

    fn place(&mut self, heading: &str, part: Part<'a>, findings: &mut Vec<LintFinding>) {
        if part.md.trim().is_empty() {
            findings.push(LintFinding::new(
                part.line,
                format!("Nothing is written under \"{heading}\"."),
                "Write one line, even a short one, or remove the heading.",
            ));
        }
        let slot = self.slot(heading);
        if slot.is_some() {
            findings.push(LintFinding::new(
                part.line,
                format!("\"{heading}\" appears twice; only the first is used."),
                "Merge the two sections.",
            ));
        } else {
            *slot = Some(part);
        }
    }

    fn report_missing(&mut self, last_line: usize, findings: &mut Vec<LintFinding>) {
        for (heading, fix) in HEADINGS {
            if self.slot(heading).is_none() {
                findings.push(LintFinding::new(last_line, format!("The heading \"{heading}\" is missing."), fix));
            }
        }
    }
}

fn heading_level(node: Node<'_>) -> Option<u8> {
    match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

fn known_heading(name: &str) -> Option<&'static str> {
    let name = name.trim().trim_end_matches(':');
    let name = if name.eq_ignore_ascii_case("mitigations") { "Quick mitigations" } else { name };
    HEADINGS.iter().map(|(heading, _)| *heading).find(|heading| heading.eq_ignore_ascii_case(name))
}

fn title_from(heading: &str) -> Option<String> {
    let heading = heading.trim();
    let has_word = heading.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("runbook:"));
    let title = if has_word { heading[8..].trim() } else { heading };
    (!title.is_empty()).then(|| title.to_string())
}

/// The words of a node without marks; line breaks become spaces.
fn plain_text(node: Node<'_>) -> String {
    let mut out = String::new();
    for inner in node.descendants() {
        match &inner.data().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_string()
}

fn mitigations(part: Option<Part<'_>>, lines: &[&str], findings: &mut Vec<LintFinding>) -> Vec<MitigationStep> {
    let Some(part) = part else { return Vec::new() };
    let mut steps = Vec::new();
    for list in &part.nodes {
        let NodeValue::List(kind) = list.data().value.clone() else { continue };
        if kind.list_type != ListType::Ordered {
            let line = list.data().sourcepos.start.line;
            findings.push(LintFinding::new(
                line,
                "Quick mitigations are not numbered.",
                "Use `1.`, `2.` … so that people can say \"I am at step 2\".",
            ));
        }
        steps.extend(list.children().map(|item| step(item, lines, findings)));
    }
    if steps.is_empty() && !part.md.trim().is_empty() {
        findings.push(LintFinding::new(
            part.line,
            "Quick mitigations have no steps.",
            "Write them as a numbered list, one action each.",
        ));
    }
    steps
}

fn step(item: Node<'_>, lines: &[&str], findings: &mut Vec<LintFinding>) -> MitigationStep {
    let paragraph = item.children().find(|child| matches!(child.data().value, NodeValue::Paragraph));
    let mut codes: Vec<String> = Vec::new();
    let mut blocks: Vec<String> = Vec::new();
    let mut links: Vec<String> = Vec::new();
    for node in item.descendants() {
        match &node.data().value {
            NodeValue::Code(code) => codes.push(code.literal.trim().to_string()),
            NodeValue::CodeBlock(block) => blocks.push(block.literal.trim().to_string()),
            NodeValue::Link(link) if is_web_link(&link.url) => links.push(link.url.clone()),
            _ => {}
        }
    }
    let runnable: Vec<&String> = codes.iter().filter(|code| code.contains(' ')).collect();
    if runnable.len() > 1 {
        let line = item.data().sourcepos.start.line;
        findings.push(LintFinding::new(
            line,
            "This step has more than one command; only the first can be run from here.",
            "Make each command a step of its own.",
        ));
    }
    let command =
        runnable.first().copied().or(blocks.first()).or(codes.first()).cloned().filter(|code| !code.is_empty());
    MitigationStep {
        title_md: paragraph.map(|paragraph| source_of(paragraph, lines)).unwrap_or_default(),
        title_text: paragraph.map(plain_text).unwrap_or_default(),
        command,
        links,
    }
}

fn is_web_link(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The source of a paragraph on one line, without the indentation of continued lines.
fn source_of(node: Node<'_>, lines: &[&str]) -> String {
    let position = node.data().sourcepos;
    let picked = lines.get(position.start.line - 1..position.end.line).unwrap_or_default();
    let first_column = position.start.column.saturating_sub(1);
    let parts: Vec<&str> = picked
        .iter()
        .enumerate()
        .map(|(index, line)| if index == 0 { line.get(first_column..).unwrap_or(line) } else { line }.trim())
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests;
