//! Mitigations: stop the bleeding first. One press says "tried", another "it worked" or "it did not".

use super::{Act, Incident, IncidentEvent, Mitigation, MitigationState};
use crate::{
    ids::RunbookId,
    refusal::Refusal,
    text::{runbook::Runbook, slug::slug, suggest::did_you_mean},
};

/// How long a key may get before the next word is left off, in characters.
const KEY_CHARS_MAX: usize = 24;

/// The quick mitigations of a runbook, in its order, each with a key short enough to type.
pub fn mitigations_of(id: &RunbookId, runbook: &Runbook) -> Vec<Mitigation> {
    let mut list: Vec<Mitigation> = Vec::new();
    for step in &runbook.mitigations {
        let base = short_key(step.title());
        let taken = |key: &str| list.iter().any(|known| known.key == key);
        let mut key = base.clone();
        let mut number = 2_u32;
        while taken(&key) {
            key = format!("{base}-{number}");
            number += 1;
        }
        list.push(Mitigation {
            key,
            title: step.title().to_owned(),
            command: step.command.clone(),
            runbook: Some(id.clone()),
        });
    }
    list
}

fn short_key(title: &str) -> String {
    let mut key = String::new();
    for word in slug(title).split('-') {
        if !key.is_empty() && key.len() + 1 + word.len() > KEY_CHARS_MAX {
            break;
        }
        if !key.is_empty() {
            key.push('-');
        }
        key.push_str(word);
    }
    key
}

impl Incident {
    /// By its key, or by its place in the list as people see it, counted from 1.
    fn mitigation(&self, key: &str) -> Result<&MitigationState, Refusal> {
        let by_key = self.mitigations.iter().find(|state| state.mitigation.key == key);
        let by_place = || key.parse::<usize>().ok().and_then(|n| self.mitigations.get(n.checked_sub(1)?));
        by_key.or_else(by_place).ok_or_else(|| {
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
        let tried = tried(self.mitigation(key)?);
        Ok(self.with_rules_met(act, vec![tried]))
    }

    /// Whether the last try helped. Said before anybody pressed "tried", it counts as tried now. The last word counts.
    ///
    /// # Errors
    /// Not found for an unknown key; conflict when the incident is over.
    pub fn judge_mitigation(&self, act: Act<'_>, key: &str, worked: bool) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let state = self.mitigation(key)?;
        let Mitigation { key, title, .. } = state.mitigation.clone();
        let judged = IncidentEvent::MitigationJudged { key, title, worked };
        match state.tried.last() {
            None => Ok(self.with_rules_met(act, vec![tried(state), judged])),
            Some(last) if last.worked == Some(worked) => Ok(Vec::new()),
            Some(_) => Ok(vec![judged]),
        }
    }
}

fn tried(state: &MitigationState) -> IncidentEvent {
    let Mitigation { key, title, .. } = state.mitigation.clone();
    IncidentEvent::MitigationTried { key, title }
}
