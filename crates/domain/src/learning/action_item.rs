//! Action items: owner, due date and priority, all three, always. One without them cannot be made.
//!
//! A plain row, not a stream. Lines of the document are `document::ItemLine`; this is what is tracked and chased.

use super::document::ItemPriority;
use crate::{
    ids::{ActionItemId, IncidentId, PostmortemId, UserId},
    limits::TITLE_CHARS_MAX,
    record::{Actor, Instant},
    refusal::Refusal,
    text::clean::one_line,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where an action item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ActionItemState {
    /// To be done.
    Open,
    /// Done.
    Done {
        /// When.
        at: Instant,
        /// Who said so.
        by: Actor,
    },
    /// Not done, for a reason.
    Dropped {
        /// When.
        at: Instant,
        /// Who said so.
        by: Actor,
        /// Why.
        reason: String,
    },
}

impl ActionItemState {
    /// The stored and shown word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done { .. } => "done",
            Self::Dropped { .. } => "dropped",
        }
    }
}

/// Something to be done so that it does not happen again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// Id.
    pub id: ActionItemId,
    /// The incident it comes from.
    pub incident: IncidentId,
    /// The postmortem that lists it.
    pub postmortem: Option<PostmortemId>,
    /// What is to be done, one line.
    pub text: String,
    /// Who does it.
    pub owner: UserId,
    /// Until when: the end of that day where the team is.
    pub due_on: Date,
    /// How pressing.
    pub priority: ItemPriority,
    /// Where it stands.
    pub state: ActionItemState,
    /// When it was made.
    pub created_at: Instant,
}

/// An action item as typed: anything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewActionItem {
    /// What is to be done.
    pub text: String,
    /// Who does it.
    pub owner: Option<UserId>,
    /// Until when.
    pub due_on: Option<Date>,
    /// How pressing.
    pub priority: Option<ItemPriority>,
}

impl ActionItem {
    /// Makes an item.
    ///
    /// # Errors
    /// One refusal per missing or wrong field, all at once.
    pub fn new(
        id: ActionItemId,
        incident: IncidentId,
        postmortem: Option<PostmortemId>,
        new: NewActionItem,
        now: Instant,
    ) -> Result<Self, Vec<Refusal>> {
        let text = one_line(&new.text);
        let mut refusals = Vec::new();
        if text.is_empty() {
            refusals.push(Refusal::invalid("text", "Say what is to be done: specific, or it does not happen."));
        } else if text.chars().count() > TITLE_CHARS_MAX {
            refusals.push(Refusal::invalid(
                "text",
                format!("At most {TITLE_CHARS_MAX} characters fit; link to the long version."),
            ));
        }
        let missing = |field: &str, message: &str| Refusal::invalid(field, message);
        if new.owner.is_none() {
            refusals.push(missing("owner", "Who does it? An action item without an owner does not happen."));
        }
        if new.due_on.is_none() {
            refusals.push(missing("due_on", "Until when? An action item without a due date does not happen."));
        }
        if new.priority.is_none() {
            refusals.push(missing("priority", "How pressing is it? P0, P1, P2 or P3."));
        }
        match (new.owner, new.due_on, new.priority) {
            (Some(owner), Some(due_on), Some(priority)) if refusals.is_empty() => {
                let created_at = crate::record::to_microsecond(now);
                let state = ActionItemState::Open;
                Ok(Self { id, incident, postmortem, text, owner, due_on, priority, state, created_at })
            }
            _ => Err(refusals),
        }
    }

    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.state == ActionItemState::Open
    }

    /// Whether it should have been done by `today` (where the team is). The due day itself is not over.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.is_open() && self.due_on < today
    }

    /// Done. Done already, it stays as it was.
    ///
    /// # Errors
    /// Conflict when it was dropped.
    pub fn done(self, by: &Actor, now: Instant) -> Result<Self, Refusal> {
        match self.state {
            ActionItemState::Open => {
                let state = ActionItemState::Done { at: crate::record::to_microsecond(now), by: by.clone() };
                Ok(Self { state, ..self })
            }
            ActionItemState::Done { .. } => Ok(self),
            ActionItemState::Dropped { .. } => {
                Err(Refusal::conflict("item-dropped", "This item was dropped; make a new one."))
            }
        }
    }

    /// Not done, for a reason.
    ///
    /// # Errors
    /// Invalid without a reason; conflict when it is not open.
    pub fn drop_for(self, by: &Actor, reason: &str, now: Instant) -> Result<Self, Refusal> {
        let reason = one_line(reason);
        if reason.is_empty() {
            return Err(Refusal::invalid("reason", "Say why it is not done after all."));
        }
        if !self.is_open() {
            return Err(Refusal::conflict("item-settled", format!("This item is {} already.", self.state.word())));
        }
        let state = ActionItemState::Dropped { at: crate::record::to_microsecond(now), by: by.clone(), reason };
        Ok(Self { state, ..self })
    }
}

#[cfg(test)]
#[path = "action_item_tests.rs"]
mod tests;
