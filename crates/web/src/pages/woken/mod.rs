//! `/p/{token}`: what a woken person opens without signing in. Looking changes nothing, for mail scanners look; acting is a press.
//!
//! The token in the address is the proof of who presses: no cookie is read, so there is nothing another site could ride on; the origin layer
//! stands before it all the same. A link acts on its own page, that page's own incident, and what the same message told of, and nothing else.

mod act;

use crate::{
    live,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::{Flash, FlashKind},
};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::tz::TimeZone;
use nightbell_engine::{
    Fault,
    domain::refusal::{Refusal, RefusalKind},
    live as happenings,
    paging::LinkHolder,
    views,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/p/{token}", get(show))
        .route("/p/{token}/ack", post(act::acknowledge))
        .route("/p/{token}/ack-all", post(act::acknowledge_all))
        .route("/p/{token}/handover", post(act::hand_over))
        .route("/p/{token}/hand-to", post(act::hand_to))
        .route("/p/{token}/snooze", post(act::snooze))
        .route("/p/{token}/still-on", post(act::still_on))
        .route("/p/{token}/mitigations", post(act::report))
        .route("/p/{token}/declare", post(act::declare))
}

async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(query): Query<super::form::Pairs>,
) -> PageResult {
    let flash = act::said(super::form::typed(query).word("done"));
    page(&state, &token, StatusCode::OK, flash).await
}

/// The page as it is now, or what stands there when the link opens nothing.
async fn page(state: &AppState, token: &str, status: StatusCode, flash: Option<Flash>) -> PageResult {
    let (settings, link) = (state.settings().clone(), token.to_owned());
    let read = state.read(move |tx, now, directory| {
        let holder = LinkHolder::check(&settings, &link, now)?;
        let user = directory.org.users.get(holder.user());
        let user = user.ok_or_else(|| {
            Refusal::not_found("page behind this link;", "the account it was sent to no longer exists")
        })?;
        let zone = TimeZone::get(&user.time_zone).unwrap_or(TimeZone::UTC);
        let eyes = Reading { me: user.id.clone(), role: None, zone }.at(now, &directory.org);
        let view = views::page(tx, directory, &settings, holder.page(), now)?;
        let beside = views::told_beside(tx, holder.user(), holder.page())?;
        let live = live::address(&format!("page:{}", holder.page()), happenings::head(tx)?);
        Ok(present::woken::page(&eyes, &link, format!("{live}&token={link}"), flash, &view, &beside))
    });
    match read.await {
        Ok(view) => Ok(respond::html(status, &view)),
        Err(Fault::Refused(refusal)) => Ok(gone(&refusal)),
        Err(fault) => Err(fault.into()),
    }
}

/// A link that opens nothing: forged, damaged and unknown look alike.
fn gone(refusal: &Refusal) -> Response {
    if refusal.code == "link-expired" {
        respond::html(StatusCode::GONE, &present::woken::expired())
    } else {
        respond::html(StatusCode::NOT_FOUND, &present::woken::unknown())
    }
}

/// After a press: go and look, or the page again with why not. A link that opens nothing says so.
async fn pressed<T>(state: &AppState, token: &str, done: &str, result: Result<T, Fault>) -> PageResult {
    let refusal = match result {
        Ok(_) => return Ok(respond::see_other(&format!("/p/{token}?done={done}"))),
        Err(Fault::Refused(refusal)) => refusal,
        Err(fault) => return Err(fault.into()),
    };
    let status = super::form::status(&refusal);
    let status = if refusal.kind == RefusalKind::NotFound { StatusCode::BAD_REQUEST } else { status };
    page(state, token, status, Some(Flash { kind: FlashKind::Refused, text: refusal.message })).await
}
