//! Tests of the whole crate, by theme; those of one file alone are beside that file.

mod business;
mod golden;
mod local;
mod model;
mod problem;
mod property;
mod semantics;

use jiff::civil::DateTime;

use crate::{
    Backup, CivilTime, Hours, Instant, Layer, Member, Override, Rotation, Schedule, Shift, ShiftSource, Weekday,
};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn civil(text: &str) -> DateTime {
    text.parse().unwrap()
}

/// A schedule without layers yet.
fn in_zone(time_zone: &str) -> Schedule {
    Schedule {
        time_zone: time_zone.to_owned(),
        layers: Vec::new(),
        overrides: Vec::new(),
        backup: Backup::NextInRotation,
    }
}

impl Schedule {
    fn layer(mut self, name: &str, members: &str, every: &str, starts: &str) -> Self {
        self.layers.push(Layer {
            name: name.to_owned(),
            members: members.split_whitespace().map(Member::from).collect(),
            every: every.parse::<Rotation>().unwrap(),
            starts: civil(starts),
            hours: Vec::new(),
        });
        self
    }

    /// Restricts the layer added last.
    fn hours(mut self, days: &[Weekday], from: &str, to: &str) -> Self {
        self.layers.last_mut().unwrap().hours.push(Hours {
            days: days.to_vec(),
            from: from.parse::<CivilTime>().unwrap(),
            to: to.parse::<CivilTime>().unwrap(),
        });
        self
    }

    fn taken(mut self, user: &str, from: &str, to: &str) -> Self {
        self.overrides.push(Override { user: user.into(), from: civil(from), to: civil(to) });
        self
    }
}

/// One line per shift: `from to primary backup source`.
fn lines(shifts: &[Shift]) -> Vec<String> {
    shifts
        .iter()
        .map(|shift| {
            let backup = shift.backup.as_ref().map_or("-", Member::as_str);
            let source = match &shift.source {
                ShiftSource::Layer(name) => name,
                ShiftSource::Override => "override",
            };
            let Shift { from, to, primary, .. } = shift;
            format!("{from} {to} {primary} {backup} {source}")
        })
        .collect()
}
