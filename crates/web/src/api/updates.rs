//! Words to the room and to the public: updates, publications, the wording check before them, and the update that says it is over.
//! Nothing becomes public unless the request's `public` (or `publish`) names it (INV-19).

use super::{
    Endpoint,
    answer::{ApiResult, Wrong, ok},
    incidents::changed,
    post,
    request::{Body, word_option},
};
use crate::{
    domain::{
        access::Respond,
        paging::later,
        record::Instant,
        refusal::Refusal,
        response::{IncidentStatus, UpdateInput},
        text::duration::parse_prose_duration,
        voice::wording::{Finding, WordingSeverity},
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use jiff::SignedDuration;
use nightbell_engine::{
    Fault,
    response::{self, PublicComponent, PublicWords, Resolution, preview_findings},
};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/incidents/{slug}/updates",
        "Tells the room, and the public page when public is given. next_update_at or next_in promise the next update; the severity's own rhythm otherwise.",
        r#"{"text":"Checkout fails for most customers. We switched to the static page.","mitigation":"Static checkout page","next_in":"10m"}"#,
    ),
    post(
        "/incidents/{slug}/publish",
        "Tells the public page alone: brings it up to date, or corrects it.",
        r#"{"text":"Payments fail for some customers. We are working on it.","components":[]}"#,
    ),
    post(
        "/incidents/{slug}/wording",
        "What the wording check says about public words; nothing is published.",
        r#"{"text":"It will be fixed in 20 minutes."}"#,
    ),
    post(
        "/incidents/{slug}/resolve",
        "It is over, with a last update. The postmortem is drafted.",
        r#"{"text":"Checkout works again."}"#,
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/incidents/{slug}/updates", routing::post(update))
        .route("/incidents/{slug}/publish", routing::post(publish))
        .route("/incidents/{slug}/wording", routing::post(wording))
        .route("/incidents/{slug}/resolve", routing::post(resolve))
}

/// Public words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicInput {
    text: String,
    title: Option<String>,
    #[serde(default)]
    components: Vec<PublicComponent>,
    reason: Option<String>,
    override_reason: Option<String>,
}

impl From<PublicInput> for PublicWords {
    fn from(PublicInput { text, title, components, reason, override_reason }: PublicInput) -> Self {
        Self { text, title, components, reason, override_reason }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateBody {
    text: String,
    mitigation: Option<String>,
    status: Option<String>,
    next_update_at: Option<String>,
    next_in: Option<String>,
    reason: Option<String>,
    public: Option<PublicInput>,
}

/// When the next update is promised.
#[derive(Clone, Copy)]
enum Next {
    Usual,
    At(Instant),
    In(SignedDuration),
}

impl Next {
    fn read(input: &UpdateBody) -> Result<Self, Refusal> {
        let at: Option<Instant> = word_option("next_update_at", input.next_update_at.as_deref())?;
        let wait = input
            .next_in
            .as_deref()
            .map(|text| parse_prose_duration(text.trim()).map_err(|e| Refusal::invalid("next_in", format!("{e}"))));
        match (at, wait.transpose()?) {
            (Some(_), Some(_)) => Err(Refusal::invalid("next_in", "Say next_update_at or next_in, not both.")),
            (Some(at), None) => Ok(Self::At(at)),
            (None, Some(wait)) => Ok(Self::In(wait)),
            (None, None) => Ok(Self::Usual),
        }
    }

    fn instant(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Usual => None,
            Self::At(at) => Some(at),
            Self::In(wait) => Some(later(now, wait)),
        }
    }
}

async fn update(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<UpdateBody>,
) -> ApiResult {
    let status: Option<IncidentStatus> = word_option("status", input.status.as_deref())?;
    let next = Next::read(&input)?;
    let (text, mitigation, reason) = (input.text, input.mitigation, input.reason);
    let public: Option<PublicWords> = input.public.map(Into::into);
    // A status that goes back may give its reason with the update as well.
    let words = public.clone().map(|words| PublicWords { reason: words.reason.or(reason.clone()), ..words });
    let said = Said { slug: slug.clone(), words, status };
    let posted = changed(&state, move |unit| {
        let update = UpdateInput {
            text: &text,
            mitigation: mitigation.as_deref(),
            status,
            next_update_at: next.instant(unit.now),
            reason: reason.as_deref(),
            public: None,
        };
        response::post_update(unit, &who.permit, &slug, &update, public.as_ref())
    });
    said.explain(&state, posted.await).await
}

async fn publish(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<PublicInput>,
) -> ApiResult {
    let words = PublicWords::from(input);
    let said = Said { slug: slug.clone(), words: Some(words.clone()), status: None };
    let published = changed(&state, move |unit| response::publish(unit, &who.permit, &slug, &words)).await;
    said.explain(&state, published).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResolveInput {
    text: String,
    public: Option<PublicInput>,
}

async fn resolve(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<ResolveInput>,
) -> ApiResult {
    let resolution = Resolution { text: input.text, public: input.public.map(Into::into) };
    let said = Said { slug: slug.clone(), words: resolution.public.clone(), status: Some(IncidentStatus::Resolved) };
    let resolved = changed(&state, move |unit| response::resolve(unit, &who.permit, &slug, &resolution)).await;
    said.explain(&state, resolved).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingInput {
    text: String,
    title: Option<String>,
    #[serde(default)]
    components: Vec<PublicComponent>,
    reason: Option<String>,
    status: Option<String>,
}

#[derive(Serialize)]
struct FindingsJson {
    findings: Vec<FindingJson>,
}

#[derive(Serialize)]
struct FindingJson {
    rule: &'static str,
    blocks: bool,
    excerpt: String,
    why: String,
    suggestion: String,
}

async fn wording(
    State(state): State<AppState>,
    _: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<WordingInput>,
) -> ApiResult {
    let WordingInput { text, title, components, reason, status } = input;
    let status: Option<IncidentStatus> = word_option("status", status.as_deref())?;
    let words = PublicWords { text, title, components, reason, override_reason: None };
    let found = Said { slug, words: Some(words), status }.findings(&state).await?;
    let findings = found.iter().map(|finding| FindingJson {
        rule: finding.rule.code(),
        blocks: blocks(finding),
        excerpt: finding.excerpt.clone(),
        why: finding.why.clone(),
        suggestion: finding.suggestion.clone(),
    });
    Ok(ok(&FindingsJson { findings: findings.collect() }))
}

fn blocks(finding: &Finding) -> bool {
    finding.severity == WordingSeverity::Blocks
}

/// What was to be said in public, to say again why it was not.
struct Said {
    slug: String,
    words: Option<PublicWords>,
    status: Option<IncidentStatus>,
}

impl Said {
    async fn findings(self, state: &AppState) -> Result<Vec<Finding>, Fault> {
        let Self { slug, words, status } = self;
        let Some(words) = words else { return Ok(Vec::new()) };
        state
            .run(move |unit| {
                let incident = response::find(unit, &slug)?;
                preview_findings(unit, &incident, &words, status.unwrap_or(incident.status))
            })
            .await
    }

    /// A refusal of the wording check names each finding; every other answer is left alone.
    async fn explain(self, state: &AppState, answer: ApiResult) -> ApiResult {
        let Err(failure) = answer else { return answer };
        if failure.code() != "wording-blocked" {
            return Err(failure);
        }
        let found = self.findings(state).await?;
        Err(failure.with(found.iter().filter(|finding| blocks(finding)).map(wrong).collect()))
    }
}

fn wrong(finding: &Finding) -> Wrong {
    Wrong {
        field: Some("public.text".to_owned()),
        rule: Some(finding.rule.code()),
        excerpt: Some(finding.excerpt.clone()),
        message: finding.why.clone(),
        suggestion: Some(finding.suggestion.clone()),
        ..Wrong::default()
    }
}
