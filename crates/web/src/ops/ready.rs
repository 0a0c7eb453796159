//! `GET /readyz`: ready means that the store can be written and read, that nothing is more than 30 s overdue, and that this node's clock is the
//! database's. Otherwise 503, and a line for each thing that is wrong; open to anybody, so it says no more than what an operator must look at.

use crate::state::AppState;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::{Fault, StoreError, nodes, prove_writable, watch};
use std::{fmt::Write as _, future::Future, time::Duration};

/// How long a part may take to answer before the server is not ready.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Answers, part by part.
pub async fn readyz(State(state): State<AppState>) -> Response {
    let after = state.late_after();
    let (writable, late) = tokio::join!(
        within(state.run(prove_writable)),
        within(state.read(move |tx, now, _| Ok(watch::late(tx, now, after)?)))
    );
    let overdue = late.and_then(|late| if late.is_empty() { Ok(()) } else { Err(watch::in_words(&late)) });
    let mut parts = vec![("writer", writable), ("overdue", overdue)];
    let skew_s = state.metrics().clock_skew_s();
    if skew_s.abs() > nodes::SKEW_MAX.as_secs_f64() {
        parts.push((
            "clock",
            Err(format!("the database's clock is {skew_s:+.1} s from this machine's; set both by NTP")),
        ));
    }
    let ready = parts.iter().all(|(_, part)| part.is_ok());
    let mut text = String::from(if ready { "ready\n" } else { "not ready\n" });
    for (name, part) in &parts {
        let word = if part.is_ok() { "ok" } else { "failed" };
        let why = part.as_ref().err().map_or_else(String::new, |why| format!(": {why}"));
        let _ = writeln!(text, "{name} {word}{why}");
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

async fn within<T>(part: impl Future<Output = Result<T, Fault>>) -> Result<T, String> {
    match tokio::time::timeout(READY_WITHIN, part).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(fault)) => {
            tracing::warn!(error = %fault, "not ready");
            Err(why(&fault).to_owned())
        }
        Err(_) => Err(format!("no answer within {} s", READY_WITHIN.as_secs())),
    }
}

/// The kind of trouble, without the paths and names that are in the log.
fn why(fault: &Fault) -> &'static str {
    match fault {
        Fault::Busy { .. } => "too much is waiting",
        Fault::Store(StoreError::Full(_)) => "the disk is full",
        Fault::Store(StoreError::Corrupt(_)) => "stored data is damaged",
        Fault::Store(_) => "the store cannot be used; the log says why",
        Fault::Refused(_) => "refused",
    }
}
