//! What is acknowledged, by whom, and what that means later: everybody who must has, an acknowledgement that runs out has its alarm, and what
//! rings again does so for a reason, in a cycle of its own.

use super::{Checked, Oracle};
use nightbell_engine::domain::{
    org::Urgency,
    paging::{Awake, Page, PageEvent, PageStatus, Subject},
    record::{Instant, Recorded},
};

impl Oracle {
    /// Judges what people and time do to a page that somebody has, or part of it.
    pub(super) fn check_taken(&mut self, page: &Page, event: &Recorded<PageEvent>) -> Checked {
        let id = page.id;
        let wrong = |why: String| Err(format!("{why}: {id} at {}", event.at));
        match &event.event {
            PageEvent::StepRang { step, rung, .. } => {
                let all = page.policy.steps.get(*step as usize).is_some_and(|step| step.acknowledge.word() == "all");
                let done = self.answered.entry(id).or_default();
                let wanted = self.wanted.entry(id).or_default();
                if all {
                    wanted.extend(rung.iter().map(|r| r.user.clone()).filter(|user| !done.contains(user)));
                }
            }
            PageEvent::AnsweredByOne { .. } => {
                let Some(user) = event.actor.user() else { return wrong("a tool acknowledged for one".to_owned()) };
                self.answered.entry(id).or_default().insert(user.clone());
                let wanted = self.wanted.entry(id).or_default();
                wanted.remove(user);
                if wanted.is_empty() {
                    return wrong("the last of those who must acknowledged, and it rings on".to_owned());
                }
            }
            PageEvent::Acknowledged { rings_again_at, .. } => {
                let wanted = self.wanted.remove(&id).unwrap_or_default();
                self.answered.remove(&id);
                let left: Vec<_> = wanted.iter().filter(|user| event.actor.user() != Some(*user)).collect();
                if page.status == PageStatus::Ringing && event.actor.user().is_some() && !left.is_empty() {
                    return wrong(format!("everybody must acknowledge, {left:?} did not, and it stopped"));
                }
                let runs_out = matches!(page.subject, Subject::Alert { .. } | Subject::Incident { .. });
                let expected = page.policy.ack_timeout.filter(|_| runs_out).map(|timeout| event.at + timeout);
                if *rings_again_at != expected {
                    return wrong(format!("INV-03: it rings again at {rings_again_at:?}, not {expected:?}"));
                }
            }
            PageEvent::RangAgain { cycle, .. } => {
                let due = page.awake.map(Awake::rings_again_at);
                if !matches!(page.status, PageStatus::Acknowledged { .. }) || due.is_none_or(|due| due > event.at) {
                    return wrong(format!("it rang again and is {}, due {due:?}", page.status.word()));
                }
                self.begins_again(page, *cycle)?;
            }
            PageEvent::Raised { cycle: Some(cycle), .. } => {
                if page.urgency == Urgency::High {
                    return wrong("it was urgent, and begins again because it became so".to_owned());
                }
                self.begins_again(page, *cycle)?;
            }
            PageEvent::HandedTo { policy, cycle, reason, .. } => {
                if reason.is_empty() {
                    return wrong("it was given away without a reason".to_owned());
                }
                self.check_snapshot(policy)?;
                self.check_turn(policy)?;
                self.begins_again(page, *cycle)?;
            }
            PageEvent::Ended { .. } => {
                self.wanted.remove(&id);
                self.answered.remove(&id);
            }
            _ => {}
        }
        Ok(())
    }

    /// It may ring again: in a cycle that nothing has rung in.
    fn begins_again(&mut self, page: &Page, cycle: u32) -> Checked {
        self.closed.remove(&page.id);
        self.wanted.remove(&page.id);
        self.answered.remove(&page.id);
        match self.rings.get(&page.id) {
            Some((last, _)) if *last >= cycle => Err(format!("INV-04: {} begins cycle {cycle} after {last}", page.id)),
            _ => Ok(()),
        }
    }

    /// INV-03: what is acknowledged and may ring again is looked at in time.
    pub(super) fn check_awake(page: &Page, wall: Instant) -> Checked {
        let acknowledged = matches!(page.status, PageStatus::Acknowledged { .. });
        match page.wake_at() {
            Some(at) if !acknowledged => {
                Err(format!("INV-03: {} is {} and wakes at {at}", page.id, page.status.word()))
            }
            Some(at) if at.duration_since(wall) > super::WAKES_WITHIN => {
                Err(format!("INV-03: {} wakes at {at}, and it is {wall}", page.id))
            }
            _ => Ok(()),
        }
    }
}
