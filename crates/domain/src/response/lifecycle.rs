//! From status word to status word, and the ends: resolved, closed, cancelled. And waivers, which let an end be reached.

use super::{Act, Incident, IncidentEvent, IncidentStatus, RuleId, UpdateInput, act, playbook};
use crate::{
    ids::PostmortemId,
    record::{Instant, to_microsecond},
    refusal::Refusal,
};

impl Incident {
    /// Changes the status word. Backwards needs a reason; a resolved incident is reopened this way. The same word changes nothing.
    ///
    /// # Errors
    /// Invalid for a missing reason, and for words that have their own decision; conflict when the incident is over.
    pub fn set_status(
        &self,
        act: Act<'_>,
        to: IncidentStatus,
        reason: Option<&str>,
    ) -> Result<Vec<IncidentEvent>, Refusal> {
        let changed = self.status_change(to, reason)?;
        Ok(self.with_rules_met(act, changed.into_iter().collect()))
    }

    /// The event that leads to a status word, if it is another one.
    pub(super) fn status_change(
        &self,
        to: IncidentStatus,
        reason: Option<&str>,
    ) -> Result<Option<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        if to == self.status {
            return Ok(None);
        }
        if !to.is_open() {
            let how = match to {
                IncidentStatus::Cancelled => "Cancel it with a reason instead.",
                IncidentStatus::Closed => "Close it instead.",
                _ => "Resolve it with a final update instead, so that everybody hears it.",
            };
            return Err(Refusal::invalid("status", format!("The status cannot be set to {to}. {how}")));
        }
        let reason = act::given(reason);
        if to < self.status && reason.is_none() {
            let message =
                format!("Going back from {} to {to} needs a reason: people were told otherwise.", self.status);
            return Err(Refusal::invalid("reason", message));
        }
        Ok(Some(IncidentEvent::StatusChanged { from: self.status, to, reason }))
    }

    /// Resolves the incident with a final update, which ends all promises. `postmortem_due_at` (business days are the caller's) is
    /// used when a postmortem is owed.
    ///
    /// # Errors
    /// As for an update; conflict when the incident is not open.
    pub fn resolve(
        &self,
        act: Act<'_>,
        update: &UpdateInput<'_>,
        postmortem_due_at: Option<Instant>,
    ) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_be_open()?;
        let mut events: Vec<_> = self
            .obligations
            .iter()
            .filter(|o| o.rule.runs_while_open())
            .filter_map(|o| playbook::passed(o, act.at))
            .collect();
        events.extend(self.final_update(act, update)?);
        let postmortem_due_at = postmortem_due_at.map(to_microsecond).filter(|_| self.owes_postmortem());
        events.push(IncidentEvent::Resolved { postmortem_due_at });
        Ok(self.with_rules_met(act, events))
    }

    /// Closes a resolved incident that owes nothing any more.
    ///
    /// # Errors
    /// Conflict while it is open or owes its postmortem.
    pub fn close(&self) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        if self.status != IncidentStatus::Resolved {
            return Err(Refusal::conflict(
                "incident-open",
                format!("{} is {}: resolve it first.", self.slug, self.status),
            ));
        }
        if self.owes_postmortem() {
            return Err(Refusal::conflict(
                "postmortem-owed",
                "The postmortem is still owed: publish it, or waive it with a reason, then close.",
            ));
        }
        Ok(vec![IncidentEvent::Closed])
    }

    /// It was a false alarm. Kept, and nothing is owed.
    ///
    /// # Errors
    /// Invalid without a reason; conflict when it is not open; conflict while the public still reads about it.
    pub fn cancel(&self, reason: &str) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_be_open()?;
        let reason = act::written("reason", reason)?;
        if self.public.is_some() {
            return Err(Refusal::conflict(
                "public-told",
                "The public was told about it: resolve it with a final update that says it was a false alarm.",
            ));
        }
        Ok(vec![IncidentEvent::Cancelled { reason }])
    }

    /// A rule is not insisted on in this incident. A breach that happened stays visible.
    ///
    /// # Errors
    /// Invalid without a reason; conflict when the rule is not owed here, or is enforced instead of owed.
    pub fn waive(&self, rule: RuleId, reason: &str) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let reason = act::written("reason", reason)?;
        match rule {
            RuleId::HonestWords => Err(Refusal::conflict(
                "rule-enforced",
                "The wording check cannot be waived in advance: publish the text with the reason why it is fine.",
            )),
            RuleId::ItemsOwned => Err(Refusal::conflict(
                "rule-enforced",
                "An action item without owner, date and priority cannot be saved at all.",
            )),
            _ if self.obligation(rule).is_some_and(super::Obligation::is_owed) => {
                Ok(vec![IncidentEvent::RuleWaived { rule, reason }])
            }
            _ => Err(Refusal::conflict("rule-not-owed", format!("{rule} is not owed here (any more)."))),
        }
    }

    /// The postmortem was drafted. Recording it again changes nothing.
    pub fn postmortem_drafted(&self, postmortem: PostmortemId) -> Vec<IncidentEvent> {
        if self.postmortem == Some(postmortem) {
            return Vec::new();
        }
        vec![IncidentEvent::PostmortemDrafted { postmortem }]
    }

    /// The postmortem was published, with so many action items. Recording it again changes nothing.
    pub fn postmortem_published(
        &self,
        act: Act<'_>,
        postmortem: PostmortemId,
        action_items: u32,
    ) -> Vec<IncidentEvent> {
        if self.postmortem_published_at.is_some() {
            return Vec::new();
        }
        self.with_rules_met(act, vec![IncidentEvent::PostmortemPublished { postmortem, action_items }])
    }
}
