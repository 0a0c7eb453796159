//! Foreign Markdown on our pages: bounded first, then rendered and sanitised by [`SafeHtml`], the one door (comrak with raw HTML off, then
//! ammonia's allow-list). A text that is nested beyond reason is shown as it is written: rendering work grows with depth, reading does not.
//!
//! Is not: a second renderer; it holds no trust of its own. Callers: presenters of runbooks and postmortems.

use crate::views::SafeHtml;

/// Most block markers (`>`, `-`, `*`, `+`, `1.`) at the start of one line, as the domain takes for runbooks.
const MARKERS_PER_LINE_MAX: usize = 32;
/// Most brackets, stars, underscores and tildes in one paragraph: each may open a nested mark.
const MARKS_PER_PARAGRAPH_MAX: usize = 2_000;

/// Renders a text, or shows it verbatim when it is built to hurt.
pub fn render(source: &str) -> SafeHtml {
    if is_reasonable(source) { SafeHtml::from_markdown(source) } else { verbatim(source) }
}

/// A text exactly as it is written, as one block of code.
pub fn verbatim(source: &str) -> SafeHtml {
    // Indented code has no closing mark that the text could contain.
    let indented: String = source.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    SafeHtml::from_markdown(&indented)
}

fn is_reasonable(source: &str) -> bool {
    let mut marks = 0;
    source.lines().all(|line| {
        marks = if line.trim().is_empty() {
            0
        } else {
            marks + line.bytes().filter(|byte| b"[]*_~`<!".contains(byte)).count()
        };
        markers(line) <= MARKERS_PER_LINE_MAX && marks <= MARKS_PER_PARAGRAPH_MAX
    })
}

/// How many block markers a line begins with, at most; a rule of stars counts as many.
fn markers(line: &str) -> usize {
    let mut rest = line;
    let mut count = 0;
    loop {
        rest = rest.trim_start();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        rest = match rest.as_bytes().get(digits) {
            Some(b'.' | b')') if digits > 0 => &rest[digits + 1..],
            Some(b'>' | b'-' | b'*' | b'+') if digits == 0 => &rest[1..],
            _ => return count,
        };
        count += 1;
        // A rule of dashes, or the underline of a heading, is one mark however long.
        if count > MARKERS_PER_LINE_MAX && line.trim().bytes().all(|byte| byte == b'-' || byte == b'*') {
            return 1;
        }
    }
}

#[cfg(test)]
mod tests;
