//! What people do in a room: write, take roles, change severity and status, try mitigations, link alerts, waive rules, end it. Each answers
//! the incident as it stands then; `command` takes a line as typed in the room.

use super::{
    Endpoint,
    answer::{ApiResult, ok},
    incidents::changed,
    post,
    request::{Body, handle, word},
};
use crate::{
    domain::{
        access::{Manage, Respond},
        ids::{AlertId, SeverityId, UserId},
        org::AccessRole,
        refusal::Refusal,
        response::{EntryKind, IncidentStatus, RoleKind, RuleId},
        text::suggest::did_you_mean,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::response;
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/incidents/{slug}/entries",
        "Writes on the timeline: note, decision, hypothesis, action, output or link.",
        r#"{"kind":"decision","text":"Send everybody to the static checkout page"}"#,
    ),
    Endpoint {
        method: "PATCH",
        path: "/incidents/{slug}/entries/{seq}",
        least: AccessRole::Responder,
        what: "Edits an entry of one's own; the first text stays in the journal.",
        example: r#"{"text":"Send everybody to the static page, without the cart"}"#,
    },
    post(
        "/incidents/{slug}/refute",
        "A hypothesis turned out wrong.",
        r#"{"seq":3,"reason":"The deploy was after the first failure"}"#,
    ),
    post(
        "/incidents/{slug}/roles",
        "action: take, offer (with to), accept, decline or release.",
        r#"{"role":"ops","action":"take"}"#,
    ),
    post(
        "/incidents/{slug}/severity",
        "Changes the severity; what is owed is computed anew.",
        r#"{"severity":"sev1","reason":"Every customer is affected"}"#,
    ),
    post("/incidents/{slug}/status", "Another status word.", r#"{"status":"identified"}"#),
    post("/incidents/{slug}/mitigations/{key}", "action: try, worked or failed.", r#"{"action":"try"}"#),
    post("/incidents/{slug}/alerts", "Links another alert.", r#"{"alert":"alert_00000000000000000000000000000000"}"#),
    post(
        "/incidents/{slug}/waivers",
        "A playbook rule is not insisted on: the commander may, and managers.",
        r#"{"rule":"public-notice","reason":"Nobody outside can see it"}"#,
    ),
    post("/incidents/{slug}/command", "A line as typed in the room.", r#"{"text":"/note Asked the payment provider"}"#),
    post("/incidents/{slug}/close", "Nothing is owed any more.", ""),
    post(
        "/incidents/{slug}/cancel",
        "It was a false alarm: kept, and whoever was paged is told.",
        r#"{"reason":"A test of the monitoring"}"#,
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/incidents/{slug}/entries", routing::post(write))
        .route("/incidents/{slug}/entries/{seq}", routing::patch(revise))
        .route("/incidents/{slug}/refute", routing::post(refute))
        .route("/incidents/{slug}/roles", routing::post(role))
        .route("/incidents/{slug}/severity", routing::post(severity))
        .route("/incidents/{slug}/status", routing::post(status))
        .route("/incidents/{slug}/mitigations/{key}", routing::post(mitigation))
        .route("/incidents/{slug}/alerts", routing::post(link_alert))
        .route("/incidents/{slug}/waivers", routing::post(waive))
        .route("/incidents/{slug}/command", routing::post(command))
        .route("/incidents/{slug}/close", routing::post(close))
        .route("/incidents/{slug}/cancel", routing::post(cancel))
}

/// What everything in a room needs: the state, the permit, and which room.
type Room = (State<AppState>, ApiCaller<Respond>, ApiPath<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryInput {
    kind: EntryKind,
    text: String,
}

async fn write((State(state), who, ApiPath(slug)): Room, Body(input): Body<EntryInput>) -> ApiResult {
    changed(&state, move |unit| response::write(unit, &who.permit, &slug, input.kind, &input.text)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextInput {
    text: String,
}

async fn revise(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((slug, seq)): ApiPath<(String, u64)>,
    Body(input): Body<TextInput>,
) -> ApiResult {
    changed(&state, move |unit| response::revise(unit, &who.permit, &slug, seq, &input.text)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefuteInput {
    seq: u64,
    reason: String,
}

async fn refute((State(state), who, ApiPath(slug)): Room, Body(input): Body<RefuteInput>) -> ApiResult {
    changed(&state, move |unit| response::refute(unit, &who.permit, &slug, input.seq, &input.reason)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleInput {
    role: String,
    action: RoleAction,
    to: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleAction {
    Take,
    Offer,
    Accept,
    Decline,
    Release,
}

async fn role((State(state), who, ApiPath(slug)): Room, Body(input): Body<RoleInput>) -> ApiResult {
    let role: RoleKind = word("role", &input.role)?;
    let to: Option<UserId> = input.to.as_deref().map(|to| handle("to", to)).transpose()?;
    let by = who.permit;
    changed(&state, move |unit| match input.action {
        RoleAction::Take => response::take_role(unit, &by, &slug, role),
        RoleAction::Accept => response::accept_role(unit, &by, &slug, role),
        RoleAction::Decline => response::decline_role(unit, &by, &slug, role),
        RoleAction::Release => response::release_role(unit, &by, &slug, role),
        RoleAction::Offer => {
            let to = to.as_ref().ok_or_else(|| Refusal::invalid("to", "To whom? Name a person."))?;
            response::offer_role(unit, &by, &slug, role, to)
        }
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeverityInput {
    severity: String,
    reason: Option<String>,
}

async fn severity((State(state), who, ApiPath(slug)): Room, Body(input): Body<SeverityInput>) -> ApiResult {
    let to: SeverityId = word("severity", &input.severity)?;
    changed(&state, move |unit| response::change_severity(unit, &who.permit, &slug, &to, input.reason.as_deref())).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusInput {
    status: String,
    reason: Option<String>,
}

async fn status((State(state), who, ApiPath(slug)): Room, Body(input): Body<StatusInput>) -> ApiResult {
    let to: IncidentStatus = word("status", &input.status)?;
    changed(&state, move |unit| response::set_status(unit, &who.permit, &slug, to, input.reason.as_deref())).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MitigationInput {
    action: String,
}

async fn mitigation(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((slug, key)): ApiPath<(String, String)>,
    Body(input): Body<MitigationInput>,
) -> ApiResult {
    let worked = match input.action.as_str() {
        "try" => None,
        "worked" => Some(true),
        "failed" => Some(false),
        other => {
            let near = did_you_mean(other, ["try", "worked", "failed"]);
            return Err(Refusal::invalid("action", format!("Use try, worked or failed{near}.")).into());
        }
    };
    changed(&state, move |unit| match worked {
        None => response::try_mitigation(unit, &who.permit, &slug, &key),
        Some(worked) => response::judge_mitigation(unit, &who.permit, &slug, &key, worked),
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertInput {
    alert: String,
}

async fn link_alert((State(state), who, ApiPath(slug)): Room, Body(input): Body<AlertInput>) -> ApiResult {
    let alert: AlertId = word("alert", &input.alert)?;
    changed(&state, move |unit| response::link_alert(unit, &who.permit, &slug, alert)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverInput {
    rule: String,
    reason: String,
}

async fn waive((State(state), who, ApiPath(slug)): Room, Body(input): Body<WaiverInput>) -> ApiResult {
    let rule: RuleId = word("rule", &input.rule)?;
    let manager = who.caller.permit::<Manage>().ok();
    changed(&state, move |unit| response::waive(unit, &who.permit, manager.as_ref(), &slug, rule, &input.reason)).await
}

#[derive(Serialize)]
struct DoneJson {
    text: String,
}

async fn command((State(state), who, ApiPath(slug)): Room, Body(input): Body<TextInput>) -> ApiResult {
    let manager = who.caller.permit::<Manage>().ok();
    let text =
        state.run(move |unit| response::command(unit, &who.permit, manager.as_ref(), &slug, &input.text)).await?;
    Ok(ok(&DoneJson { text }))
}

async fn close((State(state), who, ApiPath(slug)): Room) -> ApiResult {
    changed(&state, move |unit| response::close(unit, &who.permit, &slug)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonInput {
    reason: String,
}

async fn cancel((State(state), who, ApiPath(slug)): Room, Body(input): Body<ReasonInput>) -> ApiResult {
    changed(&state, move |unit| response::cancel(unit, &who.permit, &slug, &input.reason)).await
}
