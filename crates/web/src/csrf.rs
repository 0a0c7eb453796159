//! Against requests that other sites make in a signed-in person's name. Two walls: the browser's own word on where a request comes from
//! (checked on every unsafe method by a layer), and the hidden word in every form ([`CsrfForm`]).

use crate::{
    errors::{PageError, Problem},
    gate::Visitor,
    state::{AppState, Place},
};
use axum::{
    body::{Body, Bytes},
    extract::{Form, FromRequest, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

/// A form of a signed-in page: its fields, after its hidden `csrf` word was found right. Takes the body, so it stands last in a handler's
/// arguments. For fields that come several times use `CsrfForm<Vec<(String, String)>>`.
pub struct CsrfForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for CsrfForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor =
            <Visitor as axum::extract::FromRequestParts<AppState>>::from_request_parts(&mut parts, state).await?;
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|_| Problem::too_large())?;
        let given = url::form_urlencoded::parse(&bytes)
            .find(|(name, _)| name == "csrf")
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        let wanted = visitor.0.as_ref().map(|session| session.csrf().to_owned()).unwrap_or_default();
        if wanted.is_empty() || !bool::from(wanted.as_bytes().ct_eq(given.as_bytes())) {
            return Err(Problem::stale_form().into());
        }
        read_form(parts, bytes, state).await.map(Self)
    }
}

/// A form of a page that needs no session (sign-in, `/p/{token}`); the origin layer stands before it.
pub struct PlainForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for PlainForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|_| Problem::too_large())?;
        read_form(parts, bytes, state).await.map(Self)
    }
}

async fn read_form<T: DeserializeOwned>(
    parts: axum::http::request::Parts,
    bytes: Bytes,
    state: &AppState,
) -> Result<T, PageError> {
    match Form::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), state).await {
        Ok(Form(form)) => Ok(form),
        Err(rejection) => Err(Problem::bad_request(&rejection.body_text()).into()),
    }
}

/// The layer: refuses unsafe requests that a browser says were made by another site, and cookie-bearing ones that say nothing at all.
pub async fn origin_layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let allowed = match origin_of(headers, state.place()) {
        Said::Ours => true,
        Said::Foreign => false,
        // No browser (they all say something with a form), so nobody is being tricked; a token in the header is proof enough.
        Said::Nothing => headers.contains_key(header::AUTHORIZATION) || !carries_our_cookie(headers, state.place()),
    };
    if request.method().is_safe() || allowed {
        return next.run(request).await;
    }
    crate::errors::for_path(request.uri().path(), Problem::foreign_origin())
}

/// What a request says about where it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// By a page of ours, or by a person's own hand.
    Ours,
    /// By another site.
    Foreign,
    /// Nothing: no browser, or an old one on plain http.
    Nothing,
}

/// Reads `Sec-Fetch-Site` first (browsers send it to https and to localhost), then `Origin`.
pub fn origin_of(headers: &HeaderMap, place: &Place) -> Said {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let host = text("host");
    let said = |ours: bool| if ours { Said::Ours } else { Said::Foreign };
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin" | "none"), _) => Said::Ours,
        // A proxy that people reach by another name than the page's: only the configured address counts.
        (Some(_), origin) => said(origin.is_some_and(|origin| origin == place.origin())),
        (None, Some(origin)) => {
            said(origin == place.origin() || origin.split_once("://").is_some_and(|(_, named)| host == Some(named)))
        }
        (None, None) => Said::Nothing,
    }
}

fn carries_our_cookie(headers: &HeaderMap, place: &Place) -> bool {
    axum_extra::extract::CookieJar::from_headers(headers).get(place.session_cookie()).is_some()
}
