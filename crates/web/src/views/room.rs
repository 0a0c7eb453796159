//! `/incidents/{slug}`: the room; one incident on one screen.
//!
//! Is: everything that changes while people respond, each part a live region. Is not: composing an update (`update.rs`).
//! Callers: the handler of `/incidents/{slug}`.
//!
//! Forms (`POST`, under `/incidents/{slug}`): `/say` (`text`, `kind`) · `/roles` (`role`, `act` =
//! `take`|`offer`|`accept`|`decline`|`release`, `user`) · `/mitigations` (`mitigation`, `outcome`) ·
//! `/status` (`status`, `reason`) · `/severity` (`severity`, `reason`) · `/waive` (`rule`, `reason`) · `/page` (`who`, `message`).

use super::html::SafeHtml;
use super::parts::{Choice, Field, Filter, Link, Person, Tag};
use super::shell::Shell;
use super::time::{Clock, When};
use askama::Template;

/// The room of one incident.
#[derive(Template)]
#[template(path = "room.html")]
pub struct RoomPage {
    /// Frame; `live` is `/live?topic=incident:<slug>`.
    pub shell: Shell,
    /// `inc-2026-05-02-checkout-down`.
    pub slug: String,
    /// Title.
    pub title: String,
    /// [`Tag::severity`].
    pub severity: Tag,
    /// Status word.
    pub status: Tag,
    /// Since it was declared; `None` once it is over.
    pub age: Option<Clock>,
    /// `declared 09:32 UTC by Alice`, `lasted 48 min`.
    pub span: String,
    /// The latest update in a sentence; says so when there is none.
    pub summary: String,
    /// A drill: shown loudly so that nobody mistakes it.
    pub drill: bool,
    /// What a human must do now, most urgent first.
    pub needs: Vec<Need>,
    /// Whether the reader may write here.
    pub can_write: bool,
    /// Seats, owed ones included.
    pub seats: Vec<Seat>,
    /// People a role can be offered to.
    pub people: Vec<Choice>,
    /// Playbook rules and their clocks.
    pub playbook: Playbook,
    /// `Timeline · UTC, Sat 2 May`.
    pub timeline_title: String,
    /// `All`, `Decisions`, `Updates`, `Pages`…
    pub filters: Vec<Filter>,
    /// Newest first.
    pub timeline: Vec<Entry>,
    /// Earlier entries.
    pub earlier: Option<Link>,
    /// What stands in the composer (empty, or what was refused).
    pub say: Field,
    /// Kinds of entry the composer offers without a slash.
    pub kinds: Vec<Choice>,
    /// The commands the composer takes, with an example each.
    pub commands: Vec<CommandHelp>,
    /// The promised update.
    pub next_update: NextUpdate,
    /// What the public sees.
    pub public: PublicSees,
    /// Mitigations of the service, above diagnosis.
    pub mitigations: Vec<Mitigation>,
    /// Said when there are none: `No runbook is linked to Checkout yet.`
    pub mitigations_none: String,
    /// The runbook, rendered.
    pub runbook: Option<RunbookAside>,
    /// Alerts of this incident.
    pub alerts: Vec<LinkedAlert>,
    /// Pages of this incident.
    pub pages: Vec<LinkedPage>,
    /// Status words it may move to.
    pub statuses: Vec<StatusMove>,
    /// What was typed as a reason for a refused status change.
    pub status_reason: Field,
    /// Severities, the present one selected.
    pub severities: Vec<Choice>,
    /// Reason for the severity change.
    pub severity_reason: Field,
    /// Who may be paged from here: people, schedules, teams.
    pub callable: Vec<Choice>,
    /// Text of that page.
    pub page_message: Field,
    /// The postmortem, once there is one.
    pub postmortem: Option<Link>,
}

/// Something a human must do now.
pub struct Need {
    /// `No commander yet: owed for 3 min`.
    pub text: String,
    /// Where to do it (an anchor of this page, or another page).
    pub link: Link,
    /// Overdue (red) or running (amber).
    pub overdue: bool,
}

/// One seat.
pub struct Seat {
    /// Posted value: `ic`, `ops`, `comms`, `scribe`.
    pub role: String,
    /// `Incident Commander`.
    pub label: String,
    /// Who sits there.
    pub person: Option<Person>,
    /// `since 09:35`, `owed for 3 min`, `offered to Carol`; may be empty.
    pub note: String,
    /// The seat is empty and owed: amber while there is time.
    pub owed: bool,
    /// It is owed and its time is over: red.
    pub overdue: bool,
    /// It is offered to the reader: accept or decline.
    pub offered_to_me: bool,
    /// The reader may sit down.
    pub can_take: bool,
    /// The reader may offer it to somebody else.
    pub can_offer: bool,
    /// The reader may give it up.
    pub can_release: bool,
}

/// The running contract.
pub struct Playbook {
    /// `6 of 7 kept`.
    pub score: String,
    /// Rules, breached first.
    pub rules: Vec<Rule>,
}

/// One rule of the playbook.
pub struct Rule {
    /// `update-cadence`: posted when waiving, and the anchor.
    pub id: String,
    /// `Next update promised`.
    pub label: String,
    /// `met`, `due`, `breached`, `waived`, as [`Tag::state`].
    pub state: Tag,
    /// A running clock, while due or breached.
    pub clock: Option<Clock>,
    /// The measured value or the waiver's reason: `1:40`, `waived by Dana: only staff affected`.
    pub value: String,
    /// What it asks, in a sentence.
    pub explain: String,
    /// The reader may waive it.
    pub can_waive: bool,
    /// Reason typed for a refused waiver.
    pub reason: Field,
}

/// One entry of the timeline.
pub struct Entry {
    /// Anchor.
    pub id: String,
    /// Heading before this entry when the UTC day changes: `Fri 1 May`.
    pub day: Option<String>,
    /// When.
    pub at: When,
    /// One character for the kind.
    pub glyph: &'static str,
    /// `Decision`, `Update`, `Note`…
    pub kind: String,
    /// The sentence.
    pub text: String,
    /// Verbatim text below (an update in the playbook's format, output); may be empty.
    pub verbatim: String,
    /// The verbatim text is an update in the playbook's format, whose lines hang under its first word.
    pub hangs: bool,
    /// `Dana · no objections`, `room, stakeholders, public`; may be empty.
    pub meta: String,
    /// State words of the entry (`refuted 09:46`, `edited`).
    pub tags: Vec<Tag>,
    /// Where it leads.
    pub link: Option<Link>,
    /// Decisions and status changes stand out.
    pub pinned: bool,
}

/// One command of the composer.
pub struct CommandHelp {
    /// `/role ic @ann`.
    pub example: String,
    /// What it does.
    pub does: String,
}

/// The promise of the next update.
pub struct NextUpdate {
    /// Running clock; `None` when nothing is promised.
    pub clock: Option<Clock>,
    /// `promised for 09:55 UTC, then Comms is paged`, or why there is no promise.
    pub text: String,
    /// Whether the composer link is shown.
    pub can_update: bool,
}

/// The public side.
pub struct PublicSees {
    /// Status word on the public page; `None` when nothing is public.
    pub status: Option<Tag>,
    /// The public words, or `Nothing yet.`
    pub text: String,
    /// `9 min ago`.
    pub at: Option<When>,
    /// `7 min behind the room`; empty when it is not.
    pub behind: String,
    /// `reaches 1,240 people`; may be empty.
    pub reach: String,
    /// The public page.
    pub page: Option<Link>,
    /// Late by the playbook: amber edge.
    pub late: bool,
}

/// One mitigation of the incident.
pub struct Mitigation {
    /// Posted value.
    pub id: String,
    /// What to do.
    pub text: String,
    /// Command to copy; may be empty.
    pub command: String,
    /// `worked`, `tried`, `failed`, once reported.
    pub state: Option<Tag>,
    /// `Alice, 09:48`; may be empty.
    pub by: String,
    /// `worked 3 of 4 times`; may be empty.
    pub record: String,
    /// The reader may report.
    pub can_report: bool,
}

/// The runbook beside the timeline.
pub struct RunbookAside {
    /// Its page.
    pub link: Link,
    /// Rendered.
    pub html: SafeHtml,
}

/// An alert of the incident.
pub struct LinkedAlert {
    /// Its page.
    pub link: Link,
    /// State.
    pub state: Tag,
    /// First event.
    pub since: When,
}

/// A page of the incident.
pub struct LinkedPage {
    /// Who is or was called: `Alice, then Bob`.
    pub who: String,
    /// State.
    pub state: Tag,
    /// `acknowledged in 48 s`, `Bob at 03:12 next`.
    pub note: String,
    /// The alert or the incident it rings for.
    pub link: Option<Link>,
}

/// One status word the incident may move to.
pub struct StatusMove {
    /// Posted value.
    pub value: String,
    /// `Resolve`, `Identified`, `Cancel (false alarm)`.
    pub label: String,
    /// What pressing it does, with numbers.
    pub does: String,
    /// Moving back, or cancelling: needs a reason.
    pub needs_reason: bool,
    /// The usual next one.
    pub primary: bool,
}
