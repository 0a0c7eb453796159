//! Answers of the API: JSON, lists with a cursor, and problems with one line for each thing that is wrong.

use crate::errors::{ApiError, Problem};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::{Fault, domain::refusal::Refusal, views::Listed};
use nightbell_wire::{inbound::Rejection, org_files::FileProblem};
use serde::{Deserialize, Serialize};

/// What an API handler answers.
pub type ApiResult<T = Response> = Result<T, Failure>;

/// 200 with a body.
pub fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// 201: made.
pub fn created(body: &impl Serialize) -> Response {
    json(StatusCode::CREATED, body)
}

/// A status with a body.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    written(status, "application/json", body)
}

fn written(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, content_type)], bytes).into_response(),
        Err(e) => {
            tracing::error!(error = %e, "an answer cannot be written as JSON");
            ApiError(Problem::fault()).into_response()
        }
    }
}

/// A list, and the cursor of what follows it.
#[derive(Debug, Serialize)]
pub struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> List<T> {
    /// A list without an end cursor.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of a longer list.
    pub fn of<S>(listed: &Listed<S>, view: impl FnMut(&S) -> T) -> Self {
        Self { items: listed.items.iter().map(view).collect(), next: listed.next.clone() }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The input field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The rule that speaks, for words that may not be published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// The words that are the trouble.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// What is wrong, and how to make it right.
    pub message: String,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl From<FileProblem> for Wrong {
    fn from(p: FileProblem) -> Self {
        let FileProblem { path, line, column, message, suggestion } = p;
        Self { path: Some(path), line, column, message, suggestion, ..Self::default() }
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self { field: refusal.field, message: refusal.message, ..Self::default() }
    }
}

/// A problem, and what exactly is wrong when there are several things. Boxed: it is the rare side of every answer.
#[derive(Debug)]
pub struct Failure(Box<(Problem, Vec<Wrong>)>);

impl Failure {
    /// A problem with its list.
    pub fn listing(problem: Problem, errors: Vec<Wrong>) -> Self {
        Self(Box::new((problem, errors)))
    }

    /// Wrong input: everything at once. One thing alone also stands in `field` and `detail`.
    pub fn invalid(errors: Vec<Wrong>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} things are wrong; nothing was stored. See \"errors\".", many.len()),
        };
        let field = errors.first().filter(|_| errors.len() == 1).and_then(|one| one.field.clone());
        Self::listing(Problem { field, ..Problem::bad_request(&detail) }, errors)
    }

    /// The code for machines.
    pub fn code(&self) -> &str {
        &self.0.0.code
    }

    /// The same problem with a list.
    pub fn with(self, errors: Vec<Wrong>) -> Self {
        Self::listing(self.0.0, errors)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::listing(problem, Vec::new())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Problem::from(fault).into()
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        error.0.into()
    }
}

/// The wire crate refuses in problem details of its own; the API adds its code.
impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        #[derive(Deserialize)]
        struct Details {
            detail: String,
        }
        let detail = serde_json::from_str::<Details>(&rejection.body).map_or(rejection.body, |details| details.detail);
        let problem = if rejection.status == StatusCode::PAYLOAD_TOO_LARGE.as_u16() {
            Problem { detail, ..Problem::too_large() }
        } else {
            Problem::bad_request(&detail)
        };
        problem.into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Details {
            r#type: String,
            title: String,
            status: u16,
            detail: String,
            code: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<String>,
            errors: Vec<Wrong>,
        }
        let (problem, errors) = *self.0;
        if errors.is_empty() {
            return ApiError(problem).into_response();
        }
        let body = Details {
            r#type: format!("urn:nightbell:problem:{}", problem.code),
            title: problem.title,
            status: problem.status.as_u16(),
            detail: problem.detail,
            code: problem.code,
            field: problem.field,
            errors,
        };
        written(problem.status, "application/problem+json", &body)
    }
}
