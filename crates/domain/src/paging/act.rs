//! What people do with a page, and what an acknowledgement that runs out does. Decisions only: methods of [`Page`] that answer with events.
//! Is not: which step rings (`escalation`).

use super::{
    event::PageEvent,
    later,
    page::{Awake, Page, PageStatus, Subject},
    rank::Rank,
    snapshot::PolicySnapshot,
};
use crate::{
    limits,
    org::{Target, Urgency},
    record::{Actor, Instant},
    refusal::Refusal,
    signal::AlertSeverity,
    text::duration::spelled_duration,
};
use std::collections::BTreeMap;

impl Page {
    /// A human takes it. Acknowledging twice changes nothing; after the end there is nothing to take. While everybody must, one of them takes it
    /// for themselves alone; a tool, and whoever answers the last resort, for all.
    pub fn acknowledge(&self, by: &Actor, via: &str, now: Instant) -> Result<Vec<PageEvent>, Refusal> {
        if let Subject::Proof { user, .. } = &self.subject
            && by.user() != Some(user)
        {
            return Err(Refusal::forbidden(format!(
                "This page tests whether a message reaches @{user}; only they can say that it did."
            )));
        }
        match &self.status {
            PageStatus::Ringing => {
                let Some(user) = by.user().filter(|user| self.owing().any(|owes| owes != *user)) else {
                    return Ok(vec![self.taken_by(by, via, now)]);
                };
                let known = self.has_answered(user);
                Ok(if known { Vec::new() } else { vec![PageEvent::AnsweredByOne { via: via.to_owned() }] })
            }
            PageStatus::Exhausted { .. } => Ok(vec![self.taken_by(by, via, now)]),
            PageStatus::Acknowledged { .. } => Ok(Vec::new()),
            PageStatus::Ended { reason, .. } => Err(Refusal::conflict(
                "page-ended",
                format!("This page is over ({reason}); there is nothing left to acknowledge."),
            )),
        }
    }

    fn taken_by(&self, by: &Actor, via: &str, now: Instant) -> PageEvent {
        let took_over = by.user().is_some_and(|user| !self.rang(user)) && !self.rings.is_empty();
        let rings_again_at = self.rings_again_after().map(|timeout| later(now, timeout));
        PageEvent::Acknowledged { via: via.to_owned(), took_over, rings_again_at }
    }

    /// After how long it rings again: never when nothing is behind it that could stay open.
    fn rings_again_after(&self) -> Option<jiff::SignedDuration> {
        match self.subject {
            Subject::Alert { .. } | Subject::Incident { .. } => self.policy.ack_timeout,
            _ => None,
        }
    }

    /// Acknowledged until then: it rings again if it is not over.
    pub fn snooze(&self, by: &Actor, via: &str, until: Instant, now: Instant) -> Result<Vec<PageEvent>, Refusal> {
        let wait = until.duration_since(now);
        if !(limits::SNOOZE_MIN..=limits::SNOOZE_MAX).contains(&wait) {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "Snooze for {} at least and {} at most.",
                    spelled_duration(limits::SNOOZE_MIN),
                    spelled_duration(limits::SNOOZE_MAX)
                ),
            ));
        }
        if !matches!(self.subject, Subject::Alert { .. } | Subject::Incident { .. }) {
            return Err(Refusal::conflict(
                "page-is-a-call",
                "Somebody is calling you: there is nothing behind this page that could wait. Acknowledge it.",
            ));
        }
        let mut events = self.acknowledge(by, via, now)?;
        if matches!(events.first(), Some(PageEvent::AnsweredByOne { .. })) || (events.is_empty() && self.is_waiting()) {
            return Err(Refusal::conflict(
                "page-wants-everybody",
                "Everybody must acknowledge this page, so one alone cannot put it off. Acknowledge it for yourself.",
            ));
        }
        events.push(PageEvent::Snoozed { until });
        Ok(events)
    }

    /// "Still on it": the acknowledgement is good for its whole time again.
    pub fn prolong(&self, now: Instant) -> Result<Vec<PageEvent>, Refusal> {
        match (&self.status, self.awake, self.rings_again_after()) {
            (PageStatus::Acknowledged { .. }, Some(Awake::TimesOut { .. }), Some(timeout)) => {
                Ok(vec![PageEvent::Prolonged { rings_again_at: later(now, timeout) }])
            }
            _ => Err(Refusal::conflict(
                "page-does-not-time-out",
                format!("This page is {} and no acknowledgement of it runs out.", self.status.word()),
            )),
        }
    }

    /// What an acknowledged page does when its time has come: it asks whoever has it, or rings again. Nothing before that.
    pub fn wake(&self, now: Instant) -> Vec<PageEvent> {
        let PageStatus::Acknowledged { by, .. } = &self.status else { return Vec::new() };
        let again = |why: String| vec![self.again(why, now)];
        match self.awake {
            Some(Awake::Snoozed { until }) if until <= now => again(format!("the snooze of {by} is over")),
            Some(Awake::TimesOut { rings_again_at, .. }) if rings_again_at <= now => {
                let after =
                    self.policy.ack_timeout.map_or_else(String::new, |t| format!(" for {}", spelled_duration(t)));
                again(format!("{by} has had it{after}, and it is not over"))
            }
            Some(Awake::TimesOut { rings_again_at, asks_at: Some(asks_at) }) if asks_at <= now => {
                vec![PageEvent::AskedStillOn { rings_again_at }]
            }
            _ => Vec::new(),
        }
    }

    fn again(&self, why: String, now: Instant) -> PageEvent {
        let next_due_at = later(now, self.policy.first_wait());
        PageEvent::RangAgain { why, cycle: self.cycle + 1, next_due_at }
    }

    /// "Not mine": whoever is next is rung now. An acknowledged page is handed to somebody by name instead.
    pub fn hand_over(&self, now: Instant) -> Result<Vec<PageEvent>, Refusal> {
        self.is_real()?;
        if self.is_waiting() {
            return Ok(vec![PageEvent::HandedOver { next_due_at: now }]);
        }
        Err(Refusal::conflict(
            "page-not-ringing",
            format!("This page is {} and rings nobody any more.", self.status.word()),
        ))
    }

    /// Handed to another policy or person, who is rung from the first step; the last resort stays as it was unless the other policy has its own.
    pub fn hand_to(
        &self,
        to: Target,
        policy: PolicySnapshot,
        why: &str,
        now: Instant,
    ) -> Result<Vec<PageEvent>, Refusal> {
        let reason = why.trim();
        if reason.is_empty() {
            return Err(Refusal::invalid(
                "reason",
                "Say in a few words why you hand it over; whoever gets it reads this.",
            ));
        }
        self.is_real()?;
        if self.is_ended() {
            return Err(Refusal::conflict(
                "page-ended",
                format!("This page is {}; there is nothing left to hand over.", self.status.word()),
            ));
        }
        let last_resort =
            if policy.last_resort.is_empty() { self.policy.last_resort.clone() } else { policy.last_resort.clone() };
        let policy = PolicySnapshot { last_resort, ..policy };
        let next_due_at = later(now, policy.first_wait());
        let cycle = self.cycle + 1;
        Ok(vec![PageEvent::HandedTo { to, reason: reason.to_owned(), policy, cycle, next_due_at }])
    }

    /// It became urgent; nothing changes when it was already, or is over. Whoever was told of it quietly, has it or put it off may sleep: it rings
    /// from the first step again.
    pub fn raise(&self, why: &str, rank: Rank, now: Instant) -> Vec<PageEvent> {
        if self.urgency == Urgency::High || self.is_ended() || self.is_trial() {
            return Vec::new();
        }
        let again = self.rang_anybody() || !self.is_waiting();
        let cycle = again.then_some(self.cycle + 1);
        let next_due_at = (again || self.is_held(now)).then_some(now);
        vec![PageEvent::Raised { why: why.to_owned(), rank: rank.min(self.rank), next_due_at, cycle }]
    }

    /// What its conditions are asked of, as its alert is now; nothing when no condition asks, or that did not change.
    pub fn learn(&self, labels: &BTreeMap<String, String>, severity: AlertSeverity) -> Vec<PageEvent> {
        let facts = self.policy.clone().knowing(labels, severity).facts;
        if self.is_ended() || facts == self.policy.facts { Vec::new() } else { vec![PageEvent::Learned { facts }] }
    }

    /// What only tries out a way is nobody else's, and nothing is behind it that could be passed on.
    fn is_real(&self) -> Result<(), Refusal> {
        if !self.is_trial() {
            return Ok(());
        }
        Err(Refusal::conflict(
            "page-is-a-test",
            "This page only tests whether a message arrives: acknowledge it if it did, or leave it.",
        ))
    }

    /// It is over; nothing to do when it was already.
    pub fn end(&self, reason: &str) -> Vec<PageEvent> {
        if self.is_ended() { Vec::new() } else { vec![PageEvent::Ended { reason: reason.to_owned() }] }
    }
}
