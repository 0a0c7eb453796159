//! Signed-in people. The session cookie is looked up once per request, whoever asks for it; the role is the one the person has now.

use crate::{
    errors::PageError,
    respond,
    state::AppState,
    views::{Flash, UserChip},
};
use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use nightbell_engine::{
    Fault,
    access::{self, Secret, SignedIn},
    domain::{
        access::{Caller, Permit, Right},
        org::User,
    },
};
use std::{ops::Deref, sync::Arc};

/// A signed-in person, whatever their rights.
pub struct Session {
    /// Who, with their role now.
    pub caller: Caller,
    /// Their configuration object.
    pub person: User,
    /// The session row: its id, the `csrf` word of its forms.
    pub session: access::Session,
    /// The message the previous request left, if any; `respond::page` takes its cookie away.
    pub flash: Option<Flash>,
}

impl Session {
    /// For the corner of the page.
    pub fn chip(&self) -> UserChip {
        UserChip {
            name: self.person.name.clone(),
            initials: self.person.initials(),
            handle: self.person.id.to_string(),
        }
    }

    /// The zone the person reads times in; UTC when their zone is unknown here.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.person.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// The hidden word of every form.
    pub fn csrf(&self) -> &str {
        &self.session.csrf
    }

    /// The proof of a further right: for what only some readers of a page see.
    pub fn may<R: Right>(&self) -> Option<Permit<R>> {
        self.caller.permit().ok()
    }
}

/// Somebody with a browser, signed in or not: for pages that both may open. Never fails for want of a session.
#[derive(Clone)]
pub struct Visitor(pub Option<Arc<Session>>);

/// A signed-in person with the right `R`: put it into a handler's arguments, and strangers go to the sign-in page, the others get a 403.
/// A form also takes [`crate::csrf::CsrfForm`].
pub struct Signed<R> {
    /// The proof of the right: hand it to the engine.
    pub permit: Permit<R>,
    session: Arc<Session>,
}

impl<R> Deref for Signed<R> {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let visitor = match jar.get(state.place().session_cookie()) {
            None => Self(None),
            Some(cookie) => {
                let flash =
                    jar.get(state.place().flash_cookie()).and_then(|cookie| respond::read_flash(cookie.value()));
                Self(look_up(state, Secret::from_text(cookie.value()), flash).await?.map(Arc::new))
            }
        };
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

async fn look_up(state: &AppState, secret: Secret, flash: Option<Flash>) -> Result<Option<Session>, Fault> {
    let (found, now) = state
        .read(move |tx, now, directory| {
            let found = access::authenticate_session(tx, directory, &secret, now)?;
            let person = found.as_ref().and_then(|signed| directory.org.users.get(signed.caller.user()).cloned());
            Ok((found.zip(person), now))
        })
        .await?;
    let Some((SignedIn { caller, session }, person)) = found else { return Ok(None) };
    if access::worth_noting(Some(session.last_seen_at), now) {
        let id = session.id;
        state.run_aside("session last seen", move |unit| access::see_session(unit, id));
    }
    Ok(Some(Session { caller, person, session, flash }))
}

impl<R: Right> FromRequestParts<AppState> for Signed<R> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Some(session) = visitor.0 else { return Err(to_sign_in(parts)) };
        let permit = session.caller.permit::<R>().map_err(|refusal| PageError::from(refusal).into_response())?;
        Ok(Self { permit, session })
    }
}

/// A stranger on a page signs in first and comes back; a form cannot be pressed again by itself, so its page is where they come back to.
fn to_sign_in(parts: &Parts) -> Response {
    let wanted =
        if parts.method == Method::GET { parts.uri.path_and_query().map_or("/", |path| path.as_str()) } else { "/" };
    let next: String = url::form_urlencoded::byte_serialize(safe_next(wanted).as_bytes()).collect();
    if next == "%2F" { respond::see_other("/sign-in") } else { respond::see_other(&format!("/sign-in?next={next}")) }
}

/// Longest path to come back to.
const NEXT_BYTES_MAX: usize = 1_024;

/// Where to go after signing in: a path of this site, else `/`. Browsers read `//host`, `/\host` and control characters as other sites.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && next.len() <= NEXT_BYTES_MAX;
    let plain = next.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
    let elsewhere = ["/sign-in", "/sign-out", "/welcome/", "/live"].iter().any(|path| next.starts_with(path));
    if local && plain && !elsewhere { next } else { "/" }
}
