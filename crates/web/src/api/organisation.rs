//! The organisation as files: `POST /apply` makes it match them (or only says what would change), `GET /export` writes them.
//! Files are parsed aside, before the writer is asked, so that a large upload delays no alert.

use super::{
    Endpoint,
    answer::{ApiResult, Failure, Wrong, ok},
    request::Upload,
};
use crate::{
    domain::{access::Administer, org::AccessRole},
    errors::Problem,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, response::Response, routing};
use nightbell_engine::{
    Class,
    organisation::{Applied, apply, plan_files},
};
use nightbell_wire::org_files::{self, Action, Change, FileProblem, ParsedFiles, SourceFile};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        path: "/apply",
        least: AccessRole::Admin,
        what: "Makes the organisation match files; plan only says what would change, prune deletes what is in files no more.",
        example: r#"{"plan":true,"files":[{"path":"organisation.yaml","content":"version: 1\n"}]}"#,
    },
    Endpoint {
        method: "GET",
        path: "/export",
        least: AccessRole::Admin,
        what: "The organisation as files that apply takes back unchanged. They hold the keys of the integrations.",
        example: "",
    },
];

pub fn routes() -> Router<AppState> {
    Router::new().route("/apply", routing::post(apply_files)).route("/export", routing::get(export))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApplyInput {
    files: Vec<FileInput>,
    #[serde(default)]
    plan: bool,
    #[serde(default)]
    prune: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileInput {
    path: String,
    content: String,
}

async fn apply_files(
    State(state): State<AppState>,
    who: ApiCaller<Administer>,
    Upload(input): Upload<ApplyInput>,
) -> ApiResult {
    let ApplyInput { files, plan, prune } = input;
    let bytes = files.iter().map(|file| file.content.len()).sum();
    let seed = state.run(|unit| Ok(unit.ids().random::<32>())).await?;
    let parsed = state.read(move |_, _, _| Ok(parse(&files, &seed))).await?.map_err(mistakes)?;
    let applied = if plan {
        state.read(move |_, _, directory| Ok(plan_files(directory, &parsed, prune))).await?
    } else {
        state.run_holding(bytes, Class::Person, move |unit| apply(unit, &who.permit, &parsed, prune)).await?
    };
    Ok(answer(applied.map_err(mistakes)?, !plan))
}

/// Reads the files. An integration without a key gets one of its own, as unpredictable as the seed.
fn parse(files: &[FileInput], seed: &[u8; 32]) -> Result<ParsedFiles, Vec<FileProblem>> {
    let files: Vec<SourceFile<'_>> = files.iter().map(|f| SourceFile { path: &f.path, content: &f.content }).collect();
    let mut fresh_key = |integration: &str| {
        let digest = Sha256::new().chain_update(seed).chain_update(integration).finalize();
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    };
    org_files::parse(&files, &mut fresh_key)
}

fn mistakes(problems: Vec<FileProblem>) -> Failure {
    let detail = match problems.as_slice() {
        [one] => one.to_string(),
        many => format!("The files have {} mistakes; nothing was stored. See \"errors\".", many.len()),
    };
    let problem = Problem { code: "bad-files".to_owned(), ..Problem::bad_request(&detail) };
    Failure::listing(problem, problems.into_iter().map(Wrong::from).collect())
}

#[derive(Serialize)]
struct AppliedJson {
    changes: Vec<ChangeJson>,
    unchanged: usize,
    unlisted: Vec<NamedJson>,
    warnings: Vec<Wrong>,
    applied: bool,
    text: String,
}

#[derive(Serialize)]
struct ChangeJson {
    action: Action,
    kind: &'static str,
    id: String,
    fields: Vec<FieldJson>,
}

#[derive(Serialize)]
struct FieldJson {
    path: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct NamedJson {
    kind: &'static str,
    id: String,
}

fn answer(Applied { plan, warnings }: Applied, applied: bool) -> Response {
    let (kept, changed): (Vec<&Change>, Vec<&Change>) = plan.changes.iter().partition(|c| c.action == Action::Keep);
    let fields = |change: &Change| {
        let each = change.fields.iter();
        each.map(|f| FieldJson { path: f.path.clone(), from: f.from.clone(), to: f.to.clone() }).collect()
    };
    let change = |change: &Change| ChangeJson {
        action: change.action,
        kind: change.kind.word(),
        id: change.id.clone(),
        fields: fields(change),
    };
    ok(&AppliedJson {
        changes: changed.into_iter().map(change).collect(),
        unchanged: kept.len(),
        unlisted: plan.unlisted.iter().map(|(kind, id)| NamedJson { kind: kind.word(), id: id.clone() }).collect(),
        warnings: warnings.into_iter().map(Wrong::from).collect(),
        applied,
        text: plan.to_string(),
    })
}

#[derive(Serialize)]
struct ExportJson {
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    path: String,
    content: String,
}

async fn export(State(state): State<AppState>, _: ApiCaller<Administer>) -> ApiResult {
    let files = state.read(|_, _, directory| Ok(org_files::export(&directory.org))).await?;
    let files = files.into_iter().map(|(path, content)| FileJson { path, content });
    Ok(ok(&ExportJson { files: files.collect() }))
}
