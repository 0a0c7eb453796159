//! `/me/contacts`, `/me/rules`, `/me/quiet`: how the caller is reached, set and proved. `/users/{id}/contacts`: an administrator adds a method
//! for somebody, who proves it; `/users/reach`: how everybody is reached.

mod rules;

use super::{
    Endpoint,
    answer::{ApiResult, List, created, ok},
    get, post,
    request::{self, Body, Params},
};
use crate::{
    domain::{
        access::{Administer, Read, Respond},
        ids::{ContactId, UserId},
        org::{AccessRole, AtMost, ContactKind},
        record::Instant,
        refusal::Refusal,
        text::duration::parse_duration,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::people::{self, Entered, Hand, Method, Reach};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Characters of a long secret that are shown: enough to tell whose it is.
const SECRET_CHARS: usize = 24;

const fn change(method: &'static str, path: &'static str, what: &'static str, example: &'static str) -> Endpoint {
    Endpoint { method, path, least: AccessRole::Responder, what, example }
}

pub const ENDPOINTS: &[Endpoint] = &[
    get(
        "/me/contacts",
        "One's own contact methods: where they lead (secrets shortened), whether they are verified, when and how each last proved itself.",
    ),
    post(
        "/me/contacts",
        "Adds a method; pages do not use it before it is proved. kind: voice, sms, email, ntfy, telegram, slack, discord, mattermost, teams, webhook, if this server sends by it.",
        r#"{"kind":"email","address":"me@example.org","name":"work-mail"}"#,
    ),
    change(
        "PATCH",
        "/me/contacts/{contact}",
        "Renames a method of one's own or gives it another address, which has to be proved anew.",
        r#"{"name":"mail"}"#,
    ),
    change(
        "DELETE",
        "/me/contacts/{contact}?anyway=true",
        "Removes a method; the last verified one of somebody on call within 8 weeks with anyway=true alone.",
        "",
    ),
    post("/me/contacts/{contact}/code", "Sends a code by the method: six digits, good for 10 minutes and 5 tries.", ""),
    post(
        "/me/contacts/{contact}/verify",
        "Enters the code; a wrong one is counted and answered with proved: false.",
        r#"{"code":"123456"}"#,
    ),
    post("/me/contacts/{contact}/test", "Sends a test page by the method, now.", ""),
    change(
        "PUT",
        "/me/contacts/{contact}/limit",
        "At most so many messages in a time; null for all. Never holds back the first message about a page.",
        r#"{"count":5,"per":"10m"}"#,
    ),
    get("/me/rules", "Which method rings when, by urgency; own: whether one set them here. And the quiet hours."),
    change("PUT", "/me/rules", "Sets one's own rules.", r#"{"high":[{"after":"0s","via":"mail"}],"low":[]}"#),
    change("DELETE", "/me/rules", "Forgets one's own rules: those of the files hold, or the default ladder.", ""),
    change(
        "PUT",
        "/me/quiet",
        "Hours in which low urgency waits, in one's own zone; null for none.",
        r#"{"from":"22:00","to":"07:00"}"#,
    ),
    Endpoint {
        method: "GET",
        path: "/users/reach",
        least: AccessRole::Admin,
        what: "How everybody is reached: each method with its state; never addresses.",
        example: "",
    },
    Endpoint {
        method: "POST",
        path: "/users/{id}/contacts",
        least: AccessRole::Admin,
        what: "Adds a method for somebody, who proves it themselves.",
        example: r#"{"kind":"email","address":"them@example.org"}"#,
    },
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/me/contacts", routing::get(list).post(add))
        .route("/me/contacts/{contact}", routing::patch(edit).delete(remove))
        .route("/me/contacts/{contact}/code", routing::post(send))
        .route("/me/contacts/{contact}/verify", routing::post(verify))
        .route("/me/contacts/{contact}/test", routing::post(test))
        .route("/me/contacts/{contact}/limit", routing::put(limit))
        .route("/me/rules", routing::get(rules::rules).put(rules::set_rules).delete(rules::reset_rules))
        .route("/me/quiet", routing::put(rules::quiet))
        .route("/users/reach", routing::get(everybody))
        .route("/users/{id}/contacts", routing::post(add_for))
}

#[derive(Serialize)]
struct ContactJson {
    name: String,
    kind: &'static str,
    /// Shortened when whoever reads it could use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    verified: bool,
    own: bool,
    sendable: bool,
    proven_at: Option<Instant>,
    proven_by: Option<String>,
    test_missed_at: Option<Instant>,
    broken: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<CodeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<AtMost>,
}

#[derive(Serialize)]
struct CodeJson {
    expires_at: Instant,
    tries_left: u32,
}

impl ContactJson {
    fn of(method: &Method, media: &BTreeSet<&'static str>, shows_address: bool) -> Self {
        let kind = method.contact.kind.word();
        Self {
            name: method.contact.id.to_string(),
            kind,
            address: shows_address.then(|| shown(&method.contact.kind)),
            verified: method.contact.verified,
            own: method.own,
            sendable: media.contains(kind),
            proven_at: method.proven.as_ref().map(|(at, _)| *at),
            proven_by: method.proven.as_ref().map(|(_, how)| how.clone()),
            test_missed_at: method.missed_at,
            broken: method.broken.as_ref().map(|broken| broken.why.clone()),
            code: method
                .code
                .as_ref()
                .filter(|_| shows_address)
                .map(|code| CodeJson { expires_at: code.expires_at, tries_left: code.left }),
            at_most: method.at_most,
        }
    }
}

/// Where a method leads, for a reader who may hold a token that only reads: of what whoever knows it could use, at most half.
pub(super) fn shown(kind: &ContactKind) -> String {
    let address = kind.address();
    if !kind.is_secret() {
        return address.to_owned();
    }
    let half = address.chars().count() / 2;
    format!("{}…", address.chars().take(half.min(SECRET_CHARS)).collect::<String>())
}

async fn reach(state: &AppState, user: &UserId) -> Result<Reach, super::answer::Failure> {
    let user = user.clone();
    Ok(state.read(move |tx, now, directory| people::reach_of(tx, directory, &user, now)).await?)
}

async fn list(State(state): State<AppState>, who: ApiCaller<Read>) -> ApiResult {
    let reach = reach(&state, who.caller.user()).await?;
    Ok(ok(&List::whole(reach.methods.iter().map(|m| ContactJson::of(m, state.media(), true)).collect())))
}

async fn one(state: &AppState, user: &UserId, id: &ContactId) -> ApiResult<ContactJson> {
    let reach = reach(state, user).await?;
    let method = reach.methods.iter().find(|method| method.contact.id == *id);
    let method = method.ok_or_else(|| Refusal::not_found("contact method", id))?;
    Ok(ContactJson::of(method, state.media(), true))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddInput {
    kind: String,
    address: String,
    name: Option<String>,
}

fn method(state: &AppState, input: &AddInput) -> Result<ContactKind, Refusal> {
    let kind = ContactKind::from_parts(&input.kind, &input.address).map_err(|why| {
        let field = if ContactKind::WORDS.contains(&input.kind.as_str()) { "address" } else { "kind" };
        Refusal::invalid(field, why)
    })?;
    if state.media().contains(kind.word()) {
        return Ok(kind);
    }
    let sent: Vec<_> = state.media().iter().copied().collect();
    Err(Refusal::invalid(
        "kind",
        format!("This server cannot send by {}; it sends by {}.", kind.word(), sent.join(", ")),
    ))
}

async fn add(State(state): State<AppState>, who: ApiCaller<Respond>, Body(input): Body<AddInput>) -> ApiResult {
    let kind = method(&state, &input)?;
    let name: Option<ContactId> = request::word_option("name", input.name.as_deref())?;
    let hand = Hand::own(&who.permit);
    let id = state.run(move |unit| people::add(unit, &hand, name.clone(), kind.clone())).await?;
    Ok(created(&one(&state, who.caller.user(), &id).await?))
}

async fn add_for(
    State(state): State<AppState>,
    who: ApiCaller<Administer>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<AddInput>,
) -> ApiResult {
    let user: UserId = request::id("user", &id)?;
    let kind = method(&state, &input)?;
    let name: Option<ContactId> = request::word_option("name", input.name.as_deref())?;
    let hand = Hand::of(&who.permit, user.clone());
    let id = state.run(move |unit| people::add(unit, &hand, name.clone(), kind.clone())).await?;
    Ok(created(&one(&state, &user, &id).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditInput {
    name: Option<String>,
    address: Option<String>,
    #[serde(default)]
    anyway: bool,
}

async fn edit(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<EditInput>,
) -> ApiResult {
    let id: ContactId = request::id("contact method", &id)?;
    let to: Option<ContactId> = request::word_option("name", input.name.as_deref())?;
    let (hand, was, new) = (Hand::own(&who.permit), id.clone(), to.clone());
    let word = one(&state, who.caller.user(), &id).await?.kind;
    let kind = input.address.as_deref().map(|address| ContactKind::from_parts(word, address)).transpose();
    let kind = kind.map_err(|why| Refusal::invalid("address", why))?;
    state
        .run(move |unit| match (&kind, &new) {
            (Some(_), Some(_)) => {
                Err(Refusal::invalid("name", "Change the name or the address, one at a time.").into())
            }
            (Some(kind), None) => people::readdress(unit, &hand, &was, kind.clone(), input.anyway),
            (None, Some(name)) => people::rename(unit, &hand, &was, name.clone()),
            (None, None) => Ok(()),
        })
        .await?;
    Ok(ok(&one(&state, who.caller.user(), to.as_ref().unwrap_or(&id)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveParams {
    #[serde(default)]
    anyway: bool,
}

#[derive(Serialize)]
struct RemovedJson {
    removed: ContactId,
    reached: bool,
}

async fn remove(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Params(params): Params<RemoveParams>,
) -> ApiResult {
    let id: ContactId = request::id("contact method", &id)?;
    let (hand, gone) = (Hand::own(&who.permit), id.clone());
    state.run(move |unit| people::remove(unit, &hand, &gone, params.anyway)).await?;
    let reached = reach(&state, who.caller.user()).await?.is_reached();
    Ok(ok(&RemovedJson { removed: id, reached }))
}

#[derive(Serialize)]
struct SentJson {
    contact: ContactId,
    expires_at: Instant,
}

async fn send(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: ContactId = request::id("contact method", &id)?;
    let hand = Hand::own(&who.permit);
    let sent = state.run(move |unit| people::send_code(unit, &hand, &id)).await?;
    Ok(created(&SentJson { contact: sent.contact, expires_at: sent.expires_at }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyInput {
    code: String,
}

#[derive(Serialize)]
struct VerifiedJson {
    contact: ContactId,
    proved: bool,
    tries_left: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

async fn verify(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<VerifyInput>,
) -> ApiResult {
    let contact: ContactId = request::id("contact method", &id)?;
    let (hand, whom) = (Hand::own(&who.permit), contact.clone());
    let entered = state.run(move |unit| people::enter_code(unit, &hand, &whom, &input.code)).await?;
    let answer = |proved, tries_left, why| VerifiedJson { contact, proved, tries_left, why };
    Ok(ok(&match entered {
        Entered::Proved => answer(true, 0, None),
        Entered::Wrong { left } => answer(false, left, Some("That is not the code.")),
        Entered::Over(why) => answer(false, 0, Some(why)),
    }))
}

#[derive(Serialize)]
struct TestedJson {
    page: String,
}

async fn test(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: ContactId = request::id("contact method", &id)?;
    let hand = Hand::own(&who.permit);
    let page = state.run(move |unit| people::test(unit, &hand, &id)).await?;
    Ok(created(&TestedJson { page: page.id.to_string() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitInput {
    count: u32,
    per: String,
}

async fn limit(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<Option<LimitInput>>,
) -> ApiResult {
    let id: ContactId = request::id("contact method", &id)?;
    let per = |text: &str| parse_duration(text).map_err(|e| Refusal::invalid("per", format!("{e}.")));
    let rule = input.map(|input| Ok::<_, Refusal>(AtMost { count: input.count, per: per(&input.per)? })).transpose()?;
    let (hand, whom) = (Hand::own(&who.permit), id.clone());
    state.run(move |unit| people::set_at_most(unit, &hand, &whom, rule)).await?;
    Ok(ok(&one(&state, who.caller.user(), &id).await?))
}

#[derive(Serialize)]
struct PersonJson {
    user: String,
    name: String,
    reached: bool,
    next_on_call_at: Option<Instant>,
    contacts: Vec<ContactJson>,
}

async fn everybody(State(state): State<AppState>, _who: ApiCaller<Administer>) -> ApiResult {
    let all = state.read(|tx, now, directory| people::everybody(tx, directory, now)).await?;
    let person = |reach: &Reach| PersonJson {
        user: reach.person.id.to_string(),
        name: reach.person.name.clone(),
        reached: reach.is_reached(),
        next_on_call_at: reach.next_turn.as_ref().map(|turn| turn.from),
        contacts: reach.methods.iter().map(|method| ContactJson::of(method, state.media(), false)).collect(),
    };
    Ok(ok(&List::whole(all.iter().map(person).collect())))
}
