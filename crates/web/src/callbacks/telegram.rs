//! `POST /callbacks/telegram`: what Telegram tells the installation's bot. A press of the acknowledge button acknowledges as the person whose
//! verified contact method the chat is; `/start` is answered with the chat's number, which is how people find it.
//!
//! The proof is twofold: the header says that Telegram calls, and the reference on the button that we made it for that chat.

use super::told::Told;
use crate::state::AppState;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::tz::TimeZone;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        ids::{PageId, UserId},
        org::{ContactKind, Organisation},
        paging::{Page, PageStatus},
        record::Actor,
        refusal::Refusal,
    },
    paging,
};
use nightbell_wire::outbound::{
    HttpRequest,
    telegram::{
        self,
        reference::BotKey,
        update::{Press, Update},
    },
};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// The installation's bot, as callbacks know it.
#[derive(Clone)]
pub struct Bot {
    /// Its key.
    pub key: BotKey,
    /// Where the Bot API is.
    pub base_url: String,
    /// The word by which Telegram proves that it calls.
    pub secret: String,
    /// Sends a request some time soon; what came of it is nobody's matter here.
    pub send: Arc<dyn Fn(HttpRequest) + Send + Sync>,
}

/// Where Telegram is told to call.
pub const PATH: &str = "/callbacks/telegram";
const PROOF: &str = "x-telegram-bot-api-secret-token";

pub(super) fn router() -> Router<AppState> {
    Router::new().route(PATH, post(called))
}

/// Answered with 200 whatever came of it, once it is known that Telegram calls: anything else is sent again and again.
async fn called(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(bot) = state.telegram().cloned() else { return StatusCode::NOT_FOUND };
    let given = headers.get(PROOF).map(|value| value.as_bytes()).unwrap_or_default();
    if !bool::from(given.ct_eq(bot.secret.as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    match Update::read(&body) {
        Some(Update::Press(press)) => pressed(&state, &bot, press).await,
        Some(Update::Greeting { chat }) => (bot.send)(telegram::say(&bot.base_url, &bot.key, chat, &greeting(chat))),
        Some(Update::Other) => {}
        None => return StatusCode::BAD_REQUEST,
    }
    StatusCode::OK
}

fn greeting(chat: i64) -> String {
    format!(
        "The number of this chat is {chat}. To be paged here, enter it in Nightbell: Settings, How Nightbell reaches me, Add a method, Telegram. \
         A code then comes here."
    )
}

async fn pressed(state: &AppState, bot: &Bot, press: Press) {
    let (key, button) = (bot.key.clone(), press.clone());
    let done = state.run_first(move |unit| take(unit, &key, &button)).await;
    let (told, note) = match done {
        Ok(done) => done,
        Err(Fault::Refused(refusal)) => (Told::refused(refusal.message), None),
        Err(fault) => {
            tracing::warn!(error = %fault, "a press in Telegram could not be stored; the presser was told");
            (Told::refused("It could not be stored just now, and rings on. Press again in a moment."), None)
        }
    };
    (bot.send)(telegram::answer_press(&bot.base_url, &bot.key, &press.query, &told.text, !told.done));
    if let Some(note) = note {
        let text = format!("{}\n\n{note}", press.text);
        (bot.send)(telegram::edit(&bot.base_url, &bot.key, press.chat, press.message_id, &text));
    }
}

/// The press as a unit of work: what is told, and what the message says from then on.
fn take(unit: &mut Unit<'_>, key: &BotKey, press: &Press) -> Result<(Told, Option<String>), Fault> {
    let page: PageId = key.page(&press.data, &press.chat.to_string()).ok_or_else(|| {
        Refusal::not_found("page behind this button;", "it was not made for this chat by this installation")
    })?;
    let directory = unit.directory.clone();
    let user = who(&directory.org, press)?;
    let page = paging::acknowledge_by_contact(unit, &user, page, "telegram")?;
    Ok((Told::of(&directory.org, &page, &user), note(&directory.org, &page, &user)))
}

/// Who pressed: the owner of the account's own chat, else of the chat with the button.
fn who(org: &Organisation, press: &Press) -> Result<UserId, Refusal> {
    let owners = |number: i64| -> Vec<UserId> {
        let number = number.to_string();
        let owns = |user: &&UserId| {
            org.person(user).is_some_and(|person| {
                let here = |kind: &ContactKind| matches!(kind, ContactKind::Telegram { chat } if *chat == number);
                person.contacts.iter().any(|contact| contact.verified && here(&contact.kind))
            })
        };
        org.users.keys().filter(owns).cloned().collect()
    };
    for number in [press.by, press.chat] {
        match owners(number).as_slice() {
            [] => {}
            [user] => return Ok(user.clone()),
            _ => {
                return Err(Refusal::conflict(
                    "several-people",
                    "Several people are reached in this chat, so the button cannot tell who you are. Press Open instead.",
                ));
            }
        }
    }
    Err(Refusal::conflict("nobody", "This chat is nobody's verified contact method any more. Press Open instead."))
}

/// What the message says once there is nothing to press any more.
fn note(org: &Organisation, page: &Page, me: &UserId) -> Option<String> {
    let zone = org.users.get(me).and_then(|user| TimeZone::get(&user.time_zone).ok()).unwrap_or(TimeZone::UTC);
    match &page.status {
        PageStatus::Acknowledged { by, at } => {
            let name = match by {
                Actor::User(by) => org.users.get(by).map_or_else(|| format!("@{by}"), |user| user.name.clone()),
                other => other.to_string(),
            };
            Some(format!("✓ Acknowledged by {name}, {}", at.to_zoned(zone).strftime("%H:%M %Z")))
        }
        PageStatus::Ended { reason, .. } => Some(format!("✓ Over: {reason}")),
        PageStatus::Ringing | PageStatus::Exhausted { .. } => None,
    }
}
