//! `GET /alerts?state=&q=&before=`.

use crate::{
    gate::Signed,
    pages::form::{Pairs, typed},
    present::{self, alerts::Show, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::extract::{Query, State};
use nightbell_engine::{domain::access::Read, live::ALERTS, views};

/// Alerts looked at for one page of the list; a search looks through more.
const PAGE_MAX: u32 = 50;
const SEARCHED_MAX: u32 = 500;
/// Characters of a search.
const QUERY_CHARS_MAX: usize = 200;

pub(super) async fn show(State(state): State<AppState>, who: Signed<Read>, Query(query): Query<Pairs>) -> PageResult {
    let asked = typed(query);
    let shell = respond::frame(&state, &who, Nav::Alerts, "Alerts", Some(ALERTS)).await?;
    let reading = Reading::of(&who);
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let show = Show::from_word(asked.word("state"));
        let words: String = asked.word("q").chars().take(QUERY_CHARS_MAX).collect();
        let before = if asked.word("before").is_empty() { views::NEWEST } else { asked.word("before") };
        let most = if words.is_empty() && show == Show::All { PAGE_MAX } else { SEARCHED_MAX };
        let found = views::alerts(tx, show != Show::All, before, most)?;
        let named = found.items.iter().filter(|alert| present::alerts::matches(alert, &words));
        let rooms = present::alerts::rooms(&views::incidents_of(tx, named.filter_map(|alert| alert.incident))?);
        Ok(present::alerts::page(&eyes, shell, show, &words, &found.items, &rooms, found.next.as_deref()))
    });
    Ok(respond::page(&state, &read.await?))
}
