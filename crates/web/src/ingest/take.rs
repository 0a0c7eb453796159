//! What every inbound address does alike: read a bounded body, hand it to the writer under the integration its key opens, and say that
//! it was stored only when it was.

use crate::{domain::org::IntegrationKind, state::AppState};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::{
    Asks, Class, Directory, Fault, StoreError,
    domain::{
        ids::IntegrationId,
        limits::INBOUND_BYTES_MAX,
        signal::{Event, EventAction, Link},
    },
    signal::{self, Inbound, Receipt},
};
use nightbell_wire::inbound::{Answer, Parsed};
use std::error::Error as _;

/// Why there is no body to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBody {
    /// More than [`INBOUND_BYTES_MAX`].
    TooLarge,
    /// The sender broke off.
    BrokenOff,
}

/// A bounded body and the headers beside it. A body that is no such thing is the handler's to answer, in the words of its format.
pub struct Posted {
    /// As sent.
    pub headers: HeaderMap,
    /// As sent, or why not.
    pub body: Result<Bytes, NoBody>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        Ok(Self { headers: parts.headers, body: bounded(body).await })
    }
}

async fn bounded(body: Body) -> Result<Bytes, NoBody> {
    to_bytes(body, INBOUND_BYTES_MAX).await.map_err(|e| {
        // The only length a body here is measured against is ours, in this reader or in a layer before it.
        let text = e.source().map_or_else(|| e.to_string(), ToString::to_string);
        if text.contains("length limit") { NoBody::TooLarge } else { NoBody::BrokenOff }
    })
}

impl Posted {
    /// `Content-Type` as sent; empty without one.
    pub fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Whose key it is. What the writer saw last is asked first: that only chooses a queue, and the transaction decides. A key that opened nothing
/// there is looked for in the store as it is now, because another node may have taken it in a moment ago. Nobody's key thus costs the writer
/// nothing, however often it comes.
///
/// # Errors
/// The store could not.
pub async fn source(state: &AppState, kind: IntegrationKind, key: &str) -> Result<Option<IntegrationId>, Fault> {
    let whose = |directory: &Directory| directory.integration_by_key(Some(kind), key).map(|known| known.id.clone());
    match whose(&state.desk().directory()) {
        Some(known) => Ok(Some(known)),
        None => Ok(whose(&*state.newest_directory().await?)),
    }
}

fn class(source: IntegrationId, events: &[Event]) -> Class {
    match events {
        [] => Class::Background,
        events if events.iter().all(|event| event.action != EventAction::Trigger) => Class::Relief(source),
        _ => Class::Alert(source),
    }
}

/// What memory keeps for a text beside its letters.
const TEXT_BYTES: usize = 16;
/// What memory keeps for labels beside their texts: for each six, because a node of the map may be half full.
const LABEL_NODE_BYTES: usize = 600;

/// About how many bytes a request holds until it has run: the body as it came and as it will be kept, and what was read from it, with the keys
/// once more. Of small alerts, what is beside the texts is most of it.
pub(super) fn held_bytes(inbound: &Inbound) -> usize {
    let events: usize = inbound.events.iter().map(event_bytes).sum();
    let notes: usize = inbound.notes.iter().map(|note| size_of::<String>() + text_bytes(note)).sum();
    2 * inbound.body.len() + events + notes
}

fn event_bytes(event: &Event) -> usize {
    let texts = [&event.title, &event.body, &event.source].into_iter().chain(&event.runbook_url);
    let texts: usize = texts.map(|text| text_bytes(text)).sum();
    let key = event.dedup_key.as_ref().map_or(0, |key| size_of::<String>() + 2 * text_bytes(key));
    let label_texts: usize = event.labels.iter().map(|(name, value)| text_bytes(name) + text_bytes(value)).sum();
    let labels = LABEL_NODE_BYTES * event.labels.len().div_ceil(6) + label_texts;
    let link_bytes = |link: &Link| size_of::<Link>() + text_bytes(&link.href) + text_bytes(&link.text);
    let links: usize = event.links.iter().map(link_bytes).sum();
    size_of::<Event>() + texts + key + labels + links
}

fn text_bytes(text: &str) -> usize {
    if text.is_empty() { 0 } else { TEXT_BYTES + text.len() }
}

/// Takes a parsed request in and waits until it is on disk. `None`: no integration of this kind has this key, and nothing was stored.
///
/// # Errors
/// The store could not: nothing was stored.
pub async fn store(
    state: &AppState,
    kind: IntegrationKind,
    key: String,
    posted: &Posted,
    parsed: Parsed,
) -> Result<Option<Receipt>, Fault> {
    let events = parsed.events.len();
    let Some(source) = source(state, kind, &key).await? else { return Ok(None) };
    let keys = parsed.events.iter().filter_map(|event| event.dedup_key.clone()).collect();
    let asks = Asks { integration: source.clone(), keys };
    let class = class(source.clone(), &parsed.events);
    let mut inbound = Inbound {
        integration: source,
        content_type: posted.content_type().to_owned(),
        body: posted.body.as_ref().map(|bytes| bytes.to_vec()).unwrap_or_default(),
        events: parsed.events,
        notes: parsed.notes,
    };
    let bytes = held_bytes(&inbound);
    let stored = state
        .run_asking(bytes, class, Some(asks), move |unit| {
            let directory = unit.directory.clone();
            let Some(integration) = directory.integration_by_key(Some(kind), &key) else { return Ok(None) };
            // What was sent is lent, never given: the work may have to run again, also after it broke off in the middle.
            inbound.integration = integration.id.clone();
            signal::ingest(unit, &inbound).map(Some)
        })
        .await;
    match &stored {
        Ok(Some(_)) => state.metrics().events_accepted(kind.word(), events as u64),
        Ok(None) => {}
        // Counted by the desk; a line for each of a flood would be a second flood.
        Err(e @ (Fault::Busy { .. } | Fault::Store(StoreError::Full(_)))) => {
            tracing::debug!(kind = kind.word(), error = %e, "an inbound request found no room");
        }
        Err(e) => {
            tracing::error!(kind = kind.word(), error = %e, "an inbound request was not stored; its sender was told to send it again");
        }
    }
    stored
}

/// When a sender should come back after a 503, in seconds.
pub fn retry_after_s(fault: &Fault) -> u32 {
    u32::from(fault.retry_after_s().unwrap_or(5))
}

/// An answer of the wire crate as an HTTP answer.
pub fn answer(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response();
    if let Some(seconds) = answer.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
