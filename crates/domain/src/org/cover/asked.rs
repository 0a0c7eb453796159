//! Requests: "who takes my shift?", "your Tuesday for my Sunday?". Open until somebody takes it, says no, takes it back, or it begins.

use super::{Cover, CoverReason, CoverRequest, CoverSpan, RequestStatus, agreed::check_span};
use crate::{
    ids::UserId,
    record::{Actor, Instant},
    refusal::Refusal,
};
use jiff::SignedDuration;
use nightbell_calendar::Override;

/// How long before the begin whoever asked is told that nobody has taken it: a day, and two hours.
const NAGS: [SignedDuration; 2] = [SignedDuration::from_hours(24), SignedDuration::from_hours(2)];

/// A request that nobody has answered, and which of the two warnings is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// The request.
    pub request: CoverRequest,
    /// How long before its begin the warning became due.
    pub before: SignedDuration,
}

impl CoverRequest {
    /// Whether somebody may still take it at that instant.
    pub fn is_open(&self, now: Instant) -> bool {
        self.status == RequestStatus::Open && self.from > now
    }

    /// Whether it is put to that person: by name, or to everybody but whose span it is.
    pub fn is_put_to(&self, user: &UserId) -> bool {
        *user != self.user && self.asked.as_ref().is_none_or(|asked| asked == user)
    }
}

impl Cover {
    /// The request of that handle.
    ///
    /// # Errors
    /// Not found.
    pub fn request(&self, id: &str) -> Result<&CoverRequest, Refusal> {
        self.requests.iter().find(|request| request.id == id).ok_or_else(|| Refusal::not_found("request", id))
    }

    /// Somebody asks.
    ///
    /// # Errors
    /// A span in the past; asking oneself; a span in return of nobody; the same span asked for twice.
    pub fn ask(&mut self, request: CoverRequest) -> Result<(), Refusal> {
        let now = request.at;
        check_span(request.from, request.to, now)?;
        if request.asked.as_ref() == Some(&request.user) {
            return Err(Refusal::invalid("asked", "That is whose shift it is: ask somebody else."));
        }
        if let Some((from, to)) = request.in_return {
            check_span(from, to, now).map_err(|refusal| Refusal { field: Some("in_return".to_owned()), ..refusal })?;
            if request.asked.is_none() {
                return Err(Refusal::invalid("asked", "A span in return is somebody's: say whom you ask."));
            }
            if from < request.to && request.from < to {
                return Err(Refusal::invalid(
                    "in_return",
                    "Both spans lie at the same time: there is nothing to swap.",
                ));
            }
        }
        let meets = |known: &&CoverRequest| {
            known.user == request.user && known.is_open(now) && known.from < request.to && request.from < known.to
        };
        if self.requests.iter().find(meets).is_some() {
            return Err(Refusal::conflict(
                "asked-already",
                "That span is asked for already. Take the earlier request back first.",
            ));
        }
        self.requests.push(request);
        Ok(())
    }

    /// Somebody takes it: the first one does. `places` makes what puts them there, and whoever asks into the span in return, in that order.
    /// Answers the spans that hold from now on.
    ///
    /// # Errors
    /// Not theirs to take; taken, over or begun; those of `places`.
    pub fn accept(
        &mut self,
        id: &str,
        by: &UserId,
        (actor, now): (&Actor, Instant),
        places: impl FnOnce(&CoverRequest) -> Result<Vec<Override>, Refusal>,
        although: Option<String>,
    ) -> Result<Vec<CoverSpan>, Refusal> {
        let request = self.answerable(id, by, now)?.clone();
        let spans: Vec<CoverSpan> = (1..)
            .zip(places(&request)?)
            .map(|(n, taken)| CoverSpan {
                id: format!("{id}-{n}"),
                span: Override { note: Some(request.note.clone()).filter(|note| !note.is_empty()), ..taken },
                reason: if request.in_return.is_some() { CoverReason::Swap } else { CoverReason::Cover },
                by: actor.clone(),
                at: now,
                deal: Some(request.id.clone()),
            })
            .collect();
        self.agree(spans.clone(), now)?;
        self.settle(id, RequestStatus::Accepted { by: by.clone(), at: now, although });
        Ok(spans)
    }

    /// Whoever was asked by name says no.
    ///
    /// # Errors
    /// As [`Cover::accept`].
    pub fn decline(&mut self, id: &str, by: &UserId, now: Instant) -> Result<CoverRequest, Refusal> {
        if self.answerable(id, by, now)?.asked.is_none() {
            return Err(Refusal::conflict(
                "asked-all",
                "Everybody is asked, so nobody has to say no: leave it to the others.",
            ));
        }
        self.settle(id, RequestStatus::Declined { by: by.clone(), at: now });
        self.request(id).cloned()
    }

    /// Taken back by whoever may.
    ///
    /// # Errors
    /// Answered already, or over.
    pub fn withdraw(&mut self, id: &str, by: &Actor, now: Instant) -> Result<CoverRequest, Refusal> {
        let request = self.request(id)?;
        if !request.is_open(now) {
            return Err(closed(request, now));
        }
        self.settle(id, RequestStatus::Over { reason: format!("taken back by {by}"), at: now });
        self.request(id).cloned()
    }

    /// Requests whose span began before anybody took it are over. Answers them.
    pub fn expire(&mut self, now: Instant) -> Vec<CoverRequest> {
        let mut expired = Vec::new();
        for request in self.requests.iter_mut().filter(|r| r.status == RequestStatus::Open && r.from <= now) {
            request.status = RequestStatus::Over { reason: "nobody took it before it began".to_owned(), at: now };
            expired.push(request.clone());
        }
        expired
    }

    /// Open requests of which a warning came due in `(after, now]`. A warning that was due before somebody asked is not given.
    pub fn unanswered(&self, after: Instant, now: Instant) -> Vec<Unanswered> {
        let due = |request: &CoverRequest, before: SignedDuration| {
            let at = request.from.checked_sub(before).unwrap_or(Instant::MIN);
            at > after && at <= now && at > request.at
        };
        let open = self.requests.iter().filter(|request| request.is_open(now));
        open.flat_map(|request| {
            let mut nags = NAGS.into_iter().filter(|before| due(request, *before));
            // After a long silence only the nearest one is said.
            nags.next_back().map(|before| Unanswered { request: request.clone(), before })
        })
        .collect()
    }

    fn answerable(&self, id: &str, by: &UserId, now: Instant) -> Result<&CoverRequest, Refusal> {
        let request = self.request(id)?;
        if !request.is_open(now) {
            return Err(closed(request, now));
        }
        if *by == request.user {
            return Err(Refusal::conflict("own-request", "It is your own request: take it back instead."));
        }
        if !request.is_put_to(by) {
            return Err(Refusal::forbidden("Somebody else was asked. Ask them, or take over when it begins."));
        }
        Ok(request)
    }

    fn settle(&mut self, id: &str, status: RequestStatus) {
        if let Some(request) = self.requests.iter_mut().find(|request| request.id == id) {
            request.status = status;
        }
    }
}

fn closed(request: &CoverRequest, now: Instant) -> Refusal {
    match &request.status {
        RequestStatus::Accepted { by, .. } => {
            Refusal::conflict("taken", format!("@{by} was faster: it is taken. Nothing changed."))
        }
        RequestStatus::Declined { by, .. } => Refusal::conflict("declined", format!("@{by} said no already.")),
        RequestStatus::Over { reason, .. } => Refusal::conflict("over", format!("This request is over: {reason}.")),
        RequestStatus::Open if request.from <= now => {
            Refusal::conflict("begun", "It has begun. Take over now instead.")
        }
        RequestStatus::Open => Refusal::conflict("open", "This request is open."),
    }
}
