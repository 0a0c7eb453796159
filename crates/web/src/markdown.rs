//! Foreign Markdown on our pages: bounded first, then rendered and sanitised by [`SafeHtml`], the one door (comrak with raw HTML off, then
//! ammonia's allow-list). A text that is nested beyond reason is shown as it is written: rendering work grows with depth, reading does not.
//!
//! Is not: a second renderer; it holds no trust of its own. Callers: presenters of runbooks and postmortems.

use crate::views::SafeHtml;

/// Most block markers (`>`, `-`, `*`, `+`, `1.`) at the start of one line, as the domain takes for runbooks. Each nests once more, and the
/// parser's work grows with the square of the depth: 20 kB of `>` take seconds.
const MARKERS_PER_LINE_MAX: usize = 32;

/// Renders a text, or shows it verbatim when it is built to hurt.
pub fn render(source: &str) -> SafeHtml {
    SafeHtml::from_markdown(source)
}

/// A text exactly as it is written, as one block of code.
pub fn verbatim(source: &str) -> SafeHtml {
    SafeHtml::verbatim(source)
}

/// Whether rendering a text costs no more than its length suggests. Asked by the one door itself, so that no caller can forget to.
pub(crate) fn is_reasonable(source: &str) -> bool {
    source.lines().all(|line| markers(line) <= MARKERS_PER_LINE_MAX || is_rule(line))
}

/// `- - - - …`: one mark, however long.
fn is_rule(line: &str) -> bool {
    ['-', '*'].iter().any(|mark| line.chars().all(|c| c == *mark || c.is_whitespace()))
}

/// How many block markers a line begins with. A list's marker is followed by a space, a quotation's need not be.
fn markers(line: &str) -> usize {
    let mut rest = line;
    let mut count = 0;
    loop {
        rest = rest.trim_start();
        let Some(after) = after_marker(rest) else { return count };
        rest = after;
        count += 1;
    }
}

fn after_marker(text: &str) -> Option<&str> {
    if let Some(after) = text.strip_prefix('>') {
        return Some(after);
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = if digits.len() < text.len() { digits.strip_prefix(['.', ')']) } else { None };
    let after = numbered.or_else(|| text.strip_prefix(['-', '*', '+']))?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(after)
}

#[cfg(test)]
mod tests;
