//! How an incident looks in the API. Explicit structs: what is inside may change, these names may not.

use nightbell_engine::domain::{
    ids::{AlertId, IncidentId, PageId, PostmortemId},
    record::Instant,
    response::{
        Incident, Look, MitigationState, Offer, RoleKind, RuleId, RuleLine, Standing, TimelineLine, playbook::adherence,
    },
};
use serde::Serialize;

/// An incident as it stands.
#[derive(Debug, Serialize)]
pub struct IncidentJson {
    id: IncidentId,
    slug: String,
    room: String,
    title: String,
    severity: String,
    severity_why: String,
    status: &'static str,
    service: Option<String>,
    runbook: Option<String>,
    declared_at: Instant,
    declared_by: String,
    began_at: Instant,
    resolved_at: Option<Instant>,
    closed_at: Option<Instant>,
    roles: RolesJson,
    summary: String,
    promise: Option<Instant>,
    last_update_at: Option<Instant>,
    public: Option<PublicJson>,
    mitigations: Vec<MitigationJson>,
    hypotheses: Vec<HypothesisJson>,
    alerts: Vec<AlertId>,
    pages: Vec<PageId>,
    adherence: AdherenceJson,
    postmortem: PostmortemJson,
    next_due_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct RolesJson {
    commander: Option<String>,
    ops: Vec<String>,
    comms: Option<String>,
    scribe: Option<String>,
    offers: Vec<OfferJson>,
}

#[derive(Debug, Serialize)]
struct OfferJson {
    role: &'static str,
    to: String,
    by: String,
    at: Instant,
}

#[derive(Debug, Serialize)]
struct PublicJson {
    notice: String,
    page: String,
    title: String,
    status: &'static str,
    text: String,
    at: Instant,
    components: Vec<String>,
    /// By how many seconds the public's newest words are older than the room's.
    behind_s: Option<i64>,
}

#[derive(Debug, Serialize)]
struct MitigationJson {
    key: String,
    title: String,
    command: Option<String>,
    runbook: Option<String>,
    state: &'static str,
    tried: Vec<TryJson>,
}

#[derive(Debug, Serialize)]
struct TryJson {
    by: String,
    at: Instant,
    worked: Option<bool>,
    judged_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct HypothesisJson {
    seq: u64,
    text: String,
    refuted: Option<String>,
}

#[derive(Debug, Serialize)]
struct AdherenceJson {
    met: usize,
    owed: usize,
    waiting: usize,
    rules: Vec<RuleJson>,
}

#[derive(Debug, Serialize)]
struct RuleJson {
    rule: &'static str,
    label: String,
    standing: &'static str,
    detail: String,
    due_at: Option<Instant>,
    measured_s: Option<u64>,
    look: &'static str,
}

#[derive(Debug, Serialize)]
struct PostmortemJson {
    id: Option<PostmortemId>,
    due_at: Option<Instant>,
    published_at: Option<Instant>,
    owed: bool,
}

impl IncidentJson {
    /// As it stands at `now`.
    pub fn new(incident: &Incident, now: Instant) -> Self {
        let text = |id: &dyn std::fmt::Display| id.to_string();
        Self {
            id: incident.id,
            slug: incident.slug.clone(),
            room: incident.room(),
            title: incident.title.clone(),
            severity: text(&incident.severity),
            severity_why: incident.severity_why.clone(),
            status: incident.status.word(),
            service: incident.service.as_ref().map(|id| text(id)),
            runbook: incident.runbook.as_ref().map(|id| text(id)),
            declared_at: incident.declared_at,
            declared_by: text(&incident.declared_by),
            began_at: incident.began_at,
            resolved_at: incident.resolved_at,
            closed_at: incident.closed_at,
            roles: roles(incident),
            summary: incident.summary.clone(),
            promise: incident.promise.map(|promise| promise.at),
            last_update_at: incident.last_update_at,
            public: public(incident),
            mitigations: incident.mitigations.iter().map(mitigation).collect(),
            hypotheses: hypotheses(incident),
            alerts: incident.alerts.clone(),
            pages: incident.pages.clone(),
            adherence: kept(incident, now),
            postmortem: PostmortemJson {
                id: incident.postmortem,
                due_at: incident.obligation(RuleId::PostmortemOnTime).and_then(|obligation| obligation.due_at),
                published_at: incident.postmortem_published_at,
                owed: incident.owes_postmortem(),
            },
            next_due_at: incident.next_due_at,
        }
    }
}

fn roles(incident: &Incident) -> RolesJson {
    let seats = &incident.roles;
    let one = |role: RoleKind| seats.holders(role).first().map(ToString::to_string);
    let offer = |o: &Offer| OfferJson { role: o.role.word(), to: o.to.to_string(), by: o.by.to_string(), at: o.at };
    RolesJson {
        commander: one(RoleKind::Commander),
        ops: seats.ops.iter().map(ToString::to_string).collect(),
        comms: one(RoleKind::Comms),
        scribe: one(RoleKind::Scribe),
        offers: seats.offers.iter().map(offer).collect(),
    }
}

fn public(incident: &Incident) -> Option<PublicJson> {
    let face = incident.public.as_ref()?;
    Some(PublicJson {
        notice: face.notice.clone(),
        page: face.page.to_string(),
        title: face.title.clone(),
        status: face.status.word(),
        text: face.text.clone(),
        at: face.at,
        components: face.components.iter().map(ToString::to_string).collect(),
        behind_s: incident.public_behind().map(|behind| behind.as_secs()),
    })
}

fn mitigation(state: &MitigationState) -> MitigationJson {
    let tried = state.tried.iter().map(|t| TryJson {
        by: t.by.to_string(),
        at: t.at,
        worked: t.worked,
        judged_at: t.judged_at,
    });
    MitigationJson {
        key: state.mitigation.key.clone(),
        title: state.mitigation.title.clone(),
        command: state.mitigation.command.clone(),
        runbook: state.mitigation.runbook.as_ref().map(ToString::to_string),
        state: match state.tried.last().map(|last| last.worked) {
            None => "untried",
            Some(None) => "trying",
            Some(Some(true)) => "worked",
            Some(Some(false)) => "failed",
        },
        tried: tried.collect(),
    }
}

fn hypotheses(incident: &Incident) -> Vec<HypothesisJson> {
    let view = incident.hypotheses.iter().map(|h| HypothesisJson {
        seq: h.seq,
        text: h.text.clone(),
        refuted: h.refuted.clone(),
    });
    view.collect()
}

fn kept(incident: &Incident, now: Instant) -> AdherenceJson {
    let kept = adherence(incident, now);
    let rule = |line: &RuleLine| RuleJson {
        rule: line.rule.word(),
        label: line.label.clone(),
        standing: standing(line.standing),
        detail: line.detail.clone(),
        due_at: line.due_at,
        measured_s: line.measured_s,
        look: look(line.look),
    };
    AdherenceJson {
        met: kept.met,
        owed: kept.owed,
        waiting: kept.waiting,
        rules: kept.lines.iter().map(rule).collect(),
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "waiting",
        Standing::Met => "met",
        Standing::MetLate => "met-late",
        Standing::Breached => "breached",
        Standing::Waived => "waived",
        Standing::Lifted => "lifted",
    }
}

fn look(look: Look) -> &'static str {
    match look {
        Look::Quiet => "quiet",
        Look::Ok => "ok",
        Look::Due => "due",
        Look::Act => "act",
        Look::Missed => "missed",
    }
}

/// One line of the room's timeline.
#[derive(Debug, Serialize)]
pub struct LineJson {
    seq: u64,
    at: Instant,
    actor: String,
    kind: &'static str,
    text: String,
    detail: Option<String>,
    edited: bool,
    struck: bool,
}

impl From<&TimelineLine> for LineJson {
    fn from(line: &TimelineLine) -> Self {
        Self {
            seq: line.seq,
            at: line.at,
            actor: line.who.clone(),
            kind: line.kind.word(),
            text: line.text.clone(),
            detail: line.detail.clone(),
            edited: line.edited,
            struck: line.struck,
        }
    }
}
