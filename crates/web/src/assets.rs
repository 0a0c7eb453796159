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
/// A phone that rings by an old worker would miss what a newer server says: browsers ask again each time.
const ASK_AGAIN: &str = "no-cache";

/// `/static/…`, the manifest and the service worker.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/static/{file}", get(file))
        .route("/manifest.webmanifest", get(manifest))
        .route("/sw.js", get(service_worker))
        .route("/favicon.ico", get(icon))
}

async fn file(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let (content_type, bytes) = match name.as_str() {
        "nightbell.css" => ("text/css; charset=utf-8", assets::CSS),
        "oncall.css" => ("text/css; charset=utf-8", assets::ONCALL_CSS),
        "oncall.js" => ("text/javascript; charset=utf-8", assets::ONCALL_JS),
        "nightbell.js" => ("text/javascript; charset=utf-8", assets::JS),
        "push.js" => ("text/javascript; charset=utf-8", assets::PUSH_JS),
        "icon.svg" => ("image/svg+xml", assets::ICON),
        other => {
            let picture = assets::ICONS.iter().find(|(known, _)| *known == other);
            let unknown = || crate::errors::for_path("/static", Problem::no_such_page());
            return picture.map_or_else(unknown, |(_, bytes)| serve("image/png", *bytes, A_DAY));
        }
    };
    let current = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(assets::FINGERPRINT);
    serve(content_type, bytes, if current { FOR_EVER } else { A_DAY })
}

async fn manifest() -> Response {
    serve("application/manifest+json", assets::MANIFEST, A_DAY)
}

async fn service_worker() -> Response {
    serve("text/javascript; charset=utf-8", assets::SERVICE_WORKER, ASK_AGAIN)
}

async fn icon() -> Response {
    serve("image/svg+xml", assets::ICON, A_DAY)
}

fn serve(content_type: &'static str, bytes: impl IntoResponse, keep: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, keep)], bytes).into_response()
}
