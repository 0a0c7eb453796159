//! `/settings/reach`: how Nightbell reaches the reader, and `/settings/people`: how it reaches everybody.
//!
//! Is not: a place that knows which method rings when; the words arrive ready. Callers: the handlers of those addresses.
//!
//! Forms (`POST`), below `/settings/reach`: `/add` (`kind`, `address`, `name`) · `/{id}/send` · `/{id}/code` (`code`) · `/{id}/test` ·
//! `/{id}/address` (`address`, `anyway`) · `/{id}/name` (`name`) · `/{id}/limit` (`count`, `minutes`) · `/{id}/remove` (`anyway`) · `/rules`
//! (`high-{id}`, `low-{id}`) · `/rules/reset` · `/quiet` (`from`, `to`). Below `/settings/people`: `/{id}/add` · `/{id}/invite`.

use super::parts::{Choice, Empty, Field, Link, Tag};
use super::push::PushBox;
use super::shell::Shell;
use super::time::Clock;
use askama::Template;

/// How the reader is reached.
#[derive(Template)]
#[template(path = "reach.html")]
pub struct ReachPage {
    /// Frame.
    pub shell: Shell,
    /// How well a page reaches them, in a word: the tone of the first thing on the page.
    pub standing: Standing,
    /// What a page does, as a sentence.
    pub sentence: String,
    /// When something last proved that; empty when nothing reaches them.
    pub proved: String,
    /// The one thing to do now.
    pub next: NextStep,
    /// When they are on call next; empty when they are not.
    pub turn: String,
    /// What keeps pages from them, or may.
    pub warnings: Vec<String>,
    /// Their methods.
    pub methods: Vec<MethodCard>,
    /// Shown when there are none.
    pub empty: Empty,
    /// A new method.
    pub add: AddForm,
    /// The browser it is opened in, as a method.
    pub push: Option<PushBox>,
    /// Which method rings when, for each urgency.
    pub ladders: Vec<Ladder>,
    /// They set rules of their own.
    pub own_rules: bool,
    /// What was wrong with the rules.
    pub rules_problem: Option<String>,
    /// Begin of the quiet hours.
    pub quiet_from: Field,
    /// Their end.
    pub quiet_to: Field,
    /// In which zone.
    pub zone: String,
    /// Whether the reader sees how others are reached.
    pub sees_people: bool,
}

/// How well a page reaches somebody, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not at all.
    Unreached,
    /// As far as anybody knows, but nothing proved it lately.
    Unproved,
    /// Something proved it lately.
    Proved,
}

impl Standing {
    /// CSS class of the verdict.
    pub fn class(self) -> &'static str {
        match self {
            Self::Unreached => "act",
            Self::Unproved => "due",
            Self::Proved => "ok",
        }
    }

    /// Shape beside the words: never colour alone.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Unreached => "▲",
            Self::Unproved => "◐",
            Self::Proved => "✓",
        }
    }
}

/// What to do next, as one press.
pub enum NextStep {
    /// Somewhere on this page.
    Go(Link),
    /// A test page by this method; `urge`: it is the thing to do now.
    Test {
        /// Handle of the method.
        id: String,
        /// Nothing proved lately that a page reaches them.
        urge: bool,
    },
    /// Nothing this person could press here.
    Nothing,
}

/// The form for a new method.
pub struct AddForm {
    /// Media this server can send by.
    pub media: Vec<Choice>,
    /// Where it leads.
    pub address: Field,
    /// What it is called.
    pub name: Field,
    /// Something was typed: the form stands open.
    pub open: bool,
}

/// One method.
#[derive(Clone)]
pub struct MethodCard {
    /// Handle.
    pub id: String,
    /// `Text message`.
    pub medium: String,
    /// Where it leads, shortened when it is a secret.
    pub address: String,
    /// `verified`, `not verified`, `broken`.
    pub state: Tag,
    /// `Proven 3 days ago by a code.`
    pub note: String,
    /// What is wrong with it; empty when nothing is.
    pub trouble: String,
    /// Set up here; else by the organisation's files.
    pub own: bool,
    /// A code may be sent: it is not verified.
    pub unproved: bool,
    /// A test page may be sent.
    pub can_test: bool,
    /// A code is on its way.
    pub code: Option<CodeForm>,
    /// Another address; `None` for what is set up by a browser.
    pub readdress: Option<Field>,
    /// Another name.
    pub name: Field,
    /// How many messages it gets in the minutes; empty for all.
    pub count: Field,
    /// In how many minutes.
    pub minutes: Field,
    /// Removing, or changing, needs a stated override; why.
    pub override_why: Option<String>,
    /// The changes stand open: something was wrong with one.
    pub open: bool,
    /// The signing secret of a webhook.
    pub secret: String,
}

/// Entering a code.
#[derive(Clone)]
pub struct CodeForm {
    /// What was typed, and what was wrong.
    pub code: Field,
    /// Until when it is good.
    pub expires: Clock,
    /// `4 tries are left`.
    pub left: String,
}

/// Which method rings when, for one urgency.
pub struct Ladder {
    /// `high`, `low`: the prefix of its fields.
    pub urgency: String,
    /// `When a page may not wait`.
    pub title: String,
    /// `At once push, after 1 min a call.`
    pub sentence: String,
    /// One for each method.
    pub rungs: Vec<Rung>,
}

/// When one method rings.
pub struct Rung {
    /// Handle of the method.
    pub id: String,
    /// What people read.
    pub label: String,
    /// Never, at once, after 1 min, …
    pub after: Vec<Choice>,
}

/// How everybody is reached.
#[derive(Template)]
#[template(path = "reach_people.html")]
pub struct PeoplePage {
    /// Frame.
    pub shell: Shell,
    /// `3 of 5 people are reached by a verified method.`
    pub lead: String,
    /// Everybody: those who are not reached first, then those of whom nothing is proved; of these, whoever is on call next.
    pub people: Vec<PersonRow>,
    /// A sign-in link just made: whose, and the link. Shown once.
    pub invited: Option<(String, String)>,
    /// Media this server can send by.
    pub media: Vec<Choice>,
}

/// One person.
pub struct PersonRow {
    /// Handle.
    pub id: String,
    /// Name.
    pub name: String,
    /// `reached`, `not proved lately`, `not reached`.
    pub state: Tag,
    /// `On call on payments from Mon 09:00.`; may be empty.
    pub turn: String,
    /// Their methods in a line each: medium, state.
    pub methods: Vec<(String, Tag)>,
    /// What was wrong with the method added for them.
    pub address: Field,
}
