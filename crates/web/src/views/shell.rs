//! What surrounds a signed-in page: navigation, who is signed in, what rings, which incidents are open, a message.
//!
//! Is: the `shell` field of every page with navigation. Is not: used by the woken person's page, which has its own light
//! frame. Callers: every handler that answers with a page.

use super::parts::Tag;
use super::time::Clock;

/// The frame of a page.
#[derive(Clone)]
pub struct Shell {
    /// Page title, without the product's name.
    pub title: String,
    /// Who is signed in; `None` shows the page without navigation.
    pub user: Option<UserChip>,
    /// Value of the hidden `csrf` field of every form.
    pub csrf: String,
    /// Which navigation entry is this page.
    pub nav_current: Nav,
    /// One message after an action.
    pub flash: Option<Flash>,
    /// Pages ringing now, of everybody.
    pub ringing_count: usize,
    /// Open incidents the reader may see, most severe first.
    pub open_incidents: Vec<OpenIncident>,
    /// Address of this page's live stream (`/live?topic=…`); `None` when nothing here changes by itself.
    pub live: Option<String>,
    /// Whether the mail catcher of the demo runs, so that its inbox is in the navigation.
    pub mail_inbox: bool,
}

/// The signed-in person in the corner.
#[derive(Clone)]
pub struct UserChip {
    /// Full name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// Without the `@`.
    pub handle: String,
}

/// An open incident in the strip above every page.
#[derive(Clone)]
pub struct OpenIncident {
    /// `inc-2026-05-02-checkout-down`.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Since it was declared.
    pub age: Clock,
}

/// A message shown once after an action.
#[derive(Clone)]
pub struct Flash {
    /// How it went.
    pub kind: FlashKind,
    /// What happened and what follows from it.
    pub text: String,
}

/// How the action went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    /// It is done.
    Done,
    /// It is done, but something is worth knowing.
    Careful,
    /// It was refused; nothing changed.
    Refused,
}

impl Flash {
    /// Class of the box.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.kind {
            FlashKind::Done => "ok",
            FlashKind::Careful => "due",
            FlashKind::Refused => "act",
        }
    }

    /// The word that says without colour how it went.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            FlashKind::Done => "Done",
            FlashKind::Careful => "Note",
            FlashKind::Refused => "Not done",
        }
    }
}

/// The entries of the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// `/`
    Home,
    /// `/alerts`
    Alerts,
    /// `/incidents`
    Incidents,
    /// `/oncall`
    Oncall,
    /// `/services`
    Services,
    /// `/runbooks`
    Runbooks,
    /// `/postmortems`
    Postmortems,
    /// `/actions`
    Actions,
    /// `/settings`
    Settings,
    /// `/mail`, with the demo's mail catcher only
    Mail,
    /// None of them.
    Elsewhere,
}

/// One entry, ready to print.
pub struct NavItem {
    /// Path.
    pub href: &'static str,
    /// Word.
    pub label: &'static str,
    /// The page being shown.
    pub current: bool,
    /// Second key after `g`.
    pub key: &'static str,
}

const ENTRIES: [(Nav, &str, &str, &str); 10] = [
    (Nav::Home, "/", "Now", "g h"),
    (Nav::Alerts, "/alerts", "Alerts", "g a"),
    (Nav::Incidents, "/incidents", "Incidents", "g i"),
    (Nav::Oncall, "/oncall", "On call", "g o"),
    (Nav::Services, "/services", "Services", "g s"),
    (Nav::Runbooks, "/runbooks", "Runbooks", "g r"),
    (Nav::Postmortems, "/postmortems", "Postmortems", "g p"),
    (Nav::Actions, "/actions", "Actions", "g t"),
    (Nav::Settings, "/settings", "Settings", "g ,"),
    (Nav::Mail, "/mail", "Mail", "g m"),
];

impl Shell {
    /// Whether the strip above the page has anything to say that the page itself does not.
    #[must_use]
    pub fn has_strip(&self) -> bool {
        self.nav_current != Nav::Home && (self.ringing_count > 0 || !self.open_incidents.is_empty())
    }

    /// The navigation in its order; the mail inbox only where there is one.
    #[must_use]
    pub fn nav(&self) -> Vec<NavItem> {
        ENTRIES
            .into_iter()
            .filter(|(nav, ..)| *nav != Nav::Mail || self.mail_inbox)
            .map(|(nav, href, label, key)| NavItem { href, label, current: nav == self.nav_current, key })
            .collect()
    }
}
