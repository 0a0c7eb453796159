//! From Markdown back to title, sections and action items. Never fails: what is not understood is a problem on its line.

use super::{Document, ItemAt, ItemLine, ROOT_CAUSE_LABEL, Section, SectionKind};

/// Reads a document whose cause section has one of the common labels; for a team's own label see [`parse_with_label`].
pub fn parse(markdown: &str) -> Document {
    parse_with_label(markdown, ROOT_CAUSE_LABEL)
}

/// Reads a document; `root_cause_label` is the team's word for the cause section.
pub fn parse_with_label(markdown: &str, root_cause_label: &str) -> Document {
    let text = markdown.strip_prefix('\u{FEFF}').unwrap_or(markdown);
    let document = Document { title: None, preamble_md: String::new(), sections: Vec::new(), items: Vec::new() };
    let mut reader = Reader { label: root_cause_label, document, body: Vec::new(), fence: Fence::default() };
    for (index, line) in text.lines().enumerate() {
        reader.line(index + 1, line);
    }
    reader.close_section();
    reader.document
}

struct Reader<'a> {
    label: &'a str,
    document: Document,
    body: Vec<(usize, &'a str)>,
    fence: Fence,
}

/// Mark and length of the open code fence, if one is open.
#[derive(Default)]
struct Fence(Option<(u8, usize)>);

impl<'a> Reader<'a> {
    fn line(&mut self, number: usize, line: &'a str) {
        let is_code = self.fence.follow(line);
        match heading(line).filter(|_| !is_code) {
            Some((1, text)) if self.document.title.is_none() && self.document.sections.is_empty() => {
                self.document.title = Some(title(text));
            }
            Some((2, text)) => {
                self.close_section();
                let kind = SectionKind::from_heading(text, self.label);
                self.document.sections.push(Section {
                    kind,
                    heading: text.to_string(),
                    line: number,
                    body_md: String::new(),
                });
            }
            _ => self.body.push((number, line)),
        }
    }

    fn close_section(&mut self) {
        let body = std::mem::take(&mut self.body);
        let first = body.iter().position(|(_, line)| !line.trim().is_empty()).unwrap_or(body.len());
        let last = body.iter().rposition(|(_, line)| !line.trim().is_empty()).map_or(first, |last| last + 1);
        let kept = &body[first..last];
        let text = kept.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        match self.document.sections.last_mut() {
            None => self.document.preamble_md = text,
            Some(section) => {
                section.body_md = text;
                if section.kind == Some(SectionKind::ActionItems) {
                    self.document.items.extend(items(kept));
                }
            }
        }
    }
}

impl Fence {
    /// Whether the line is code or a fence.
    fn follow(&mut self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let mark = trimmed.bytes().next().filter(|b| matches!(b, b'`' | b'~'));
        let length = mark.map_or(0, |mark| trimmed.bytes().take_while(|b| *b == mark).count());
        match (self.0, mark) {
            (Some((open, open_length)), Some(mark))
                if open == mark && length >= open_length && trimmed[length..].trim().is_empty() =>
            {
                self.0 = None;
                true
            }
            (Some(_), _) => true,
            // A fence of backticks has no backtick after it on its line: that would be inline code.
            (None, Some(mark)) if length >= 3 && !(mark == b'`' && trimmed[length..].contains('`')) => {
                self.0 = Some((mark, length));
                true
            }
            _ => false,
        }
    }
}

/// Level and text of an ATX heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let trimmed = line.trim();
    let level = trimmed.bytes().take_while(|b| *b == b'#').count();
    let rest = trimmed.get(level..)?;
    if indent > 3 || !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    // Closing marks count only after a space: "C#" keeps its own.
    let rest = rest.trim();
    let open = rest.trim_end_matches('#');
    let is_closed = open.is_empty() || open.ends_with([' ', '\t']);
    Some((level, if is_closed { open.trim() } else { rest }))
}

fn title(heading: &str) -> String {
    const WORD: &str = "postmortem:";
    match heading.get(..WORD.len()) {
        Some(start) if start.eq_ignore_ascii_case(WORD) => heading[WORD.len()..].trim().to_string(),
        _ => heading.to_string(),
    }
}

/// List items; an indented line that is not itself an item continues the one above.
fn items(body: &[(usize, &str)]) -> Vec<ItemAt> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    let mut fence = Fence::default();
    for (number, line) in body {
        if fence.follow(line) {
            continue;
        }
        let is_item = ItemLine::parse(line).is_some();
        match joined.last_mut() {
            Some((_, item)) if !is_item && line.starts_with([' ', '\t']) && !line.trim().is_empty() => {
                item.push(' ');
                item.push_str(line.trim());
            }
            _ if is_item => joined.push((*number, (*line).to_string())),
            _ => {}
        }
    }
    joined.into_iter().filter_map(|(line, text)| Some(ItemAt { line, item: ItemLine::parse(&text)? })).collect()
}
