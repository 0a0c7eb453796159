//! Escalation policies, from their forms and back. What does not fit within one is said by the domain, with the organisation as a whole.

use super::{
    convert::{Context, Form},
    forms::{ConditionFile, HoldLowFile, OneOf, PolicyFile, StepFile, WorkingHoursFile},
    tree::Node,
    words::Length,
};
use nightbell_domain::org::{Condition, ConfigObject, HoldLow, Policy, PolicyStep, WorkingHours};

impl Form for PolicyFile {
    fn into_object(self, _: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        let steps = self.steps.into_iter().enumerate().map(|(n, form)| step(form, n, context)).collect();
        if let Some(name) = self.hold_low.as_ref().and_then(|hold| hold.time_zone.as_deref()) {
            context.zone_at("hold_low.time_zone", name);
        }
        Some(ConfigObject::Policy(Policy {
            id: self.id,
            team: self.team,
            steps,
            repeat: self.repeat,
            last_resort: self.last_resort,
            hold_low: self.hold_low.map(hold_low),
            ack_timeout: self.ack_timeout.map(|length| length.0),
        }))
    }
}

fn step(form: StepFile, n: usize, context: &mut Context<'_>) -> PolicyStep {
    let hours = form.when.as_ref().and_then(|when| when.hours.as_ref());
    if let Some(name) = hours.and_then(|hours| hours.time_zone.as_deref()) {
        context.zone_at(&format!("steps[{n}].when.hours.time_zone"), name);
    }
    if form.notify.is_none() && form.hand_over.is_none() {
        context.add(
            format!("steps[{n}]"),
            "a step says whom it rings, for example notify: [\"user:alice\"], or which policy goes on, for example hand_over: database",
        );
    }
    PolicyStep {
        after: form.after.0,
        notify: form.notify.unwrap_or_default(),
        round_robin: form.round_robin,
        acknowledge: form.acknowledge.into(),
        when: form.when.map(condition).unwrap_or_default(),
        hand_over: form.hand_over,
    }
}

fn condition(form: ConditionFile) -> Condition {
    Condition {
        urgency: form.urgency,
        hours: form.hours.map(hours),
        labels: form.labels.into_iter().map(|(name, values)| (name, values.words())).collect(),
        severity: form.severity,
        priority: form.priority.map(OneOf::words).unwrap_or_default(),
    }
}

fn hours(form: WorkingHoursFile) -> WorkingHours {
    let usual = WorkingHours::default();
    WorkingHours {
        days: form.days.unwrap_or(usual.days),
        from: form.from.unwrap_or(usual.from),
        to: form.to.unwrap_or(usual.to),
        time_zone: form.time_zone,
        outside: form.outside,
    }
}

fn hold_low(form: HoldLowFile) -> HoldLow {
    let usual = HoldLow::until(form.until);
    HoldLow {
        until: form.until,
        from: form.from.unwrap_or(usual.from),
        days: form.days.unwrap_or(usual.days),
        time_zone: form.time_zone,
    }
}

/// The form of a policy.
pub(super) fn export(policy: Policy) -> PolicyFile {
    PolicyFile {
        id: policy.id,
        team: policy.team,
        steps: policy.steps.into_iter().map(export_step).collect(),
        repeat: policy.repeat,
        last_resort: policy.last_resort,
        hold_low: policy.hold_low.map(|hold| HoldLowFile {
            until: hold.until,
            from: Some(hold.from),
            days: Some(hold.days),
            time_zone: hold.time_zone,
        }),
        ack_timeout: policy.ack_timeout.map(Length),
    }
}

fn export_step(step: PolicyStep) -> StepFile {
    let silent = step.notify.is_empty() && step.hand_over.is_some();
    StepFile {
        after: Length(step.after),
        notify: (!silent).then_some(step.notify),
        round_robin: step.round_robin,
        acknowledge: step.acknowledge.into(),
        when: (!step.when.is_empty()).then(|| export_condition(step.when)),
        hand_over: step.hand_over,
    }
}

fn export_condition(when: Condition) -> ConditionFile {
    ConditionFile {
        urgency: when.urgency,
        hours: when.hours.map(|hours| WorkingHoursFile {
            days: Some(hours.days),
            from: Some(hours.from),
            to: Some(hours.to),
            time_zone: hours.time_zone,
            outside: hours.outside,
        }),
        labels: when.labels.into_iter().map(|(name, values)| (name, OneOf::new(values))).collect(),
        severity: when.severity,
        priority: (!when.priority.is_empty()).then(|| OneOf::new(when.priority)),
    }
}
