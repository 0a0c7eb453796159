//! Changing the severity. Raising is free; lowering an incident needs the commander and a reason.

use super::{Act, Incident, IncidentEvent, act, playbook};
use crate::{
    ids::SeverityId,
    org::SeverityTable,
    record::{Instant, to_microsecond},
    refusal::Refusal,
    text::suggest::did_you_mean,
};

/// A wished change of severity.
#[derive(Debug, Clone, Copy)]
pub struct SeverityInput<'a> {
    /// The table in force.
    pub table: &'a SeverityTable,
    /// The wished row.
    pub to: &'a SeverityId,
    /// Why.
    pub reason: Option<&'a str>,
    /// Whether the caller may act for the commander.
    pub is_admin: bool,
    /// When the postmortem would be due if the new severity owes one; used only when the incident is resolved already.
    pub postmortem_due_at: Option<Instant>,
}

impl Incident {
    /// Changes the severity and computes anew what is owed. The same severity again changes nothing.
    ///
    /// # Errors
    /// Invalid for an unknown severity or a missing reason; forbidden when lowered by somebody else than the commander.
    pub fn change_severity(&self, act: Act<'_>, input: SeverityInput<'_>) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let Some(row) = input.table.get(input.to) else {
            let near = did_you_mean(input.to.as_str(), input.table.rows.iter().map(|row| row.id.as_str()));
            return Err(Refusal::invalid("severity", format!("There is no severity {}{near}.", input.to)));
        };
        if *input.to == self.severity {
            return Ok(Vec::new());
        }
        // A severity that left the table since is treated as the least severe: going anywhere from there is raising.
        let rank = |id: &SeverityId| input.table.rank(id).unwrap_or(usize::MAX);
        let raised = rank(input.to) < rank(&self.severity);
        let reason = act::given(input.reason);
        if !raised {
            self.may_lower(act, input, reason.as_deref())?;
        }
        let due = input.postmortem_due_at.map(to_microsecond);
        let changed = IncidentEvent::SeverityChanged {
            from: self.severity.clone(),
            to: Box::new(row.clone()),
            reason,
            obligations: playbook::recontract(self, row, raised, act.at, due),
        };
        Ok(self.with_rules_met(act, vec![changed]))
    }

    fn may_lower(&self, act: Act<'_>, input: SeverityInput<'_>, reason: Option<&str>) -> Result<(), Refusal> {
        let is_commander = act.by.user().is_some() && act.by.user() == self.roles.commander.as_ref();
        if !is_commander && !input.is_admin {
            let who = match &self.roles.commander {
                Some(commander) => format!("Ask @{commander}."),
                None => "Nobody is commander: take the seat first.".to_owned(),
            };
            return Err(Refusal::forbidden(format!("Lowering the severity is the commander's decision. {who}")));
        }
        match reason {
            Some(_) => Ok(()),
            None => Err(Refusal::invalid("reason", format!("Say why {} is enough: it lifts what is owed.", input.to))),
        }
    }
}
