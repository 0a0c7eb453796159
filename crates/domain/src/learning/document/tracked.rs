//! The document with the action items that are tracked: what leaves as Markdown says everything that is owed, whoever wrote it where.

use super::{DueWords, ItemLine};
use crate::learning::{ActionItem, ActionItemState};

const HEADING: &str = "## Action items";

/// The text with a line for every tracked item that its Action items section does not name yet, done ones ticked. Dropped items are left out.
/// A text without the section gets it at its end.
pub fn with_tracked(markdown: &str, items: &[ActionItem]) -> String {
    let mut lines: Vec<&str> = markdown.lines().collect();
    let heading = lines.iter().position(|line| line.trim().eq_ignore_ascii_case(HEADING));
    let begin = heading.map_or(lines.len(), |at| at + 1);
    let end = lines[begin..].iter().position(|line| line.starts_with("## ")).map_or(lines.len(), |n| begin + n);
    let section = lines[begin..end].join("\n");
    let wanted = items.iter().filter(|item| !matches!(item.state, ActionItemState::Dropped { .. }));
    let missing: Vec<String> =
        wanted.map(line).filter(|line| !names(&section, line)).map(|line| line.to_markdown()).collect();
    if missing.is_empty() {
        return markdown.to_owned();
    }
    let last_written =
        lines[begin..end].iter().rposition(|line| !line.trim().is_empty()).map_or(begin, |n| begin + n + 1);
    let mut added: Vec<&str> = if heading.is_none() { vec!["", HEADING] } else { Vec::new() };
    added.extend(missing.iter().map(String::as_str));
    lines.splice(last_written..last_written, added);
    lines.join("\n") + "\n"
}

fn line(item: &ActionItem) -> ItemLine {
    ItemLine {
        owner: item.owner.to_string(),
        text: item.text.clone(),
        priority: item.priority,
        due: DueWords::On(item.due_on),
        done: matches!(item.state, ActionItemState::Done { .. }),
    }
}

/// Whether a section names the item already, in whatever words its due date is written.
fn names(section: &str, item: &ItemLine) -> bool {
    let written = section.lines().filter_map(|line| ItemLine::parse(line)?.ok());
    written.into_iter().any(|known| known.owner == item.owner && known.text.trim() == item.text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learning::{NewActionItem, document::ItemPriority},
        record::{Actor, Instant},
    };

    fn item(owner: &str, text: &str) -> ActionItem {
        let nil = uuid::Uuid::nil();
        let new = NewActionItem {
            text: text.to_owned(),
            owner: owner.parse().ok(),
            due_on: Some(jiff::civil::date(2026, 5, 16)),
            priority: Some(ItemPriority::P1),
        };
        ActionItem::new(nil.into(), nil.into(), None, new, Instant::UNIX_EPOCH).expect("a whole item")
    }

    #[test]
    fn what_is_tracked_is_written_once() {
        let done =
            item("bob", "write the runbook").done(&Actor::system("test"), Instant::UNIX_EPOCH).expect("it was open");
        let dropped = item("carol", "rewrite it all")
            .drop_for(&Actor::system("test"), "too much", Instant::UNIX_EPOCH)
            .expect("it was open");
        let alice = "- [ ] @alice: add a test (P1, 2026-05-16)";
        let cases = [
            (
                "# P\n\n## Action items\n",
                vec![item("alice", "add a test")],
                format!("# P\n\n## Action items\n{alice}\n"),
            ),
            ("# P\n", vec![item("alice", "add a test")], format!("# P\n\n## Action items\n{alice}\n")),
            (
                "## Action items\n- [ ] @alice: add a test (P0, 1 week)\n",
                vec![item("alice", "add a test")],
                String::new(),
            ),
            (
                "## Action items\n\n## Notes\nx\n",
                vec![item("alice", "add a test")],
                format!("## Action items\n{alice}\n\n## Notes\nx\n"),
            ),
            (
                "## Action items\n",
                vec![done],
                "## Action items\n- [x] @bob: write the runbook (P1, 2026-05-16)\n".to_owned(),
            ),
            ("## Action items\n", vec![dropped], String::new()),
            ("## Action items\n", vec![], String::new()),
        ];
        for (markdown, items, expected) in cases {
            let expected = if expected.is_empty() { markdown.to_owned() } else { expected };
            let written = with_tracked(markdown, &items);
            assert_eq!(written, expected);
            assert_eq!(with_tracked(&written, &items), written, "a second time changes nothing");
        }
    }
}
