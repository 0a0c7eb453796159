//! `/incidents/{slug}/update` and `/publish`: compose, preview exactly what each audience will read, then send. `step` = `preview` changes
//! nothing; `send` sends, unless something is refused: then the composer again, with what was typed and why.

mod work;

use super::form::{Pairs, refusal, status, typed};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    present::{
        self,
        eyes::Reading,
        typed::Typed,
        update::{Composer, Voice},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use nightbell_engine::{
    Directory, Fault, Tx,
    domain::{access::Respond, ids::ComponentId, record::Instant, refusal::Refusal},
    response::Preview,
    views,
};
use nightbell_public::ComponentStatus;
use std::collections::BTreeMap;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/incidents/{slug}/update", get(new_update).post(update))
        .route("/incidents/{slug}/publish", get(new_publish).post(publish))
}

type Slug = PagePath<String>;

async fn new_update(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): Slug,
    Query(query): Query<Pairs>,
) -> PageResult {
    composer(&state, &who, slug, Voice::Update, typed(query), None, None).await
}

async fn new_publish(State(state): State<AppState>, who: Signed<Respond>, PagePath(slug): Slug) -> PageResult {
    let ticked = Typed::new([("public".to_owned(), "on".to_owned())]);
    composer(&state, &who, slug, Voice::Publish, ticked, None, None).await
}

async fn update(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): Slug,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    posted(state, who, slug, Voice::Update, typed(pairs)).await
}

async fn publish(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): Slug,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    posted(state, who, slug, Voice::Publish, typed(pairs)).await
}

async fn posted(state: AppState, who: Signed<Respond>, slug: String, voice: Voice, typed: Typed) -> PageResult {
    let (permit, room, wanted) = (who.permit.clone(), slug.clone(), typed.clone());
    let preview = state.run(move |unit| work::preview(unit, &permit, &room, voice, &wanted)).await?;
    if typed.word("step") != "send" {
        return composer(&state, &who, slug, voice, typed, Some(preview), None).await;
    }
    let (permit, room, wanted) = (who.permit.clone(), slug.clone(), typed.clone());
    match state.run(move |unit| work::send(unit, &permit, &room, voice, &wanted)).await {
        Ok(sent) => {
            let path = format!("/incidents/{}", sent.incident.slug);
            Ok(respond::see_other_saying(&state, &path, FlashKind::Done, &sent.said))
        }
        Err(fault) => {
            let refused = refusal(fault)?;
            composer(&state, &who, slug, voice, typed, Some(preview), Some(refused)).await
        }
    }
}

async fn composer(
    state: &AppState,
    who: &Session,
    slug: String,
    voice: Voice,
    typed: Typed,
    preview: Option<Preview>,
    refused: Option<Refusal>,
) -> PageResult {
    let shell = respond::frame(state, who, Nav::Incidents, "Write an update", None).await?;
    let reading = Reading::of(who);
    let settings = state.settings().clone();
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let view = views::room(tx, directory, &settings, &slug, now)?;
        let components_now = components_now(tx, directory, now)?;
        let (incident, preview, refusal) = (&view.incident, preview.as_ref(), refused.as_ref());
        let of = Composer { voice, incident, components_now: &components_now, typed: &typed, preview, refusal };
        Ok(present::update::page(&eyes, shell, &of))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

/// How every component of every page is doing in public.
fn components_now(
    tx: &mut dyn Tx,
    directory: &Directory,
    now: Instant,
) -> Result<BTreeMap<ComponentId, ComponentStatus>, Fault> {
    let mut found = BTreeMap::new();
    for slug in views::status_slugs(directory) {
        let page = views::status_page(tx, directory, &slug, now)?;
        let components = page.groups.into_iter().flat_map(|group| group.components);
        found.extend(components.filter_map(|component| Some((component.id.parse().ok()?, component.status))));
    }
    Ok(found)
}
