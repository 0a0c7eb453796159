//! What can be wrong with a schedule, in plain words, and the check that finds it.
//!
//! Not a proof of coverage: a schedule with gaps is sound here (see [`crate::gaps`]). Whoever
//! stores a schedule calls [`validate`] first; whoever asks who is on call need not.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::cover::edge;
use crate::limits::{YEAR_MAX, YEAR_MIN};
use crate::model::{Edge, Holidays, Layer, OverrideKind, Schedule, Slot};
use crate::{Instant, holidays, local};

/// Why an answer cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The zone is not in the time zone database that Nightbell carries.
    #[error("\"{0}\" is not a time zone; write an IANA name such as Europe/Berlin")]
    UnknownTimeZone(String),
    /// A civil time has no instant: it lies at the very edge of what can be counted.
    #[error("{0} is too far away to be counted")]
    OutOfRange(DateTime),
    /// More than [`crate::limits::SPAN_STEPS_MAX`] hand-offs in the span.
    #[error("too many hand-offs between {from} and {to}; ask for a shorter span")]
    SpanTooLong {
        /// Begin of the span asked for.
        from: Instant,
        /// End of the span asked for.
        to: Instant,
    },
}

/// One thing that is wrong with a schedule. Indexes count from 0, as in the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleProblem {
    /// Not an IANA name that Nightbell knows.
    #[error("\"{name}\" is not a time zone; write an IANA name such as Europe/Berlin")]
    UnknownTimeZone {
        /// As written.
        name: String,
    },
    /// Neither layers nor overrides.
    #[error("the schedule has no layers and no overrides, so nobody is ever on call")]
    Empty,
    /// A layer without a name.
    #[error("layer {layer} has no name")]
    NoLayerName {
        /// Index in `layers`.
        layer: usize,
    },
    /// Two layers of one name.
    #[error("two layers are called \"{name}\"; give each its own name")]
    LayerNameTaken {
        /// Index in `layers` of the later one.
        layer: usize,
        /// The name.
        name: String,
    },
    /// A layer that never has anybody.
    #[error("layer \"{name}\" has no members")]
    NoMembers {
        /// Index in `layers`.
        layer: usize,
        /// Its name.
        name: String,
    },
    /// A member or an override with an empty handle.
    #[error("{path} names nobody")]
    EmptyHandle {
        /// Where, such as `layers[0].members[1]`.
        path: String,
    },
    /// A turn of length zero.
    #[error("layer \"{name}\" has a turn of length 0; a turn needs a length")]
    ZeroRotation {
        /// Index in `layers`.
        layer: usize,
        /// Its name.
        name: String,
    },
    /// Hours on no day.
    #[error(
        "layer \"{name}\" has hours without days; name the days, or write a range such as from \"fri 17:00\" to \"mon 09:00\""
    )]
    NoDays {
        /// Index in `layers`.
        layer: usize,
        /// Index in `hours`.
        hours: usize,
        /// The layer's name.
        name: String,
    },
    /// Hours that are half a range.
    #[error(
        "layer \"{name}\" has hours that say days twice or at one end alone; write days with from and to, or a weekday at both ends"
    )]
    HalfRange {
        /// Index in `layers`.
        layer: usize,
        /// Index in `hours`.
        hours: usize,
        /// The layer's name.
        name: String,
    },
    /// One person twice in one slot.
    #[error("{member} stands twice in one slot of layer \"{name}\"")]
    TwiceInSlot {
        /// Index in `layers`.
        layer: usize,
        /// Index in `members`.
        slot: usize,
        /// Who.
        member: String,
        /// The layer's name.
        name: String,
    },
    /// Holidays of a country that Nightbell does not know.
    #[error("no public holidays are known for \"{country}\"; known countries: {}", holidays::countries().collect::<Vec<_>>().join(" "))]
    UnknownCountry {
        /// Index in `layers`.
        layer: usize,
        /// As written.
        country: String,
    },
    /// Holidays that name no day.
    #[error("the holidays of layer \"{name}\" name neither a country nor days")]
    NoHolidays {
        /// Index in `layers`.
        layer: usize,
        /// The layer's name.
        name: String,
    },
    /// A place to take, in an override that takes none.
    #[error("the override for {user} names whose place it takes, which only one of kind replace does")]
    PlaceWithoutReplace {
        /// Index in `overrides`.
        index: usize,
        /// Whose override.
        user: String,
    },
    /// An override that covers nothing.
    #[error("the override for {user} ends at {to}, which is not after its begin {from}")]
    OverrideEndsEarly {
        /// Index in `overrides`.
        index: usize,
        /// Who would take it.
        user: String,
        /// As written.
        from: Edge,
        /// As written.
        to: Edge,
    },
    /// A date that is surely a mistake.
    #[error("{path} is {at}; Nightbell keeps schedules from {YEAR_MIN} to {YEAR_MAX}")]
    YearOutOfRange {
        /// Where, such as `overrides[0].to`.
        path: String,
        /// As written.
        at: String,
    },
}

impl ScheduleProblem {
    /// Where in the schedule, as a path such as `layers[0].members`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::UnknownTimeZone { .. } => "time_zone".to_owned(),
            Self::Empty => "layers".to_owned(),
            Self::NoLayerName { layer } | Self::LayerNameTaken { layer, .. } => {
                format!("layers[{layer}].name")
            }
            Self::NoMembers { layer, .. } => format!("layers[{layer}].members"),
            Self::ZeroRotation { layer, .. } => format!("layers[{layer}].every"),
            Self::NoDays { layer, hours, .. } => format!("layers[{layer}].hours[{hours}].days"),
            Self::HalfRange { layer, hours, .. } => format!("layers[{layer}].hours[{hours}]"),
            Self::TwiceInSlot { layer, slot, .. } => format!("layers[{layer}].members[{slot}]"),
            Self::UnknownCountry { layer, .. } => format!("layers[{layer}].holidays.country"),
            Self::NoHolidays { layer, .. } => format!("layers[{layer}].holidays"),
            Self::PlaceWithoutReplace { index, .. } => format!("overrides[{index}].instead_of"),
            Self::OverrideEndsEarly { index, .. } => format!("overrides[{index}].to"),
            Self::EmptyHandle { path } | Self::YearOutOfRange { path, .. } => path.clone(),
        }
    }
}

/// Says everything that is wrong with a schedule, in the order of the file.
///
/// A schedule that passes is answered without error for every instant of the years
/// [`YEAR_MIN`] to [`YEAR_MAX`].
///
/// # Errors
/// All problems found, never an empty list.
pub fn validate(schedule: &Schedule) -> Result<(), Vec<ScheduleProblem>> {
    let mut problems = Vec::new();
    if local::zone(&schedule.time_zone).is_err() {
        problems.push(ScheduleProblem::UnknownTimeZone { name: schedule.time_zone.clone() });
    }
    if schedule.layers.is_empty() && schedule.overrides.is_empty() {
        problems.push(ScheduleProblem::Empty);
    }
    let mut names = BTreeSet::new();
    for (index, layer) in schedule.layers.iter().enumerate() {
        if layer.name.trim().is_empty() {
            problems.push(ScheduleProblem::NoLayerName { layer: index });
        } else if !names.insert(layer.name.as_str()) {
            problems.push(ScheduleProblem::LayerNameTaken { layer: index, name: layer.name.clone() });
        }
        validate_layer(index, layer, &mut problems);
    }
    validate_overrides(schedule, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn validate_layer(index: usize, layer: &Layer, problems: &mut Vec<ScheduleProblem>) {
    let name = || layer.name.clone();
    if layer.members.iter().all(Slot::is_nobody) {
        problems.push(ScheduleProblem::NoMembers { layer: index, name: name() });
    }
    validate_slots(index, layer, problems);
    if layer.every.has_zero() {
        problems.push(ScheduleProblem::ZeroRotation { layer: index, name: name() });
    }
    validate_year(layer.starts.into(), || format!("layers[{index}].starts"), problems);
    for (position, hours) in layer.hours.iter().enumerate() {
        let edges = [hours.from.weekday, hours.to.weekday].into_iter().flatten().count();
        if edges == 0 && hours.days.is_empty() {
            problems.push(ScheduleProblem::NoDays { layer: index, hours: position, name: name() });
        } else if edges == 1 || (edges == 2 && !hours.days.is_empty()) {
            problems.push(ScheduleProblem::HalfRange { layer: index, hours: position, name: name() });
        }
    }
    if let Some(said) = &layer.holidays {
        validate_holidays(index, layer, said, problems);
    }
}

fn validate_slots(index: usize, layer: &Layer, problems: &mut Vec<ScheduleProblem>) {
    for (position, slot) in layer.members.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (place, member) in slot.members.iter().enumerate() {
            if member.0.trim().is_empty() {
                let within = if slot.members.len() > 1 { format!("[{place}]") } else { String::new() };
                let path = format!("layers[{index}].members[{position}]{within}");
                problems.push(ScheduleProblem::EmptyHandle { path });
            } else if !seen.insert(member) {
                let (member, name) = (member.to_string(), layer.name.clone());
                problems.push(ScheduleProblem::TwiceInSlot { layer: index, slot: position, member, name });
            }
        }
    }
}

fn validate_holidays(index: usize, layer: &Layer, said: &Holidays, problems: &mut Vec<ScheduleProblem>) {
    match &said.country {
        Some(country) if holidays::all(country).is_none() => {
            problems.push(ScheduleProblem::UnknownCountry { layer: index, country: country.clone() });
        }
        None if said.days.is_empty() => {
            problems.push(ScheduleProblem::NoHolidays { layer: index, name: layer.name.clone() });
        }
        _ => {}
    }
    for (position, day) in said.days.iter().enumerate() {
        let path = || format!("layers[{index}].holidays.days[{position}]");
        validate_year(day.to_datetime(Time::midnight()).into(), path, problems);
    }
}

fn validate_overrides(schedule: &Schedule, problems: &mut Vec<ScheduleProblem>) {
    let zone = local::zone(&schedule.time_zone).unwrap_or(TimeZone::UTC);
    for (index, entry) in schedule.overrides.iter().enumerate() {
        let named = [("user", Some(&entry.user)), ("instead_of", entry.instead_of.as_ref())];
        for (key, _) in named.iter().filter(|(_, member)| member.is_some_and(|member| member.0.trim().is_empty())) {
            problems.push(ScheduleProblem::EmptyHandle { path: format!("overrides[{index}].{key}") });
        }
        if entry.instead_of.is_some() && entry.kind != OverrideKind::Replace {
            problems.push(ScheduleProblem::PlaceWithoutReplace { index, user: entry.user.to_string() });
        }
        validate_year(entry.from, || format!("overrides[{index}].from"), problems);
        validate_year(entry.to, || format!("overrides[{index}].to"), problems);
        let early = match (entry.from, entry.to) {
            (Edge::Wall(from), Edge::Wall(to)) => to <= from,
            (from, to) => matches!((edge(&zone, from), edge(&zone, to)), (Ok(from), Ok(to)) if to <= from),
        };
        if early {
            let (user, from, to) = (entry.user.to_string(), entry.from, entry.to);
            problems.push(ScheduleProblem::OverrideEndsEarly { index, user, from, to });
        }
    }
}

fn validate_year(at: Edge, path: impl FnOnce() -> String, problems: &mut Vec<ScheduleProblem>) {
    let year = match at {
        Edge::Wall(at) => at.year(),
        Edge::Exact(at) => TimeZone::UTC.to_datetime(at).year(),
    };
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
        problems.push(ScheduleProblem::YearOutOfRange { path: path(), at: at.to_string() });
    }
}
