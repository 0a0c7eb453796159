//! What people write into the timeline: notes, decisions, hypotheses, actions, output, links; revising and refuting them.

use super::{Act, EntryKind, Incident, IncidentEvent, act};
use crate::{record::Recorded, refusal::Refusal};

impl Incident {
    /// Adds an entry to the timeline. Allowed until the incident is closed: much is written down afterwards.
    ///
    /// # Errors
    /// Invalid without text or with too much; conflict when the incident is over.
    pub fn write(&self, entry: EntryKind, text: &str) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        Ok(vec![IncidentEvent::Entry { entry, text: act::written("text", text)? }])
    }

    /// Changes what an entry reads; the first text stays in the stream. `original` is the event as recorded in this incident.
    ///
    /// # Errors
    /// Invalid without text; conflict when `original` is not an entry or the incident is over; forbidden to anybody but its author
    /// and administrators.
    pub fn revise(
        &self,
        act: Act<'_>,
        original: &Recorded<IncidentEvent>,
        text: &str,
        is_admin: bool,
    ) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let IncidentEvent::Entry { .. } = &original.event else {
            return Err(Refusal::conflict(
                "not-editable",
                "Only notes, decisions and the like can be edited; what happened stays as it happened.",
            ));
        };
        if original.actor != *act.by && !is_admin {
            return Err(Refusal::forbidden(format!(
                "Only {} or an administrator may edit this entry. Add a note instead.",
                original.actor
            )));
        }
        Ok(vec![IncidentEvent::EntryRevised { seq: original.seq, text: act::written("text", text)? }])
    }

    /// A hypothesis turned out wrong. Refuting it again changes nothing.
    ///
    /// # Errors
    /// Not found for another entry; invalid without a reason.
    pub fn refute(&self, seq: u64, reason: &str) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let hypothesis = self.hypotheses.iter().find(|hypothesis| hypothesis.seq == seq);
        let hypothesis = hypothesis.ok_or_else(|| Refusal::not_found("hypothesis", seq))?;
        if hypothesis.refuted.is_some() {
            return Ok(Vec::new());
        }
        Ok(vec![IncidentEvent::HypothesisRefuted { seq, reason: act::written("reason", reason)? }])
    }
}
