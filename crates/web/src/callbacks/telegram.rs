//! `POST /callbacks/telegram`: what Telegram tells the installation's bot. A press of the acknowledge button acknowledges as the person whose
//! verified contact method the chat is, and proves that it reaches them; `/start` is answered with the chat's number, which is how people find it,
//! once an hour at most.
//!
//! The proof is threefold: the header says that Telegram calls, the reference on the button that we made it for that chat, and the presser's number
//! that the chat is theirs alone. In a group nobody acknowledges.

use super::told::{Told, clock};
use crate::state::AppState;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        ids::{ContactId, PageId, UserId},
        org::{ContactKind, Organisation},
        paging::{Page, PageStatus},
        record::Actor,
        refusal::Refusal,
    },
    paging::{self, Button},
};
use nightbell_wire::outbound::{
    HttpRequest,
    telegram::{
        self,
        reference::{Asked, BotKey},
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
        Some(Update::Greeting { chat }) if state.answers().may(state.now(), &format!("telegram {chat}")) => {
            (bot.send)(telegram::say(&bot.base_url, &bot.key, chat, &greeting(chat)));
        }
        Some(Update::Greeting { .. } | Update::Other) => {}
        None => return StatusCode::BAD_REQUEST,
    }
    StatusCode::OK
}

fn greeting(chat: i64) -> String {
    if telegram::is_group(&chat.to_string()) {
        return format!(
            "The number of this group is {chat}. A group can be told what happens, and nobody can acknowledge from it: everybody in it could. To be \
             paged, write /start to me in a chat of your own."
        );
    }
    format!(
        "The number of this chat is {chat}. To be paged here, enter it in Nightbell: Settings, How Nightbell reaches me, Add a method, Telegram. \
         A code then comes here."
    )
}

async fn pressed(state: &AppState, bot: &Bot, press: Press) {
    let done = match asked(bot, &press) {
        Ok((button, page)) => {
            let button_of = press.clone();
            state.run_first(move |unit| take(unit, button, page, &button_of)).await
        }
        Err(refusal) => Err(refusal.into()),
    };
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

/// What is asked, of which page: looked at before anything is left at the writer's desk. Only somebody's own chat with the bot says who pressed; in a
/// group everybody could.
fn asked(bot: &Bot, press: &Press) -> Result<(Button, PageId), Refusal> {
    if press.by != press.chat {
        let message = "Only in your own chat with the bot it is known who presses. Sign in to Nightbell instead.";
        return Err(Refusal::forbidden(message));
    }
    let asked = bot.key.page(&press.data, &press.chat.to_string());
    let asked = asked.map(|(asked, page)| match asked {
        Asked::Acknowledge => (Button::Acknowledge, page),
        Asked::StillOn => (Button::StillOn, page),
    });
    asked.ok_or_else(|| {
        Refusal::not_found("page behind this button;", "it was not made for this chat by this installation")
    })
}

/// The press as a unit of work: what is told, and what the message says from then on.
fn take(unit: &mut Unit<'_>, button: Button, page: PageId, press: &Press) -> Result<(Told, Option<String>), Fault> {
    let directory = unit.directory.clone();
    let (user, contact) = who(&directory.org, press.by)?;
    let page = paging::press_by_contact(unit, (&user, &contact), page, button, "telegram")?;
    let told = Told::of(&directory.org, &page, &user, button);
    let note = match (button, is_theirs(&page, &user)) {
        (Button::StillOn, true) => Some(format!("✓ {}", told.text)),
        _ => note(&directory.org, &page, &user),
    };
    Ok((told, note))
}

fn is_theirs(page: &Page, user: &UserId) -> bool {
    matches!(&page.status, PageStatus::Acknowledged { by: Actor::User(by), .. } if by == user)
}

/// Who pressed: the owner of the chat, and by which of their verified methods.
fn who(org: &Organisation, chat: i64) -> Result<(UserId, ContactId), Refusal> {
    let number = chat.to_string();
    let here = |kind: &ContactKind| matches!(kind, ContactKind::Telegram { chat } if *chat == number);
    let method = |user: &UserId| {
        let person = org.person(user)?;
        let found = person.contacts.iter().find(|contact| contact.verified && here(&contact.kind))?;
        Some((user.clone(), found.id.clone()))
    };
    let mut owners = org.users.keys().filter_map(method);
    match (owners.next(), owners.next()) {
        (Some(owner), None) => Ok(owner),
        (None, _) => Err(Refusal::conflict(
            "nobody",
            "This chat is nobody's verified contact method any more. Press Open instead.",
        )),
        (Some(_), Some(_)) => Err(Refusal::conflict(
            "several-people",
            "Several people are reached in this chat, so the button cannot tell who you are. Press Open instead.",
        )),
    }
}

/// What the message says once there is nothing to press any more.
fn note(org: &Organisation, page: &Page, me: &UserId) -> Option<String> {
    match &page.status {
        PageStatus::Acknowledged { by, at } => {
            let name = match by {
                Actor::User(by) => org.users.get(by).map_or_else(|| format!("@{by}"), |user| user.name.clone()),
                other => other.to_string(),
            };
            Some(format!("✓ Acknowledged by {name}, {}", clock(org, me, *at)))
        }
        PageStatus::Ended { reason, .. } => Some(format!("✓ Over: {reason}")),
        PageStatus::Ringing | PageStatus::Exhausted { .. } => None,
    }
}
