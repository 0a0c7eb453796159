//! The bytes of a feed: turns from thirty days ago to half a year ahead. What is past is told as it was, by the revisions of its time (INV-12).

use crate::{Directory, Fault, Settings};
use jiff::{SignedDuration, Timestamp};
use nightbell_calendar::Shift;
use nightbell_domain::{
    ids::{ScheduleId, UserId},
    org::{ConfigKind, Organisation},
    record::Instant,
};
use nightbell_store::{Tx, calendars::Feed, config};
use nightbell_wire::ical;
use std::collections::BTreeMap;

/// How far back and ahead turns are told.
const BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
const AHEAD: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Turns that run over an edge of that are told whole, if they are no longer than this.
const OVER: SignedDuration = SignedDuration::from_hours(62 * 24);
/// Revisions of one schedule that are looked at.
const REVISIONS_MAX: u32 = 1_000;

/// What a person does in a turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seat {
    OnCall,
    Backup,
}

/// One turn of one person.
struct Turn {
    user: UserId,
    seat: Seat,
    from: Instant,
    to: Instant,
}

/// The text of a feed.
///
/// # Errors
/// The store's.
pub fn feed_text(
    tx: &mut dyn Tx,
    directory: &Directory,
    settings: &Settings,
    feed: &Feed,
    now: Instant,
) -> Result<String, Fault> {
    let org = &directory.org;
    let day = |at: Instant| midnight(at);
    let (from, to) = (day(add(now, -BACK)), day(add(now, AHEAD)));
    let span = (add(from, -OVER), add(to, OVER));
    let past = config::at(tx, span.0)?;
    let mut entries = Vec::new();
    for id in org.schedules.keys().filter(|id| feed.schedule.as_ref().is_none_or(|only| only == *id)) {
        let shifts = as_they_were(tx, org, &past, id, span, now)?;
        let (sequence, changed_at) = revision(tx, id)?;
        let made = Made { id, sequence, changed_at, settings };
        let turns = turns(&shifts, |user| feed.schedule.is_some() || *user == feed.user);
        let shown = turns.iter().filter(|turn| turn.from < to && from < turn.to);
        let shown = shown.filter(|turn| feed.schedule.is_none() || turn.seat == Seat::OnCall);
        entries.extend(shown.map(|turn| made.entry(org, feed, turn)));
    }
    entries.sort_by(|a, b| (a.from, &a.uid).cmp(&(b.from, &b.uid)));
    let name = match &feed.schedule {
        Some(id) => format!("On call: {id}"),
        None => format!("On call: {}", org.users.get(&feed.user).map_or(feed.user.as_str(), |user| &user.name)),
    };
    let zone = match &feed.schedule {
        Some(id) => org.schedules.get(id).map(|found| found.calendar.time_zone.clone()),
        None => org.users.get(&feed.user).map(|user| user.time_zone.clone()),
    };
    Ok(ical::feed(&ical::Feed {
        name,
        host: host(&settings.public_url),
        time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
        from: span.0,
        to: span.1,
        entries,
    }))
}

fn add(at: Instant, by: SignedDuration) -> Instant {
    at.checked_add(by).unwrap_or(at)
}

/// The day an instant lies in begins: so that a feed asked for twice in a day is the same.
fn midnight(at: Instant) -> Instant {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(86_400)).unwrap_or(at)
}

fn host(public_url: &str) -> String {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    rest.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("nightbell").to_owned()
}

/// How often a schedule and what was agreed beside it changed, and when last.
fn revision(tx: &mut dyn Tx, id: &ScheduleId) -> Result<(u64, Instant), Fault> {
    let mut found = (0, Instant::UNIX_EPOCH);
    for kind in [ConfigKind::Schedule, ConfigKind::Cover] {
        if let Some((version, at)) = config::newest(tx, kind, id.as_str())? {
            found = (found.0 + version, found.1.max(at));
        }
    }
    Ok(found)
}

/// The shifts of a schedule: each part of the past by the revision of its time, the rest by the present one.
fn as_they_were(
    tx: &mut dyn Tx,
    org: &Organisation,
    past: &Organisation,
    id: &ScheduleId,
    (from, to): (Instant, Instant),
    now: Instant,
) -> Result<Vec<Shift>, Fault> {
    let mut changes = Vec::new();
    for kind in [ConfigKind::Schedule, ConfigKind::Cover] {
        for (at, object) in config::revised(tx, (kind, id.as_str()), (from, now), REVISIONS_MAX)? {
            changes.push((at, kind, object));
        }
    }
    changes.sort_by_key(|(at, ..)| *at);
    let mut then = Organisation::default();
    then.schedules.extend(past.schedules.get(id).map(|found| (id.clone(), found.clone())));
    then.covers.extend(past.covers.get(id).map(|found| (id.clone(), found.clone())));
    let mut shifts: Vec<Shift> = Vec::new();
    let mut begin = from;
    for (at, kind, object) in changes {
        part(&then, id, (begin, at), &mut shifts);
        match object {
            Some(object) => then.put(object),
            None => then.remove(kind, id.as_str()),
        }
        begin = begin.max(at);
    }
    part(org, id, (begin, to), &mut shifts);
    Ok(shifts)
}

/// Adds the shifts of a part; one that goes on over its begin stays one.
fn part(org: &Organisation, id: &ScheduleId, (from, to): (Instant, Instant), shifts: &mut Vec<Shift>) {
    if to <= from {
        return;
    }
    // A rota that cannot be worked out has nobody; `check` and `doctor` say so.
    let found = org.rota(id).ok().and_then(|rota| rota.shifts(from, to).ok()).unwrap_or_default();
    for shift in found {
        match shifts.last_mut() {
            Some(last) if last.to == shift.from && last.same_people(&shift) => last.to = shift.to,
            _ => shifts.push(shift),
        }
    }
}

/// Each person's turns: neighbouring shifts in which only others change are one turn.
fn turns(shifts: &[Shift], wanted: impl Fn(&UserId) -> bool) -> Vec<Turn> {
    let mut open: BTreeMap<(UserId, Seat), Turn> = BTreeMap::new();
    let mut done = Vec::new();
    for shift in shifts {
        let on_call = shift.everyone().map(|member| (member, Seat::OnCall));
        for (member, seat) in on_call.chain(shift.backup.iter().map(|member| (member, Seat::Backup))) {
            let Ok(user) = member.as_str().parse::<UserId>() else { continue };
            if !wanted(&user) {
                continue;
            }
            let key = (user.clone(), seat);
            match open.get_mut(&key) {
                Some(turn) if turn.to == shift.from => turn.to = shift.to,
                _ => done.extend(open.insert(key, Turn { user, seat, from: shift.from, to: shift.to })),
            }
        }
    }
    done.extend(open.into_values());
    done
}

/// What the events of one schedule have in common.
struct Made<'a> {
    id: &'a ScheduleId,
    sequence: u64,
    changed_at: Instant,
    settings: &'a Settings,
}

impl Made<'_> {
    fn entry(&self, org: &Organisation, feed: &Feed, turn: &Turn) -> ical::Entry {
        let id = self.id;
        let seat = if turn.seat == Seat::Backup { "backup" } else { "on-call" };
        let name = org.users.get(&turn.user).map_or_else(|| format!("@{}", turn.user), |user| user.name.clone());
        let summary = match (&feed.schedule, turn.seat) {
            (Some(_), _) => format!("{name} - {id}"),
            (None, Seat::OnCall) => format!("On call: {id}"),
            (None, Seat::Backup) => format!("Backup: {id}"),
        };
        let zone = org.schedules.get(id).map(|found| found.calendar.time_zone.clone());
        ical::Entry {
            uid: format!("{id}-{}-{seat}-{}", turn.user, turn.from.strftime("%Y%m%dT%H%M%SZ")),
            from: turn.from,
            to: turn.to,
            time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
            summary,
            description: String::new(),
            url: format!("{}/oncall#{id}", self.settings.public_url.trim_end_matches('/')),
            sequence: self.sequence,
            changed_at: self.changed_at,
        }
    }
}
