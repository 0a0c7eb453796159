//! The postmortem as an aggregate: drafted, edited, reviewed, published or waived, and chased while it is owed.
//!
//! The document itself is Markdown (`document`); blame findings advise and never block. Not here: when it is due (business days
//! are the calendar's), drafting (`from_incident`).

use crate::{
    ids::{IncidentId, PostmortemId},
    limits::{ENTRY_CHARS_MAX, POSTMORTEM_BYTES_MAX},
    record::{Actor, Aggregate, Instant, Recorded, to_microsecond},
    refusal::Refusal,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long before its due time the postmortem is chased for the first time, and how often after it.
const CHASE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Where a postmortem stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostmortemState {
    /// Being written.
    Draft,
    /// Being read by others.
    Review,
    /// Done; may still be corrected.
    Published,
}

impl PostmortemState {
    /// The stored and shown word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Published => "published",
        }
    }
}

/// Why it is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemWaiver {
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// A blame finding looked at and left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DismissedFinding {
    /// The text of the line, so that it stays dismissed when lines move.
    pub line: String,
    /// Why it may stay.
    pub reason: String,
}

/// A postmortem as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Postmortem {
    /// Id.
    pub id: PostmortemId,
    /// The incident it is about.
    pub incident: IncidentId,
    /// The incident's slug: its place in URLs.
    pub slug: String,
    /// The incident's title when drafted.
    pub title: String,
    /// By when it must be published; `None` when it is optional.
    pub due_at: Option<Instant>,
    /// Where it stands.
    pub state: PostmortemState,
    /// The whole document.
    pub markdown: String,
    /// How often the document was saved; the draft is 1. Expected by the next save.
    pub revision: u64,
    /// When it was published.
    pub published_at: Option<Instant>,
    /// Why it is not written.
    pub waived: Option<PostmortemWaiver>,
    /// Blame findings left as they are.
    pub dismissed: Vec<DismissedFinding>,
    /// When somebody was reminded of it last.
    pub chased_at: Option<Instant>,
    /// How many events of its stream it folds.
    pub version: u64,
    /// When to remind somebody of it; `None` when nothing is owed.
    pub next_due_at: Option<Instant>,
}

/// What can happen to a postmortem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PostmortemEvent {
    /// Written by Nightbell from the timeline.
    Drafted {
        /// Id.
        id: PostmortemId,
        /// The incident.
        incident: IncidentId,
        /// The incident's slug.
        slug: String,
        /// The incident's title.
        title: String,
        /// By when it must be published.
        due_at: Option<Instant>,
        /// The whole document.
        markdown: String,
    },
    /// Saved.
    Edited {
        /// The whole document.
        markdown: String,
    },
    /// Others are asked to read it.
    SentToReview,
    /// Done.
    Published,
    /// Not written, for a reason.
    Waived {
        /// Why.
        reason: String,
    },
    /// A blame finding stays as it is.
    FindingDismissed {
        /// The line's text.
        line: String,
        /// Why.
        reason: String,
    },
    /// Somebody was reminded.
    Chased,
}

/// Starts a postmortem with its first document.
///
/// # Errors
/// Invalid when the document is too long.
pub fn draft(
    id: PostmortemId,
    incident: IncidentId,
    slug: &str,
    title: &str,
    due_at: Option<Instant>,
    markdown: String,
) -> Result<Vec<PostmortemEvent>, Refusal> {
    let due_at = due_at.map(to_microsecond);
    fits(&markdown)?;
    Ok(vec![PostmortemEvent::Drafted {
        id,
        incident,
        slug: slug.to_owned(),
        title: title.to_owned(),
        due_at,
        markdown,
    }])
}

fn fits(markdown: &str) -> Result<(), Refusal> {
    if markdown.len() > POSTMORTEM_BYTES_MAX {
        let message = format!("The postmortem has {} bytes; at most {POSTMORTEM_BYTES_MAX} are kept.", markdown.len());
        return Err(Refusal::invalid("markdown", message));
    }
    Ok(())
}

fn reason(text: &str, why: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid("reason", why));
    }
    Ok(text.chars().take(ENTRY_CHARS_MAX).collect())
}

impl Postmortem {
    /// Whether it is still to be published.
    pub fn is_owed(&self) -> bool {
        self.state != PostmortemState::Published && self.waived.is_none()
    }

    /// Saves the document over the revision the author saw. The same text again changes nothing. A published one can be corrected.
    ///
    /// # Errors
    /// Conflict `revision-changed` when somebody saved in between: nothing was saved, and the caller still has the author's text.
    pub fn save(&self, expected_revision: u64, markdown: &str) -> Result<Vec<PostmortemEvent>, Refusal> {
        fits(markdown)?;
        if markdown == self.markdown {
            return Ok(Vec::new());
        }
        if expected_revision != self.revision {
            let message = format!(
                "Somebody saved revision {} while you were editing revision {expected_revision}. Your text is kept here, not saved: \
                 compare it with theirs and save again.",
                self.revision
            );
            return Err(Refusal {
                field: Some("markdown".to_owned()),
                ..Refusal::conflict("revision-changed", message)
            });
        }
        Ok(vec![PostmortemEvent::Edited { markdown: markdown.to_owned() }])
    }

    /// Asks others to read it. In review already, nothing changes.
    ///
    /// # Errors
    /// Conflict when it is published.
    pub fn send_to_review(&self) -> Result<Vec<PostmortemEvent>, Refusal> {
        match self.state {
            PostmortemState::Draft => Ok(vec![PostmortemEvent::SentToReview]),
            PostmortemState::Review => Ok(Vec::new()),
            PostmortemState::Published => Err(Refusal::conflict("postmortem-published", "It is published already.")),
        }
    }

    /// Publishes it. Published already, nothing changes.
    ///
    /// # Errors
    /// Invalid while it is empty.
    pub fn publish(&self) -> Result<Vec<PostmortemEvent>, Refusal> {
        if self.state == PostmortemState::Published {
            return Ok(Vec::new());
        }
        if self.markdown.trim().is_empty() {
            return Err(Refusal::invalid("markdown", "The postmortem is empty: there is nothing to publish."));
        }
        Ok(vec![PostmortemEvent::Published])
    }

    /// It is not written, for a reason.
    ///
    /// # Errors
    /// Invalid without a reason; conflict when it is published or waived already.
    pub fn waive(&self, why: &str) -> Result<Vec<PostmortemEvent>, Refusal> {
        let reason = reason(why, "Say why this outage needs no postmortem.")?;
        if !self.is_owed() {
            return Err(Refusal::conflict("postmortem-settled", "It is published or waived already."));
        }
        Ok(vec![PostmortemEvent::Waived { reason }])
    }

    /// A blame finding on a line stays as it is. Dismissed already, nothing changes.
    ///
    /// # Errors
    /// Invalid without a line or a reason.
    pub fn dismiss_finding(&self, line: &str, why: &str) -> Result<Vec<PostmortemEvent>, Refusal> {
        let line = line.trim();
        if line.is_empty() {
            return Err(Refusal::invalid("line", "Which line? Its text is needed."));
        }
        let reason = reason(why, "Say why the line may stay as it is.")?;
        if self.is_dismissed(line) {
            return Ok(Vec::new());
        }
        Ok(vec![PostmortemEvent::FindingDismissed { line: line.to_owned(), reason }])
    }

    /// Whether findings on that line were dismissed.
    pub fn is_dismissed(&self, line: &str) -> bool {
        self.dismissed.iter().any(|dismissed| dismissed.line == line.trim())
    }

    /// Reminds somebody when it is time: a day before it is due, when it is due, then daily. However late, once.
    pub fn tick(&self, now: Instant) -> Vec<PostmortemEvent> {
        if self.next_due_at.is_some_and(|due| due <= now) { vec![PostmortemEvent::Chased] } else { Vec::new() }
    }

    /// The first time to remind somebody after the last reminder.
    fn next_chase(&self) -> Option<Instant> {
        let due = self.due_at.filter(|_| self.is_owed())?;
        let first = due.checked_sub(CHASE_EVERY).unwrap_or(due);
        let Some(last) = self.chased_at.filter(|last| *last >= first) else { return Some(first) };
        let passed = last.duration_since(first).as_micros() / CHASE_EVERY.as_micros();
        let days = i32::try_from(passed + 1).unwrap_or(i32::MAX);
        first.checked_add(CHASE_EVERY.checked_mul(days)?).ok()
    }
}

impl Aggregate for Postmortem {
    type Event = PostmortemEvent;
    const KIND: &'static str = "postmortem";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn evolve(state: Option<Self>, event: &Recorded<PostmortemEvent>) -> Option<Self> {
        let mut postmortem = match (state, &event.event) {
            (None, PostmortemEvent::Drafted { id, incident, slug, title, due_at, markdown }) => Self {
                id: *id,
                incident: *incident,
                slug: slug.clone(),
                title: title.clone(),
                due_at: *due_at,
                state: PostmortemState::Draft,
                markdown: markdown.clone(),
                revision: 1,
                published_at: None,
                waived: None,
                dismissed: Vec::new(),
                chased_at: None,
                version: event.seq,
                next_due_at: None,
            },
            (None, _) | (Some(_), PostmortemEvent::Drafted { .. }) => return None,
            (Some(mut postmortem), happened) => {
                postmortem.apply(event, happened);
                postmortem
            }
        };
        postmortem.version = event.seq;
        postmortem.next_due_at = postmortem.next_chase();
        Some(postmortem)
    }

    fn event_kind(event: &PostmortemEvent) -> &'static str {
        match event {
            PostmortemEvent::Drafted { .. } => "drafted",
            PostmortemEvent::Edited { .. } => "edited",
            PostmortemEvent::SentToReview => "sent-to-review",
            PostmortemEvent::Published => "published",
            PostmortemEvent::Waived { .. } => "waived",
            PostmortemEvent::FindingDismissed { .. } => "finding-dismissed",
            PostmortemEvent::Chased => "chased",
        }
    }
}

impl Postmortem {
    fn apply(&mut self, recorded: &Recorded<PostmortemEvent>, happened: &PostmortemEvent) {
        let at = recorded.at;
        match happened {
            PostmortemEvent::Drafted { .. } => {}
            PostmortemEvent::Edited { markdown } => {
                self.markdown.clone_from(markdown);
                self.revision += 1;
            }
            PostmortemEvent::SentToReview => self.state = PostmortemState::Review,
            PostmortemEvent::Published => {
                self.state = PostmortemState::Published;
                self.published_at = Some(at);
            }
            PostmortemEvent::Waived { reason } => {
                self.waived = Some(PostmortemWaiver { by: recorded.actor.clone(), at, reason: reason.clone() });
            }
            PostmortemEvent::FindingDismissed { line, reason } => {
                self.dismissed.push(DismissedFinding { line: line.clone(), reason: reason.clone() });
            }
            PostmortemEvent::Chased => self.chased_at = Some(at),
        }
    }
}

#[cfg(test)]
#[path = "postmortem_tests.rs"]
mod tests;
