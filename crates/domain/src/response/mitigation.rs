//! Mitigations: stop the bleeding first. One press says "tried", another "it worked" or "it did not".

use super::{Act, Incident, IncidentEvent, MitigationState};
use crate::{refusal::Refusal, text::suggest::did_you_mean};

impl Incident {
    fn mitigation(&self, key: &str) -> Result<&MitigationState, Refusal> {
        self.mitigations.iter().find(|state| state.mitigation.key == key).ok_or_else(|| {
            let near = did_you_mean(key, self.mitigations.iter().map(|state| state.mitigation.key.as_str()));
            let mut refusal = Refusal::not_found("mitigation", format!("{:?}", super::act::brief(key)));
            refusal.message =
                format!("{}{near}. Write what you do with /action.", refusal.message.trim_end_matches('.'));
            refusal
        })
    }

    /// A mitigation is being tried, by whoever acts. It may be tried again.
    ///
    /// # Errors
    /// Not found for an unknown key; conflict when the incident is not open.
    pub fn try_mitigation(&self, act: Act<'_>, key: &str) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_be_open()?;
        self.mitigation(key)?;
        Ok(self.with_rules_met(act, vec![IncidentEvent::MitigationTried { key: key.to_owned() }]))
    }

    /// Whether the last try helped. Said before anybody pressed "tried", it counts as tried now. The last word counts.
    ///
    /// # Errors
    /// Not found for an unknown key; conflict when the incident is over.
    pub fn judge_mitigation(&self, act: Act<'_>, key: &str, worked: bool) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let state = self.mitigation(key)?;
        let judged = IncidentEvent::MitigationJudged { key: key.to_owned(), worked };
        match state.tried.last() {
            None => Ok(self.with_rules_met(act, vec![IncidentEvent::MitigationTried { key: key.to_owned() }, judged])),
            Some(last) if last.worked == Some(worked) => Ok(Vec::new()),
            Some(_) => Ok(vec![judged]),
        }
    }
}
