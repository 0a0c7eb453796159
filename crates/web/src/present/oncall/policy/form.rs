//! The form of a policy: read from what was typed, filled from a policy that is there, and what its presses do to it. How it is
//! shown is `fields`.
//!
//! Field names: step n begins with `s{n}-` (`kind`, `after`, `t0` `t1` …, `how`, `ack`, `over`, `urgency`, `severity`, `hours`, `day-mon` …,
//! `from`, `to`, `zone`, `labels`, `priority`), the last resort with `last-t`, waiting for the morning with `hold`.

use super::super::{super::typed::Typed, plan::DAYS};
use nightbell_engine::domain::{
    ids::PolicyId,
    limits::POLICY_STEPS_MAX,
    org::{Acknowledge, CivilTime, Condition, HoldLow, Policy, PolicyStep, Target, Urgency, Weekday, WorkingHours},
    refusal::Refusal,
    signal::AlertSeverity,
    text::duration::{parse_duration, print_duration},
};
use std::collections::BTreeMap;

/// Most targets of one step that the form shows.
pub(super) const TARGETS_MAX: usize = 20;
/// Least severities that a condition can name.
const SEVERITIES: [AlertSeverity; 3] = [AlertSeverity::Warning, AlertSeverity::Error, AlertSeverity::Critical];

/// The prefixes of the steps that were typed, in order.
pub(super) fn keys(typed: &Typed) -> Vec<String> {
    (0..POLICY_STEPS_MAX).map(|n| format!("s{n}")).filter(|key| typed.has(&format!("{key}-kind"))).collect()
}

/// The policy that was typed.
///
/// # Errors
/// The first field that makes no sense, by its name in the form.
pub fn policy(typed: &Typed, id: PolicyId) -> Result<Policy, Refusal> {
    let team = Some(typed.word("team")).filter(|team| !team.is_empty());
    let team = team.map(|team| team.parse().map_err(|_| Refusal::invalid("team", "Choose a team of the list.")));
    let repeat = match typed.word("repeat") {
        "" => 0,
        word => word.parse().map_err(|_| Refusal::invalid("repeat", "Write a number: 0, 1, 2."))?,
    };
    let ack_timeout = match typed.word("ack-timeout") {
        "" => None,
        word => Some(parse_duration(word).map_err(|e| Refusal::invalid("ack-timeout", format!("{e}.")))?),
    };
    Ok(Policy {
        id,
        team: team.transpose()?,
        steps: keys(typed).iter().map(|key| step(typed, key)).collect::<Result<_, _>>()?,
        repeat,
        last_resort: targets(typed, "last-t")?,
        hold_low: hold(typed)?,
        ack_timeout,
    })
}

fn step(typed: &Typed, key: &str) -> Result<PolicyStep, Refusal> {
    let name = |field: &str| format!("{key}-{field}");
    let after = typed.word(&name("after"));
    let after = if after.is_empty() { "0s" } else { after };
    let after = parse_duration(after).map_err(|e| Refusal::invalid(&name("after"), format!("{e}.")))?;
    let over = typed.word(&name("kind")) == "over";
    let hand_over = match typed.word(&name("over")) {
        _ if !over => None,
        "" => return Err(Refusal::invalid(&name("over"), "Choose the policy that goes on.")),
        word => Some(word.parse().map_err(|_| Refusal::invalid(&name("over"), "Choose a policy of the list."))?),
    };
    let all = !over && typed.word(&name("ack")) == "all";
    Ok(PolicyStep {
        after,
        notify: if over { Vec::new() } else { targets(typed, &name("t"))? },
        round_robin: !over && typed.word(&name("how")) == "turns",
        acknowledge: if all { Acknowledge::All } else { Acknowledge::Any },
        when: condition(typed, key)?,
        hand_over,
    })
}

/// What was chosen, without the empty ones.
pub(super) fn chosen(typed: &Typed, key: &str) -> Vec<String> {
    let words = (0..TARGETS_MAX).map(|n| typed.word(&format!("{key}{n}")).to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

fn targets(typed: &Typed, key: &str) -> Result<Vec<Target>, Refusal> {
    let mut found: Vec<Target> = Vec::new();
    for word in chosen(typed, key) {
        let target = word.parse().map_err(|e| Refusal::invalid(key, format!("{e}.")))?;
        if !found.contains(&target) {
            found.push(target);
        }
    }
    Ok(found)
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn condition(typed: &Typed, key: &str) -> Result<Condition, Refusal> {
    let name = |field: &str| format!("{key}-{field}");
    let mut labels = BTreeMap::new();
    let text = typed.text(&name("labels"));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let wrong = || Refusal::invalid(&name("labels"), "Write a label and its values, one a line: env = prod, eu.");
        let (label, values) = line.split_once('=').ok_or_else(wrong)?;
        let values = words(values);
        if label.trim().is_empty() || values.is_empty() {
            return Err(wrong());
        }
        labels.insert(label.trim().to_owned(), values);
    }
    let hours = match typed.word(&name("hours")) {
        word @ ("within" | "outside") => Some(WorkingHours {
            days: days(typed, key),
            from: time(typed, &name("from"))?,
            to: time(typed, &name("to"))?,
            time_zone: typed.given(&name("zone")).map(|zone| zone.trim().to_owned()),
            outside: word == "outside",
        }),
        _ => None,
    };
    let severity = typed.word(&name("severity"));
    Ok(Condition {
        urgency: [Urgency::High, Urgency::Low].into_iter().find(|known| known.word() == typed.word(&name("urgency"))),
        hours,
        labels,
        severity: SEVERITIES.into_iter().find(|known| known.word() == severity),
        priority: words(typed.word(&name("priority"))),
    })
}

fn days(typed: &Typed, key: &str) -> Vec<Weekday> {
    DAYS.iter().filter(|(word, _)| typed.ticked(&format!("{key}-day-{word}"))).map(|(_, day)| *day).collect()
}

fn time(typed: &Typed, name: &str) -> Result<CivilTime, Refusal> {
    typed.word(name).parse().map_err(|_| Refusal::invalid(name, "Write a time of day: 09:00."))
}

fn hold(typed: &Typed) -> Result<Option<HoldLow>, Refusal> {
    if !typed.ticked("hold") {
        return Ok(None);
    }
    Ok(Some(HoldLow {
        until: time(typed, "hold-until")?,
        from: time(typed, "hold-from")?,
        days: days(typed, "hold"),
        time_zone: typed.given("hold-zone").map(|zone| zone.trim().to_owned()),
    }))
}

/// The field of the form that a path of the policy stands in: `steps[1].notify[0]` is `s1-t`. `None`: it has none.
pub fn field_of(typed: &Typed, path: &str) -> Option<String> {
    let plain = |field: &str| Some(field.to_owned());
    if let Some(rest) = path.strip_prefix("steps[") {
        let (n, rest) = rest.split_once(']')?;
        let key = keys(typed).get(n.parse::<usize>().ok()?)?.clone();
        let rest = rest.trim_start_matches('.');
        let field = match rest.split(['.', '[']).next().unwrap_or_default() {
            "notify" => "t",
            "hand_over" => "over",
            "round_robin" => "how",
            "when" if rest.ends_with("days") => "days",
            "when" if rest.ends_with("time_zone") => "zone",
            "when" => "labels",
            _ => "after",
        };
        return Some(format!("{key}-{field}"));
    }
    match path.split('[').next().unwrap_or_default() {
        "last_resort" => plain("last-t"),
        "hold_low.from" => plain("hold-from"),
        "hold_low.days" => plain("hold-days"),
        "hold_low.time_zone" => plain("hold-zone"),
        "ack_timeout" => plain("ack-timeout"),
        known @ ("repeat" | "team" | "id" | "although") => plain(known),
        _ => None,
    }
}

/// What the form says of a policy that is there.
pub fn typed_of(policy: &Policy) -> Typed {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: String, value: String| pairs.push((name, value));
    put("team".to_owned(), policy.team.as_ref().map(ToString::to_string).unwrap_or_default());
    put("repeat".to_owned(), policy.repeat.to_string());
    put("ack-timeout".to_owned(), policy.ack_timeout.map(print_duration).unwrap_or_default());
    for (n, target) in policy.last_resort.iter().enumerate() {
        put(format!("last-t{n}"), target.to_string());
    }
    let hold = policy.hold_low.clone();
    if hold.is_some() {
        put("hold".to_owned(), "on".to_owned());
    }
    let hold = hold.unwrap_or_else(|| HoldLow::until(CivilTime::new(8, 0).expect("an hour of the day")));
    put("hold-until".to_owned(), hold.until.to_string());
    put("hold-from".to_owned(), hold.from.to_string());
    put("hold-zone".to_owned(), hold.time_zone.unwrap_or_default());
    pairs.extend(day_pairs("hold", &hold.days));
    for (n, step) in policy.steps.iter().enumerate() {
        pairs.extend(step_pairs(n, step));
    }
    Typed::new(pairs)
}

fn day_pairs(key: &str, days: &[Weekday]) -> Vec<(String, String)> {
    let known = DAYS.iter().filter(|(_, day)| days.contains(day));
    known.map(|(word, _)| (format!("{key}-day-{word}"), "on".to_owned())).collect()
}

fn step_pairs(n: usize, step: &PolicyStep) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |field: &str, value: String| pairs.push((format!("s{n}-{field}"), value));
    put("kind", if step.hand_over.is_some() { "over" } else { "ring" }.to_owned());
    put("after", print_duration(step.after));
    put("how", if step.round_robin { "turns" } else { "all" }.to_owned());
    put("ack", step.acknowledge.word().to_owned());
    put("over", step.hand_over.as_ref().map(ToString::to_string).unwrap_or_default());
    for (t, target) in step.notify.iter().enumerate() {
        put(&format!("t{t}"), target.to_string());
    }
    let when = &step.when;
    put("urgency", when.urgency.map_or("", Urgency::word).to_owned());
    put("severity", when.severity.map_or("", AlertSeverity::word).to_owned());
    put("priority", when.priority.join(", "));
    let labels = when.labels.iter().map(|(label, values)| format!("{label} = {}", values.join(", ")));
    put("labels", labels.collect::<Vec<_>>().join("\n"));
    let said = when.hours.as_ref();
    put("hours", said.map_or("", |hours| if hours.outside { "outside" } else { "within" }).to_owned());
    let hours = said.cloned().unwrap_or_default();
    put("from", hours.from.to_string());
    put("to", hours.to.to_string());
    put("zone", hours.time_zone.unwrap_or_default());
    pairs.extend(day_pairs(&format!("s{n}"), &hours.days));
    pairs
}

/// A new policy before anything is typed: one step, at once.
pub fn blank() -> Typed {
    let id = "new".parse().expect("a handle");
    let first = PolicyStep { after: jiff::SignedDuration::ZERO, ..PolicyStep::default() };
    typed_of(&Policy::plain(id, None, vec![first], 1, Vec::new()))
}

/// Whether a press only changes the form: `add`, `over`, `more`, `up-s1`, `down-s1`, `drop-s1`.
pub fn is_step(step: &str) -> bool {
    matches!(step, "add" | "over" | "more") || ["up-", "down-", "drop-"].iter().any(|known| step.starts_with(known))
}

/// The same form with its steps in another order, one fewer or one more.
pub fn stepped(typed: &Typed, press: &str) -> Typed {
    let mut order = keys(typed);
    let (what, key) = press.split_once('-').unwrap_or((press, ""));
    if let Some(at) = order.iter().position(|known| known == key) {
        match what {
            "up" if at > 0 => order.swap(at, at - 1),
            "down" if at + 1 < order.len() => order.swap(at, at + 1),
            "drop" => drop(order.remove(at)),
            _ => {}
        }
    }
    let is_step = |name: &str| {
        let number = name.strip_prefix('s').and_then(|rest| rest.split_once('-'));
        number.is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let all = typed.with_prefix("").filter(|(name, _)| *name != "step" && !is_step(name));
    let mut pairs: Vec<(String, String)> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (n, key) in order.iter().enumerate() {
        let prefix = format!("{key}-");
        let fields = typed.with_prefix(&prefix);
        pairs.extend(fields.map(|(field, value)| (format!("s{n}-{field}"), value.to_owned())));
    }
    if matches!(what, "add" | "over") && order.len() < POLICY_STEPS_MAX {
        let minutes = if order.is_empty() { 0 } else { 5 };
        let step = PolicyStep { after: jiff::SignedDuration::from_mins(minutes), ..PolicyStep::default() };
        let kind = (format!("s{}-kind", order.len()), if what == "over" { "over" } else { "ring" }.to_owned());
        let fields = step_pairs(order.len(), &step).into_iter().filter(|(name, _)| *name != kind.0);
        pairs.extend(std::iter::once(kind.clone()).chain(fields));
    }
    Typed::new(pairs)
}
