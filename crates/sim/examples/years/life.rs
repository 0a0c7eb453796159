//! The loop: the next thing of the agenda, or what has become due. Providers take nearly everything, people take their pages after minutes.

use crate::{
    Wanted,
    agenda::{Agenda, Deed, Taken},
    alerts::OpenAlerts,
    care::Case,
    town,
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        ids::PageId,
        paging::{MessageKind, Report},
    },
    heartbeat, learning, paging, response, retention, subscription,
};
use nightbell_sim::Dice;
use nightbell_store::paging as store;
use nightbell_wire::outbound::subscriber_links::{Purpose, encode};
use std::collections::{BTreeMap, BTreeSet};

/// More passes at one instant mean that something spins.
const PASSES_MAX: usize = 200;
/// Alerts of a request, on average.
const EACH: u64 = 4;
/// Readers of the status page who want mail, and since when before the end.
const SUBSCRIBERS: usize = 100;
const SUBSCRIBED_DAYS: i64 = 40;

/// Randomness by concern.
pub struct Draws {
    pub alerts: Dice,
    pub people: Dice,
    pub providers: Dice,
    pub care: Dice,
}

/// What was made.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub alerts: u64,
    pub repeats: u64,
    pub requests: u64,
    pub incidents: u64,
    pub pages: u64,
    pub attempts: u64,
    pub acknowledged: u64,
    pub updates: u64,
    pub postmortems: u64,
    pub items: u64,
    pub mails: u64,
    pub refused: u64,
}

/// Two years, as far as they have come.
pub struct Life {
    pub agenda: Agenda,
    pub dice: Draws,
    pub open: OpenAlerts,
    pub cases: BTreeMap<u32, Case>,
    pub counts: Counts,
    /// When the story ends.
    pub end: Timestamp,
    pub alerts_max: u64,
    pub incidents_max: u64,
    /// Between two requests, on average.
    pub gap_us: u64,
    /// Between two incidents, on average.
    pub trouble_us: u64,
    /// Somebody may have to be told of what just happened.
    pub told: bool,
    /// The slug of the incident with the longest timeline.
    pub long: String,
    now: Timestamp,
    pump_at: Option<Timestamp>,
    mail_at: Option<Timestamp>,
    /// Pages somebody is on the way to.
    taking: BTreeSet<PageId>,
}

impl Life {
    /// Nothing has happened yet.
    pub fn new(wanted: &Wanted, seed: u64) -> Self {
        let span_us = u64::try_from(wanted.until.duration_since(wanted.from).as_micros()).unwrap_or(1);
        let dice = |concern| Dice::new(seed, concern);
        let mut life = Self {
            agenda: Agenda::default(),
            dice: Draws {
                alerts: dice("alerts"),
                people: dice("people"),
                providers: dice("providers"),
                care: dice("care"),
            },
            open: OpenAlerts::new(),
            cases: BTreeMap::new(),
            counts: Counts::default(),
            end: wanted.until,
            alerts_max: wanted.alerts,
            incidents_max: wanted.incidents,
            // A little closer, so that there are enough although some would have been of something that is open already.
            gap_us: span_us * EACH * 98 / 100 / wanted.alerts.max(1),
            trouble_us: span_us * 98 / 100 / wanted.incidents.max(1),
            told: false,
            long: String::new(),
            now: wanted.from,
            pump_at: None,
            mail_at: None,
            taking: BTreeSet::new(),
        };
        let soon = wanted.from + SignedDuration::from_mins(5);
        for deed in [Deed::Arrive, Deed::Trouble, Deed::Beat, Deed::Forget] {
            life.agenda.put(soon, deed);
        }
        let subscribed = wanted.until - SignedDuration::from_hours(24 * SUBSCRIBED_DAYS);
        life.agenda.put(subscribed.max(soon), Deed::Subscribe);
        life
    }

    /// How far it has come.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The slug of the incident with the longest timeline.
    pub fn longest(&self) -> &str {
        &self.long
    }

    /// So many things, in one transaction, each at its own time. False at the end.
    pub fn chapter(&mut self, unit: &mut Unit<'_>, things: usize) -> Result<bool, Fault> {
        for _ in 0..things {
            let next = [self.agenda.next_at(), self.pump_at, self.mail_at].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= self.end) else { return Ok(false) };
            self.now = next.max(self.now);
            unit.now = self.now;
            if self.pump_at.is_some_and(|at| at <= next) {
                self.pump(unit)?;
            } else if self.mail_at.is_some_and(|at| at <= next) {
                self.mail(unit)?;
            } else if let Some(deed) = self.agenda.pop() {
                self.happen(unit, deed)?;
            }
        }
        Ok(true)
    }

    fn happen(&mut self, unit: &mut Unit<'_>, deed: Deed) -> Result<(), Fault> {
        self.told = !matches!(deed, Deed::Arrive | Deed::Again(_) | Deed::Over(_) | Deed::Mailed { .. } | Deed::Forget);
        match deed {
            Deed::Arrive => self.arrive(unit)?,
            Deed::Again(key) => self.again(unit, key)?,
            Deed::Over(keys) => self.over(unit, &keys)?,
            Deed::Report { notification, attempt, taken } => {
                paging::settle(unit, notification, attempt, report(taken))?;
            }
            Deed::Mailed { subscriber, about, attempt } => {
                subscription::settle(unit, subscriber, &about, attempt, &report(Taken::Yes))?;
            }
            Deed::Take { page, user } => {
                self.taking.remove(&page);
                let taken = paging::acknowledge(unit, &town::responder(&user)?, page).map(drop);
                self.counts.acknowledged += u64::from(self.unless_refused(taken)?);
            }
            Deed::TakeAll { token } => {
                let holder = paging::LinkHolder::check(unit.settings, &token, unit.now)?;
                let taken = paging::acknowledge_all_by_link(unit, &holder, 100).map(drop);
                self.counts.acknowledged += u64::from(self.unless_refused(taken)?);
            }
            Deed::Trouble => self.trouble(unit)?,
            Deed::Care(case) => self.care(unit, case)?,
            Deed::Settle { item, owner, done } => {
                let owner = town::responder(&owner)?;
                let settled = if done {
                    learning::finish_item(unit, &owner, item)
                } else {
                    learning::drop_item(unit, &owner, item, "It is not needed any more after the move.")
                };
                self.unless_refused(settled.map(drop))?;
            }
            Deed::Beat => self.beat(unit)?,
            Deed::Forget => {
                while retention(unit)? > 0 {}
                self.agenda.put(unit.now + SignedDuration::from_hours(24), Deed::Forget);
            }
            Deed::Subscribe => self.subscribe(unit)?,
        }
        if self.told { self.look(unit) } else { Ok(()) }
    }

    /// People try what cannot be done any more; that is counted and changes nothing.
    pub fn unless_refused(&mut self, done: Result<(), Fault>) -> Result<bool, Fault> {
        match done {
            Ok(()) => Ok(true),
            Err(Fault::Refused(_)) => {
                self.counts.refused += 1;
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// When the reconcilers have something to do next.
    fn look(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        self.pump_at = store::next_due(unit.tx)?.map(|due| due.max(unit.now));
        self.mail_at = subscription::next_due(unit.tx)?.map(|due| due.max(unit.now));
        Ok(())
    }

    /// Everything that is due now.
    fn pump(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        for _ in 0..PASSES_MAX {
            paging::escalate(unit)?;
            response::cadence(unit)?;
            learning::chase(unit)?;
            heartbeat::heartbeat(unit)?;
            let work = paging::dispatch(unit)?;
            let none = work.is_empty();
            for work in work {
                self.sent(unit, work);
            }
            if none && store::next_due(unit.tx)?.is_none_or(|due| due > unit.now) {
                return self.look(unit);
            }
        }
        let waits = nightbell_store::watch::alarms(unit.tx, unit.now)?;
        Err(impossible(&format!("after {PASSES_MAX} passes there is still something due at {}: {waits:?}", unit.now)))
    }

    /// A provider takes it, nearly always; whoever it wakes takes the page, nearly always.
    fn sent(&mut self, unit: &Unit<'_>, work: paging::Work) {
        self.counts.attempts += 1 + work.along.len() as u64;
        let taken = match self.dice.providers.below(1_000) {
            0..15 => Taken::Later,
            15..18 => Taken::No,
            _ => Taken::Yes,
        };
        let reported = unit.now + SignedDuration::from_millis(self.dice.providers.between(80, 2_500));
        let report = Deed::Report { notification: work.notification, attempt: work.attempt, taken };
        self.agenda.put(reported, report);
        let message = work.message;
        if message.kind != MessageKind::Page || taken != Taken::Yes {
            return;
        }
        self.counts.pages += 1;
        let people = &mut self.dice.people;
        if people.chance(80) || self.taking.contains(&message.page) {
            return;
        }
        let wait = if people.chance(150) { people.between(240, 900) } else { people.between(20, 240) };
        let at = unit.now + SignedDuration::from_secs(wait);
        if work.along.is_empty() {
            self.taking.insert(message.page);
            self.agenda.put(at, Deed::Take { page: message.page, user: message.user });
        } else {
            let token = message.ack_url.rsplit('/').next().unwrap_or_default().to_owned();
            self.agenda.put(at, Deed::TakeAll { token });
        }
    }

    fn beat(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        for handle in town::HEARTBEATS {
            // One program in a thousand is late by an hour.
            if self.dice.providers.chance(999) {
                let integration = handle.parse().map_err(|e| impossible(&e))?;
                heartbeat::beat(unit, &integration)?;
            }
        }
        self.agenda.put(unit.now + SignedDuration::from_hours(1), Deed::Beat);
        Ok(())
    }

    fn subscribe(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        for n in 0..SUBSCRIBERS {
            subscription::subscribe(unit, "main", &format!("reader-{n}@example.net"))?;
        }
        Ok(())
    }

    /// Mails to subscribers whose time has come; whoever is asked says yes.
    fn mail(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        let work = subscription::broadcast(unit)?;
        let held_back = work.is_empty();
        for work in work {
            self.counts.mails += 1;
            let key = unit.settings.link_key.bytes();
            let yes = encode(key, Purpose::Confirm, work.subscriber, Some(unit.now + SignedDuration::from_hours(1)));
            let yes = subscription::confirm(unit, &yes);
            self.unless_refused(yes)?;
            let at = unit.now + SignedDuration::from_millis(400);
            self.agenda.put(at, Deed::Mailed { subscriber: work.subscriber, about: work.about, attempt: work.attempt });
        }
        // What all of them together get in a minute is bounded.
        let next = subscription::next_due(unit.tx)?;
        let wait = SignedDuration::from_secs(if held_back { 15 } else { 1 });
        self.mail_at = next.map(|due| due.max(unit.now + wait));
        Ok(())
    }
}

pub fn impossible(what: &dyn std::fmt::Display) -> Fault {
    nightbell_engine::StoreError::Corrupt(what.to_string()).into()
}

fn report(taken: Taken) -> Report {
    let detail = "250 ok".to_owned();
    match taken {
        Taken::Yes => Report::Accepted { detail, provider_id: None },
        Taken::Later => Report::Deferred { detail: "503 try again".to_owned(), retry_after: None },
        Taken::No => Report::Rejected { detail: "410 gone".to_owned() },
    }
}
