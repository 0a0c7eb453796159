//! The static files: compiled in, cached for ever under the address that carries their fingerprint.
//! Is not: the files themselves (`views::assets`).

use crate::{errors::Problem, state::AppState, views::assets};
use axum::{
    Router,
    extract::{Path, RawQuery},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const A_DAY: &str = "public, max-age=86400";

/// `/static/…` and the manifest.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/static/{file}", get(file))
        .route("/manifest.webmanifest", get(manifest))
        .route("/favicon.ico", get(icon))
}

async fn file(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let (content_type, bytes) = match name.as_str() {
        "nightbell.css" => ("text/css; charset=utf-8", assets::CSS),
        "nightbell.js" => ("text/javascript; charset=utf-8", assets::JS),
        "icon.svg" => ("image/svg+xml", assets::ICON),
        _ => return crate::errors::for_path("/static", Problem::no_such_page()),
    };
    let current = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(assets::FINGERPRINT);
    serve(content_type, bytes, if current { FOR_EVER } else { A_DAY })
}

async fn manifest() -> Response {
    serve("application/manifest+json", assets::MANIFEST, A_DAY)
}

async fn icon() -> Response {
    serve("image/svg+xml", assets::ICON, A_DAY)
}

fn serve(content_type: &'static str, bytes: &'static str, keep: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, keep)], bytes).into_response()
}
