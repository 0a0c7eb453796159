//! "Why was I paged, or not?" for any past alert: from its stream, the streams of its pages, the delivery log and the organisation as it was.
//! A few sentences about one person; nothing is guessed that was not recorded.

use super::as_of;
use crate::{Directory, Fault};
use nightbell_domain::{
    ids::{AlertId, UserId},
    org::{Organisation, RouteOutcome, Target},
    paging::{Notification, NotificationStatus, Page, PageEvent, PageStatus, Rung},
    record::{Actor, Instant, Recorded},
    refusal::Refusal,
    signal::{Alert, AlertEvent, route::Routing},
    text::duration::human_duration,
};
use nightbell_store::{Tx, journal, load, paging as store};
use serde::Serialize;

/// One person and one alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Which alert.
    pub alert: AlertId,
    /// Who.
    pub user: UserId,
    /// Whether any message of a page went to them, or should have.
    pub paged: bool,
    /// In order: what was decided, who was rung, what became of it.
    pub sentences: Vec<String>,
}

/// Why somebody was paged for an alert, or was not.
///
/// # Errors
/// There is no such alert; the store's.
pub fn why(tx: &mut dyn Tx, directory: &Directory, alert: AlertId, user: &UserId, now: Instant) -> Result<Why, Fault> {
    let key = alert.to_string();
    let found: Alert = load(tx, &key)?.ok_or_else(|| Refusal::not_found("alert", alert))?;
    let events = journal::stream::<Alert>(tx, &key)?;
    let mut sentences = vec![decided(&found, &events)];
    let mut paged = false;
    let pages = store::of_subject(tx, &key)?;
    if pages.is_empty() {
        sentences.push(format!("So nobody was paged, and @{user} was not either."));
    }
    for page in pages {
        let past = as_of(tx, page.started_at, now)?;
        let case = Case {
            org: past.as_ref().map_or(&directory.org, |past| &past.org),
            user,
            events: journal::stream::<Page>(tx, &page.id.to_string())?,
            notifications: store::of_page(tx, page.id)?,
            attempts: store::attempts(tx, page.id)?,
            page,
        };
        paged |= case.told(&mut sentences);
    }
    Ok(Why { alert, user: user.clone(), paged, sentences })
}

fn routing(events: &[Recorded<AlertEvent>]) -> Option<&Routing> {
    events.iter().find_map(|event| match &event.event {
        AlertEvent::Triggered { routing, .. } => Some(routing),
        _ => None,
    })
}

fn moment(at: Instant) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What the routes made of it.
fn decided(alert: &Alert, events: &[Recorded<AlertEvent>]) -> String {
    let Alert { title, started_at, .. } = alert;
    let Some(routing) = routing(events) else {
        return format!("The alert {title:?} began at {}.", moment(*started_at));
    };
    let outcome = match routing.outcome {
        RouteOutcome::Page => format!("was to page somebody ({} urgency)", routing.urgency.word()),
        RouteOutcome::Notify => "was to be told, waking nobody".to_owned(),
        RouteOutcome::Record => "was only to be recorded".to_owned(),
        RouteOutcome::Drop => "was to be dropped".to_owned(),
    };
    format!("The alert {title:?} came at {} and {outcome}: {}.", moment(*started_at), routing.reason)
}

/// One page, and the person asked about.
struct Case<'a> {
    org: &'a Organisation,
    user: &'a UserId,
    page: Page,
    events: Vec<Recorded<PageEvent>>,
    notifications: Vec<Notification>,
    attempts: Vec<store::Attempt>,
}

/// A step that rang somebody.
struct Ring {
    at: Instant,
    cycle: u32,
    step: u32,
    rung: Vec<Rung>,
}

impl Case<'_> {
    /// Whether the person was rung; says so, or why not.
    fn told(&self, sentences: &mut Vec<String>) -> bool {
        let user = self.user;
        let rings = self.rings();
        let mut paged = false;
        for ring in &rings {
            let Some(rung) = ring.rung.iter().find(|rung| rung.user == *user) else { continue };
            paged = true;
            let step = self.step_name(ring);
            sentences.push(format!("@{user} was paged at {} by {step}: {}.", moment(ring.at), rung.why));
            sentences.extend(self.messages(ring.cycle, ring.step));
        }
        if !paged {
            sentences.push(format!("@{user} was not paged."));
            sentences.extend(self.others(&rings));
            sentences.extend(self.silent());
        }
        sentences.push(self.became(paged));
        paged
    }

    fn rings(&self) -> Vec<Ring> {
        let ring = |event: &'_ Recorded<PageEvent>| match &event.event {
            PageEvent::StepRang { cycle, step, rung, .. } => Some((event.at, *cycle, *step, rung.clone())),
            PageEvent::LastResortRang { cycle, rung, .. } => {
                Some((event.at, *cycle, self.page.policy.end(), rung.clone()))
            }
            _ => None,
        };
        let found = self.events.iter().filter_map(ring);
        found.map(|(at, cycle, step, rung)| Ring { at, cycle, step, rung }).collect()
    }

    fn step_name(&self, ring: &Ring) -> String {
        let name = self.page.policy.step_name(ring.step);
        let policy = self.page.policy.policy.as_ref().map(|id| format!(" of policy {id}")).unwrap_or_default();
        let name = if name == "last resort" { "the last resort".to_owned() } else { format!("{name}{policy}") };
        if ring.cycle > 0 { format!("{name} (repeat {})", ring.cycle) } else { name }
    }

    /// What became of each message of a ring.
    fn messages(&self, cycle: u32, step: u32) -> Vec<String> {
        let of_ring = |n: &&Notification| n.user == *self.user && n.cycle == cycle && n.step == step;
        let messages = self.notifications.iter().filter(of_ring);
        messages
            .map(|n| {
                let tries = self.attempts.iter().filter(|attempt| attempt.notification == n.id);
                let ended = tries.filter_map(|attempt| attempt.ended_at).max();
                let reason = n.reason.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
                let by = format!("By {} ({})", n.contact, n.medium);
                match n.status {
                    NotificationStatus::Accepted => {
                        format!("{by}: taken by the provider at {}.", moment(ended.unwrap_or(n.due_at)))
                    }
                    NotificationStatus::Failed => format!("{by}: failed{reason}."),
                    NotificationStatus::Cancelled => format!("{by}, due at {}: not sent{reason}.", moment(n.due_at)),
                    NotificationStatus::Queued | NotificationStatus::Sending => {
                        format!("{by}: due at {}, under way.", moment(n.due_at))
                    }
                }
            })
            .collect()
    }

    /// Who was rung instead, and how they came to be on call.
    fn others(&self, rings: &[Ring]) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for ring in rings {
            for rung in &ring.rung {
                let agreed = self.agreed(&rung.user, ring.at).map(|how| format!(" ({how})")).unwrap_or_default();
                let until = self.until(&rung.why, ring.at);
                let sentence = format!(
                    "{} rang @{} at {}: {}{until}{agreed}.",
                    capital(&self.step_name(ring)),
                    rung.user,
                    moment(ring.at),
                    rung.why
                );
                if told.len() < 4 {
                    told.push(sentence);
                }
            }
        }
        told
    }

    /// Until when somebody had the seat that the reason names.
    fn until(&self, why: &str, at: Instant) -> String {
        let named = self.org.schedules.keys().find(|id| why.ends_with(&format!(" on {id}")));
        let until = named.and_then(|id| self.org.on_call(id, at).ok()).and_then(|now| now.until);
        until.map(|until| format!(" until {}", until.strftime("%Y-%m-%d %H:%M UTC"))).unwrap_or_default()
    }

    /// What people agreed on that put somebody on call at an instant.
    fn agreed(&self, who: &UserId, at: Instant) -> Option<String> {
        for (schedule, cover) in &self.org.covers {
            let on_call =
                self.org.on_call(schedule, at).is_ok_and(|now| now.everyone().any(|m| m.as_str() == who.as_str()));
            if !on_call {
                continue;
            }
            let span = cover.spans.iter().rev().find(|span| {
                let exact = |edge: &nightbell_calendar::Edge| match edge {
                    nightbell_calendar::Edge::Exact(at) => Some(*at),
                    nightbell_calendar::Edge::Wall(_) => None,
                };
                let inside = exact(&span.span.from).is_some_and(|from| from <= at)
                    && exact(&span.span.to).is_some_and(|to| at < to);
                span.span.user.as_str() == who.as_str() && inside
            })?;
            let word = match span.reason {
                nightbell_domain::org::CoverReason::Override => "an override",
                nightbell_domain::org::CoverReason::Swap => "a swap",
                nightbell_domain::org::CoverReason::Cover => "a request for cover that was answered",
                nightbell_domain::org::CoverReason::TakeOver => "they had taken over",
                nightbell_domain::org::CoverReason::Shadow => "they were learning",
            };
            let with = span.span.instead_of.as_ref().map(|user| format!(" for @{user}")).unwrap_or_default();
            return Some(format!("{word}{with}, agreed {}", span.at.strftime("%Y-%m-%d %H:%M UTC")));
        }
        None
    }

    /// Why a step that meant the person did not reach them.
    fn silent(&self) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        let at_user = format!("@{}", self.user);
        for event in &self.events {
            let (PageEvent::StepRang { silent, .. }
            | PageEvent::StepEmpty { silent, .. }
            | PageEvent::LastResortRang { silent, .. }) = &event.event
            else {
                continue;
            };
            for why in silent.iter().filter(|why| why.split([' ', ':', ',']).any(|word| word == at_user)) {
                let sentence = format!("A step meant them and reached them not: {why}.");
                if !told.contains(&sentence) {
                    told.push(sentence);
                }
            }
        }
        told
    }

    /// How it ended, and which step would have been theirs.
    fn became(&self, paged: bool) -> String {
        let page = &self.page;
        let taken = self.events.iter().find(|event| matches!(event.event, PageEvent::Acknowledged { .. }));
        let after = |at: Instant| human_duration(at.duration_since(page.started_at));
        let end = match (taken, &page.status) {
            (Some(taken), _) => format!("{} acknowledged after {}", by(&taken.actor), after(taken.at)),
            (None, PageStatus::Ended { reason, at }) => format!("The page ended after {} ({reason})", after(*at)),
            (None, PageStatus::Exhausted { since }) => {
                format!("Nobody answered; the last resort rings since {}", moment(*since))
            }
            (None, _) => "The page still rings".to_owned(),
        };
        if paged {
            return format!("{end}.");
        }
        match self.would_have() {
            Some(step) => format!("{end}, before {step} would have rung @{}.", self.user),
            None => format!("{end}. No step of it means @{} at that time.", self.user),
        }
    }

    /// The first step that was not rung and means the person.
    fn would_have(&self) -> Option<String> {
        let page = &self.page;
        let rung: Vec<u32> = self.rings().iter().map(|ring| ring.step).collect();
        let means = |targets: &[Target]| {
            let reached = targets.iter().filter_map(|target| self.org.reach(target, page.started_at).ok()).flatten();
            reached.into_iter().any(|one| one.user == *self.user)
        };
        let mut waited = jiff::SignedDuration::ZERO;
        for (n, step) in (0..).zip(&page.policy.steps) {
            waited += step.after;
            if !rung.contains(&n) && means(&step.notify) {
                return Some(format!("{} (after {})", page.policy.step_name(n), human_duration(waited)));
            }
        }
        means(&page.policy.last_resort).then(|| "the last resort".to_owned())
    }
}

fn by(actor: &Actor) -> String {
    actor.user().map_or_else(|| "The source".to_owned(), |user| format!("@{user}"))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
