//! The plan of a page when somebody's phone is off: their attempts fail, the person's next method comes forward at once, and when none is left
//! the next step rings, as the engine would do. With nothing off it says what [`super::plan`] says.

use super::{
    escalation::PageStart,
    event::PageEvent,
    page::{Page, PageStatus},
    plan::{PlanLine, describe},
};
use crate::{
    ids::{ContactId, PageId, UserId},
    org::Organisation,
    record::{Actor, Aggregate, Instant, Recorded},
};

/// What does not arrive: a person's methods, or one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Off(Vec<(UserId, Option<ContactId>)>);

impl Off {
    /// From `alice` (all of hers) and `alice/phone`.
    ///
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut all = Vec::new();
        for word in words.into_iter().map(|word| word.trim().trim_start_matches('@')).filter(|word| !word.is_empty()) {
            let (user, contact) = word.split_once('/').map_or((word, None), |(user, contact)| (user, Some(contact)));
            let user = user.parse().map_err(|e: crate::ids::IdError| e.0)?;
            all.push((user, contact.map(str::parse).transpose().map_err(|e: crate::ids::IdError| e.0)?));
        }
        Ok(Self(all))
    }

    /// Nothing is off.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who is meant.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        self.0.iter().map(|(user, _)| user)
    }

    fn has(&self, line: &PlanLine) -> bool {
        let Some(user) = &line.user else { return false };
        self.0.iter().any(|(off, contact)| off == user && (contact.is_none() || *contact == line.contact))
    }
}

/// A page on its way, and what is still to be sent.
struct Course<'a> {
    org: &'a Organisation,
    off: &'a Off,
    page: Page,
    /// Messages that are owed, with the number of the ring they belong to.
    owed: Vec<(usize, PlanLine)>,
    /// Who was reached by which ring.
    arrived: Vec<(usize, UserId)>,
    lines: Vec<PlanLine>,
    rings: usize,
}

/// The whole plan from the start to the first ring of the last resort, as it would be with some methods off.
pub fn plan_without(org: &Organisation, start: PageStart, at: Instant, off: &Off) -> Vec<PlanLine> {
    let id = PageId::from(uuid::Uuid::nil());
    let begin = Recorded { seq: 1, at, actor: Actor::system("explain"), event: start.event(id, at) };
    let Some(page) = Page::evolve(None, &begin) else { return Vec::new() };
    let mut course = Course { org, off, page, owed: Vec::new(), arrived: Vec::new(), lines: Vec::new(), rings: 0 };
    if let Some(until) = course.page.held_until {
        let why = format!("low urgency: nobody is rung before {until}");
        course.lines.push(nobody(at, "held", why));
    }
    loop {
        let rings_at = course.page.next_due_at.filter(|_| course.page.status == PageStatus::Ringing);
        let sends_at = course.owed.iter().map(|(_, line)| line.at).min();
        match (rings_at, sends_at) {
            (None, None) => break,
            (Some(rings_at), sends_at) if sends_at.is_none_or(|sends_at| rings_at < sends_at) => {
                if !course.ring(rings_at) {
                    break;
                }
            }
            (_, Some(sends_at)) => course.send(sends_at),
            (Some(_), None) => break,
        }
    }
    course.lines.sort_by_key(|line| line.at);
    course.lines
}

fn nobody(at: Instant, step: &str, why: String) -> PlanLine {
    PlanLine { at, user: None, contact: None, medium: None, step: step.to_owned(), why }
}

impl Course<'_> {
    fn take(&mut self, now: Instant, event: PageEvent) -> bool {
        let actor = Actor::system("explain");
        let recorded = Recorded { seq: self.page.version + 1, at: now, actor, event };
        match Page::evolve(Some(self.page.clone()), &recorded) {
            Some(next) => self.page = next,
            None => return false,
        }
        true
    }

    /// The page's alarm; false when nothing comes of it, which would never end.
    fn ring(&mut self, now: Instant) -> bool {
        let events = self.page.advance(self.org, now);
        let some = !events.is_empty();
        for event in events {
            let mut told = Vec::new();
            describe(self.org, &self.page, &event, now, &mut told);
            self.rings += 1;
            for line in told {
                if line.user.is_some() { self.owed.push((self.rings, line)) } else { self.lines.push(line) }
            }
            if !self.take(now, event) {
                return false;
            }
        }
        some
    }

    /// The first of what is due.
    fn send(&mut self, now: Instant) {
        let Some(first) = self.owed.iter().position(|(_, line)| line.at == now) else { return };
        let (ring, mut line) = self.owed.remove(first);
        let Some(user) = line.user.clone() else { return };
        if !self.off.has(&line) {
            self.arrived.push((ring, user));
            self.lines.push(line);
            return;
        }
        let step = line.step.clone();
        line.why = format!("{}; it is off and does not arrive", line.why);
        self.lines.push(line);
        let others = self.owed.iter_mut().filter(|(of, next)| *of == ring && next.user.as_ref() == Some(&user));
        if let Some((_, next)) = others.min_by_key(|(_, next)| next.at) {
            if next.at > now {
                next.at = now;
                next.why = format!("{}; brought forward, as the method before failed", next.why);
            }
            return;
        }
        let reached = self.arrived.iter().any(|(of, who)| *of == ring && *who == user);
        if !reached && self.page.status == PageStatus::Ringing {
            self.lines.push(nobody(now, &step, format!("no method of @{user} works: the next step rings now")));
            self.take(now, PageEvent::Unreachable { user, next_due_at: now });
        }
    }
}
