//! Everything that is not an answer: one [`Problem`], told to people as a page (what happened, what it means for paging, what to do) and to
//! programs as problem details (RFC 9457). Logged once, here. Never a bare 500.

mod extract;

pub use extract::{ApiJson, ApiPath, ApiQuery, PagePath};

use crate::{
    respond,
    views::{Link, access::ErrorPage},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::{
    Fault, StoreError,
    domain::refusal::{Refusal, RefusalKind},
};
use serde::Serialize;

/// What went wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable and machine-readable.
    pub code: String,
    /// A short heading.
    pub title: String,
    /// What happened, in a sentence or two.
    pub detail: String,
    /// The input field it belongs to.
    pub field: Option<String>,
    /// What it means for paging.
    pub paging: Paging,
    /// What to do.
    pub todo: &'static str,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u16>,
}

/// What a problem means for paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Nothing at all.
    GoesOn,
    /// Perhaps something was changed.
    Rings,
    /// Nothing is sent or taken until the store answers.
    Waits,
    /// A fault in the pages does not reach it.
    Apart,
}

impl Paging {
    /// The sentence on the page.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::GoesOn => "Nothing changed. Pages that ring go on ringing, and new alerts are taken.",
            Self::Rings => "Pages that ring go on ringing.",
            Self::Waits => {
                "Messages that are due wait until the database answers. New alerts are refused, so that their senders try again."
            }
            Self::Apart => "Paging runs apart from the pages and goes on.",
        }
    }
}

impl Problem {
    fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>, todo: &'static str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            title: title.to_owned(),
            detail: detail.into(),
            field: None,
            paging: Paging::GoesOn,
            todo,
            retry_after_s: None,
        }
    }

    /// No such address.
    pub fn no_such_page() -> Self {
        let detail = "There is nothing at this address, or you may not see it.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            detail,
            "Check the address, or start from the first page.",
        )
    }

    /// An address that takes other methods.
    pub fn wrong_method() -> Self {
        let detail = "This address does not take that method.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Not possible here",
            detail,
            "Open the page and use its form.",
        )
    }

    /// The request cannot be understood; `why` says where.
    pub fn bad_request(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid",
            "That could not be understood",
            why,
            "Correct it and send it again.",
        )
    }

    /// The body is too large.
    pub fn too_large() -> Self {
        let detail = format!("At most {} bytes are taken in one request.", crate::domain::limits::INBOUND_BYTES_MAX);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail, "Send less at once.")
    }

    /// The request's headers are too large.
    pub fn headers_too_large() -> Self {
        let (status, detail) = (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too large.");
        Self::new(status, "headers-too-large", "Too large", detail, "Clear the cookies of this site and try again.")
    }

    /// The request was made by another site.
    pub fn foreign_origin() -> Self {
        let detail = "The request did not come from a page of this Nightbell, so it was not carried out.";
        let todo = "Open the page here and press the button again. Behind a proxy: `server.public_url` must be the address people type.";
        Self::new(StatusCode::FORBIDDEN, "foreign-origin", "Not carried out", detail, todo)
    }

    /// The hidden word of a form is missing or old.
    pub fn stale_form() -> Self {
        let detail = "This form was opened before you signed in, or by another session, so it was not carried out.";
        Self::new(
            StatusCode::FORBIDDEN,
            "stale-form",
            "Not carried out",
            detail,
            "Go back, reload the page and press the button again.",
        )
    }

    /// Not signed in, no token, or one that opens nothing.
    pub fn unauthenticated() -> Self {
        let detail = "A valid token is needed: `Authorization: Bearer nb_…`. It may be missing, mistyped or revoked.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Not signed in",
            detail,
            "Sign in, or make a token in the settings.",
        )
    }

    /// Too many attempts.
    pub fn too_many(retry_after_s: u16) -> Self {
        let detail = "Too many attempts from here.";
        let problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-attempts",
            "Too many attempts",
            detail,
            "Wait a little, then try again.",
        );
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// The store could not; nothing was stored.
    pub fn unavailable() -> Self {
        let detail = "The database could not be used just now, so nothing was stored.";
        let todo = "Try again in a moment. If it stays, look at the server's log and its disk; page people by telephone meanwhile.";
        Self {
            paging: Paging::Waits,
            retry_after_s: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The database does not answer", detail, todo)
        }
    }

    /// Too much is waiting for the writer; nothing was tried (INV-02).
    pub fn busy(retry_after_s: u16) -> Self {
        let detail = "Too much is being written just now, so nothing was stored.";
        let todo = "Try again in a few seconds: what rings goes first.";
        Self {
            paging: Paging::Waits,
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too much at once", detail, todo)
        }
    }

    /// It took too long.
    pub fn timed_out() -> Self {
        let detail = "The answer took too long and was given up. What was asked may have been done.";
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            "That took too long",
            detail,
            "Look whether it was done before you try again.",
        );
        Self { paging: Paging::Rings, retry_after_s: Some(5), ..problem }
    }

    /// A fault of ours.
    pub fn fault() -> Self {
        let detail = "Something in Nightbell broke while this was answered. It is in the server's log.";
        let todo = "Try again. If it happens again, please report it with the lines of the log.";
        Self {
            paging: Paging::Apart,
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "A fault of ours", detail, todo)
        }
    }

    fn page(self) -> Response {
        let (status, retry) = (self.status, self.retry_after_s);
        let view = ErrorPage {
            shell: respond::bare_shell(&self.title),
            status: status.as_u16(),
            title: self.title,
            what: self.detail,
            paging: self.paging.sentence().to_owned(),
            todo: self.todo.to_owned(),
            next: vec![Link::new("/", "To the first page")],
            reference: String::new(),
        };
        let mut response = respond::html(status, &view);
        if let Some(seconds) = retry {
            respond::retry_after(&mut response, seconds);
        }
        response
    }

    fn details(self) -> Response {
        #[derive(Serialize)]
        struct Details {
            #[serde(rename = "type")]
            kind: String,
            title: String,
            status: u16,
            detail: String,
            code: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<String>,
        }
        let (status, retry) = (self.status, self.retry_after_s);
        let kind = format!("urn:nightbell:problem:{}", self.code);
        let body = Details {
            kind,
            title: self.title,
            status: status.as_u16(),
            detail: self.detail,
            code: self.code,
            field: self.field,
        };
        let text = serde_json::to_string(&body).unwrap_or_else(|_| "{}".to_owned());
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        if let Some(seconds) = retry {
            respond::retry_after(&mut response, seconds);
        }
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Nightbell\""));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, title, todo) = match refusal.kind {
            RefusalKind::Invalid => {
                (StatusCode::BAD_REQUEST, "That is not right yet", "Go back, correct it and send it again.")
            }
            RefusalKind::Forbidden => (StatusCode::FORBIDDEN, "Not allowed", "Ask somebody who may."),
            RefusalKind::NotFound => {
                (StatusCode::NOT_FOUND, "Not found", "Check the address, or start from the first page.")
            }
            RefusalKind::Conflict => (
                StatusCode::CONFLICT,
                "Not possible now",
                "Go back and reload the page: it may have changed meanwhile.",
            ),
        };
        Self { field: refusal.field, ..Self::new(status, &refusal.code, title, refusal.message, todo) }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::Store(StoreError::Conflict(why)) => {
                tracing::info!(%why, "somebody else was faster");
                Refusal::conflict(
                    "changed-meanwhile",
                    "Somebody else changed this at the same moment; nothing of yours was stored.",
                )
                .into()
            }
            Fault::Busy { retry_after_s } => {
                // Counted by the desk; a line for each of a flood would be a second flood.
                tracing::debug!(retry_after_s, "a request found no room to wait");
                Self::busy(retry_after_s)
            }
            Fault::Store(e @ (StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::Broken(_))) => {
                tracing::error!(error = %e, "a request could not be served");
                Self { retry_after_s: Fault::Store(e).retry_after_s(), ..Self::unavailable() }
            }
            Fault::Store(e @ StoreError::Corrupt(_)) => {
                tracing::error!(error = %e, "stored data is damaged");
                Self::fault()
            }
        }
    }
}

/// A problem shown to a person.
#[derive(Debug)]
pub struct PageError(pub Problem);

/// A problem told to a program.
#[derive(Debug)]
pub struct ApiError(pub Problem);

impl ApiError {
    /// 401.
    pub fn unauthenticated() -> Self {
        Self(Problem::unauthenticated())
    }
}

impl<T: Into<Problem>> From<T> for PageError {
    fn from(problem: T) -> Self {
        Self(problem.into())
    }
}

impl<T: Into<Problem>> From<T> for ApiError {
    fn from(problem: T) -> Self {
        Self(problem.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        self.0.page()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.0.details()
    }
}

/// Addresses that programs call.
const FOR_PROGRAMS: [&str; 8] = ["/api/", "/in/", "/v2/", "/compat/", "/heartbeat/", "/live", "/healthz", "/readyz"];

/// The problem as whoever asks for `path` reads it.
pub fn for_path(path: &str, problem: Problem) -> Response {
    if FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix)) || path == "/metrics" {
        problem.details()
    } else {
        problem.page()
    }
}
