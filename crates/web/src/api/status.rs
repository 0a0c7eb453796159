//! `GET /status/{slug}`: what the public reads, as the public `summary.json`; for whoever wants it beside the rest of the API.

use super::{
    Endpoint,
    answer::{ApiResult, ok},
    get,
};
use crate::{domain::access::Read, errors::ApiPath, gate::ApiCaller, state::AppState};
use axum::{Router, extract::State, routing};
use nightbell_engine::views;

pub const ENDPOINTS: &[Endpoint] = &[get("/status/{slug}", "A status page as its public summary.json.")];

pub fn routes() -> Router<AppState> {
    Router::new().route("/status/{slug}", routing::get(summary))
}

async fn summary(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let page = state.read(move |tx, now, directory| views::status_page(tx, directory, &slug, now)).await?;
    let address = state.link(&format!("/status/{}", page.slug));
    Ok(ok(&nightbell_status::summary_json(&page, &address)))
}
