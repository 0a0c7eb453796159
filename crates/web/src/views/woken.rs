//! `/p/{token}`: the page a woken person opens, and what stands there when the link no longer works.
//!
//! Is: one screen for one thumb at three in the morning; light frame, no navigation, no sign-in. Is not: the alert's full
//! record (`alerts.rs`). Callers: the handlers under `/p/{token}`.
//!
//! Forms (all `POST`, all with `csrf`): `/p/{token}/ack` · `/p/{token}/ack-all` · `/p/{token}/handover` ·
//! `/p/{token}/mitigations` (`mitigation`, `outcome` = `tried`|`worked`|`failed`) · `/p/{token}/declare` (`title`, `severity`).

use super::parts::{Choice, ExternalLink, Link, Person, Tag};
use super::shell::Flash;
use super::time::When;
use askama::Template;

/// The page of a woken person.
#[derive(Template)]
#[template(path = "woken.html")]
pub struct WokenPage {
    /// Token of the link, as in the address.
    pub token: String,
    /// Value of the hidden `csrf` fields.
    pub csrf: String,
    /// Address of the live stream of this page (`/live?topic=page:…`), `None` once it ended.
    pub live: Option<String>,
    /// A message after an action.
    pub flash: Option<Flash>,
    /// [`Tag::urgency`].
    pub urgency: Tag,
    /// Name of the service; empty when the page has none.
    pub service: String,
    /// What broke, in plain words.
    pub title: String,
    /// When it began.
    pub since: When,
    /// `Firing for 4 min · 37 events · from Prometheus CheckoutErrorRate`; one fact each.
    pub facts: Vec<String>,
    /// The alert's own longer text; may be empty.
    pub description: String,
    /// True while nobody has acknowledged: the giant button stands.
    pub ringing: bool,
    /// What else rings for the reader, the worst first.
    pub beside: Vec<AlsoRinging>,
    /// How many more there are that are not listed.
    pub beside_more: usize,
    /// What the press that takes all of it says; empty when nothing else rings.
    pub take_all: String,
    /// Everybody must acknowledge: how far that is, and what the reader's own answer means; empty otherwise.
    pub together: String,
    /// The reader has acknowledged, and it rings on for others.
    pub answered: bool,
    /// It only tries out whether a method reaches its owner: nothing is broken, and nothing is red.
    pub test: bool,
    /// The acknowledgement runs out: a press says that somebody is still on it.
    pub can_prolong: bool,
    /// It may be put off.
    pub can_snooze: bool,
    /// It may be handed to somebody by name.
    pub can_hand_to: bool,
    /// Set once somebody acknowledged.
    pub acknowledged: Option<Acknowledged>,
    /// Set once it is over (resolved, cancelled, exhausted): what happened, in a sentence.
    pub ended: Option<Ended>,
    /// What happens without a press, soonest first; empty when nothing more will.
    pub next: Vec<NextCall>,
    /// Said in place of `next` when it is empty and the page still rings.
    pub next_none: String,
    /// What to do first, from the runbook; empty without a runbook.
    pub mitigations: Vec<WokenMitigation>,
    /// The whole runbook.
    pub runbook: Option<Link>,
    /// The alert's own link to where it came from.
    pub source: Option<ExternalLink>,
    /// Who is paged, was paged, or comes next.
    pub people: Vec<Here>,
    /// The incident this page belongs to, once there is one.
    pub incident: Option<Link>,
    /// Said after the incident's name: `is open for this.`, `was opened for this and is resolved.`; empty without one.
    pub incident_words: &'static str,
    /// Severities to declare with, the proposed one selected; empty when the reader may not declare.
    pub severities: Vec<Choice>,
    /// Whether handing over is possible (there is somebody further to call).
    pub can_hand_over: bool,
    /// Who is called at once by a hand-over: `Bob Example`; empty when unknown.
    pub hand_over_to: String,
    /// Facts of delivery: `Push 03:07:02 delivered`, `mail 03:08:00 next`.
    pub delivery: Vec<String>,
}

/// Who took it.
pub struct Acknowledged {
    /// `You`, or a name.
    pub by: String,
    /// When.
    pub at: When,
    /// What it means: `Nobody else is called. It rings again at 03:40 if it is still firing.`
    pub meaning: String,
}

/// Another page that rings for the reader.
pub struct AlsoRinging {
    /// One line.
    pub title: String,
    /// Name of the service; may be empty.
    pub service: String,
    /// When it started.
    pub since: When,
}

/// How it ended.
pub struct Ended {
    /// `Resolved`, `Cancelled`, `Nobody answered`.
    pub word: String,
    /// When.
    pub at: When,
    /// What it means for the reader: `You can sleep. Nothing more will be sent.`
    pub meaning: String,
    /// True when it ended well (a calm check), false when nobody answered (a warning).
    pub well: bool,
}

/// One call that will happen if nobody acknowledges.
pub struct NextCall {
    /// `Bob Example`.
    pub who: String,
    /// When.
    pub at: When,
}

/// One quick mitigation.
pub struct WokenMitigation {
    /// Value of the `mitigation` field.
    pub id: String,
    /// What to do.
    pub text: String,
    /// A command to copy; may be empty.
    pub command: String,
    /// `worked 3 of 4 times · median 6 min`; may be empty.
    pub record: String,
    /// What was already reported in this incident, with who and when in the text.
    pub reported: Option<Tag>,
    /// Whether buttons to report are shown (the page is not over).
    pub can_report: bool,
}

/// A person of this page.
pub struct Here {
    /// Who; `You` may stand in the name.
    pub person: Person,
    /// `primary`, `backup`, `last resort`; may be empty.
    pub part: String,
    /// `ringing`, `acknowledged`, `next` …
    pub state: Tag,
    /// When they were or will be called.
    pub at: Option<When>,
}

/// What stands at `/p/{token}` when the link is expired, unknown or damaged. Says nothing about what the link was for.
#[derive(Template)]
#[template(path = "woken_gone.html")]
pub struct WokenGonePage {
    /// `This link has expired`, `This link does not work`.
    pub title: String,
    /// What happened.
    pub what: String,
    /// What it means for paging: `Expired links stop nothing: if something still rings, it goes on ringing.`
    pub meaning: String,
    /// What to do: sign in and look, as links.
    pub next: Vec<Link>,
}
