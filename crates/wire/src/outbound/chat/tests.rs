//! What Markdown can make of text from outside: nothing.

use super::*;
use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};

const MARKS: &str = "\\*_~`|<>[]()#";

#[test]
fn text_stays_text() {
    for (text, expected) in [
        ("plain words, 5 %", "plain words, 5 %"),
        ("*bold* _it_ ~~no~~ `code`", "\\*bold\\* \\_it\\_ \\~\\~no\\~\\~ \\`code\\`"),
        ("[x](https://evil.test)", "\\[x\\]\\(https://evil.test\\)"),
        ("<@123> <!channel>", "\\<@123\\> \\<!channel\\>"),
        ("# heading", "\\# heading"),
        ("- item", "\\- item"),
        ("+ item - rest", "\\+ item - rest"),
        ("1. one", "1\\. one"),
        ("12) twelve", "12\\) twelve"),
        ("1.5 of 2.", "1\\.5 of 2."),
        ("> quote", "\\> quote"),
        ("a\\b", "a\\\\b"),
        ("ask @everyone or @Here", "ask @\u{200B}everyone or @\u{200B}Here"),
        ("alice@example.com", "alice@example.com"),
    ] {
        assert_eq!(markdown(text, MARKS), expected, "{text}");
    }
}

#[test]
fn a_fence_is_not_closed_from_within() {
    let lines = ["a ``` b".to_owned(), "```".to_owned()];
    assert_eq!(fenced(&lines), "```\na ''' b\n'''\n```");
}

#[test]
fn only_plain_addresses_become_links() {
    for (url, expected) in [
        ("https://wiki.test/rb/stripe_webhook", "<https://wiki.test/rb/stripe_webhook>"),
        ("https://x.test/a)b", "https://x.test/a\\)b"),
        ("javascript:alert(1)", "javascript:alert\\(1\\)"),
        ("none is linked", "none is linked"),
    ] {
        assert_eq!(markdown_url(url, MARKS), expected);
    }
    assert_eq!(markdown_link("Open", "https://x.test/p/1_2", MARKS), "[Open](https://x.test/p/1_2)");
    assert_eq!(markdown_link("Open", "https://x.test/a)b", MARKS), "Open: https://x.test/a\\)b");
}

#[test]
fn a_chat_says_what_the_mail_says_in_less_room() {
    let chat = Chat::of(&storm(MessageKind::Page));
    assert_eq!(chat.heading, "[ALERT] 13 pages: Checkout error rate above 5 %");
    assert!(chat.next.as_deref().unwrap().starts_with("If you do nothing: Bob Example will be called at "));
    assert_eq!(chat.rows.last().unwrap().0, "Runbook");
    assert_eq!(chat.links.len(), 2);
    assert_eq!(chat.also.len(), 3);
    let over = Chat::of(&checkout(MessageKind::Resolved));
    assert_eq!((over.links.len(), over.next, over.tone), (1, None, Tone::Good));
    let long = Message { body: "word ".repeat(2_000), ..checkout(MessageKind::Page) };
    let details = Chat::of(&long).details;
    assert_eq!(details.last().unwrap(), "…");
    assert!(details.iter().map(|line| line.chars().count()).sum::<usize>() <= DETAILS_CHARS_MAX + 1);
}

#[test]
fn nothing_outside_starts_a_line_of_ours() {
    for nasty in HOSTILE {
        let chat = Chat::of(&hostile(nasty));
        let lines = chat.rows.iter().map(|(_, value)| value).chain(&chat.also).chain(&chat.details).chain(&chat.next);
        for line in lines.chain([&chat.heading, &chat.greeting, &chat.footer]) {
            assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202E}')), "{line:?}");
        }
        assert!(chat.heading.starts_with("[ALERT] 13 pages: "));
        assert!(chat.links.iter().all(|(_, url)| url.starts_with("https://bell.acme.test/")));
    }
}
