//! What the people of the demo write into the drafted postmortem: the words of the playbook's own example, under the draft's headings.
//! Knows Markdown headings and nothing else.

use super::stage::text;
use serde_json::Value;

const IMPACT: &str = "- About 1500 people affected; orders that failed were not charged.";
const WELL: &str = "- Status page updated promptly.";
const NOT_WELL: &str =
    "- The bug should have been caught by integration tests.\n- A runbook for \"checkout 5xx\" didn't exist.";

/// The draft with what only people know.
pub fn filled_in(draft: &str, root_cause: &str, items: &[Value]) -> String {
    let mut items: Vec<&Value> = items.iter().collect();
    items.sort_by_key(|item| (text(item, "/due_on"), text(item, "/owner")));
    let items: Vec<String> = items.into_iter().map(item).collect();
    let mut document = draft.to_owned();
    for (heading, line) in [("Impact", IMPACT), ("What went well", WELL), ("What didn't", NOT_WELL)] {
        if !document.contains(line) {
            document = with_section(&document, heading, |before| format!("{}\n{line}", before.trim_end()));
        }
    }
    document = with_section(&document, "Root cause", |_| root_cause.to_owned());
    with_section(&document, "Action items", |_| items.join("\n"))
}

/// As the playbook writes it.
fn item(item: &Value) -> String {
    format!(
        "- [ ] @{}: {} ({}, {})",
        text(item, "/owner"),
        text(item, "/text"),
        text(item, "/priority"),
        text(item, "/due_on")
    )
}

/// The document with another body under a heading; unchanged when the heading is not there.
fn with_section(markdown: &str, heading: &str, body: impl FnOnce(&str) -> String) -> String {
    let line = format!("## {heading}\n");
    let Some((before, after)) = markdown.split_once(&line) else { return markdown.to_owned() };
    let end = after.find("\n## ").map_or(after.len(), |at| at + 1);
    let (old, rest) = after.split_at(end);
    let new = body(old);
    let gap = if rest.is_empty() { "" } else { "\n" };
    format!("{before}{line}{}\n{gap}{rest}", new.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::with_section;

    #[test]
    fn one_section_changes_and_the_others_stay() {
        let check =
            |before: &str, expected: &str| assert_eq!(with_section(before, "B", |_| "new".to_owned()), expected);
        check("# T\n\n## A\n- a\n\n## B\n- b\n\n## C\n- c\n", "# T\n\n## A\n- a\n\n## B\nnew\n\n## C\n- c\n");
        check("## A\n- a\n\n## B\n", "## A\n- a\n\n## B\nnew\n");
        check("## A\n- a\n", "## A\n- a\n");
    }
}
