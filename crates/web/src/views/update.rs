//! `/incidents/{slug}/update` and `/incidents/{slug}/publish`: composing an update, with what each audience will read.
//!
//! Is: the preview before the effect. Is not: the sending. Callers: the handlers of those paths.
//!
//! Form: `POST` to its own address (`impact`, `doing`, `next_minutes`, `status`, `public` = `on`, `public_text`,
//! `component-…`, `status_reason`, `override_reason`, `step` = `preview`|`send`). Publishing alone has no room part.
//! `preview` answers the same page with `previews` filled and changes nothing.
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
    /// What is being written: `Write an update`, `Bring the public up to date`, `Resolve with a final update`.
    pub heading: String,
    /// Where the form posts: the page's own address.
    pub action: String,
    /// Whether the room is told as well; false when only the public page is brought up to date.
    pub with_room: bool,
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
    /// How each component of the page is doing, said with this publication.
    pub components: Vec<ComponentPick>,
    /// What is wrong with the components, if anything.
    pub components_error: Option<String>,
    /// Whether the words can be published only with a reason why they are fine.
    pub override_wanted: bool,
    /// That reason; it is kept.
    pub override_reason: Field,
    /// What the wording check found in the public text.
    pub findings: Vec<Finding>,
    /// What each audience will read; empty before the first preview.
    pub previews: Vec<Preview>,
    /// Whether it can be sent as it stands.
    pub can_send: bool,
    /// Why it cannot; may be empty.
    pub cannot_because: String,
}

/// One component of the status page.
pub struct ComponentPick {
    /// Handle; the field is `component-` and this.
    pub id: String,
    /// Public name.
    pub name: String,
    /// Status words, the empty one first: not concerned.
    pub statuses: Vec<Choice>,
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
