//! A policy as people say it: "Ring the primary of payments; after 5 minutes, if nobody acknowledged, …". The one place these words are made:
//! the policy editor, `docs/escalation.md` and the log of a skipped step read from here.

use super::{Acknowledge, Condition, HoldLow, Locality, Policy, PolicyStep, WorkingHours};
use crate::{
    org::{Organisation, Target},
    text::duration::spelled_duration,
};
use jiff::SignedDuration;
use nightbell_calendar::Weekday;

impl Policy {
    /// What it does, a sentence for each step, then what holds for all of it.
    pub fn sentences(&self, org: &Organisation) -> Vec<String> {
        let locality = self.locality(org);
        let mut lines: Vec<String> = Vec::new();
        if let Some(hold) = &self.hold_low {
            lines.push(held(hold, &locality));
        }
        for (n, step) in self.steps.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|n| self.steps.get(n));
            lines.push(format!("{}.", capital(&step_words(step, before, org, &locality))));
        }
        let last = match self.last_resort.as_slice() {
            [] => "every administrator".to_owned(),
            targets => all_of(targets, org),
        };
        let again = match self.repeat {
            0 => "When everybody was silent".to_owned(),
            1 => "Do this once more; when everybody was still silent".to_owned(),
            n => format!("Do this {n} more times; when everybody was still silent"),
        };
        lines.push(format!("{again}, ring {last} every 10 minutes until somebody acknowledges."));
        if let Some(timeout) = self.ack_timeout {
            lines.push(format!(
                "Ring again from the first step when it is not over {} after somebody acknowledged; they are asked first whether they are still on it.",
                spelled_duration(timeout)
            ));
        }
        lines
    }
}

impl Organisation {
    /// Whom a target means, as the sentences say it: "the primary of payments".
    pub fn spoken(&self, target: &Target) -> String {
        name(target, self)
    }
}

fn step_words(step: &PolicyStep, before: Option<&PolicyStep>, org: &Organisation, locality: &Locality) -> String {
    let nobody = match before {
        Some(before) if before.acknowledge == Acknowledge::All => "if not everybody acknowledged",
        _ => "if nobody acknowledged",
    };
    let wait = match (before.is_some(), step.after > SignedDuration::ZERO) {
        (true, true) => format!("after {}, {nobody}, ", spelled(step.after)),
        (true, false) => "at the same time, ".to_owned(),
        (false, true) => format!("after {}, ", spelled(step.after)),
        (false, false) => String::new(),
    };
    let when = match conditions(&step.when, locality) {
        words if words.is_empty() => String::new(),
        words => format!("{}, ", words.join(" and ")),
    };
    let what = match &step.hand_over {
        Some(policy) => format!("go on with the policy {policy}"),
        None if step.notify.is_empty() => "ring nobody".to_owned(),
        None if step.round_robin => format!("ring, in turn, one of {}", list(&step.notify, org, "or")),
        None => format!("ring {}", all_of(&step.notify, org)),
    };
    let all = if step.acknowledge == Acknowledge::All { "; each of them must acknowledge" } else { "" };
    format!("{wait}{when}{what}{all}")
}

/// To the second: nothing is rounded where people count on it.
fn spelled(after: SignedDuration) -> String {
    let seconds = after.as_secs().rem_euclid(60);
    let rest = format!("{seconds} second{}", if seconds == 1 { "" } else { "s" });
    match (after.as_secs() >= 60, seconds) {
        (true, 0) => spelled_duration(after),
        (true, _) => format!("{} {rest}", spelled_duration(after)),
        (false, _) => rest,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn all_of(targets: &[Target], org: &Organisation) -> String {
    list(targets, org, "and")
}

fn list(targets: &[Target], org: &Organisation, word: &str) -> String {
    let names: Vec<String> = targets.iter().map(|target| name(target, org)).collect();
    joined(&names, word)
}

fn joined(names: &[String], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Whom a target means, for people.
fn name(target: &Target, org: &Organisation) -> String {
    match target {
        Target::Schedule(id) => format!("the primary of {id}"),
        Target::Backup(id) => format!("the backup of {id}"),
        Target::Next(id) => format!("whoever is on call next on {id}"),
        Target::User(id) => org.users.get(id).map_or_else(|| format!("@{id}"), |user| user.name.clone()),
        Target::Team(id) => {
            format!("everybody in {}", org.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone()))
        }
        Target::Policy(id) => format!("whoever the policy {id} rings first"),
    }
}

/// Each part of a condition, in words.
fn conditions(when: &Condition, locality: &Locality) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(urgency) = when.urgency {
        words.push(format!("if the urgency is {}", urgency.word()));
    }
    if let Some(asked) = &when.hours {
        words.push(hours(asked, locality));
    }
    for (label, values) in &when.labels {
        words.push(format!("if the label {label} is {}", joined(values, "or")));
    }
    if let Some(least) = when.severity {
        words.push(format!("if the severity is {} or worse", least.word()));
    }
    if !when.priority.is_empty() {
        words.push(format!("if the priority is {}", joined(&when.priority, "or")));
    }
    words
}

/// "Monday to Friday from 09:00 to 17:00 (Europe/Berlin)", or outside of it.
pub(super) fn hours(hours: &WorkingHours, locality: &Locality) -> String {
    let zone = hours.time_zone.as_deref().unwrap_or(&locality.time_zone);
    let outside = if hours.outside { "outside of " } else { "on " };
    let holidays = if locality.holidays.is_some() { ", holidays left out" } else { "" };
    format!("{outside}{} from {} to {} ({zone}{holidays})", days(&hours.days), hours.from, hours.to)
}

fn held(hold: &HoldLow, locality: &Locality) -> String {
    let zone = hold.time_zone.as_deref().unwrap_or(&locality.time_zone);
    let holidays = if locality.holidays.is_some() { ", never on a holiday" } else { "" };
    format!(
        "Low urgency rings {} from {} to {} ({zone}{holidays}); at any other time it waits for the next {}.",
        days(&hold.days),
        hold.until,
        hold.from,
        hold.until
    )
}

fn day(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// "Monday to Friday", "every day", "Monday, Wednesday and Sunday".
fn days(named: &[Weekday]) -> String {
    let known: Vec<usize> = (0..7).filter(|n| named.contains(&Weekday::ALL[*n])).collect();
    let row = known.windows(2).all(|two| two[0] + 1 == two[1]);
    match known.as_slice() {
        [] => "no day".to_owned(),
        all if all.len() == 7 => "every day".to_owned(),
        [first, .., last] if row && known.len() > 2 => {
            format!("{} to {}", day(Weekday::ALL[*first]), day(Weekday::ALL[*last]))
        }
        several => {
            let names: Vec<String> = several.iter().map(|n| day(Weekday::ALL[*n]).to_owned()).collect();
            joined(&names, "and")
        }
    }
}
