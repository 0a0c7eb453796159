//! Requests that concern a person, and what people carried: hours, nights, weekends, holidays, pages, and how evenly that is spread.

use crate::{Fault, rota::needed};
use jiff::tz::TimeZone;
use nightbell_calendar::{People, Person, fair, local};
use nightbell_domain::{
    ids::{PageId, ScheduleId, UserId},
    org::{CoverRequest, Organisation},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{Tx, load as store};
use std::collections::{BTreeMap, BTreeSet};

/// A request and the schedule it stands on.
pub type OnSchedule = (ScheduleId, CoverRequest);

/// Messages looked at for one view of the load; beyond that the span is too long to be counted while somebody waits.
const RUNG_MAX: u32 = 200_000;

/// What is open and put to a person, and what was asked by or for them and has not begun; by begin.
pub fn requests_of(org: &Organisation, user: &UserId, now: Instant) -> (Vec<OnSchedule>, Vec<OnSchedule>) {
    let (mut asked, mut own) = (Vec::new(), Vec::new());
    for (schedule, cover) in &org.covers {
        let serves = crate::rota::everybody(org, schedule).contains(user);
        for request in cover.requests.iter().filter(|request| request.from > now) {
            let by_name = request.asked.as_ref() == Some(user);
            if request.user == *user || request.by.user() == Some(user) {
                own.push((schedule.clone(), request.clone()));
            } else if request.is_open(now) && request.is_put_to(user) && (serves || by_name) {
                asked.push((schedule.clone(), request.clone()));
            }
        }
    }
    asked.sort_by_key(|(_, request)| request.from);
    own.sort_by_key(|(_, request)| request.from);
    (asked, own)
}

/// What one person carried.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// Who.
    pub user: UserId,
    /// Hours, nights, weekends, holidays, shifts.
    pub load: fair::Load,
    /// Pages that rang for them.
    pub pages: u32,
    /// Of those, between 22:00 and 06:00 where they live.
    pub night_pages: u32,
}

/// What everybody carried in a span.
#[derive(Debug, Clone)]
pub struct LoadView {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Heaviest first; also whoever is in the plans and carried nothing.
    pub people: Vec<Carried>,
    /// 0 to 100, among those who have turns in the plans; 100 when they carry the same. Whoever only stood in is owed no equal share.
    pub fairness: f64,
}

/// The people of the calendar: their zones, and the holidays of their teams.
pub fn people(org: &Organisation) -> People {
    let person = |user: &nightbell_domain::org::User| {
        let country =
            org.teams.values().find(|team| team.members.contains(&user.id)).and_then(|t| t.holidays.as_deref());
        let zone = local::zone(&user.time_zone).unwrap_or(TimeZone::UTC);
        (user.id.as_str().into(), Person::new(zone, country))
    };
    org.users.values().map(person).collect()
}

/// What everybody carried on all schedules, or on one, in `[from, to)`. Pages are those that rang for the person, whatever the schedule.
///
/// # Errors
/// There is no such schedule; the span is upside down; the store's.
pub fn load(
    tx: &mut dyn Tx,
    org: &Organisation,
    only: Option<&ScheduleId>,
    from: Instant,
    to: Instant,
) -> Result<LoadView, Fault> {
    if let Some(unknown) = only.filter(|id| !org.schedules.contains_key(*id)) {
        return Err(Refusal::not_found("schedule", unknown).into());
    }
    if to <= from {
        return Err(Refusal::invalid("to", "The end must lie after the beginning.").into());
    }
    let people = people(org);
    let mut carried: BTreeMap<UserId, Carried> = BTreeMap::new();
    let mut regulars: BTreeSet<UserId> = BTreeSet::new();
    let blank = |user: UserId| Carried { user, load: fair::Load::default(), pages: 0, night_pages: 0 };
    for (id, schedule) in org.schedules.iter().filter(|(id, _)| only.is_none_or(|only| only == *id)) {
        for user in needed(&schedule.calendar).into_iter().filter(|user| org.users.contains_key(user)) {
            carried.entry(user.clone()).or_insert_with(|| blank(user.clone()));
            regulars.insert(user);
        }
        // One that cannot be read is told of on its own page.
        let shifts = org.rota(id).ok().and_then(|rota| rota.shifts(from, to).ok()).unwrap_or_default();
        for (member, load) in fair::load(&shifts, &people) {
            let Ok(user) = member.as_str().parse::<UserId>() else { continue };
            let sum = &mut carried.entry(user.clone()).or_insert_with(|| blank(user)).load;
            sum.on_call += load.on_call;
            sum.nights += load.nights;
            sum.weekends += load.weekends;
            sum.holidays += load.holidays;
            sum.shifts += load.shifts;
        }
    }
    count_pages(tx, org, (from, to), &mut carried)?;
    let mut people: Vec<Carried> = carried.into_values().collect();
    people.sort_by(|a, b| b.load.weighted_hours().total_cmp(&a.load.weighted_hours()).then(a.user.cmp(&b.user)));
    let regular = people.iter().filter(|one| regulars.contains(&one.user));
    let weighed: Vec<f64> = regular.map(|one| one.load.weighted_hours()).collect();
    Ok(LoadView { from, to, people, fairness: fair::fairness(&weighed) })
}

fn count_pages(
    tx: &mut dyn Tx,
    org: &Organisation,
    (from, to): (Instant, Instant),
    carried: &mut BTreeMap<UserId, Carried>,
) -> Result<(), Fault> {
    let mut seen: BTreeSet<(UserId, PageId)> = BTreeSet::new();
    for rung in store::rung(tx, from, to, RUNG_MAX)? {
        let (Some(user), true) = (org.users.get(&rung.user), seen.insert((rung.user.clone(), rung.page))) else {
            continue;
        };
        let Some(one) = carried.get_mut(&rung.user) else { continue };
        let hour = rung.at.to_zoned(local::zone(&user.time_zone).unwrap_or(TimeZone::UTC)).hour();
        one.pages += 1;
        one.night_pages += u32::from(!(6..22).contains(&hour));
    }
    Ok(())
}
