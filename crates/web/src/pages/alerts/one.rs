//! `GET /alerts/{alert}`.

use crate::{
    errors::PagePath,
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::extract::State;
use nightbell_engine::{
    domain::{access::Read, ids::AlertId},
    views,
};

pub(super) async fn show(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(alert): PagePath<AlertId>,
) -> PageResult {
    let topic = format!("alert:{alert}");
    let mut shell = respond::frame(&state, &who, Nav::Alerts, "Alert", Some(&topic)).await?;
    let reading = Reading::of(&who);
    let settings = state.settings().clone();
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let view = views::alert(tx, directory, &settings, alert, now)?;
        shell.title = present::line(&view.alert.title);
        Ok(present::alert::page(&eyes, shell, &view))
    });
    Ok(respond::page(&state, &read.await?))
}
