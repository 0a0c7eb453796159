//! Updates by mail, as a reader of the page sees it: the form, and the pages behind the links in mails. Only places what it is handed: whether an
//! address is known, new or refused is not told here, and no address is ever shown but the one that was just typed.

use askama::Template;
use nightbell_public::{Instant, Page};

use crate::{Place, html::print, text, time::Clock, view::Frame};

/// The form for a mail address.
pub(crate) struct Ask {
    pub(crate) action: String,
    pub(crate) typed: String,
    /// What was wrong with it, beside the field.
    pub(crate) problem: String,
}

impl Ask {
    pub(crate) fn new(place: &Place) -> Ask {
        Ask { action: place.part("subscribe"), typed: String::new(), problem: String::new() }
    }
}

/// A button that does it.
struct Press {
    action: String,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "subscribe.html")]
struct SubscribePage {
    frame: Frame,
    tone: &'static str,
    glyph: &'static str,
    heading: &'static str,
    words: Vec<String>,
    press: Option<Press>,
    ask: Option<Ask>,
}

/// Where somebody stands on the way to mails, or away from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'a> {
    /// What they typed was not taken, and why.
    Refused {
        /// As typed.
        typed: &'a str,
        /// One sentence.
        problem: &'a str,
    },
    /// A mail is on its way to the address, if it has to be.
    Asked,
    /// The link of that mail was opened; nothing happened yet.
    Confirm {
        /// The link's token.
        token: &'a str,
    },
    /// They said yes.
    Confirmed,
    /// The way out was opened; nothing happened yet.
    Unsubscribe {
        /// The link's token.
        token: &'a str,
    },
    /// They said no.
    Unsubscribed,
    /// The link does nothing (any more).
    Dead,
}

/// The page of a step. Token and typed words are escaped like everything else.
pub fn subscribe_html(page: &Page, now: Instant, step: &Step<'_>) -> String {
    let page = text::page(page);
    let place = Place::of(&page);
    let name = page.name.as_str();
    let say = |lines: &[&str]| lines.iter().map(|line| line.replace("{name}", name)).collect::<Vec<_>>();
    let (mut press, mut ask) = (None, None);
    let (tone, glyph, heading, words) = match step {
        Step::Refused { typed, problem } => {
            let (typed, problem) = (text::clean(typed), text::clean(problem));
            ask = Some(Ask { typed, problem, ..Ask::new(&place) });
            ("due", "▲", "Not subscribed yet", say(&["Look at what it says beside the address, and try again."]))
        }
        Step::Asked => (
            "plan",
            "◆",
            "Look into your mail",
            say(&[
                "If this address is not subscribed yet, a mail with a link is on its way. Updates come only after you press the button behind it.",
                "Nothing there after a few minutes? Look where unwanted mail goes, then try again.",
            ]),
        ),
        Step::Confirm { token } => {
            press = Some(Press {
                action: place.part(&format!("confirm/{}", crate::place::segment(token))),
                label: "Yes, send me updates",
            });
            (
                "plan",
                "◆",
                "One press, and you are told",
                say(&["{name} will mail you each update it publishes. Every mail has a link that ends it."]),
            )
        }
        Step::Confirmed => (
            "ok",
            "●",
            "You are subscribed",
            say(&["{name} will mail you each update it publishes. Every mail has a link that ends it."]),
        ),
        Step::Unsubscribe { token } => {
            press = Some(Press {
                action: place.part(&format!("unsubscribe/{}", crate::place::segment(token))),
                label: "Unsubscribe",
            });
            (
                "plan",
                "◆",
                "No more mail?",
                say(&["Press the button, and {name} mails you nothing more and forgets your address."]),
            )
        }
        Step::Unsubscribed => (
            "ok",
            "●",
            "You are unsubscribed",
            say(&[
                "{name} mails you nothing more, and your address is forgotten. The page and its feeds are always here.",
            ]),
        ),
        Step::Dead => {
            ask = Some(Ask::new(&place));
            (
                "due",
                "▲",
                "This link does not work",
                say(&["It is incomplete, too old, or was answered already. To get updates, subscribe again."]),
            )
        }
    };
    let frame = Frame::new(&page, &Clock::live(now, &page.time_zone), &place, heading);
    print(&SubscribePage { frame, tone, glyph, heading, words, press, ask })
}
