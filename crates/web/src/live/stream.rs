//! `GET /live?topic=…`: one stream of events. `topic` may come several times; `after` is the position the page was read at, `Last-Event-ID` the last
//! one the browser saw; `token` is a page link's, whose bearer may follow that page alone.

use super::{Hub, STREAMS_PER_READER_MAX};
use crate::{
    crowd::Seat,
    csrf::{Said, origin_of},
    errors::{ApiError, Problem},
    gate::Visitor,
    state::AppState,
};
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use nightbell_engine::{
    Fault,
    access::{self, Secret},
    domain::{access::Read, refusal::Refusal},
    live::{self, Happening},
    paging::LinkHolder,
};
use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast::Receiver, broadcast::error::RecvError},
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

const TOPICS_MAX: usize = 16;
const TOPIC_CHARS_MAX: usize = 200;
/// Lines looked through for a browser that comes back; one that missed more is told to look again.
const REPLAY_LINES_MAX: u32 = 2_000;
/// When a reader with too many streams may try again, in seconds.
const RETRY_FULL_S: u16 = 15;
/// How soon a browser tries again after losing its stream.
const RETRY: Duration = Duration::from_secs(2);

/// Who follows the stream; asked again with every heartbeat.
enum Reader {
    Session(Secret),
    Link(String),
}

struct Open {
    state: AppState,
    reader: Reader,
    topics: BTreeSet<String>,
    happenings: Receiver<Arc<Happening>>,
    position: u64,
    first: Vec<Event>,
    heartbeat: Interval,
    _place: OwnedSemaphorePermit,
    _seat: Seat<String>,
    _count: Counted,
}

/// Counts an open stream as long as it lives.
struct Counted(AppState);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.metrics().streams().dec();
    }
}

struct Asked {
    topics: BTreeSet<String>,
    after: Option<u64>,
    token: Option<String>,
}

impl Asked {
    fn read(query: &str, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut asked = Self { topics: BTreeSet::new(), after: None, token: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "topic" => drop(asked.topics.insert(value.into_owned())),
                "after" => asked.after = value.parse().ok(),
                "token" => asked.token = Some(value.into_owned()),
                _ => {}
            }
        }
        if let Some(seen) = headers.get("last-event-id").and_then(|id| id.to_str().ok()) {
            // An id that is not ours: better one look too many.
            asked.after = Some(seen.parse().unwrap_or(0));
        }
        let sound = |topic: &String| !topic.is_empty() && topic.len() <= TOPIC_CHARS_MAX;
        if asked.topics.is_empty() || asked.topics.len() > TOPICS_MAX || !asked.topics.iter().all(sound) {
            return Err(Problem::bad_request("Give one to sixteen topics: /live?topic=home"));
        }
        Ok(asked)
    }
}

pub(super) async fn live(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    if origin_of(&headers, state.place()) == Said::Foreign {
        return Err(Problem::foreign_origin().into());
    }
    let asked = Asked::read(query.as_deref().unwrap_or_default(), &headers)?;
    let (reader, name) = admit(&state, &visitor, &headers, &asked)?;
    let hub = state.live().clone();
    let place = Arc::clone(&hub.0.streams).try_acquire_owned().map_err(|_| Problem::unavailable())?;
    // Nobody keeps the others from following.
    let seat = hub.0.readers.enter(name, STREAMS_PER_READER_MAX).ok_or_else(|| Problem::too_many(RETRY_FULL_S))?;
    // Subscribed before the journal is read: what happens in between comes twice rather than never.
    let happenings = hub.0.happenings.subscribe();
    let (position, missed) = catch_up(&state, asked.after, asked.topics.clone()).await?;
    let mut first = vec![Event::default().id(position.to_string()).retry(RETRY)];
    first.extend(missed.then(|| look(position)));
    first.reverse();
    let mut heartbeat = interval_at(Instant::now() + hub.0.heartbeat, hub.0.heartbeat);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    state.metrics().streams().inc();
    let count = Counted(state.clone());
    let open = Open {
        state,
        reader,
        topics: asked.topics,
        happenings,
        position,
        first,
        heartbeat,
        _place: place,
        _seat: seat,
        _count: count,
    };
    let mut response = Sse::new(stream::unfold(open, |open| open.next(hub_of))).into_response();
    // Proxies must not hold the events back.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

fn hub_of(state: &AppState) -> Hub {
    state.live().clone()
}

/// Who may follow what: the signed-in everything they may read, the bearer of a page link that page. Also answers the name they are counted under.
fn admit(
    state: &AppState,
    visitor: &Visitor,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<(Reader, String), ApiError> {
    if let Some(session) = &visitor.0 {
        session.caller.permit::<Read>()?;
        let jar = axum_extra::extract::CookieJar::from_headers(headers);
        let secret =
            jar.get(state.place().session_cookie()).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
        return Ok((Reader::Session(Secret::from_text(secret)), format!("@{}", session.caller.user())));
    }
    let token = asked.token.clone().ok_or_else(ApiError::unauthenticated)?;
    let holder = LinkHolder::check(state.settings(), &token, state.now())?;
    let own = format!("page:{}", holder.page());
    if asked.topics.iter().any(|topic| *topic != own) {
        return Err(Refusal::not_found("stream", "of that topic for this link").into());
    }
    Ok((Reader::Link(token), own))
}

/// The newest position, and whether something of the topics happened after `after`.
async fn catch_up(state: &AppState, after: Option<u64>, topics: BTreeSet<String>) -> Result<(u64, bool), Fault> {
    state
        .read(move |tx, _, _| {
            let head = live::head(tx)?;
            let missed = match after {
                None => false,
                // A browser from the future: the database was restored from a backup.
                Some(after) if after > head || head - after > u64::from(REPLAY_LINES_MAX) => true,
                Some(after) => {
                    live::after(tx, after, REPLAY_LINES_MAX)?.iter().any(|happening| concerns(&topics, happening))
                }
            };
            Ok((head, missed))
        })
        .await
}

fn concerns(topics: &BTreeSet<String>, happening: &Happening) -> bool {
    !topics.is_disjoint(&happening.topics)
}

fn look(position: u64) -> Event {
    Event::default().id(position.to_string()).data("look")
}

impl Open {
    async fn next(mut self, hub: impl Fn(&AppState) -> Hub) -> Option<(Result<Event, Infallible>, Self)> {
        let hub = hub(&self.state);
        if let Some(event) = self.first.pop() {
            return Some((Ok(event), self));
        }
        loop {
            tokio::select! {
                biased;
                () = hub.stopped() => return None,
                _ = self.heartbeat.tick() => {
                    if !self.may_still_read().await {
                        return None;
                    }
                    let alive = Event::default().comment("alive").id(self.position.to_string());
                    return Some((Ok(alive), self));
                }
                heard = self.happenings.recv() => match heard {
                    Ok(happening) if happening.position <= self.position => {}
                    Ok(happening) => {
                        self.position = happening.position;
                        if concerns(&self.topics, &happening) {
                            return Some((Ok(look(self.position)), self));
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        self.position = self.position.max(hub.newest());
                        return Some((Ok(look(self.position)), self));
                    }
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    /// A session that ended, or a link that expired, ends its streams. A database that does not answer does not.
    async fn may_still_read(&self) -> bool {
        match &self.reader {
            Reader::Link(token) => LinkHolder::check(self.state.settings(), token, self.state.now()).is_ok(),
            Reader::Session(secret) => {
                let secret = secret.clone();
                let found = self
                    .state
                    .read(move |tx, now, directory| access::authenticate_session(tx, directory, &secret, now));
                found.await.map_or(true, |found| found.is_some_and(|signed| signed.caller.permit::<Read>().is_ok()))
            }
        }
    }
}
