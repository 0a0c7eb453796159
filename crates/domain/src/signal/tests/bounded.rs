//! Events within the limits, and the words of severities.

use super::event;
use crate::{
    limits,
    signal::{AlertSeverity, EventAction, Link, cut, within},
};

#[test]
fn text_is_cut_with_an_ellipsis_and_without_control_characters() {
    let check = |text: &str, chars_max: usize, expected: &str| {
        assert_eq!(cut(text, chars_max), expected, "{text:?}");
        assert_eq!(within(text.to_owned(), chars_max), expected, "{text:?}, by the short way");
    };
    check("", 3, "");
    check("abc", 3, "abc");
    check("abcd", 3, "ab…");
    check("a\u{0}b\u{1b}c\r", 3, "abc");
    check("a\nb\tc", 9, "a\nb\tc");
    check("äöüß", 3, "äö…");
    check("🔔🔔", 1, "…");
}

#[test]
fn an_event_is_kept_within_the_limits() {
    let long = "x".repeat(20_000);
    let mut event = event(EventAction::Trigger, None);
    event.title = format!("two\nlines {long}");
    event.body.clone_from(&long);
    event.source.clone_from(&long);
    event.labels = (0..100).map(|n| (format!("{n:03}{long}"), long.clone())).collect();
    event.links = (0..100).map(|n| Link { href: format!("https://wiki.acme.test/{n}"), text: long.clone() }).collect();
    let kept = event.bounded();
    assert_eq!(kept.title.chars().count(), limits::TITLE_CHARS_MAX);
    assert!(kept.title.starts_with("two lines x") && kept.title.ends_with('…'));
    assert_eq!(kept.body.chars().count(), limits::BODY_CHARS_MAX);
    assert_eq!(kept.source.chars().count(), limits::LABEL_CHARS_MAX);
    assert_eq!((kept.labels.len(), kept.links.len()), (limits::LABELS_MAX, limits::LINKS_MAX));
    let texts = kept.labels.iter().flat_map(|(k, v)| [k, v]).chain(kept.links.iter().map(|l| &l.text));
    assert!(texts.into_iter().all(|text| text.chars().count() == limits::LABEL_CHARS_MAX));
    assert_eq!(kept.clone().bounded(), kept, "bounding twice changes nothing");
}

#[test]
fn only_web_links_are_kept() {
    let check = |href: &str, kept: bool| {
        let mut event = event(EventAction::Trigger, None);
        event.links = vec![Link { href: href.to_owned(), text: String::new() }];
        event.runbook_url = Some(href.to_owned());
        let event = event.bounded();
        assert_eq!((event.links.len() == 1, event.runbook_url.is_some()), (kept, kept), "{href:?}");
    };
    check("https://wiki.acme.test/disk", true);
    check("http://127.0.0.1:3000/d/1?x=%20", true);
    check("javascript:alert(1)", false);
    check("data:text/html,x", false);
    check("ftp://acme.test/", false);
    check("//acme.test/", false);
    check("", false);
    check("https://acme.test/a b", false);
    check("https://acme.test/\nSubject: x", false);
    check(&format!("https://acme.test/{}", "a".repeat(2_048)), false);
}

#[test]
fn severities_understand_the_words_tools_use() {
    let check = |word: &str, expected: AlertSeverity| assert_eq!(AlertSeverity::from_word(word), expected, "{word}");
    for severity in [AlertSeverity::Info, AlertSeverity::Warning, AlertSeverity::Error, AlertSeverity::Critical] {
        check(severity.word(), severity);
    }
    check("PAGE", AlertSeverity::Critical);
    check("Emergency", AlertSeverity::Critical);
    check("warn", AlertSeverity::Warning);
    check("none", AlertSeverity::Info);
    check("", AlertSeverity::Error);
    check("shrug", AlertSeverity::Error);
}
