//! `GET|POST /welcome/{token}`: a one-time link sets a password and signs in. Looking does not use the link up: mail scanners look.

use super::signed_in;
use crate::{
    csrf::PlainForm,
    domain::{limits::PASSWORD_CHARS_MIN, org::User},
    errors::PagePath,
    respond::{PageResult, bare_shell, page_with},
    state::AppState,
    views::access::WelcomePage,
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Fault,
    access::{
        self, Secret,
        password::{check_password, hash_password, salt},
    },
};
use serde::Deserialize;

struct Holder {
    user: User,
    /// Nobody else is here yet.
    alone: bool,
}

async fn holder(state: &AppState, token: &str) -> Result<Holder, Fault> {
    let secret = Secret::from_text(token);
    state
        .read(move |tx, now, directory| {
            let user = access::link_holder(tx, directory, &secret, now)?;
            Ok(Holder { user, alone: directory.org.users.len() == 1 })
        })
        .await
}

fn view(token: String, holder: Holder, password_error: Option<String>, again_error: Option<String>) -> WelcomePage {
    WelcomePage {
        shell: bare_shell("Welcome"),
        token,
        email: holder.user.email,
        first_run: holder.alone,
        password_error,
        again_error,
        length_min: PASSWORD_CHARS_MIN,
    }
}

pub(super) async fn form(State(state): State<AppState>, PagePath(token): PagePath<String>) -> PageResult {
    let holder = holder(&state, &token).await?;
    Ok(page_with(&state, StatusCode::OK, &view(token, holder, None, None)))
}

#[derive(Deserialize)]
pub(super) struct Given {
    password: String,
    again: String,
}

pub(super) async fn set_password(
    State(state): State<AppState>,
    PagePath(token): PagePath<String>,
    PlainForm(given): PlainForm<Given>,
) -> PageResult {
    let holder = holder(&state, &token).await?;
    let wrong = check_password(&given.password).err().map(|refusal| refusal.message);
    let differs = (given.password != given.again).then(|| "The two do not match.".to_owned());
    if wrong.is_some() || differs.is_some() {
        return Ok(page_with(&state, StatusCode::BAD_REQUEST, &view(token, holder, wrong, differs)));
    }
    let salt = state.run(|unit| Ok(salt(unit))).await?;
    let hash = state.hash(move || hash_password(&given.password, salt)).await??;
    let secret = Secret::from_text(token);
    let session = state.run(move |unit| access::set_password_by_link(unit, &secret, &hash)).await?;
    Ok(signed_in(&state, &session, "/"))
}
