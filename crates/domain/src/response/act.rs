//! Who does something to an incident, and when: the two arguments every decision shares. And the checks they share.

use super::{Incident, IncidentEvent, playbook};
use crate::{
    limits::ENTRY_CHARS_MAX,
    record::{Actor, Aggregate, Instant, Recorded},
    refusal::Refusal,
};

/// One act: its author and the unit of work's one reading of the clock.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who.
    pub by: &'a Actor,
    /// When, cut to the microsecond the store keeps.
    pub at: Instant,
}

impl<'a> Act<'a> {
    /// `at` is the unit's one reading of the clock.
    pub fn new(by: &'a Actor, at: Instant) -> Self {
        Self { by, at: crate::record::to_microsecond(at) }
    }
}

/// What a person wrote: trimmed, not empty, not longer than an entry may be.
///
/// # Errors
/// Invalid, with `field`, when there is nothing or too much.
pub(super) fn written(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, format!("The {field} is empty: write at least a word.")));
    }
    let chars = text.chars().count();
    if chars > ENTRY_CHARS_MAX {
        let message = format!(
            "The {field} has {chars} characters; at most {ENTRY_CHARS_MAX} fit. Link to the long version instead."
        );
        return Err(Refusal::invalid(field, message));
    }
    Ok(text.to_owned())
}

/// A reason where one may be given: trimmed, `None` when there is nothing in it.
pub(super) fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| text.chars().take(ENTRY_CHARS_MAX).collect())
}

impl Incident {
    /// Refuses when the incident is closed or cancelled.
    pub(super) fn must_not_be_over(&self) -> Result<(), Refusal> {
        if self.status.is_final() {
            return Err(Refusal::conflict(
                "incident-over",
                format!("{} is {}: nothing in it changes any more.", self.slug, self.status),
            ));
        }
        Ok(())
    }

    /// Refuses unless the incident is open: neither resolved nor closed nor cancelled.
    pub(super) fn must_be_open(&self) -> Result<(), Refusal> {
        if self.status.is_open() {
            return Ok(());
        }
        Err(Refusal::conflict("incident-not-open", format!("{} is {} already.", self.slug, self.status)))
    }

    /// The state after more events of the same act. `None` when one does not fit: then the decision itself is wrong.
    pub(super) fn after(&self, act: Act<'_>, events: &[IncidentEvent]) -> Option<Self> {
        let mut state = self.clone();
        for event in events {
            let seq = state.version + 1;
            let recorded = Recorded { seq, at: act.at, actor: act.by.clone(), event: event.clone() };
            state = Self::evolve(Some(state), &recorded)?;
        }
        Some(state)
    }

    /// The events of a decision, followed by the playbook rules they meet.
    pub(super) fn with_rules_met(&self, act: Act<'_>, mut events: Vec<IncidentEvent>) -> Vec<IncidentEvent> {
        if let Some(after) = self.after(act, &events) {
            events.extend(playbook::settle(&after, act.at));
        }
        events
    }
}

/// Words of our own making, on one line, cut.
pub(super) fn brief(text: &str) -> String {
    crate::text::clean::one_line(text).chars().take(crate::limits::TITLE_CHARS_MAX).collect()
}
