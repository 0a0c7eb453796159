//! What the forms of the pages share: their fields, and a refusal told in the page the form stands on.

use crate::{errors::Problem, present::typed::Typed};
use axum::http::StatusCode;
use nightbell_engine::{Fault, domain::refusal::Refusal};

/// The fields of a posted form or a query, as they came.
pub type Pairs = Vec<(String, String)>;

/// Reads pairs as typed fields.
pub fn typed(pairs: Pairs) -> Typed {
    Typed::new(pairs)
}

/// A refusal, to be told beside the form; anything else is an error page.
///
/// # Errors
/// The store's fault.
pub fn refusal(fault: Fault) -> Result<Refusal, Fault> {
    match fault {
        Fault::Refused(refusal) => Ok(refusal),
        fault @ (Fault::Store(_) | Fault::Busy { .. }) => Err(fault),
    }
}

/// The status of a page shown again because of a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    Problem::from(refusal.clone()).status
}
