//! What each event does to a page. Total: an event that cannot belong here answers nothing rather than guess. Is not: any decision.

use super::{
    PageEvent, Rank, later,
    page::{Answer, Awake, Page, PageStatus, Ring, Rung},
};
use crate::{
    limits,
    org::Urgency,
    record::{Actor, Aggregate, Instant, Recorded},
};

impl Page {
    fn begin(event: &Recorded<PageEvent>) -> Option<Self> {
        let PageEvent::Started {
            id,
            subject,
            title,
            body,
            service,
            urgency,
            policy,
            why,
            next_due_at,
            rank,
            held_until,
        } = &event.event
        else {
            return None;
        };
        Some(Self {
            id: *id,
            subject: subject.clone(),
            title: title.clone(),
            body: body.clone(),
            service: service.clone(),
            urgency: *urgency,
            policy: policy.clone(),
            why: why.clone(),
            started_at: event.at,
            status: PageStatus::Ringing,
            cycle: 0,
            next_step: 0,
            next_due_at: Some(*next_due_at),
            rings: Vec::new(),
            rank: *rank,
            begun_cycle: 0,
            hurried: false,
            held_until: *held_until,
            answers: Vec::new(),
            awake: None,
            version: event.seq,
        })
    }

    fn rung(&mut self, at: Instant, (cycle, step): (u32, u32), rung: &[Rung], next: (u32, u32, Instant)) {
        if !rung.is_empty() {
            self.rings.push(Ring { at, cycle, step, rung: rung.to_vec() });
            // A page nobody ever answers rings its last resort for ever; the row keeps the newest rings, the journal all of them.
            let surplus = self.rings.len().saturating_sub(limits::RINGS_KEPT_MAX);
            self.rings.drain(..surplus);
            self.hurried = false;
        }
        (self.cycle, self.next_step) = (next.0, next.1);
        self.next_due_at = Some(next.2);
    }

    /// Each of these must acknowledge; whoever did already has.
    fn wants(&mut self, rung: &[Rung]) {
        for person in rung {
            match self.answers.iter_mut().find(|answer| answer.user == person.user) {
                Some(known) => known.wanted = true,
                None => self.answers.push(Answer { user: person.user.clone(), wanted: true, at: None }),
            }
        }
    }

    fn has_answer_of(&mut self, actor: &Actor, at: Instant) {
        let Some(user) = actor.user() else { return };
        match self.answers.iter_mut().find(|answer| answer.user == *user) {
            Some(known) => known.at = known.at.or(Some(at)),
            None => self.answers.push(Answer { user: user.clone(), wanted: false, at: Some(at) }),
        }
    }

    /// It rings from the first step again, whoever had it.
    fn begin_again(&mut self, cycle: u32, next_due_at: Instant) {
        self.status = PageStatus::Ringing;
        (self.cycle, self.begun_cycle, self.next_step) = (cycle, cycle, 0);
        self.next_due_at = Some(next_due_at);
        (self.awake, self.held_until, self.hurried) = (None, None, false);
        self.answers.clear();
    }

    /// It is urgent: it rings from the first step again, or, as long as nobody was rung, goes on earlier.
    fn raised(&mut self, rank: Rank, next_due_at: Option<Instant>, cycle: Option<u32>) {
        (self.urgency, self.rank) = (Urgency::High, rank);
        match (cycle, next_due_at) {
            (Some(cycle), Some(at)) if !self.is_ended() => self.begin_again(cycle, at),
            _ if self.is_waiting() => {
                self.next_due_at = next_due_at.or(self.next_due_at);
                self.held_until = None;
            }
            _ => {}
        }
    }

    /// The acknowledgement runs out then; whoever has it is asked a little before.
    fn times_out(&mut self, now: Instant, rings_again_at: Instant) {
        let lead = (rings_again_at.duration_since(now) / 2).min(limits::STILL_ON_IT_BEFORE);
        self.awake = Some(Awake::TimesOut { rings_again_at, asks_at: Some(later(rings_again_at, -lead)) });
    }

    /// An acknowledgement runs out earlier: a clock that was ahead had said when.
    fn rearm(&mut self, rings_again_at: Option<Instant>) {
        if let (Some(Awake::TimesOut { rings_again_at: old, asks_at }), Some(new)) = (self.awake, rings_again_at) {
            let asks_at = asks_at.map(|asks| later(asks, -old.duration_since(new)));
            self.awake = Some(Awake::TimesOut { rings_again_at: new, asks_at });
        }
    }

    /// What an acknowledgement, and whatever follows it, does. False when the event is none of them.
    fn taken(&mut self, event: &Recorded<PageEvent>) -> bool {
        let acknowledged = matches!(self.status, PageStatus::Acknowledged { .. });
        match &event.event {
            PageEvent::AnsweredByOne { .. } => self.has_answer_of(&event.actor, event.at),
            PageEvent::Acknowledged { rings_again_at, .. } => {
                if !self.answers.is_empty() {
                    self.has_answer_of(&event.actor, event.at);
                }
                self.status = PageStatus::Acknowledged { by: event.actor.clone(), at: event.at };
                (self.next_due_at, self.held_until, self.awake) = (None, None, None);
                if let Some(rings_again_at) = rings_again_at {
                    self.times_out(event.at, *rings_again_at);
                }
            }
            PageEvent::Snoozed { until } if acknowledged => self.awake = Some(Awake::Snoozed { until: *until }),
            PageEvent::AskedStillOn { rings_again_at } if acknowledged => {
                self.awake = Some(Awake::TimesOut { rings_again_at: *rings_again_at, asks_at: None });
            }
            PageEvent::Prolonged { rings_again_at } if acknowledged => self.times_out(event.at, *rings_again_at),
            PageEvent::RangAgain { cycle, next_due_at, .. } if acknowledged => self.begin_again(*cycle, *next_due_at),
            PageEvent::HandedTo { policy, cycle, next_due_at, .. } if !self.is_ended() => {
                self.policy = policy.clone();
                self.begin_again(*cycle, *next_due_at);
            }
            PageEvent::Snoozed { .. }
            | PageEvent::AskedStillOn { .. }
            | PageEvent::Prolonged { .. }
            | PageEvent::RangAgain { .. }
            | PageEvent::HandedTo { .. } => {}
            _ => return false,
        }
        true
    }
}

impl Aggregate for Page {
    type Event = PageEvent;
    const KIND: &'static str = "page";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn evolve(state: Option<Self>, event: &Recorded<PageEvent>) -> Option<Self> {
        let Some(mut page) = state else { return Self::begin(event) };
        match &event.event {
            PageEvent::Started { .. } => return None,
            PageEvent::StepRang { cycle, step, rung, all, next_cycle, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), rung, (*next_cycle, *next_step, *next_due_at));
                if *all {
                    page.wants(rung);
                }
            }
            PageEvent::StepEmpty { cycle, step, next_cycle, next_step, next_due_at, .. }
            | PageEvent::StepSkipped { cycle, step, next_cycle, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), &[], (*next_cycle, *next_step, *next_due_at));
            }
            PageEvent::StepHandedOver { cycle, step, next_step, next_due_at, .. } => {
                page.rung(event.at, (*cycle, *step), &[], (*cycle, *next_step, *next_due_at));
            }
            PageEvent::LastResortRang { cycle, rung, next_due_at, .. } => {
                let last = page.policy.end();
                page.rung(event.at, (*cycle, last), rung, (cycle + 1, last, *next_due_at));
                if page.status == PageStatus::Ringing {
                    page.status = PageStatus::Exhausted { since: event.at };
                }
            }
            PageEvent::HandedOver { next_due_at } | PageEvent::Unreachable { next_due_at, .. } => {
                if page.is_waiting() {
                    (page.next_due_at, page.hurried) = (Some(*next_due_at), true);
                }
            }
            PageEvent::Rescheduled { next_due_at, rings_again_at, .. } => {
                if page.is_waiting() {
                    page.next_due_at = next_due_at.or(page.next_due_at);
                }
                page.rearm(*rings_again_at);
            }
            PageEvent::Raised { rank, next_due_at, cycle, .. } => {
                page.raised(*rank, *next_due_at, *cycle);
            }
            PageEvent::Learned { facts } => page.policy.facts = facts.clone(),
            PageEvent::Attempted { .. } => {}
            PageEvent::Ended { reason } => {
                page.status = PageStatus::Ended { reason: reason.clone(), at: event.at };
                (page.next_due_at, page.awake) = (None, None);
            }
            _ => {
                if !page.taken(event) {
                    return None;
                }
            }
        }
        page.version = event.seq;
        Some(page)
    }

    fn event_kind(event: &PageEvent) -> &'static str {
        event.word()
    }
}
