//! Status pages: `/status/{slug}` and everything below it. Bytes made by the status crate from the public model; nobody is asked who they are,
//! no cookie is read or set.
//!
//! Is not: a reader of anything private. The one view it reads is `engine::views::status_page`, made of what was published (INV-19), and what
//! does not exist looks like what was never made.

mod answer;
mod part;
mod subscribe;

use crate::state::AppState;
use answer::Kind;
use axum::{
    Router,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
    routing::get,
};
use nightbell_engine::Fault;
use part::{House, Part};
use std::convert::Infallible;

/// Every public address. `HEAD` is answered as `GET` without the body.
pub fn routes() -> Router<AppState> {
    Part::ALL.into_iter().fold(subscribe::routes(), |router, (path, part)| {
        router.route(
            path,
            get(move |State(state): State<AppState>, names: Names, headers: HeaderMap| async move {
                serve(&state, part, names, &headers).await
            }),
        )
    })
}

/// The names in the address: the page's slug and, for a notice, its id. An address that cannot be read names nothing.
struct Names {
    slug: String,
    notice: String,
}

impl FromRequestParts<AppState> for Names {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let found = Path::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_or_else(|_| Vec::new(), |Path(found)| found);
        let named = |wanted: &str| {
            found.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        Ok(Self { slug: named("slug"), notice: named("id") })
    }
}

async fn serve(state: &AppState, part: Part, names: Names, headers: &HeaderMap) -> Response {
    let kind = part.kind();
    let house = House { public_url: state.settings().public_url.clone(), sends_mail: state.sends_mail() };
    let read =
        state.read(move |tx, now, directory| part.bytes(tx, directory, &house, &names.slug, &names.notice, now)).await;
    match read {
        Ok(Some(text)) => answer::fresh_or_unchanged(kind, text, headers),
        Ok(None) | Err(Fault::Refused(_)) => answer::sorry(kind, StatusCode::NOT_FOUND),
        Err(e @ (Fault::Store(_) | Fault::Busy { .. })) => {
            tracing::error!(error = %e, "a status page could not be read");
            answer::sorry(kind, StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// The content types of the parts, for the answers.
const HTML: Kind = Kind { content_type: "text/html; charset=utf-8", for_everyone: false };
const JSON: Kind = Kind { content_type: "application/json; charset=utf-8", for_everyone: true };
const ATOM: Kind = Kind { content_type: "application/atom+xml; charset=utf-8", for_everyone: true };
const RSS: Kind = Kind { content_type: "application/rss+xml; charset=utf-8", for_everyone: true };
const SVG: Kind = Kind { content_type: "image/svg+xml", for_everyone: true };
const CSS: Kind = Kind { content_type: "text/css; charset=utf-8", for_everyone: false };

#[cfg(test)]
pub(crate) mod tests;
