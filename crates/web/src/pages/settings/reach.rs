//! `/settings/reach`: people set and prove how they are reached. A refused form shows the page again, with what was typed and why not.

use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    pages::form::{Pairs, refusal, status, typed},
    present::{
        self,
        eyes::Reading,
        reach::{Said, rules},
        typed::Typed,
    },
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jiff::SignedDuration;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::Read,
        ids::ContactId,
        org::{AtMost, ContactKind, NotificationRules, QuietHours},
        refusal::Refusal,
    },
    live,
    people::{self, Entered, Hand},
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/reach", get(show))
        .route("/settings/reach/add", post(add))
        .route("/settings/reach/rules", post(set_rules))
        .route("/settings/reach/rules/reset", post(reset_rules))
        .route("/settings/reach/quiet", post(quiet))
        .route("/settings/reach/{id}/send", post(send))
        .route("/settings/reach/{id}/code", post(code))
        .route("/settings/reach/{id}/test", post(test))
        .route("/settings/reach/{id}/address", post(address))
        .route("/settings/reach/{id}/name", post(name))
        .route("/settings/reach/{id}/limit", post(limit))
        .route("/settings/reach/{id}/remove", post(remove))
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    page(&state, &who, StatusCode::OK, None).await
}

/// The page, with a form that was refused.
async fn page(state: &AppState, who: &Session, status: StatusCode, refused: Option<Said>) -> PageResult {
    let shell = respond::frame(state, who, Nav::Settings, "How Nightbell reaches me", Some(live::HOME)).await?;
    let (reading, user) = (Reading::of(who), who.caller.user().clone());
    let (settings, media) = (state.settings().clone(), state.media().clone());
    let view = state
        .read(move |tx, now, directory| {
            let reach = people::reach_of(tx, directory, &user, now)?;
            let eyes = reading.at(now, &directory.org);
            Ok(present::reach::page(&eyes, shell, &settings, &media, &reach, refused.as_ref()))
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

/// A change, and back to the page saying what it means; refused, the page again.
struct Press<'s> {
    state: &'s AppState,
    who: Signed<Read>,
    form: &'static str,
    contact: Option<ContactId>,
    typed: Typed,
}

impl Press<'_> {
    async fn run<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Unit<'_>, &Hand) -> Result<T, Fault> + Send + 'static,
    ) -> Result<Result<T, Refusal>, Fault> {
        let hand = Hand::own(&self.who.permit);
        match self.state.run(move |unit| work(unit, &hand)).await {
            Ok(done) => Ok(Ok(done)),
            Err(fault) => refusal(fault).map(Err),
        }
    }

    fn back(&self, place: &str, kind: FlashKind, text: &str) -> PageResult {
        Ok(respond::see_other_saying(self.state, &format!("/settings/reach{place}"), kind, text))
    }

    async fn again(self, refusal: Refusal) -> PageResult {
        let code = status(&refusal);
        let said = Said { form: self.form, contact: self.contact, typed: self.typed, refusal };
        page(self.state, &self.who, code, Some(said)).await
    }

    /// Where the method stands on the page.
    fn place(&self) -> String {
        self.contact.as_ref().map_or_else(String::new, |id| format!("#method-{id}"))
    }
}

fn contact(id: &str) -> Result<ContactId, Refusal> {
    id.parse().map_err(|_| Refusal::not_found("contact method", "of that name"))
}

async fn add(State(state): State<AppState>, who: Signed<Read>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let press = Press { state: &state, who, form: "add", contact: None, typed: typed(pairs) };
    let kind = match method(&state, press.typed.word("kind"), press.typed.word("address")) {
        Ok(kind) => kind,
        Err(refusal) => return press.again(refusal).await,
    };
    let name = match press.typed.word("name") {
        "" => None,
        given => match given.parse::<ContactId>() {
            Ok(name) => Some(name),
            Err(e) => return press.again(Refusal::invalid("name", format!("{e}."))).await,
        },
    };
    let done = press
        .run(move |unit, hand| {
            let name = people::add(unit, hand, name.clone(), kind.clone())?;
            Ok(name)
        })
        .await?;
    let id = match done {
        Ok(id) => id,
        Err(refusal) => return press.again(refusal).await,
    };
    // A unit of its own: a code is for the settings as they are stored.
    let (place, whom) = (format!("#method-{id}"), id.clone());
    let sent = press.run(move |unit, hand| people::send_code(unit, hand, &whom)).await?;
    match sent {
        Ok(_) => {
            press.back(&place, FlashKind::Done, &format!("{id} is added, and a code is on its way. Enter it below."))
        }
        Err(refusal) => press.back(&place, FlashKind::Careful, &format!("{id} is added. {}", refusal.message)),
    }
}

/// A method as it was typed, of those this server can send by.
pub(super) fn method(state: &AppState, word: &str, address: &str) -> Result<ContactKind, Refusal> {
    if !state.media().contains(word) {
        return Err(Refusal::invalid("address", "This server cannot send by that; choose another way."));
    }
    ContactKind::from_parts(word, address).map_err(|why| Refusal::invalid("address", why))
}

#[derive(serde::Deserialize)]
struct Nothing {}

async fn send(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "send", contact: Some(id.clone()), typed: Typed::default() };
    let place = press.place();
    let whom = id.clone();
    match press.run(move |unit, hand| people::send_code(unit, hand, &whom)).await? {
        Ok(_) => press.back(&place, FlashKind::Done, &format!("A code is on its way by {id}. Enter it below.")),
        Err(refusal) => press.back(&place, FlashKind::Refused, &refusal.message),
    }
}

async fn code(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "code", contact: Some(id.clone()), typed: typed(pairs) };
    let (place, given, whom) = (press.place(), press.typed.word("code").to_owned(), id.clone());
    match press.run(move |unit, hand| people::enter_code(unit, hand, &whom, &given)).await? {
        Ok(Entered::Proved) => press.back(
            &place,
            FlashKind::Done,
            &format!("{id} reaches you: it is verified. Which rings when says whether pages use it."),
        ),
        Ok(Entered::Over(why)) => press.back(&place, FlashKind::Refused, why),
        Ok(Entered::Wrong { .. }) => {
            press.again(Refusal::invalid("code", "That is not the code. Look at the newest message.")).await
        }
        Err(refusal) => press.again(refusal).await,
    }
}

async fn test(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "test", contact: Some(id.clone()), typed: Typed::default() };
    let (place, whom) = (press.place(), id.clone());
    match press.run(move |unit, hand| people::test(unit, hand, &whom).map(drop)).await? {
        Ok(()) => {
            press.back(&place, FlashKind::Done, &format!("A test page goes out by {id} now. Press there that it rang."))
        }
        Err(refusal) => press.back(&place, FlashKind::Refused, &refusal.message),
    }
}

async fn address(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "address", contact: Some(id.clone()), typed: typed(pairs) };
    let (place, given) = (press.place(), press.typed.word("address").to_owned());
    let (anyway, whom) = (press.typed.ticked("anyway"), id.clone());
    let done = press
        .run(move |unit, hand| {
            let directory = unit.directory.clone();
            let person = directory.org.person(hand.user());
            let known = person.as_ref().and_then(|person| person.contacts.iter().find(|c| c.id == whom));
            let word = known.ok_or_else(|| Refusal::not_found("contact method", &whom))?.kind.word();
            let kind = ContactKind::from_parts(word, &given).map_err(|why| Refusal::invalid("address", why))?;
            people::readdress(unit, hand, &whom, kind, anyway)
        })
        .await?;
    match done {
        Ok(()) => press.back(
            &place,
            FlashKind::Careful,
            &format!("{id} leads elsewhere now, and is not used before you prove it."),
        ),
        Err(refusal) => press.again(refusal).await,
    }
}

async fn name(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "name", contact: Some(id.clone()), typed: typed(pairs) };
    let to: ContactId = match press.typed.word("name").parse() {
        Ok(to) => to,
        Err(e) => return press.again(Refusal::invalid("name", format!("{e}."))).await,
    };
    let new = to.clone();
    match press.run(move |unit, hand| people::rename(unit, hand, &id, new.clone())).await? {
        Ok(()) => {
            press.back(&format!("#method-{to}"), FlashKind::Done, &format!("It is called {to} now; your rules follow."))
        }
        Err(refusal) => press.again(refusal).await,
    }
}

async fn limit(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "limit", contact: Some(id.clone()), typed: typed(pairs) };
    let (place, given) = (press.place(), (press.typed.word("count"), press.typed.word("minutes")));
    let rule = match given {
        ("", "") => None,
        (count, minutes) => match (count.parse::<u32>(), minutes.parse::<u32>()) {
            (Ok(count), Ok(minutes)) => Some(AtMost { count, per: SignedDuration::from_mins(i64::from(minutes)) }),
            _ => {
                let why = "Give two numbers, such as 5 messages in 10 minutes; or leave both empty for no limit.";
                return press.again(Refusal::invalid("count", why)).await;
            }
        },
    };
    match press.run(move |unit, hand| people::set_at_most(unit, hand, &id, rule)).await? {
        Ok(()) => press.back(&place, FlashKind::Done, "Saved. The first message about a page is never held back."),
        Err(refusal) => press.again(refusal).await,
    }
}

async fn remove(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let id = contact(&id)?;
    let press = Press { state: &state, who, form: "remove", contact: Some(id.clone()), typed: typed(pairs) };
    let (anyway, whom) = (press.typed.ticked("anyway"), id.clone());
    let done = press
        .run(move |unit, hand| {
            people::remove(unit, hand, &whom, anyway)?;
            let person = unit.directory.org.person(hand.user());
            Ok(person.is_some_and(|person| person.contacts.iter().any(|c| c.verified && c.id != whom)))
        })
        .await?;
    match done {
        Ok(true) => press.back("#methods", FlashKind::Done, &format!("{id} is gone, and your rules for it.")),
        Ok(false) => press.back(
            "#methods",
            FlashKind::Careful,
            &format!("{id} is gone. No verified method is left: you cannot be reached."),
        ),
        Err(refusal) => press.again(refusal).await,
    }
}

async fn set_rules(State(state): State<AppState>, who: Signed<Read>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let press = Press { state: &state, who, form: "rules", contact: None, typed: typed(pairs) };
    let given =
        rules(&press.typed, "high").and_then(|high| Ok(NotificationRules { high, low: rules(&press.typed, "low")? }));
    let given = match given {
        Ok(given) => given,
        Err(refusal) => return press.again(refusal).await,
    };
    match press.run(move |unit, hand| people::set_rules(unit, hand, given.clone())).await? {
        Ok(()) => press.back("#ladder", FlashKind::Done, "Saved: this is how pages reach you from now on."),
        Err(refusal) => press.again(refusal).await,
    }
}

async fn reset_rules(State(state): State<AppState>, who: Signed<Read>, CsrfForm(_): CsrfForm<Nothing>) -> PageResult {
    let press = Press { state: &state, who, form: "rules", contact: None, typed: Typed::default() };
    match press.run(people::reset_rules).await? {
        Ok(()) => press.back(
            "#ladder",
            FlashKind::Done,
            "Your own rules are gone; the organisation's hold, or the usual order.",
        ),
        Err(refusal) => press.again(refusal).await,
    }
}

async fn quiet(State(state): State<AppState>, who: Signed<Read>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let press = Press { state: &state, who, form: "quiet", contact: None, typed: typed(pairs) };
    let hours = match (press.typed.word("from"), press.typed.word("to")) {
        ("", "") => None,
        (from, to) => match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => Some(QuietHours { from, to }),
            _ => {
                let why = "Give both times, such as 22:00 and 07:00; or leave both empty for none.";
                return press.again(Refusal::invalid("from", why)).await;
            }
        },
    };
    match press.run(move |unit, hand| people::set_quiet(unit, hand, hours)).await? {
        Ok(()) => press.back("#quiet", FlashKind::Done, "Saved. High urgency rings at any hour."),
        Err(refusal) => press.again(refusal).await,
    }
}

#[cfg(test)]
mod tests;
