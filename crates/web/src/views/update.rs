//! `/incidents/{slug}/update`: composing an update, with what each audience will read.
//!
//! Is: the preview before the effect. Is not: the sending. Callers: the handlers of that path.
//!
//! Form: `POST /incidents/{slug}/update` (`impact`, `doing`, `next_minutes`, `status`, `public` = `on`, `public_text`,
//! `status_reason`, `step` = `preview`|`send`). `preview` answers the same page with `previews` filled and changes nothing.
//! Wording findings never stand alone: they name the words and suggest others.

use super::parts::{Choice, Field, Tag};
use super::shell::Shell;
use super::time::Clock;
use askama::Template;

/// The composer.
#[derive(Template)]
#[template(path = "update.html")]
pub struct UpdatePage {
    /// Frame.
    pub shell: Shell,
    /// `inc-…`.
    pub slug: String,
    /// Title of the incident.
    pub incident: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Status word now.
    pub status: Tag,
    /// To the promised update, if one is promised.
    pub promised: Option<Clock>,
    /// What is broken for whom.
    pub impact: Field,
    /// What is being done.
    pub doing: Field,
    /// Status words, the present one selected.
    pub statuses: Vec<Choice>,
    /// What is wrong with the status, if anything.
    pub status_error: Option<String>,
    /// Why the status moves back, when it does.
    pub status_reason: Field,
    /// Minutes to the next update.
    pub next_minutes: Vec<Choice>,
    /// What is wrong with the next time, if anything.
    pub next_error: Option<String>,
    /// `SEV1 promises an update every 15 min.`
    pub next_hint: String,
    /// Whether "publish" is ticked.
    pub publish: bool,
    /// `Publishes to Acme status (/status/main) and reaches 1,240 people.`
    pub publish_does: String,
    /// False when there is no public page: the box is not shown and `publish_does` says why.
    pub can_publish: bool,
    /// The words for the public.
    pub public_text: Field,
    /// What the wording check found in the public text.
    pub findings: Vec<Finding>,
    /// What each audience will read; empty before the first preview.
    pub previews: Vec<Preview>,
    /// Whether it can be sent as it stands.
    pub can_send: bool,
    /// Why it cannot; may be empty.
    pub cannot_because: String,
}

/// One finding of the wording or blame check.
pub struct Finding {
    /// The words found.
    pub words: String,
    /// Why it is a problem.
    pub why: String,
    /// What to write instead; may be empty.
    pub instead: String,
    /// Refuses publishing (true), or advises only.
    pub stops: bool,
}

/// What one audience will read.
pub struct Preview {
    /// `Room`, `Stakeholders`, `Public page`.
    pub audience: String,
    /// `4 people`, `1,240 subscribers`; may be empty.
    pub reach: String,
    /// Exactly the text, line breaks included.
    pub text: String,
    /// Print in fixed width (the room's format).
    pub fixed: bool,
}
