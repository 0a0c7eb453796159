//! What a step must do, by the oracle's own reading of the policy: whose turn it is, who has acknowledged already, whether its condition holds,
//! where it hands over, until when low urgency waits. Shares the data types with the engine and none of its decisions.

use super::{Checked, Oracle};
use crate::{disk::Disk, town};
use jiff::{SignedDuration, tz::TimeZone};
use nightbell_engine::domain::{
    ids::UserId,
    org::{Condition, HoldLow, Policy, PolicyStep, Target, Urgency, Weekday},
    paging::{Page, PolicySnapshot, Subject},
    record::Instant,
    signal::Alert,
};
use nightbell_store::load;
use std::collections::BTreeSet;

impl Oracle {
    /// INV-12: a page takes the policy along as it is now, with what it hands over to.
    pub(super) fn check_snapshot(&self, policy: &PolicySnapshot) -> Checked {
        let Some(id) = &policy.policy else { return Ok(()) };
        let Some(known) = self.org.policies.get(id) else { return Err(format!("INV-12: there is no policy {id}")) };
        let mut expected: Vec<&PolicyStep> = known.steps.iter().collect();
        for part in policy.parts.iter().filter(|part| part.cut.is_none()) {
            let steps = self.org.policies.get(&part.policy).map_or(&[][..], |policy| &policy.steps);
            if expected.len() != part.first as usize {
                return Err(format!(
                    "INV-12: the steps of {} begin at {}, not {}",
                    part.policy,
                    expected.len(),
                    part.first
                ));
            }
            expected.extend(steps);
        }
        if !expected.iter().copied().eq(&policy.steps) || policy.ack_timeout != known.ack_timeout {
            return Err(format!("INV-12: a page of {id} took {policy:?} along, which is {known:?}"));
        }
        Ok(())
    }

    /// Whose turn it is is counted for every page that rings.
    pub(super) fn check_turn(&mut self, policy: &PolicySnapshot) -> Checked {
        if let Some(id) = policy.policy.as_ref().filter(|_| policy.steps.iter().any(|step| step.round_robin)) {
            let turn = self.turns.entry(id.clone()).or_default();
            if policy.turn != *turn {
                return Err(format!("a page of {id} takes turn {}, and {turn} pages were before it", policy.turn));
            }
            *turn += 1;
        }
        Ok(())
    }

    /// Until when a page of low urgency waits: minute by minute.
    pub(super) fn held(&self, policy: &PolicySnapshot, urgency: Urgency, at: Instant) -> Option<Instant> {
        let known = policy.policy.as_ref().and_then(|id| self.org.policies.get(id))?;
        let hold = known.hold_low.as_ref().filter(|_| urgency == Urgency::Low)?;
        let (zone, holidays) = self.place(known, hold.time_zone.as_deref());
        let rings = |at: Instant| rings_low(hold, &zone, holidays.as_deref(), at);
        if rings(at) {
            return None;
        }
        let minute = at.as_second() - at.as_second().rem_euclid(60);
        let later = (1..60 * 24 * 14).filter_map(|n| Instant::from_second(minute + n * 60).ok());
        later.into_iter().find(|at| rings(*at))
    }

    /// The zone and the country of a policy's team, unless another zone is named.
    fn place(&self, policy: &Policy, zone: Option<&str>) -> (TimeZone, Option<String>) {
        let team = policy.team.as_ref().and_then(|id| self.org.teams.get(id));
        let name = zone.or(team.map(|team| team.time_zone.as_str())).unwrap_or("UTC");
        (TimeZone::get(name).unwrap_or(TimeZone::UTC), team.and_then(|team| team.holidays.clone()))
    }

    /// Whether a step's condition holds: asked of the alert as it is stored.
    pub(super) fn holds(&self, disk: &Disk, page: &Page, when: &Condition, at: Instant) -> Result<bool, String> {
        let alert: Option<Alert> = match &page.subject {
            Subject::Alert { alert } => disk.look(|tx| load(tx, &alert.to_string()))?,
            _ => None,
        };
        let urgency = when.urgency.is_none_or(|wanted| wanted == page.urgency);
        let label = |name: &String| alert.as_ref().and_then(|alert| alert.labels.get(name));
        let labels = when.labels.iter().all(|(name, values)| label(name).is_some_and(|has| values.contains(has)));
        let severity = when.severity.is_none_or(|least| alert.as_ref().is_some_and(|alert| alert.severity >= least));
        let hours = when.hours.as_ref().is_none_or(|hours| {
            let zone = hours.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
            let country = page.policy.locality.as_ref().and_then(|place| place.holidays.clone());
            let (from, to) = (hours.from.minute_of_day(), hours.to.minute_of_day());
            // Hours that end the next morning belong to the day on which they began.
            let begun = |day: i64| {
                let shown = zone.to_datetime(at - SignedDuration::from_hours(24 * day));
                (working(&hours.days, shown.date(), country.as_deref()), minute(shown))
            };
            let ((today, now), (yesterday, _)) = (begun(0), begun(1));
            let within = match from < to {
                true => today && from <= now && now < to,
                false => (today && now >= from) || (yesterday && now < to),
            };
            within != hours.outside
        });
        Ok(urgency && labels && severity && hours)
    }

    /// Whom a step must ring.
    pub(super) fn of_step(&self, page: &Page, step: u32, at: Instant) -> BTreeSet<UserId> {
        let Some(step) = page.policy.steps.get(step as usize) else { return BTreeSet::new() };
        let answered = self.answered.get(&page.id);
        let left = |targets: &[Target]| -> BTreeSet<UserId> {
            let everybody = town::reached(&self.org, targets, at);
            everybody.into_iter().filter(|user| answered.is_none_or(|done| !done.contains(user))).collect()
        };
        if !step.round_robin {
            return left(&step.notify);
        }
        let count = step.notify.len() as u64;
        let turns = (0..count).map(|n| (page.policy.turn + u64::from(page.cycle) + n) % count.max(1));
        let reached =
            turns.filter_map(|n| step.notify.get(usize::try_from(n).ok()?)).map(|t| left(std::slice::from_ref(t)));
        reached.into_iter().find(|people| !people.is_empty()).unwrap_or_default()
    }
}

fn minute(shown: jiff::civil::DateTime) -> u16 {
    u16::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute())).unwrap_or(0)
}

fn working(days: &[Weekday], day: jiff::civil::Date, country: Option<&str>) -> bool {
    let year = day.year()..=day.year();
    let free = country.and_then(|code| nightbell_calendar::holidays::for_country(code, year));
    days.contains(&day.weekday().into()) && !free.is_some_and(|free| free.contains(&day))
}

fn rings_low(hold: &HoldLow, zone: &TimeZone, country: Option<&str>, at: Instant) -> bool {
    let shown = zone.to_datetime(at);
    let hours = hold.until.minute_of_day()..hold.from.minute_of_day();
    working(&hold.days, shown.date(), country) && hours.contains(&minute(shown))
}
