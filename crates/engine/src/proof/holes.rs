//! Holes: the spans in which a way reaches fewer than two people, with what is missing and what to do.

use super::{
    PEOPLE_MIN,
    standing::{Known, standing},
    timeline::Timelines,
    walk::Walk,
    ways::{Place, Way},
};
use nightbell_domain::{
    ids::UserId,
    org::{ConfigKind, Organisation, OrganisationProblem, Urgency},
    record::Instant,
    text::duration::human_duration,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Reasons of one hole that are told; the others are of the same kind.
const MISSING_TOLD_MAX: usize = 6;

/// Which object of the organisation has to change, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spot {
    /// Its kind.
    pub kind: ConfigKind,
    /// Its handle.
    pub id: String,
    /// Dotted path of the field; empty for the whole object.
    pub path: String,
}

/// Why somebody is not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lack {
    pub why: String,
    pub fix: String,
    pub spot: Option<Spot>,
}

/// What is missing in a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// `step 2`, `last resort`.
    pub step: String,
    /// Why it reaches nobody, or somebody not.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Where.
    pub spot: Option<Spot>,
}

/// A span in which a way reaches fewer than two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// Which way.
    pub place: Place,
    /// At which urgency.
    pub urgency: Urgency,
    /// What leads there.
    pub led_by: Vec<String>,
    /// Inclusive; the begin of what was looked at, when it began before.
    pub from: Instant,
    /// Exclusive; the end of what was looked at, when it goes on.
    pub to: Instant,
    /// IANA zone its people count hours in.
    pub zone: String,
    /// Who is reached, one at a time; empty: nobody is at all.
    pub reached: Vec<UserId>,
    /// Why not more.
    pub missing: Vec<Missing>,
}

impl Spot {
    pub(super) fn of(kind: ConfigKind, id: &str, path: &str) -> Self {
        Self { kind, id: id.to_owned(), path: path.to_owned() }
    }
}

impl Lack {
    pub(super) fn plain(why: String, fix: &str) -> Self {
        Self { why, fix: fix.to_owned(), spot: None }
    }
}

/// Every hole of every way, earliest first.
pub(super) fn find(org: &Organisation, known: &Known, ways: &[Way], from: Instant, to: Instant) -> Vec<Hole> {
    let mut timelines = Timelines::of(org, from, to);
    let mut holes: Vec<Hole> = ways.iter().flat_map(|way| of_way(org, known, &mut timelines, way)).collect();
    holes.sort_by(|a, b| (a.from, &a.place, a.urgency).cmp(&(b.from, &b.place, b.urgency)));
    return holes;

    fn of_way(org: &Organisation, known: &Known, timelines: &mut Timelines<'_>, way: &Way) -> Vec<Hole> {
        let walk = Walk::of(org, timelines, way);
        let (from, to) = timelines.span();
        let people = walk.people();
        let standing: BTreeMap<&UserId, Result<(), Lack>> =
            people.iter().map(|user| (user, standing(org, known, user, way.urgency))).collect();
        let mut edges = BTreeSet::from([from]);
        walk.edges(from, to, &mut edges);
        for user in &people {
            edges.extend(known.away(user, from, to).flat_map(|away| [away.from, away.to]));
        }
        edges.retain(|at| from <= *at && *at < to);
        let counts = |user: &UserId, at: Instant| -> Result<(), Lack> {
            standing.get(user).cloned().unwrap_or(Ok(()))?;
            let Some(away) = known.away(user, from, to).find(|away| away.from <= at && at < away.to) else {
                return Ok(());
            };
            Err(Lack {
                why: format!("@{user} is away until {}", away.to.strftime("%Y-%m-%d %H:%M UTC")),
                fix: format!("Find somebody to take the turns of @{user}."),
                spot: None,
            })
        };
        let ends = edges.iter().skip(1).copied().chain([to]).collect::<Vec<_>>();
        let mut holes: Vec<Hole> = Vec::new();
        for (begin, end) in edges.iter().copied().zip(ends) {
            let Some(reach) = walk.at(begin, &counts) else { continue };
            if reach.count() >= PEOPLE_MIN {
                continue;
            }
            let follows =
                holes.last().is_some_and(|last| last.to == begin && last.reached.is_empty() == (reach.count() == 0));
            if !follows {
                holes.push(Hole::begin(way, &walk, begin));
            }
            if let Some(hole) = holes.last_mut() {
                hole.take_in(&walk, reach, end);
            }
        }
        holes
    }
}

impl Hole {
    fn begin(way: &Way, walk: &Walk, from: Instant) -> Self {
        Self {
            place: way.place.clone(),
            urgency: way.urgency,
            led_by: way.led_by.clone(),
            from,
            to: from,
            zone: walk.zone.clone(),
            reached: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn take_in(&mut self, walk: &Walk, reach: super::walk::Reach, to: Instant) {
        self.to = to;
        for user in reach.certain {
            if !self.reached.contains(&user) {
                self.reached.push(user);
            }
        }
        for (step, lack) in reach.missing {
            self.lacks(step, lack);
        }
        if self.missing.is_empty() {
            let lack = Lack {
                why: "nobody else is named".to_owned(),
                fix: "Add a step that rings somebody else, or a backup.".to_owned(),
                spot: walk.own_spot(),
            };
            self.lacks("all steps".to_owned(), lack);
        }
    }

    fn lacks(&mut self, step: String, lack: Lack) {
        let known = self.missing.iter().any(|missing| missing.why == lack.why);
        if !known && self.missing.len() < MISSING_TOLD_MAX {
            self.missing.push(Missing { step, why: lack.why, fix: lack.fix, spot: lack.spot });
        }
    }

    /// Nobody at all is reached.
    pub fn is_deaf(&self) -> bool {
        self.reached.is_empty()
    }

    /// What to do about it first.
    pub fn fix(&self) -> &str {
        self.missing.first().map_or("Name a second person.", |missing| missing.fix.as_str())
    }

    /// The span, in the zone of its people and in UTC.
    pub fn span(&self) -> String {
        let long = human_duration(self.to.duration_since(self.from));
        let utc = |at: Instant| at.strftime("%Y-%m-%d %H:%M").to_string();
        let Ok(zone) = nightbell_calendar::local::zone(&self.zone) else {
            return format!("{} to {} UTC ({long})", utc(self.from), utc(self.to));
        };
        let shown = |at: Instant| nightbell_calendar::local::civil(&zone, at).strftime("%Y-%m-%d %H:%M").to_string();
        if self.zone == "UTC" {
            return format!("{} to {} UTC ({long})", utc(self.from), utc(self.to));
        }
        format!(
            "{} to {} {} ({} to {} UTC, {long})",
            shown(self.from),
            shown(self.to),
            self.zone,
            utc(self.from),
            utc(self.to)
        )
    }

    /// Who is reached, in words.
    pub fn who(&self) -> String {
        match self.reached.as_slice() {
            [] => "nobody".to_owned(),
            [one] => format!("@{one} alone"),
            several => {
                let names: Vec<String> = several.iter().map(|user| format!("@{user}")).collect();
                format!("one person alone ({})", names.join(", then "))
            }
        }
    }

    /// The line of a file that has to change, as the organisation's own problems say it.
    pub fn problem(&self) -> Option<OrganisationProblem> {
        let spot = self.missing.iter().find_map(|missing| missing.spot.as_ref())?;
        Some(OrganisationProblem {
            kind: spot.kind,
            id: spot.id.clone(),
            path: spot.path.clone(),
            message: self.to_string(),
            dangling: false,
        })
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urgency = if self.urgency == Urgency::Low { " (low urgency)" } else { "" };
        let reaches = if self.place == Place::Administrators { "reach" } else { "reaches" };
        write!(f, "From {}, {}{urgency} {reaches} {}", self.span(), self.place, self.who())?;
        for (n, missing) in self.missing.iter().enumerate() {
            write!(f, "{} {}: {}", if n == 0 { ":" } else { ";" }, missing.step, missing.why)?;
        }
        f.write_str(".")
    }
}
