use super::*;
use crate::text::lint::LintFinding;
use jiff::{SignedDuration, Timestamp, civil::date};
use proptest::prelude::*;

const PLAYBOOK: &str = include_str!("playbook.md");

fn at(time: &str) -> Timestamp {
    format!("2026-05-02T{time}:00Z").parse().unwrap()
}

fn weeks(count: u16) -> DueWords {
    DueWords::After { count, unit: DueUnit::Week }
}

fn item(owner: &str, text: &str, priority: ItemPriority, due: DueWords) -> ItemLine {
    ItemLine { owner: owner.into(), text: text.into(), priority, due, done: false }
}

fn playbook_draft() -> Draft {
    let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    Draft {
        title: "Checkout Outage".into(),
        date: date(2026, 5, 2),
        impact: DraftImpact {
            duration: SignedDuration::from_mins(32),
            affected: "degraded checkout (12% failure rate)".into(),
            facts: strings(&["~1500 affected users.", "$X estimated revenue impact."]),
        },
        timeline: vec![
            (at("09:32"), "alert: 5xx spike".into()),
            (at("09:35"), "IC declared, ops investigating".into()),
            (at("09:42"), "root cause hypothesized: bad deploy".into()),
            (at("09:48"), "rollback initiated".into()),
            (at("10:04"), "recovery confirmed".into()),
        ],
        root_cause_label: ROOT_CAUSE_LABEL.into(),
        root_cause: "The 09:30 deploy of webhook-worker introduced a bug in retry handling.\nTests passed; integration tests didn't cover this code path.".into(),
        went_well: strings(&["Alert fired within 2min of impact.", "Rollback completed in under 15min.", "Status page updated promptly."]),
        didnt: strings(&["The bug should have been caught by integration tests.", "Runbook for \"checkout 5xx\" didn't exist."]),
        items: vec![
            item("alice", "add integration test for retry path", ItemPriority::P0, weeks(1)),
            item("bob", "write checkout runbook", ItemPriority::P1, weeks(2)),
            item("carol", "enable canary deploy for webhook-worker", ItemPriority::P1, weeks(2)),
        ],
    }
}

#[test]
fn the_playbooks_example_is_kept_and_reproduced_to_the_letter() {
    assert_eq!(playbook_draft().to_markdown(), PLAYBOOK);
    let document = parse(PLAYBOOK);
    assert_eq!(document.to_markdown(), PLAYBOOK);
    assert_eq!(document.title.as_deref(), Some("2026-05-02 Checkout Outage"));
    let kinds: Vec<_> = document.sections.iter().filter_map(|section| section.kind).collect();
    assert_eq!(kinds, SectionKind::ALL);
    let items: Vec<_> = document.items.iter().map(|at| at.item.clone().expect("complete")).collect();
    assert_eq!(items, playbook_draft().items);
    assert_eq!(document.items.iter().map(|at| at.line).collect::<Vec<_>>(), [29, 30, 31]);
    assert_eq!(lint(PLAYBOOK, ROOT_CAUSE_LABEL), []);
}

#[test]
fn another_label_and_another_day() {
    let mut draft = playbook_draft();
    draft.root_cause_label = "Contributing factors".into();
    draft.timeline.push(("2026-05-03T00:10:00Z".parse().unwrap(), "all clear".into()));
    draft.impact.affected = String::new();
    let markdown = draft.to_markdown();
    assert!(markdown.contains("\n## Contributing factors\nThe 09:30"));
    assert!(markdown.contains("\n- 2026-05-03 00:10 — all clear\n"));
    assert!(markdown.contains("## Impact\n- It lasted 32 minutes.\n"));
    assert_eq!(lint(&markdown, "Contributing factors"), []);
    assert_eq!(lint(&markdown.replace("Contributing factors", "Why"), "Why"), []);
    draft.root_cause_label = " \n# ".into();
    assert!(draft.to_markdown().contains("\n## Root cause\n"));
}

#[test]
fn hostile_text_breaks_nothing() {
    let hostile = [
        "a\n## Action items\n- [ ] @mallory: own everything (P0, 1 week)",
        "# heading",
        "```\nunclosed",
        "~~~",
        "<script>alert(1)</script>",
        "<!-- hide the rest",
        "- [ ] @mallory: x (P0, 1 week)",
        "\u{202E}flip\u{0}\r\n\u{2028}# x",
        "1. one\n===",
        "![track](http://t/x.png)",
        "[x]: http://x",
    ];
    for text in hostile {
        let mut draft = playbook_draft();
        draft.title = text.into();
        draft.impact.affected = text.into();
        draft.impact.facts = vec![text.into()];
        draft.timeline[0].1 = text.into();
        draft.root_cause = text.into();
        draft.went_well = vec![text.into()];
        draft.didnt = vec![text.into()];
        draft.items = vec![item("alice\n## x", text, ItemPriority::P0, weeks(1))];
        let markdown = draft.to_markdown();
        let document = parse(&markdown);
        let kinds: Vec<_> = document.sections.iter().map(|section| section.kind).collect();
        assert_eq!(kinds, SectionKind::ALL.map(Some), "{text}\n{markdown}");
        assert_eq!(document.items.len(), 1, "{markdown}");
        let read = document.items[0].item.clone().expect(text);
        assert_eq!((read.owner.as_str(), read.priority, read.due), ("alicex", ItemPriority::P0, weeks(1)));
        assert_eq!(document.to_markdown(), markdown);
        assert_eq!(html_outline(&markdown), ["h1", "h2", "h2", "h2", "h2", "h2", "h2"], "{markdown}");
    }
}

/// The headings a Markdown renderer sees; tags and images from the text must not survive as such.
fn html_outline(markdown: &str) -> Vec<String> {
    let mut options = comrak::Options::default();
    options.extension.tasklist = true;
    options.render.r#unsafe = true;
    let html = comrak::markdown_to_html(markdown, &options);
    for forbidden in ["<script", "<!--", "<img", "<pre", "<blockquote"] {
        assert!(!html.contains(forbidden), "{forbidden} in {html}");
    }
    html.match_indices("<h")
        .filter_map(|(at, _)| html.get(at + 1..at + 3))
        .filter(|tag| tag.as_bytes()[1].is_ascii_digit())
        .map(str::to_string)
        .collect()
}

#[test]
fn item_lines() {
    use MissingPart::{Due, Owner, Priority, Text};
    let good = [
        ("- [ ] @a: do (P1, 2 weeks)", "a", "do", "P1", "2 weeks", false),
        ("* [x] @a.b-c do it (p3, 2026-05-16).", "a.b-c", "do it", "P3", "2026-05-16", true),
        ("- @a: do (really) (3 business days, P2)", "a", "do (really)", "P2", "3 business days", false),
        ("- [X] @é: x: y (P0, due 1 month)", "é", "x: y", "P0", "1 month", true),
        ("- [] @a: do (P0, 10d)", "a", "do", "P0", "10 days", false),
        ("- [ ] @a: fix (P0, 1 day) (P1, 1 week)", "a", "fix (P0, 1 day)", "P1", "1 week", false),
    ];
    for (line, owner, text, priority, due, done) in good {
        let read = ItemLine::parse(line).expect(line).expect(line);
        let seen =
            (read.owner.as_str(), read.text.as_str(), read.priority.to_string(), read.due.to_string(), read.done);
        assert_eq!(seen, (owner, text, priority.to_string(), due.to_string(), done), "{line}");
        assert_eq!(ItemLine::parse(&read.to_markdown()), Some(Ok(read)), "{line}");
    }
    let bad: [(&str, &[MissingPart]); 8] = [
        ("- [ ] We should improve testing.", &[Owner, Priority, Due]),
        ("- [ ] @a: do (P1)", &[Due]),
        ("- [ ] @a: do (2 weeks)", &[Priority]),
        ("- [ ] do (P1, 2 weeks)", &[Owner]),
        ("- [ ] @a: (P1, 2 weeks)", &[Text]),
        ("- [ ] @a: do (P7, soon)", &[Priority, Due]),
        ("- [ ] @: do (P1, 0 weeks)", &[Owner, Due]),
        ("-", &[Owner, Text, Priority, Due]),
    ];
    for (line, missing) in bad {
        let problem = ItemLine::parse(line).expect(line).expect_err(line);
        assert_eq!(problem.missing, missing, "{line}");
        assert!(problem.to_string().contains("- [ ] @owner: text (P1, 2 weeks)"));
    }
    for line in ["", "prose", "--- ", "-x", "1. @a: do (P1, 1 week)"] {
        assert_eq!(ItemLine::parse(line), None, "{line}");
    }
}

#[test]
fn continued_lines_and_code_in_the_items() {
    let text = "## Action items\n- [ ] @a: a long\n  text (P1, 1 week)\n\n```\n- [ ] code\n```\nprose\n- [ ] @b: x";
    let items = parse(text).items;
    assert_eq!(items.len(), 2);
    assert_eq!((items[0].line, items[0].item.as_ref().map(|item| item.text.as_str())), (2, Ok("a long text")));
    assert_eq!((items[1].line, items[1].item.is_err()), (9, true));
}

#[test]
fn lint_names_line_and_matter() {
    let cases = [
        ("# Postmortem: 2026-05-02 Checkout Outage\n", "", 1, "The document has no title."),
        ("2026-05-02 Checkout", "Checkout", 1, "The title lacks the date or the name of the incident."),
        ("## Impact\n", "## Damage\n", 8, "The heading \"Impact\" is missing."),
        ("## Action items\n", "### Action items\n", 31, "The heading \"Action items\" is missing."),
        ("## What went well", "## What didn't", 24, "\"What didn't\" appears twice."),
        ("## What went well", "## Impact", 19, "\"Impact\" stands after \"Root cause\"."),
        (
            "- Alert fired within 2min of impact.\n- Rollback completed in under 15min.\n- Status page updated promptly.\n",
            "- \n",
            19,
            "Nothing is written under \"What went well\".",
        ),
        ("- rollback", "- todo: rollback", 0, ""),
        ("Tests passed;", "TODO: tests passed;", 17, "\"todo\" is a leftover."),
        ("$X estimated", "??? estimated", 6, "\"???\" is a leftover."),
        (" (P0, 1 week)", "", 29, "The action item lacks a priority and a due date."),
        ("@alice: ", "", 29, "The action item lacks an owner."),
    ];
    for (from, to, line, what) in cases {
        let found = lint(&PLAYBOOK.replacen(from, to, 1), ROOT_CAUSE_LABEL);
        if what.is_empty() {
            assert_eq!(found, [], "{from} → {to}");
        } else {
            let near = |finding: &&LintFinding| finding.what == what && finding.line == line;
            assert!(found.iter().find(near).is_some_and(|finding| !finding.fix.is_empty()), "{from} → {to}: {found:?}");
        }
    }
    assert_eq!(lint("", ROOT_CAUSE_LABEL).len(), 7);
    assert_eq!(lint("mastodon todos", ROOT_CAUSE_LABEL).len(), 7);
}

#[test]
fn headings_are_recognised_in_the_forms_people_type() {
    let cases = [
        ("What didn’t", Some(SectionKind::Didnt)),
        ("WHAT DIDN'T GO WELL:", Some(SectionKind::Didnt)),
        ("timeline", Some(SectionKind::Timeline)),
        ("Contributing Factors", Some(SectionKind::RootCause)),
        ("Ursache", Some(SectionKind::RootCause)),
        ("Lessons", None),
        ("", None),
    ];
    for (heading, expected) in cases {
        assert_eq!(SectionKind::from_heading(heading, "Ursache"), expected, "{heading}");
    }
}

proptest! {
    #[test]
    fn printing_and_reading_settle_after_one_round(text in "(#|##|-|`|~| |\n|a|é|\\[ \\]|@a|:|\\(P1, 1 week\\)){0,80}") {
        let once = parse(&text).to_markdown();
        let twice = parse(&once).to_markdown();
        prop_assert_eq!(&once, &twice);
        let _ = lint(&text, ROOT_CAUSE_LABEL);
    }
}
