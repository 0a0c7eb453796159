//! What a message says where there is little room: a lock screen, a chat. The words every such medium shares, each on one line, so that nothing an
//! alert says can pass for a line of ours. Escaping for a medium's own markup is that medium's matter.

use super::mail::when;
use nightbell_domain::{
    paging::{Message, MessageKind},
    signal::cut,
    text::clean::one_line,
};

/// A message in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Small {
    /// The first thing that is read.
    pub title: String,
    /// Below it, one line each.
    pub lines: Vec<String>,
}

/// Room for a message, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The title.
    pub title: usize,
    /// What the alert says about itself; nothing of it at 0.
    pub body: usize,
}

impl Small {
    /// In that much room.
    pub fn of(message: &Message, room: Room) -> Self {
        let title = one_line(&message.title);
        let title = if title.is_empty() { "(no title)" } else { &title };
        let title = cut(&format!("{}{}{title}", over(message.kind), together(message)), room.title);
        let mut lines = Vec::new();
        lines.extend(about(message));
        let body = cut(&one_line(&message.body), room.body.max(1));
        if room.body > 0 && !body.is_empty() {
            lines.push(body);
        }
        if message.also.count > 0 {
            lines.push(format!("And {} more: open it to see them all.", message.also.count));
        }
        if message.kind == MessageKind::Page {
            lines.extend(next(message));
        }
        if message.repeat {
            lines.push("This may be a second copy.".to_owned());
        }
        Self { title, lines }
    }

    /// All of it, the title apart.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Whether the reader is asked for something: what is opened then needs no sign-in.
pub(super) fn asks(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::Page | MessageKind::StillOn)
}

/// What the button says that does what a message asks for.
pub(super) fn button(kind: MessageKind) -> &'static str {
    if kind == MessageKind::StillOn { "Still on it" } else { "Acknowledge" }
}

/// The address a tap opens.
pub(super) fn opens(message: &Message) -> &str {
    if asks(message.kind) { &message.ack_url } else { &message.url }
}

/// What a title begins with when nobody is asked to act.
fn over(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Page => "",
        MessageKind::Resolved => "Over: ",
        MessageKind::Cancelled => "Called off: ",
        MessageKind::Notice => "For your information: ",
        MessageKind::StillOn => "Still on it? ",
        MessageKind::Code => "",
    }
}

/// `13 pages: `, when the message tells of many.
fn together(message: &Message) -> String {
    match message.also.count {
        0 => String::new(),
        others => format!("{} pages: ", others.saturating_add(1)),
    }
}

/// `Checkout · critical · SEV1 investigating`.
fn about(message: &Message) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(message.service.as_ref().map(|(_, name)| one_line(name)));
    parts.extend(message.alert.as_ref().map(|alert| one_line(&alert.severity)));
    parts.extend(message.incident.as_ref().map(|i| one_line(&format!("{} {}", i.severity, i.status))));
    parts.retain(|part| !part.is_empty());
    (!parts.is_empty()).then(|| cut(&parts.join(" · "), ABOUT_CHARS_MAX))
}

/// Longest line that says what it is about, in characters.
const ABOUT_CHARS_MAX: usize = 160;
/// Longest list of people who ring next, in characters.
const NEXT_CHARS_MAX: usize = 120;

/// What happens if the reader does nothing.
fn next(message: &Message) -> Option<String> {
    let step = message.next.as_ref()?;
    let (who, at) = (cut(&one_line(&step.who), NEXT_CHARS_MAX), when::clock(step.at, &message.time_zone));
    Some(format!("If you do nothing: {who} at {at}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::test_messages::{HOSTILE, checkout, hostile, storm};

    const ROOM: Room = Room { title: 80, body: 60 };

    #[test]
    fn a_message_in_short() {
        let page = Small::of(&checkout(MessageKind::Page), ROOM);
        assert_eq!(page.title, "Checkout error rate above 5 %");
        assert_eq!(
            page.lines,
            [
                "Checkout · critical · SEV1 investigating",
                "5xx on /checkout for 3 minutes. stripe: webhook failures",
                "If you do nothing: Bob Example at 03:19.",
            ]
        );
        for (kind, title) in [
            (MessageKind::Resolved, "Over: Checkout error rate above 5 %"),
            (MessageKind::Cancelled, "Called off: Checkout error rate above 5 %"),
            (MessageKind::Notice, "For your information: Checkout error rate above 5 %"),
        ] {
            let small = Small::of(&checkout(kind), ROOM);
            assert_eq!(small.title, title);
            assert!(!small.text().contains("If you do nothing"), "{small:?}");
        }
        let many = Small::of(&storm(MessageKind::Page), Room { title: 80, body: 0 });
        assert_eq!(many.title, "13 pages: Checkout error rate above 5 %");
        assert_eq!(many.lines[1], "And 12 more: open it to see them all.");
        assert!(!many.text().contains("5xx"), "no room for the body");
        let repeat = Message { repeat: true, ..checkout(MessageKind::Page) };
        assert!(Small::of(&repeat, ROOM).text().ends_with("This may be a second copy."));
    }

    #[test]
    fn what_an_alert_says_starts_no_line_of_ours() {
        for text in HOSTILE {
            let small = Small::of(&hostile(text), ROOM);
            assert!(small.lines.len() <= 5, "{small:?}");
            assert!(small.title.chars().count() <= ROOM.title, "{small:?}");
            for line in small.lines.iter().chain([&small.title]) {
                assert!(!line.chars().any(|c| c.is_control() || c == '\u{202E}'), "{line:?}");
                assert!(line.chars().count() <= ABOUT_CHARS_MAX, "{line:?}");
            }
        }
    }
}
