//! What Twilio asks and tells: the words of a call that was taken, the key that was pressed, what became of a message or a call, and text messages that
//! people write back. Answers are TwiML.
//!
//! The proof is Twilio's signature over our own address and everything posted, and, but for text messages, a token that was made for that one message.
//! A request without it is answered 403 before anything is looked up, and counted like every request by its pattern.

use super::phone::{field, holder, pressed, reported, unavailable};
use crate::state::AppState;
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::{
    Fault, Unit,
    paging::phone::{self as paging_phone, Spoken, Texted},
};
use nightbell_wire::outbound::{
    phone::{Act, Purpose, clean, confirmed},
    twilio::{call_heard, is_signed, text_heard, twiml},
};
use std::sync::Arc;

const SIGNATURE: &str = "x-twilio-signature";
/// Said when something is not stored: the page rings on, and there is another way.
const NOT_STORED: &str = "It could not be stored just now. Please open the link in your messages. Goodbye.";
/// Texts of people are short; a longer one is read no further.
const TEXT_BYTES_MAX: usize = 2_000;
/// Units of work of one text message.
const ROUNDS_MAX: usize = 200;

/// The account that calls us.
#[derive(Clone)]
pub struct Caller {
    /// Its auth token: what it signs with.
    pub auth_token: Arc<str>,
}

/// What Twilio calls; nothing where no account is configured.
pub(super) fn router(caller: Option<Caller>) -> Router<AppState> {
    let Some(caller) = caller else { return Router::new() };
    Router::new()
        .route("/callbacks/twilio/voice/{token}", post(taken))
        .route("/callbacks/twilio/gather/{token}", post(key))
        .route("/callbacks/twilio/status/{token}", post(status))
        .route("/callbacks/twilio/sms", post(text))
        .layer(Extension(caller))
}

/// The fields of a form that Twilio signed.
struct Posted(Vec<(String, String)>);

impl FromRequest<AppState> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let caller = request.extensions().get::<Caller>().cloned();
        // The address that we gave, whatever a proxy made of it.
        let url = state.link(request.uri().path_and_query().map_or("/", |path| path.as_str()));
        let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok());
        let signature = signature.unwrap_or_default().to_owned();
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let fields: Vec<(String, String)> =
            url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if caller.is_some_and(|caller| is_signed(&caller.auth_token, &url, &fields, &signature)) {
            return Ok(Self(fields));
        }
        tracing::warn!(
            "a callback with a wrong Twilio signature was refused; if it was Twilio's, check [twilio] auth_token and [server] public_url"
        );
        Err((StatusCode::FORBIDDEN, "wrong signature").into_response())
    }
}

fn xml(document: String) -> Response {
    ([(header::CONTENT_TYPE, twiml::CONTENT_TYPE)], document).into_response()
}

/// What is said instead when something did not happen.
fn instead(fault: &Fault) -> Response {
    match fault {
        Fault::Refused(refusal) => xml(twiml::ended(&confirmed(&refusal.message))),
        fault => {
            tracing::error!(error = %fault, "a call could not be answered");
            xml(twiml::ended(NOT_STORED))
        }
    }
}

/// The call was taken: by a person, or by a mailbox that gets the words and no question.
async fn taken(State(state): State<AppState>, Path(token): Path<String>, Posted(fields): Posted) -> Response {
    answered(&state, token, &fields).await
}

async fn answered(state: &AppState, token: String, fields: &[(String, String)]) -> Response {
    let machine = call_heard(fields).filter(|heard| heard.failed);
    let spoken = match holder(state, Purpose::Answer, &token) {
        Ok(holder) => state.run_first(move |unit: &mut Unit<'_>| paging_phone::spoken(unit, &holder)).await,
        Err(fault) => Err(fault),
    };
    let spoken = match spoken {
        Ok(spoken) => spoken,
        Err(fault) => return instead(&fault),
    };
    if let Some(heard) = machine {
        if let Err(fault) = reported(state, token, Purpose::Answer, heard).await {
            tracing::error!(error = %fault, "that a machine took a call could not be stored");
        }
        return xml(twiml::told(&spoken.words));
    }
    xml(match spoken {
        Spoken { words, menu: Some(menu) } => {
            twiml::asked(&words, menu, &state.link(&format!("/callbacks/twilio/gather/{token}")))
        }
        Spoken { words, menu: None } => twiml::ended(&words),
    })
}

/// A key was pressed.
async fn key(State(state): State<AppState>, Path(token): Path<String>, Posted(fields): Posted) -> Response {
    let Some(act) = field(&fields, "Digits").and_then(Act::from_digit) else {
        // Asked again, from the beginning: nobody is hung up on for a slip of the thumb.
        return answered(&state, token, &fields).await;
    };
    match pressed(&state, token, act).await {
        Ok(said) => xml(twiml::ended(&confirmed(&said))),
        Err(fault) => instead(&fault),
    }
}

/// What became of a text message or a call.
async fn status(State(state): State<AppState>, Path(token): Path<String>, Posted(fields): Posted) -> Response {
    let Some(heard) = call_heard(&fields).or_else(|| text_heard(&fields)) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    match reported(&state, token, Purpose::Report, heard).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(Fault::Refused(refusal)) => (StatusCode::NOT_FOUND, refusal.message).into_response(),
        Err(fault) => unavailable(&fault),
    }
}

/// Somebody wrote. Who is nobody's number is not answered, and never reaches the writer; what changed nothing is answered once an hour.
async fn text(State(state): State<AppState>, Posted(fields): Posted) -> Response {
    let (Some(from), Some(body)) = (field(&fields, "From"), field(&fields, "Body")) else {
        return (StatusCode::BAD_REQUEST, "From and Body are missing").into_response();
    };
    match state.newest_directory().await {
        Ok(directory) if !paging_phone::is_known(&directory.org, from) => return xml(twiml::nothing()),
        Ok(_) => {}
        Err(fault) => return unavailable(&fault),
    }
    let cut = body.char_indices().take_while(|(at, _)| *at < TEXT_BYTES_MAX).map(|(_, c)| c).collect::<String>();
    let Some((said, news)) = written(&state, from, &cut).await else { return xml(twiml::nothing()) };
    // A machine that answers a machine never ends.
    if news || state.answers().may(state.now(), &format!("sms {from}")) {
        xml(twiml::message(&sentence(&said)))
    } else {
        xml(twiml::nothing())
    }
}

/// Does what a text asks for; answers what is written back, and whether it must be.
async fn written(state: &AppState, from: &str, body: &str) -> Option<(String, bool)> {
    let (mut back, mut news) = (String::new(), false);
    for _ in 0..ROUNDS_MAX {
        let (from, body) = (from.to_owned(), body.to_owned());
        match state.run_first(move |unit: &mut Unit<'_>| paging_phone::texted(unit, &from, &body)).await {
            Ok(Texted::Nothing) => return None,
            Ok(Texted::Back(done)) => {
                (back, news) = (done.said, news || done.news);
                if !done.more {
                    break;
                }
            }
            Err(Fault::Refused(refusal)) => {
                back = refusal.message;
                break;
            }
            Err(fault) => {
                tracing::error!(error = %fault, "an answering text message could not be stored");
                let again = "It could not be stored just now. Please open the link in the message.";
                return Some((again.to_owned(), true));
            }
        }
    }
    Some((back, news))
}

/// Ends like one.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!']) || clean(text).is_empty() { text.to_owned() } else { format!("{text}.") }
}
