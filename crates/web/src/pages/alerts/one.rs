//! `GET /alerts/{alert}`.

use crate::{
    errors::PagePath,
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::{
        Choice, Nav,
        alerts::{AlertPage, WhyPart},
    },
};
use axum::extract::{Query, State};
use nightbell_engine::{
    domain::{
        access::Read,
        ids::{AlertId, UserId},
        org::User,
    },
    views,
};
use serde::Deserialize;

/// About whom it is asked why they were paged, or not; the reader when nobody is named.
#[derive(Deserialize)]
pub(super) struct About {
    #[serde(default)]
    r#for: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(alert): PagePath<AlertId>,
    Query(about): Query<About>,
) -> PageResult {
    let topic = format!("alert:{alert}");
    let mut shell = respond::frame(&state, &who, Nav::Alerts, "Alert", Some(&topic)).await?;
    let reading = Reading::of(&who);
    let (settings, reader) = (state.settings().clone(), who.person.id.clone());
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let view = views::alert(tx, directory, &settings, alert, now)?;
        shell.title = present::line(&view.alert.title);
        let named: Option<UserId> = about.r#for.parse().ok().filter(|user| directory.org.users.contains_key(user));
        let user = named.unwrap_or_else(|| reader.clone());
        let why = views::why(tx, directory, alert, &user, now)?;
        let choice = |person: &User| Choice::new(person.id.to_string(), person.name.clone(), person.id == user);
        let people = directory.org.users.values().map(choice).collect();
        let why = WhyPart { people, sentences: why.sentences };
        Ok(AlertPage { why, ..present::alert::page(&eyes, shell, &view) })
    });
    Ok(respond::page(&state, &read.await?))
}
