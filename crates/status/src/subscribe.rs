//! Updates by mail, as a reader of the page sees it: the form, and the pages behind the links in mails. Only places what it is handed: whether an
//! address is known, new or refused is not told here, and no address is ever shown but the one that was just typed.

use askama::Template;
use nightbell_public::{Instant, Page};

use crate::{Place, html::print, place::segment, text, time::Clock, view::Frame};

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

/// What a page of a step says, and what can be pressed there.
struct Said {
    tone: &'static str,
    glyph: &'static str,
    heading: &'static str,
    words: Vec<String>,
    press: Option<Press>,
    ask: Option<Ask>,
}

impl Said {
    fn new((tone, glyph): (&'static str, &'static str), heading: &'static str, words: &[&str]) -> Said {
        let words = words.iter().map(|line| (*line).to_owned()).collect();
        Said { tone, glyph, heading, words, press: None, ask: None }
    }

    fn press(self, action: String, label: &'static str) -> Said {
        Said { press: Some(Press { action, label }), ..self }
    }

    fn ask(self, ask: Ask) -> Said {
        Said { ask: Some(ask), ..self }
    }
}

const DONE: (&str, &str) = ("ok", "●");
const OPEN: (&str, &str) = ("plan", "◆");
const NOT_YET: (&str, &str) = ("due", "▲");

/// The page of a step. Token and typed words are escaped like everything else.
pub fn subscribe_html(page: &Page, now: Instant, step: &Step<'_>) -> String {
    let page = text::page(page);
    let place = Place::of(&page);
    let Said { tone, glyph, heading, words, press, ask } = said(&page.name, &place, step);
    let frame = Frame::new(&page, &Clock::live(now, &page.time_zone), &place, heading);
    print(&SubscribePage { frame, tone, glyph, heading, words, press, ask })
}

fn said(name: &str, place: &Place, step: &Step<'_>) -> Said {
    let link = |what: &str, token: &str| place.part(&format!("{what}/{}", segment(token)));
    let promise = format!("{name} will mail you each update it publishes. Every mail has a link that ends it.");
    match step {
        Step::Refused { typed, problem } => {
            let (typed, problem) = (text::clean(typed), text::clean(problem));
            Said::new(NOT_YET, "Not subscribed yet", &["Look at what it says beside the address, and try again."])
                .ask(Ask { typed, problem, ..Ask::new(place) })
        }
        Step::Asked => Said::new(
            OPEN,
            "Look into your mail",
            &[
                "If this address is not subscribed yet, a mail with a link is on its way. Updates come only after you press the button behind it.",
                "Nothing there after a few minutes? Look where unwanted mail goes, then try again.",
            ],
        ),
        Step::Confirm { token } => Said::new(OPEN, "One press, and you are told", &[&promise])
            .press(link("confirm", token), "Yes, send me updates"),
        Step::Confirmed => Said::new(DONE, "You are subscribed", &[&promise]),
        Step::Unsubscribe { token } => {
            let words = format!("Press the button, and {name} mails you nothing more and forgets your address.");
            Said::new(OPEN, "No more mail?", &[&words]).press(link("unsubscribe", token), "Unsubscribe")
        }
        Step::Unsubscribed => {
            let words = format!(
                "{name} mails you nothing more, and your address is forgotten. The page and its feeds are always here."
            );
            Said::new(DONE, "You are unsubscribed", &[&words])
        }
        Step::Dead => Said::new(
            NOT_YET,
            "This link does not work",
            &["It is incomplete, too old, or was answered already. To get updates, subscribe again; to get none, take the link in your newest mail."],
        )
        .ask(Ask::new(place)),
    }
}
