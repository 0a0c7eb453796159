//! The shapes of the answers: spans, requests, turns, plans. Names are promises.

use crate::domain::{
    org::{Cover, CoverRequest, CoverSpan, HandoffNote, RequestStatus, StagedPlan, Turn},
    record::Instant,
};
use serde::Serialize;

#[derive(Serialize)]
pub struct SpanJson {
    id: String,
    user: String,
    from: Instant,
    to: Instant,
    /// `replace`, `add`, `shadow`, `reverse-shadow`.
    kind: serde_json::Value,
    instead_of: Option<String>,
    note: Option<String>,
    /// `override`, `swap`, `cover`, `take-over`, `shadow`.
    reason: serde_json::Value,
    by: String,
    at: Instant,
    /// The request it came with.
    deal: Option<String>,
}

impl From<&CoverSpan> for SpanJson {
    fn from(span: &CoverSpan) -> Self {
        Self {
            id: span.id.clone(),
            user: span.span.user.to_string(),
            from: span.from(),
            to: span.to(),
            kind: serde_json::to_value(span.span.kind).unwrap_or_default(),
            instead_of: span.span.instead_of.as_ref().map(ToString::to_string),
            note: span.span.note.clone(),
            reason: serde_json::to_value(span.reason).unwrap_or_default(),
            by: span.by.to_string(),
            at: span.at,
            deal: span.deal.clone(),
        }
    }
}

#[derive(Serialize)]
pub struct RequestJson {
    id: String,
    user: String,
    from: Instant,
    to: Instant,
    /// `null`: everybody of the schedule.
    asked: Option<String>,
    in_return: Option<SpanOf>,
    note: String,
    by: String,
    at: Instant,
    /// `open`, `accepted`, `declined`, `over`.
    status: &'static str,
    answered_by: Option<String>,
    reason: Option<String>,
}

/// A bare span.
#[derive(Serialize)]
pub struct SpanOf {
    from: Instant,
    to: Instant,
}

impl From<&CoverRequest> for RequestJson {
    fn from(request: &CoverRequest) -> Self {
        let (status, answered_by, reason) = match &request.status {
            RequestStatus::Open => ("open", None, None),
            RequestStatus::Accepted { by, although, .. } => ("accepted", Some(by.to_string()), although.clone()),
            RequestStatus::Declined { by, .. } => ("declined", Some(by.to_string()), None),
            RequestStatus::Over { reason, .. } => ("over", None, Some(reason.clone())),
        };
        Self {
            id: request.id.clone(),
            user: request.user.to_string(),
            from: request.from,
            to: request.to,
            asked: request.asked.as_ref().map(ToString::to_string),
            in_return: request.in_return.map(|(from, to)| SpanOf { from, to }),
            note: request.note.clone(),
            by: request.by.to_string(),
            at: request.at,
            status,
            answered_by,
            reason,
        }
    }
}

#[derive(Serialize)]
pub struct TurnJson {
    schedule: String,
    /// `primary`, `together`, `backup`, `shadow`.
    seat: &'static str,
    from: Instant,
    to: Instant,
}

impl From<&Turn> for TurnJson {
    fn from(turn: &Turn) -> Self {
        Self { schedule: turn.schedule.to_string(), seat: turn.seat.word(), from: turn.from, to: turn.to }
    }
}

#[derive(Serialize)]
pub struct StagedJson {
    from: Instant,
    calendar: nightbell_calendar::Schedule,
    by: String,
    at: Instant,
}

impl From<&StagedPlan> for StagedJson {
    fn from(plan: &StagedPlan) -> Self {
        Self { from: plan.from, calendar: plan.calendar.clone(), by: plan.by.to_string(), at: plan.at }
    }
}

#[derive(Serialize)]
pub struct NoteJson {
    by: String,
    at: Instant,
    text: String,
}

impl From<&HandoffNote> for NoteJson {
    fn from(note: &HandoffNote) -> Self {
        Self { by: note.by.to_string(), at: note.at, text: note.text.clone() }
    }
}

#[derive(Serialize)]
pub struct CoverJson {
    schedule: String,
    spans: Vec<SpanJson>,
    requests: Vec<RequestJson>,
    staged: Vec<StagedJson>,
    notes: Vec<NoteJson>,
}

impl From<&Cover> for CoverJson {
    fn from(cover: &Cover) -> Self {
        Self {
            schedule: cover.schedule.to_string(),
            spans: cover.spans.iter().map(SpanJson::from).collect(),
            requests: cover.requests.iter().map(RequestJson::from).collect(),
            staged: cover.staged.iter().map(StagedJson::from).collect(),
            notes: cover.notes.iter().map(NoteJson::from).collect(),
        }
    }
}
