//! Answers of pages: HTML, redirects after a form, a message carried over the redirect.

use crate::{
    errors::{PageError, Problem},
    gate::Session,
    state::AppState,
    views::{Clock, Flash, FlashKind, Nav, OpenIncident, Shell, Tag},
};
use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use nightbell_engine::{Fault, live, views};

/// What a page handler answers.
pub type PageResult = Result<Response, PageError>;

/// Characters of a message carried over a redirect.
const FLASH_CHARS_MAX: usize = 400;
const FLASH_LIFETIME: std::time::Duration = std::time::Duration::from_secs(30);

/// A page, 200. Its previous message is shown by now: the cookie goes.
pub fn page(state: &AppState, view: &impl Template) -> Response {
    page_with(state, StatusCode::OK, view)
}

/// A page with another status: a form shown again with what was wrong (400, 409).
pub fn page_with(state: &AppState, status: StatusCode, view: &impl Template) -> Response {
    let mut response = html(status, view);
    append_cookie(&mut response, &expired(state, state.place().flash_cookie()));
    response
}

/// HTML without anything else.
pub(crate) fn html(status: StatusCode, view: &impl Template) -> Response {
    match view.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(e) => {
            tracing::error!(error = %e, "a template did not print");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "A fault of ours: this page could not be printed. Paging goes on. It is in the log.",
            )
                .into_response()
        }
    }
}

/// After a form: go and look there (303). The path is ours.
pub fn see_other(path: &str) -> Response {
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// After a form: go and look there, and say one thing.
pub fn see_other_saying(state: &AppState, path: &str, kind: FlashKind, text: &str) -> Response {
    let mut response = see_other(path);
    let value = write_flash(kind, text);
    let cookie = cookie(state, state.place().flash_cookie(), value, FLASH_LIFETIME.as_secs());
    append_cookie(&mut response, &cookie);
    response
}

/// Open incidents shown above every page.
const OPEN_INCIDENTS_MAX: u32 = 50;
/// Ringing pages counted.
const RINGING_MAX: u32 = 500;

/// The frame of a signed-in page: what rings, which incidents are open, where its live stream begins. Ask for it before the page's own view:
/// the stream then begins a moment too early rather than too late. `topic` is a live topic, `None` when nothing on the page changes by itself.
///
/// # Errors
/// The store's.
pub async fn frame(
    state: &AppState,
    who: &Session,
    nav_current: Nav,
    title: &str,
    topic: Option<&str>,
) -> Result<Shell, Fault> {
    let zone = who.zone();
    let (ringing_count, open_incidents, position) = state
        .read(move |tx, now, _| {
            let position = live::head(tx)?;
            let ringing = views::open_pages(tx, RINGING_MAX)?.iter().filter(|page| page.is_waiting()).count();
            let mut open = views::incidents(tx, true, views::NEWEST, OPEN_INCIDENTS_MAX)?.items;
            open.retain(|incident| incident.resolved_at.is_none() && incident.closed_at.is_none());
            open.sort_by(|a, b| (&a.severity, a.declared_at).cmp(&(&b.severity, b.declared_at)));
            let shown = open.iter().map(|incident| OpenIncident {
                slug: incident.slug.clone(),
                title: incident.title.clone(),
                severity: Tag::severity(incident.severity.as_str()),
                age: Clock::since(incident.declared_at, now, &zone),
            });
            Ok((ringing, shown.collect(), position))
        })
        .await?;
    Ok(Shell {
        user: Some(who.chip()),
        csrf: who.csrf().to_owned(),
        nav_current,
        flash: who.flash.clone(),
        ringing_count,
        open_incidents,
        live: topic.map(|topic| crate::live::address(topic, position)),
        mail_inbox: state.mail_inbox(),
        ..bare_shell(title)
    })
}

/// The frame of a page for nobody in particular.
pub fn bare_shell(title: &str) -> Shell {
    Shell {
        title: title.to_owned(),
        user: None,
        csrf: String::new(),
        nav_current: Nav::Elsewhere,
        flash: None,
        ringing_count: 0,
        open_incidents: Vec::new(),
        live: None,
        mail_inbox: false,
    }
}

/// A cookie of ours: this host, not for scripts, not with other sites' requests.
pub(crate) fn cookie(state: &AppState, name: &'static str, value: String, lifetime_s: u64) -> Cookie<'static> {
    let mut built = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.place().secure())
        .build();
    built.set_max_age(Some(std::time::Duration::from_secs(lifetime_s).try_into().unwrap_or_default()));
    built
}

/// Takes a cookie away.
pub(crate) fn expired(state: &AppState, name: &'static str) -> Cookie<'static> {
    cookie(state, name, String::new(), 0)
}

/// Adds a cookie to an answer.
pub(crate) fn append_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn write_flash(kind: FlashKind, text: &str) -> String {
    let mark = match kind {
        FlashKind::Done => 'd',
        FlashKind::Careful => 'c',
        FlashKind::Refused => 'r',
    };
    let text: String = text.chars().take(FLASH_CHARS_MAX).collect();
    URL_SAFE_NO_PAD.encode(format!("{mark}{text}"))
}

/// The message of a cookie; whatever is not one of ours is none.
pub(crate) fn read_flash(value: &str) -> Option<Flash> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
    let mut chars = text.chars();
    let kind = match chars.next()? {
        'd' => FlashKind::Done,
        'c' => FlashKind::Careful,
        'r' => FlashKind::Refused,
        _ => return None,
    };
    Some(Flash { kind, text: chars.take(FLASH_CHARS_MAX).collect() })
}

/// A text file to save, or to show as it is.
pub fn text_file(content_type: &'static str, name: &str, body: String) -> Response {
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(content_type)), (header::CONTENT_DISPOSITION, disposition)];
    (headers, body).into_response()
}

/// "Try again in … seconds".
pub(crate) fn retry_after(response: &mut Response, seconds: u16) {
    response.headers_mut().insert(HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
}

/// A page that does not exist.
///
/// # Errors
/// Always.
pub fn not_found<T>(noun: &str, key: impl std::fmt::Display) -> Result<T, PageError> {
    Err(Problem::from(nightbell_engine::domain::refusal::Refusal::not_found(noun, key)).into())
}
