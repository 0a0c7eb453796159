//! `/users`: who there is, and one-time sign-in links for them. People are configured in the organisation files, not here.

use super::{
    Endpoint,
    answer::{ApiResult, List, created, ok},
    get, request,
};
use crate::{
    domain::{
        access::{Administer, Read},
        ids::UserId,
        org::{AccessRole, User},
        refusal::Refusal,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::access::{self, role_word};
use serde::Serialize;

pub const ENDPOINTS: &[Endpoint] = &[
    get("/users", "Everybody: handle, name, role, time zone and the kinds of contact method; never addresses."),
    Endpoint {
        method: "POST",
        path: "/users/{id}/invite",
        least: AccessRole::Admin,
        what: "Makes a one-time link with which the person chooses a password and signs in; shown this once.",
        example: "",
    },
    Endpoint {
        method: "GET",
        path: "/users/{id}/webhook-secrets",
        least: AccessRole::Admin,
        what: "The signing secret of each of a person's webhook contacts. People see their own in Settings.",
        example: "",
    },
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/users", routing::get(list))
        .route("/users/{id}/invite", routing::post(invite))
        .route("/users/{id}/webhook-secrets", routing::get(secrets))
}

#[derive(Serialize)]
struct UserJson {
    id: String,
    name: String,
    role: &'static str,
    time_zone: String,
    contacts: Vec<ContactJson>,
}

#[derive(Serialize)]
struct ContactJson {
    id: String,
    kind: &'static str,
    verified: bool,
}

impl From<&User> for UserJson {
    fn from(user: &User) -> Self {
        let contact = |c: &crate::domain::org::Contact| ContactJson {
            id: c.id.to_string(),
            kind: c.kind.word(),
            verified: c.verified,
        };
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: role_word(user.role),
            time_zone: user.time_zone.clone(),
            contacts: user.contacts.iter().map(contact).collect(),
        }
    }
}

async fn list(State(state): State<AppState>, _who: ApiCaller<Read>) -> ApiResult {
    let users = state
        .read(move |_, _, directory| Ok(directory.org.users.values().map(UserJson::from).collect::<Vec<_>>()))
        .await?;
    Ok(ok(&List::whole(users)))
}

#[derive(Serialize)]
struct InvitedJson {
    user: UserId,
    sign_in_url: String,
}

async fn invite(State(state): State<AppState>, who: ApiCaller<Administer>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let user: UserId = request::id("user", &id)?;
    let whom = user.clone();
    let secret = state.run(move |unit| access::invite(unit, &who.permit, &whom)).await?;
    let sign_in_url = format!("{}/welcome/{}", state.settings().public_url, secret.expose());
    Ok(created(&InvitedJson { user, sign_in_url }))
}

#[derive(Serialize)]
struct SecretJson {
    contact: String,
    secret: String,
}

async fn secrets(
    State(state): State<AppState>,
    _who: ApiCaller<Administer>,
    ApiPath(id): ApiPath<String>,
) -> ApiResult {
    let id: UserId = request::id("user", &id)?;
    let settings = state.settings().clone();
    let secrets = state
        .read(move |_, _, directory| {
            let user = directory.org.users.get(&id).ok_or_else(|| Refusal::not_found("user", &id))?;
            let webhooks = user.contacts.iter().filter(|c| c.kind.word() == "webhook");
            let secret = |c: &crate::domain::org::Contact| settings.webhook_secret(&user.id, &c.id).reveal();
            Ok(webhooks.map(|c| SecretJson { contact: c.id.to_string(), secret: secret(c) }).collect::<Vec<_>>())
        })
        .await?;
    Ok(ok(&List::whole(secrets)))
}
