//! Postmortems: drafted from the timeline, read, saved over the revision they were read at, reviewed, published. Lines that blame somebody
//! are pointed out in every answer; they never block.

use super::{
    Endpoint,
    answer::{ApiResult, List, ok},
    get, post,
    request::{Body, Params, whole},
};
use crate::{
    domain::{
        access::{Manage, Read, Respond},
        ids::PostmortemId,
        learning::Postmortem,
        org::AccessRole,
        record::Instant,
        refusal::Refusal,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing,
};
use nightbell_engine::{
    Class, Fault, Tx, Unit, learning,
    views::{self, PostmortemView},
};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get("/postmortems", "Postmortems, newest first. Query: limit."),
    post("/incidents/{slug}/postmortem", "Drafts it from the timeline, or answers the one there is.", ""),
    get(
        "/incidents/{slug}/postmortem",
        "The document, its revision, when it is due, and the lines that blame somebody.",
    ),
    get("/incidents/{slug}/postmortem.md", "The document alone, as Markdown."),
    Endpoint {
        method: "PUT",
        path: "/incidents/{slug}/postmortem",
        least: AccessRole::Responder,
        what: "Saves the document over the revision it was read at; 409 revision-changed when somebody was faster.",
        example: r##"{"markdown":"# Checkout down\n","revision":1}"##,
    },
    post("/incidents/{slug}/postmortem/review", "Asks others to read it.", ""),
    Endpoint {
        method: "POST",
        path: "/incidents/{slug}/postmortem/publish",
        least: AccessRole::Manager,
        what: "Publishes it inside the organisation.",
        example: "",
    },
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/postmortems", routing::get(list))
        .route("/incidents/{slug}/postmortem", routing::get(show).post(draft).put(save))
        .route("/incidents/{slug}/postmortem.md", routing::get(markdown))
        .route("/incidents/{slug}/postmortem/review", routing::post(review))
        .route("/incidents/{slug}/postmortem/publish", routing::post(publish))
}

#[derive(Serialize)]
struct PostmortemJson {
    id: PostmortemId,
    slug: String,
    title: String,
    state: &'static str,
    due_at: Option<Instant>,
    published_at: Option<Instant>,
    waived: Option<String>,
    owed: bool,
    revision: u64,
}

impl From<&Postmortem> for PostmortemJson {
    fn from(postmortem: &Postmortem) -> Self {
        Self {
            id: postmortem.id,
            slug: postmortem.slug.clone(),
            title: postmortem.title.clone(),
            state: postmortem.state.word(),
            due_at: postmortem.due_at,
            published_at: postmortem.published_at,
            waived: postmortem.waived.as_ref().map(|waiver| waiver.reason.clone()),
            owed: postmortem.is_owed(),
            revision: postmortem.revision,
        }
    }
}

#[derive(Serialize)]
struct DocumentJson {
    #[serde(flatten)]
    postmortem: PostmortemJson,
    markdown: String,
    findings: Vec<BlameJson>,
}

#[derive(Serialize)]
struct BlameJson {
    line: usize,
    excerpt: String,
    why: String,
    suggestion: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<u32>,
}

async fn list(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<ListQuery>) -> ApiResult {
    let listed = state.read(move |tx, _, _| views::postmortems(tx, whole(query.limit))).await?;
    Ok(ok(&List::whole(listed.iter().map(PostmortemJson::from).collect())))
}

fn drafted(tx: &mut dyn Tx, slug: &str) -> Result<(Postmortem, PostmortemView), Fault> {
    let view = views::postmortem(tx, slug)?;
    let none = || Refusal::not_found("postmortem of", format!("{slug}; draft one first"));
    Ok((view.postmortem.clone().ok_or_else(none)?, view))
}

/// The document as it stands: what every change of it answers.
async fn stands(state: &AppState, slug: String) -> ApiResult {
    let (postmortem, findings) = state
        .read(move |tx, _, directory| {
            let (postmortem, view) = drafted(tx, &slug)?;
            Ok((postmortem, view.findings(directory)))
        })
        .await?;
    let blames = findings.into_iter().map(|finding| BlameJson {
        line: finding.line,
        excerpt: finding.excerpt,
        why: finding.why,
        suggestion: finding.suggestion,
    });
    Ok(ok(&DocumentJson {
        postmortem: (&postmortem).into(),
        findings: blames.collect(),
        markdown: postmortem.markdown,
    }))
}

async fn show(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    stands(&state, slug).await
}

async fn markdown(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    ApiPath(slug): ApiPath<String>,
) -> ApiResult<Response> {
    let (postmortem, view) = state.read(move |tx, _, _| drafted(tx, &slug)).await?;
    let text = view.document().unwrap_or(postmortem.markdown);
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response())
}

async fn draft(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let drafted = state.run(move |unit| learning::draft(unit, &who.permit, &slug)).await?;
    stands(&state, drafted.slug).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveInput {
    markdown: String,
    revision: u64,
}

async fn save(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<SaveInput>,
) -> ApiResult {
    let bytes = input.markdown.len();
    let work = move |unit: &mut Unit<'_>| learning::save(unit, &who.permit, &slug, input.revision, &input.markdown);
    let saved = state.run_holding(bytes, Class::Person, work).await?;
    stands(&state, saved.slug).await
}

async fn review(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let sent = state.run(move |unit| learning::send_to_review(unit, &who.permit, &slug)).await?;
    stands(&state, sent.slug).await
}

async fn publish(State(state): State<AppState>, who: ApiCaller<Manage>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let published = state.run(move |unit| learning::publish(unit, &who.permit, &slug)).await?;
    stands(&state, published.slug).await
}
