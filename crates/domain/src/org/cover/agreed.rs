//! Spans that somebody took: added, undone, cut short, and let go when they are long over.

use super::{Cover, CoverReason, CoverSpan, RequestStatus};
use crate::{
    record::{Actor, Instant},
    refusal::Refusal,
};
use jiff::SignedDuration;
use nightbell_calendar::Edge;

/// What was agreed that long ago is left to the revisions of the cover.
const KEPT: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Cover {
    /// Adds spans that begin now or later.
    ///
    /// # Errors
    /// A span that begins in the past or ends before it begins: what was, was (INV-12).
    pub fn agree(&mut self, spans: Vec<CoverSpan>, now: Instant) -> Result<(), Refusal> {
        for span in &spans {
            check_span(span.from(), span.to(), now)?;
        }
        self.spans.extend(spans);
        Ok(())
    }

    /// The span of that handle.
    ///
    /// # Errors
    /// Not found.
    pub fn span(&self, id: &str) -> Result<&CoverSpan, Refusal> {
        self.spans.iter().find(|span| span.id == id).ok_or_else(|| Refusal::not_found("agreed span", id))
    }

    /// Undoes a span and what came with it. One that runs ends now; one that is over stays (INV-12). What two people agreed on is undone
    /// whole, so only before any of it began; a take-over is one person's and is given back any time. Answers what was undone, as it was.
    ///
    /// # Errors
    /// Not found; over; a deal that began.
    pub fn undo(&mut self, id: &str, by: &Actor, now: Instant) -> Result<Vec<CoverSpan>, Refusal> {
        let deal = self.span(id)?.deal.clone();
        let with_it = |span: &CoverSpan| span.id == id || (deal.is_some() && span.deal == deal);
        let undone: Vec<CoverSpan> = self.spans.iter().filter(|span| with_it(span)).cloned().collect();
        if undone.iter().all(|span| span.to() <= now) {
            return Err(Refusal::conflict("over", "That is over: what was on call then stays as it was."));
        }
        let agreed = deal.is_some() && undone.iter().any(|span| span.reason != CoverReason::TakeOver);
        if agreed && undone.iter().any(|span| span.from() <= now) {
            return Err(Refusal::conflict(
                "begun",
                "What you agreed on has begun, so it cannot be undone for one side alone. Take over now, or ask for the rest anew.",
            ));
        }
        self.spans.retain(|span| !with_it(span) || span.from() < now);
        for span in self.spans.iter_mut().filter(|span| with_it(span) && span.to() > now) {
            span.span.to = Edge::Exact(now);
        }
        for request in self.requests.iter_mut().filter(|request| Some(&request.id) == deal.as_ref()) {
            request.status = RequestStatus::Over { reason: format!("undone by {by}"), at: now };
        }
        Ok(undone)
    }

    /// Lets go of what is so long over that only the revisions need to know it.
    pub fn fold(&mut self, now: Instant) {
        let since = now.checked_sub(KEPT).unwrap_or(Instant::MIN);
        self.spans.retain(|span| span.to() >= since);
        self.requests.retain(|request| request.to >= since);
        self.notes.retain(|note| note.at >= since);
    }
}

/// A span that may still be arranged.
///
/// # Errors
/// It begins in the past, or ends before it begins.
pub(super) fn check_span(from: Instant, to: Instant, now: Instant) -> Result<(), Refusal> {
    if to <= from {
        return Err(Refusal::invalid("to", "The end must lie after the beginning."));
    }
    if from < now {
        return Err(Refusal::invalid(
            "from",
            "That begins in the past, and who was on call then stays as it was. Begin now or later.",
        ));
    }
    Ok(())
}
