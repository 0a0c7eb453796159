//! An incident from its declaration to its last action item: seats, notes, updates in the room and on the status page, mitigations, the end, the
//! postmortem with its findings and items; some of it late, some never.

use crate::{agenda::Deed, life::Life, town};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        ids::UserId,
        learning::document::ItemPriority,
        response::{EntryKind, Incident, IncidentStatus, RoleKind, RuleId, UpdateInput},
    },
    learning::{self, ItemInput},
    response::{self, Declare, PublicWords, Resolution},
};
use nightbell_store::learning as store;
use std::collections::VecDeque;

/// What is open when the story ends was declared this late, and nothing in it is on a clock.
const LEFT_OPEN: SignedDuration = SignedDuration::from_hours(8);
/// Notes in the one incident that everybody remembers.
const LONG_NOTES: usize = 600;

const NOTES: [(EntryKind, &str); 6] = [
    (EntryKind::Note, "The error rate is at 4 % on half of the hosts; the other half is fine."),
    (EntryKind::Hypothesis, "The release of this morning holds connections open for too long."),
    (EntryKind::Action, "Restarted the three consumers that were behind; the queue shrinks slowly."),
    (EntryKind::Output, "pool: 200 of 200 in use, 1,412 waiting\nlongest wait: 31 s"),
    (EntryKind::Link, "https://dashboards.example.com/d/overview?from=now-1h"),
    (EntryKind::Decision, "We send traffic to the other half first and look for the cause after that."),
];
const UPDATES: [&str; 4] = [
    "Requests fail for some customers. We look at the release of this morning and at the database.",
    "The cause seems to be a pool that is used up. Traffic goes to the other half, which helps.",
    "The pool is larger and the release is rolled back. We watch whether the queue shrinks.",
    "Error rate and queue are where they were yesterday. We watch a little longer.",
];
const PUBLIC: [&str; 4] = [
    "Some requests fail or take long. We are looking into it.",
    "We know what is wrong and are working on it. Some requests still fail.",
    "A change is in place and requests succeed again. We are watching it.",
    "Requests succeed again. Nothing that was accepted was lost.",
];
const TITLES: [&str; 5] = [
    "Requests fail",
    "Everything takes long",
    "Nothing is written",
    "Half of the answers are wrong",
    "The queue grows",
];
const ITEMS: [&str; 5] = [
    "Bound the time a connection is held",
    "Alert on the pool before it is used up",
    "Rehearse sending traffic to the other half",
    "Say in the runbook which flag to turn off",
    "Test the rollback with data of the new form",
];

/// The next thing in an incident's life.
#[derive(Debug, Clone)]
enum Step {
    Seat(RoleKind, UserId),
    Note(usize),
    Update(usize, Option<IncidentStatus>),
    Try,
    Judge,
    Resolve,
    Write,
    Item(usize),
    Review,
    Publish,
    Waive,
    Close,
}

/// One incident, and what is still to come in it.
pub struct Case {
    slug: String,
    service: u32,
    public: bool,
    lead: UserId,
    ops: UserId,
    steps: VecDeque<(SignedDuration, Step)>,
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

impl Life {
    /// Somebody declares, and the next trouble is put down.
    pub fn trouble(&mut self, unit: &mut Unit<'_>) -> Result<(), Fault> {
        let gap = self.trouble_us.cast_signed();
        let next = unit.now + SignedDuration::from_micros(self.dice.care.between(gap / 10, gap * 19 / 10));
        if self.counts.incidents + 1 < self.incidents_max {
            self.agenda.put(next, Deed::Trouble);
        }
        let late = unit.now > self.end - LEFT_OPEN;
        let long = self.long.is_empty() && self.counts.incidents >= self.incidents_max * 19 / 20 && !late;
        let severity = match self.dice.care.below(100) {
            _ if late => 3,
            _ if long => 1,
            0..10 => 1,
            10..45 => 2,
            _ => 3,
        };
        let service = u32::try_from(self.dice.care.below(u64::from(town::SERVICES))).unwrap_or(0);
        let lead = town::person(service, self.dice.care.below(7));
        let alert = if self.dice.care.chance(600) && !late { self.alarming(unit, service)? } else { None };
        let title = format!("{}: {}", TITLES[self.dice.care.below(5) as usize], town::service(service));
        let declare = Declare {
            title,
            severity: Some(format!("sev{severity}").parse().map_err(|e| crate::life::impossible(&e))?),
            service: Some(town::service(service).parse().map_err(|e| crate::life::impossible(&e))?),
            alert,
            ..Declare::default()
        };
        let incident = response::declare(unit, &town::responder(&lead)?, declare)?;
        self.told = true;
        self.counts.incidents += 1;
        if long {
            self.long.clone_from(&incident.slug);
        }
        let ops = town::person(service, self.dice.care.below(7));
        let steps = self.plan(severity, (late, long), &lead, &ops);
        let case = Case { slug: incident.slug, service, public: severity < 3, lead, ops, steps };
        let number = u32::try_from(self.counts.incidents).unwrap_or(u32::MAX);
        self.cases.insert(number, case);
        self.next_step(unit.now, number);
        Ok(())
    }

    /// What will happen, each so long after what was before.
    fn plan(
        &mut self,
        severity: u8,
        (late, long): (bool, bool),
        lead: &UserId,
        ops: &UserId,
    ) -> VecDeque<(SignedDuration, Step)> {
        let mut steps = Vec::new();
        let dice = &mut self.dice.care;
        let slow = if dice.chance(150) { 4 } else { 1 };
        let mut soon = |from: i64, to: i64| SignedDuration::from_secs(dice.between(from, to) * slow);
        if severity < 3 {
            steps.push((soon(30, 150), Step::Seat(RoleKind::Commander, lead.clone())));
            steps.push((soon(20, 90), Step::Seat(RoleKind::Ops, ops.clone())));
            steps.push((soon(20, 60), Step::Update(0, None)));
            if severity == 1 {
                steps.push((soon(20, 60), Step::Seat(RoleKind::Comms, town::user("noor"))));
                steps.push((soon(20, 60), Step::Seat(RoleKind::Scribe, town::user("mara"))));
            }
            let statuses = [IncidentStatus::Identified, IncidentStatus::Monitoring, IncidentStatus::Monitoring];
            for (n, status) in statuses.into_iter().enumerate() {
                for note in 0..2 {
                    steps.push((soon(60, 240), Step::Note(2 * n + note)));
                }
                if n < 2 {
                    steps.push((soon(30, 120), Step::Try));
                    steps.push((soon(60, 200), Step::Judge));
                }
                steps.push((soon(30, 120), Step::Update(n + 1, Some(status))));
            }
            if long {
                steps.extend((0..LONG_NOTES).map(|n| (SignedDuration::from_secs(20), Step::Note(n))));
            }
            steps.push((soon(300, 1_500), Step::Resolve));
            self.learning(&mut steps);
        } else {
            steps.push((soon(60, 400), Step::Seat(RoleKind::Ops, ops.clone())));
            steps.push((soon(60, 900), Step::Note(0)));
            steps.push((soon(60, 900), Step::Try));
            if !late {
                steps.push((soon(60, 900), Step::Judge));
                steps.push((soon(300, 5_400), Step::Resolve));
                steps.push((soon(600, 90_000), Step::Close));
            }
        }
        steps.into()
    }

    /// The postmortem: in time, late, waived, or never.
    fn learning(&mut self, steps: &mut Vec<(SignedDuration, Step)>) {
        let dice = &mut self.dice.care;
        let hours = |n: i64| SignedDuration::from_hours(n);
        match dice.below(100) {
            // Still owed when everybody has forgotten.
            0..2 => {}
            2..5 => {
                steps.push((hours(dice.between(2, 60)), Step::Waive));
                steps.push((hours(1), Step::Close));
            }
            share => {
                let late = if share < 18 { 24 * dice.between(6, 30) } else { 0 };
                steps.push((hours(dice.between(16, 70) + late), Step::Write));
                for n in 0..dice.between(1, 4) {
                    steps.push((minutes(dice.between(1, 9)), Step::Item(usize::try_from(n).unwrap_or(0))));
                }
                steps.push((hours(dice.between(1, 20)), Step::Review));
                steps.push((hours(dice.between(1, 20)), Step::Publish));
                steps.push((minutes(dice.between(1, 90)), Step::Close));
            }
        }
    }

    fn next_step(&mut self, now: Timestamp, number: u32) {
        match self.cases.get(&number).and_then(|case| case.steps.front()) {
            Some((after, _)) => self.agenda.put(now + *after, Deed::Care(number)),
            None => drop(self.cases.remove(&number)),
        }
    }

    /// The next thing in an incident's life.
    pub fn care(&mut self, unit: &mut Unit<'_>, number: u32) -> Result<(), Fault> {
        let Some(mut case) = self.cases.remove(&number) else { return Ok(()) };
        if let Some((_, step)) = case.steps.pop_front() {
            let done = self.act(unit, &case, step);
            self.unless_refused(done)?;
        }
        self.cases.insert(number, case);
        self.next_step(unit.now, number);
        Ok(())
    }

    fn act(&mut self, unit: &mut Unit<'_>, case: &Case, step: Step) -> Result<(), Fault> {
        let (slug, lead, ops) = (case.slug.as_str(), town::responder(&case.lead)?, town::responder(&case.ops)?);
        match step {
            Step::Seat(role, user) => response::take_role(unit, &town::responder(&user)?, slug, role).map(drop),
            Step::Note(n) => {
                let (kind, text) = NOTES[n % NOTES.len()];
                response::write(unit, &ops, slug, kind, &format!("{text} ({})", n + 1)).map(drop)
            }
            Step::Update(n, status) => {
                self.counts.updates += 1;
                let update = UpdateInput { text: UPDATES[n % UPDATES.len()], status, ..UpdateInput::default() };
                let words = case.public.then(|| public(n));
                response::post_update(unit, &lead, slug, &update, words.as_ref()).map(drop)
            }
            Step::Try => match untried(&response::find(unit, slug)?) {
                Some(key) => response::try_mitigation(unit, &ops, slug, &key).map(drop),
                None => Ok(()),
            },
            Step::Judge => match unjudged(&response::find(unit, slug)?) {
                Some(key) => {
                    let worked = self.dice.care.chance(500);
                    response::judge_mitigation(unit, &ops, slug, &key, worked).map(drop)
                }
                None => Ok(()),
            },
            Step::Resolve => {
                let by = if case.public { &lead } else { &ops };
                let resolution = Resolution { text: UPDATES[3].to_owned(), public: case.public.then(|| public(3)) };
                response::resolve(unit, by, slug, &resolution).map(drop)
            }
            Step::Write => self.write(unit, case),
            Step::Item(n) => self.item(unit, case, n),
            Step::Review => learning::send_to_review(unit, &lead, slug).map(drop),
            Step::Publish => {
                self.counts.postmortems += 1;
                learning::publish(unit, &town::manager()?, slug).map(drop)
            }
            Step::Waive => {
                let why = "The same as last week; it is told there.";
                let rule = RuleId::PostmortemOnTime;
                response::waive(unit, &lead, Some(&town::manager()?), slug, rule, why).map(drop)
            }
            Step::Close => response::close(unit, &lead, slug).map(drop),
        }
    }

    /// The draft gets its words.
    fn write(&mut self, unit: &mut Unit<'_>, case: &Case) -> Result<(), Fault> {
        let incident = response::find(unit, &case.slug)?;
        let Some(drafted) = store::of_incident(unit.tx, incident.id)? else { return Ok(()) };
        let words = "The pool of connections was used up because the release held each for the time of a whole request. Nobody was told before \
                     customers noticed: the alert looked at errors and not at what waits.\n";
        let markdown = format!("{}\n\n{}", drafted.markdown.trim_end(), words.repeat(6));
        learning::save(unit, &town::responder(&case.lead)?, &case.slug, drafted.revision, &markdown).map(drop)
    }

    /// Something is to be done; most of it is, some of it late.
    fn item(&mut self, unit: &mut Unit<'_>, case: &Case, n: usize) -> Result<(), Fault> {
        let dice = &mut self.dice.care;
        let days = dice.between(10, 60);
        let owner = town::person(case.service, dice.below(7));
        let priority = *dice.pick(&[ItemPriority::P0, ItemPriority::P1, ItemPriority::P2, ItemPriority::P3]);
        let due_on = unit.now.to_zoned(TimeZone::UTC).date().saturating_add(days.days());
        let text = format!("{} in {}", ITEMS[n % ITEMS.len()], town::service(case.service));
        let input = ItemInput { text, owner: Some(owner.clone()), due_on: Some(due_on), priority: Some(priority) };
        let added = learning::add_item(unit, &town::responder(&case.lead)?, &case.slug, input)?;
        let Ok(item) = added else { return Ok(()) };
        self.counts.items += 1;
        let fate = dice.below(100);
        if fate < 97 {
            let late = if fate < 15 { dice.between(1, 90) } else { dice.between(-9, 0) };
            let at = unit.now + SignedDuration::from_hours(24 * (days + late));
            self.agenda.put(at, Deed::Settle { item: item.id, owner, done: fate >= 6 });
        }
        Ok(())
    }
}

fn public(n: usize) -> PublicWords {
    PublicWords {
        text: PUBLIC[n % PUBLIC.len()].to_owned(),
        title: Some("Some requests fail".to_owned()),
        ..PublicWords::default()
    }
}

fn untried(incident: &Incident) -> Option<String> {
    let untried = incident.mitigations.iter().find(|state| state.tried.is_empty());
    untried.map(|state| state.mitigation.key.clone())
}

fn unjudged(incident: &Incident) -> Option<String> {
    let open = |state: &&nightbell_engine::domain::response::MitigationState| {
        state.tried.last().is_some_and(|last| last.worked.is_none())
    };
    incident.mitigations.iter().find(open).map(|state| state.mitigation.key.clone())
}
