//! Tests of the whole crate, by theme; those of one file alone are beside that file.

mod business;
mod fair;
mod features;
mod golden;
mod local;
mod model;
mod problem;
mod property;
mod rota;
mod semantics;
mod transitions;

use jiff::civil::DateTime;

use crate::{
    Backup, Edge, HolidayRule, Holidays, Hours, Instant, Layer, Member, NOBODY, Override, Rotation, Schedule, Shift,
    ShiftSource, Slot, Turns, Weekday,
};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn civil(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn edge(text: &str) -> Edge {
    text.parse().unwrap()
}

/// `bob`, `bob+carol` or `nobody`.
fn slot(text: &str) -> Slot {
    if text == NOBODY { Slot::nobody() } else { Slot { members: text.split('+').map(Member::from).collect() } }
}

/// `1w`, or `4d+3d`.
fn turns(text: &str) -> Turns {
    Turns::new(text.split('+').map(|length| length.parse::<Rotation>().unwrap()).collect()).unwrap()
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
            members: members.split_whitespace().map(slot).collect(),
            every: turns(every),
            starts: civil(starts),
            hours: Vec::new(),
            holidays: None,
        });
        self
    }

    /// Restricts the layer added last.
    fn hours(mut self, days: &[Weekday], from: &str, to: &str) -> Self {
        self.layers.last_mut().unwrap().hours.push(Hours {
            days: days.to_vec(),
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        });
        self
    }

    /// Public holidays of the layer added last.
    fn holidays(mut self, country: &str, on: HolidayRule) -> Self {
        let country = Some(country.to_owned());
        self.layers.last_mut().unwrap().holidays = Some(Holidays { country, days: Vec::new(), on });
        self
    }

    fn taken(self, user: &str, from: &str, to: &str) -> Self {
        self.agreed(Override::new(user, edge(from), edge(to)))
    }

    fn agreed(mut self, entry: Override) -> Self {
        self.overrides.push(entry);
        self
    }
}

/// One line per shift: `from to primary backup source`; others on call as `primary+also`, shadows as `(dan)`.
fn lines(shifts: &[Shift]) -> Vec<String> {
    shifts
        .iter()
        .map(|shift| {
            let backup = shift.backup.as_ref().map_or("-", Member::as_str);
            let source = match &shift.source {
                ShiftSource::Layer(name) => name,
                ShiftSource::Override => "override",
            };
            let everyone = shift.everyone().map(Member::as_str).collect::<Vec<_>>().join("+");
            let shadows: String = shift.shadows.iter().map(|member| format!("({member})")).collect();
            let Shift { from, to, .. } = shift;
            format!("{from} {to} {everyone}{shadows} {backup} {source}")
        })
        .collect()
}
