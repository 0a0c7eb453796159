//! How an incident stands with its contract, as lines ready to show: on the incident screen, in the terminal, in the postmortem.

use super::{Obligation, ObligationState, RuleId, Standing, clocks};
use crate::{record::Instant, response::Incident, text::duration::human_duration};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How loud a line is. Red is reserved for [`Look::Act`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Nothing to do about it now.
    Quiet,
    /// Kept.
    Ok,
    /// Soon: the room was or will be reminded.
    Due,
    /// A human must act now.
    Act,
    /// Missed, and past: shown, never punished.
    Missed,
}

/// One rule's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleLine {
    /// Which rule.
    pub rule: RuleId,
    /// What people read.
    pub label: String,
    /// How it stands.
    pub standing: Standing,
    /// More about it: "1 min 40 s", "3 kept, 1 late", the reason of a waiver; may be empty.
    pub detail: String,
    /// The clock to count down to (or up from, once passed), while it runs.
    pub due_at: Option<Instant>,
    /// Seconds it took, once met.
    pub measured_s: Option<u64>,
    /// How loud.
    pub look: Look,
}

/// The rules of one incident, met and owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adherence {
    /// Met in time.
    pub met: usize,
    /// Met, met late, in breach or still to be met; without what was waived or lifted.
    pub owed: usize,
    /// Of those, still to be met and in time.
    pub waiting: usize,
    /// One per rule, in the order shown.
    pub lines: Vec<RuleLine>,
}

/// How the incident stands with its contract at `now`.
pub fn adherence(incident: &Incident, now: Instant) -> Adherence {
    let lines: Vec<RuleLine> = incident.obligations.iter().map(|obligation| line(incident, obligation, now)).collect();
    let count = |wanted: &[Standing]| lines.iter().filter(|line| wanted.contains(&line.standing)).count();
    let met = count(&[Standing::Met]);
    let waiting = count(&[Standing::Waiting]);
    let owed = met + waiting + count(&[Standing::MetLate, Standing::Breached]);
    Adherence { met, owed, waiting, lines }
}

fn line(incident: &Incident, obligation: &Obligation, now: Instant) -> RuleLine {
    let runs = clocks::runs(incident, obligation);
    // A clock that was stopped by the end of the incident does not run into a breach afterwards.
    let standing = obligation.standing(if runs { now } else { Instant::MIN });
    let near = clocks::nags_at(obligation).is_some_and(|nag| nag <= now);
    let look = match standing {
        Standing::Waiting if runs && near => Look::Due,
        Standing::Waiting | Standing::Waived | Standing::Lifted => Look::Quiet,
        Standing::Met => Look::Ok,
        Standing::MetLate => Look::Missed,
        Standing::Breached if runs => Look::Act,
        Standing::Breached => Look::Missed,
    };
    let measured_s = match obligation.state {
        ObligationState::Met { measured_s, .. } => Some(measured_s),
        _ => None,
    };
    RuleLine {
        rule: obligation.rule,
        label: obligation.rule.label().to_owned(),
        standing,
        detail: detail(obligation),
        due_at: obligation.due_at.filter(|_| runs),
        measured_s,
        look,
    }
}

fn detail(obligation: &Obligation) -> String {
    let promises = (obligation.kept, obligation.late);
    match (&obligation.state, obligation.rule) {
        (ObligationState::Waived { reason, .. } | ObligationState::Lifted { reason, .. }, _) => reason.clone(),
        (_, RuleId::UpdateCadence) => match promises {
            (0, 0) => String::new(),
            (kept, 0) => format!("{kept} kept"),
            (kept, late) => format!("{kept} kept, {late} late"),
        },
        (
            ObligationState::Met { .. },
            RuleId::RoomOpen | RuleId::HonestWords | RuleId::RunbookLinked | RuleId::ItemsOwned,
        ) => String::new(),
        (ObligationState::Met { measured_s, .. }, _) => spoken(*measured_s),
        (ObligationState::Owed, _) => String::new(),
    }
}

/// "40 s", "1 min 40 s", "2 h 5 min".
pub fn spoken(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (1..60, rest) if rest > 0 => format!("{} min {rest} s", seconds / 60),
        _ => human_duration(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))),
    }
}
