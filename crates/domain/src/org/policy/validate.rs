//! What does not fit within one policy, beside its references: the organisation's check asks for it.

use super::{Policy, PolicyStep};
use crate::org::Acknowledge;
use jiff::SignedDuration;
use nightbell_calendar::local;

/// The shortest time after which an acknowledged page may ring again: less would ring whoever is just reading what broke.
pub const ACK_TIMEOUT_MIN: SignedDuration = SignedDuration::from_mins(2);
/// The longest.
pub const ACK_TIMEOUT_MAX: SignedDuration = SignedDuration::from_hours(24 * 7);

impl Policy {
    /// What does not fit, with the dotted path of the field; references are not looked at.
    pub fn own_problems(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (n, step) in self.steps.iter().enumerate() {
            let at = |field: &str| format!("steps[{n}].{field}");
            found.extend(step.problems().into_iter().map(|(field, message)| (at(field), message)));
        }
        if let Some(hold) = &self.hold_low {
            if hold.until >= hold.from {
                let message = format!(
                    "low urgency rings from {} to {}: the evening must come after the morning",
                    hold.until, hold.from
                );
                found.push(("hold_low.from".to_owned(), message));
            }
            if hold.days.is_empty() {
                found.push(("hold_low.days".to_owned(), "name at least one day on which it rings".to_owned()));
            }
            found.extend(zone_problem(hold.time_zone.as_deref()).map(|why| ("hold_low.time_zone".to_owned(), why)));
        }
        if self.ack_timeout.is_some_and(|timeout| !(ACK_TIMEOUT_MIN..=ACK_TIMEOUT_MAX).contains(&timeout)) {
            let message = "write a time from 2m to 7d after which an acknowledged page rings again".to_owned();
            found.push(("ack_timeout".to_owned(), message));
        }
        found
    }
}

impl PolicyStep {
    fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        if self.hand_over.is_some() {
            if !self.notify.is_empty() {
                let message = "a step rings people or hands over to a policy; write two steps for both";
                found.push(("hand_over", message.to_owned()));
            }
            if self.round_robin || self.acknowledge != Acknowledge::Any {
                let message = "a step that hands over rings nobody itself: turns and acknowledgements belong there";
                found.push(("hand_over", message.to_owned()));
            }
        }
        if self.round_robin && self.notify.len() < 2 {
            found.push(("round_robin", "turns need at least two targets".to_owned()));
        }
        if let Some(hours) = &self.when.hours {
            if hours.days.is_empty() {
                found.push(("when.hours.days", "name at least one day".to_owned()));
            }
            found.extend(zone_problem(hours.time_zone.as_deref()).map(|why| ("when.hours.time_zone", why)));
        }
        if self.when.labels.values().any(Vec::is_empty) {
            found.push(("when.labels", "give each label at least one value".to_owned()));
        }
        found
    }
}

fn zone_problem(zone: Option<&str>) -> Option<String> {
    let zone = zone?;
    let wrong = local::zone(zone).is_err();
    wrong.then(|| format!("{zone:?} is not an IANA time zone; write one like Europe/Berlin or UTC"))
}
