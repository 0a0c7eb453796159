//! The forms of `/settings/reach` that a browser fills in: its own push subscription, and the proof that it rang.

use crate::{
    csrf::{CsrfForm, PlainForm},
    gate::Signed,
    pages::form::{Pairs, refusal, status, typed},
    present::typed::Typed,
    respond::{self, PageResult},
    state::AppState,
    views::FlashKind,
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::{
    domain::{access::Read, ids::ContactId, org::ContactKind},
    people::{self, Entered, Hand},
};
use nightbell_wire::outbound::push::encryption::Receiver;

/// Longest address of a subscription that is taken, in bytes; real ones have some hundred.
const ENDPOINT_BYTES_MAX: usize = 2_000;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/settings/reach/push", post(subscribe)).route("/settings/reach/push/rang", post(rang))
}

/// The subscription that a browser made. `http:` is for push services on the operator's own network; the egress policy says which.
pub(crate) fn subscription(typed: &Typed) -> Option<ContactKind> {
    let [endpoint, p256dh, auth] = ["endpoint", "p256dh", "auth"].map(|field| typed.word(field).to_owned());
    let url = url::Url::parse(&endpoint).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let sound = endpoint.len() <= ENDPOINT_BYTES_MAX && url.host().is_some() && Receiver::read(&p256dh, &auth).is_ok();
    sound.then_some(ContactKind::Push { endpoint, p256dh, auth })
}

async fn subscribe(State(state): State<AppState>, who: Signed<Read>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let typed = typed(pairs);
    let back = |place: &str, kind, text: &str| {
        Ok(respond::see_other_saying(&state, &format!("/settings/reach{place}"), kind, text))
    };
    let Some(kind) = subscription(&typed) else {
        let text = "This browser gave no push subscription. Press Ring this phone in the browser that shall ring; it needs JavaScript.";
        return back("", FlashKind::Refused, text);
    };
    let (name, hand): (Option<ContactId>, _) = (typed.word("name").parse().ok(), Hand::own(&who.permit));
    let own = hand.clone();
    let added = state.run(move |unit| people::subscribe(unit, &own, name.clone(), kind.clone())).await;
    let id = match added {
        Ok(id) => id,
        Err(fault) => return back("", FlashKind::Refused, &refusal(fault)?.message),
    };
    // A unit of its own: a code is for the settings as they are stored.
    let (place, whom) = (format!("#method-{id}"), id.clone());
    match state.run(move |unit| people::send_code(unit, &hand, &whom)).await {
        Ok(_) => {
            let text =
                format!("{id} is set up. A message comes to it now: press It rang there, or enter its code below.");
            back(&place, FlashKind::Done, &text)
        }
        Err(fault) => back(&place, FlashKind::Careful, &format!("{id} is set up. {}", refusal(fault)?.message)),
    }
}

/// Pressed in the notification itself: the service worker has no form with a hidden word, but the code that only this browser was sent.
async fn rang(
    State(state): State<AppState>,
    who: Signed<Read>,
    PlainForm(pairs): PlainForm<Pairs>,
) -> Result<Response, crate::PageError> {
    let typed = typed(pairs);
    let (endpoint, code) = (typed.word("endpoint").to_owned(), typed.word("code").to_owned());
    let hand = Hand::own(&who.permit);
    let entered = match state.run(move |unit| people::rang(unit, &hand, &endpoint, &code)).await {
        Ok(entered) => entered,
        Err(fault) => {
            let refusal = refusal(fault)?;
            return Ok(told(status(&refusal), false, &refusal.message));
        }
    };
    Ok(match entered {
        Entered::Proved => told(StatusCode::OK, true, "Pages ring it from now on."),
        Entered::Wrong { .. } => told(StatusCode::CONFLICT, false, "That is not the newest code."),
        Entered::Over(why) => told(StatusCode::CONFLICT, false, why),
    })
}

/// What the service worker shows.
fn told(status: StatusCode, done: bool, text: &str) -> Response {
    let body = serde_json::json!({ "outcome": if done { "done" } else { "refused" }, "text": text });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
