//! What a waiting request is said to hold: the places before the writer are the bound on memory, so nothing of it may be left out.

use crate::ingest::take::held_bytes;
use nightbell_engine::{
    domain::signal::{AlertSeverity, Event, EventAction, Link},
    signal::Inbound,
};

fn small() -> Event {
    Event {
        action: EventAction::Trigger,
        dedup_key: None,
        title: String::new(),
        body: String::new(),
        severity: AlertSeverity::Critical,
        source: String::new(),
        labels: [].into(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    }
}

fn held(body_bytes: usize, events: Vec<Event>, notes: Vec<String>) -> usize {
    let integration = "tool".parse().expect("a handle");
    held_bytes(&Inbound { integration, content_type: String::new(), body: vec![b' '; body_bytes], events, notes })
}

#[test]
fn everything_a_request_holds_is_counted() {
    let text = || "x".repeat(100);
    let labels = |count: usize| (0..count).map(|n| (format!("label-{n:02}"), text())).collect();
    let link = || Link { href: text(), text: text() };
    let node = 11 * 2 * size_of::<String>();
    let none = held(0, vec![small()], Vec::new());
    assert!(none >= size_of::<Event>(), "{none}");
    let more = [
        ("a key, and once more to be asked for", Event { dedup_key: Some(text()), ..small() }, 200),
        ("a title", Event { title: text(), ..small() }, 100),
        ("a text", Event { body: text(), ..small() }, 100),
        ("a source", Event { source: text(), ..small() }, 100),
        ("a runbook", Event { runbook_url: Some(text()), ..small() }, 100),
        ("a link", Event { links: vec![link()], ..small() }, 200 + size_of::<Link>()),
        ("a label", Event { labels: labels(1), ..small() }, node + 108),
        ("eleven labels", Event { labels: labels(11), ..small() }, node + 11 * 108),
        ("sixty-four labels", Event { labels: labels(64), ..small() }, 6 * node + 64 * 108),
    ];
    for (what, event, least) in more {
        let with = held(0, vec![event], Vec::new()) - none;
        assert!((least..=2 * least).contains(&with), "{what}: {with}, and it is at least {least}");
    }
    assert!(held(1_000, Vec::new(), Vec::new()) >= 2_000, "as it came, and as it is kept");
    assert!(held(0, Vec::new(), vec![text()]) >= 100, "a note");
}

/// A group of small alerts compresses well into a body: what is read from it is many times as large.
#[test]
fn many_small_alerts_are_as_large_as_they_are() {
    let labels = [("alertname", "Down"), ("job", "shop")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let alert = Event { title: "Down".to_owned(), labels: labels.into(), ..small() };
    let node = 11 * 2 * size_of::<String>();
    let body_bytes = 100 * 60;
    let bytes = held(body_bytes, vec![alert; 100], Vec::new());
    assert!(bytes >= 2 * body_bytes + 100 * (size_of::<Event>() + node), "{bytes}");
}
