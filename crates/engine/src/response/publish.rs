//! The public face of an incident: what is said, checked before it is said, and written to the public model (INV-19).

use crate::{Fault, Unit, subscription};
use nightbell_domain::{
    ids::StatusPageId,
    org::Organisation,
    refusal::Refusal,
    response::{ComponentEffect, Incident, IncidentEvent, IncidentStatus, PublishInput},
    voice::wording::{Finding, WordingContext},
};
use nightbell_public::{ComponentStatus, Impact, Notice, NoticeStatus, NoticeUpdate};
use nightbell_store::voice;

/// A component and how it is doing.
pub type PublicComponent = ComponentEffect;

/// What is to be published.
#[derive(Debug, Clone, Default)]
pub struct PublicWords {
    /// The public text.
    pub text: String,
    /// The public headline; the earlier one, or the incident's title, when absent.
    pub title: Option<String>,
    /// Components concerned; the service's own component, with a default status, when empty.
    pub components: Vec<PublicComponent>,
    /// Why the status may go back.
    pub reason: Option<String>,
    /// Why blocking findings are published all the same; it is kept.
    pub override_reason: Option<String>,
}

/// The names the wording check knows, borrowed from the organisation.
pub struct Wording<'o> {
    people: Vec<&'o str>,
    internal: Vec<&'o str>,
    public: Vec<&'o str>,
}

impl<'o> Wording<'o> {
    /// Of the whole organisation.
    pub fn of(org: &'o Organisation) -> Self {
        let people = org.users.values().flat_map(|u| [u.id.as_str(), u.name.as_str()]).collect();
        let services = org.services.keys().map(nightbell_domain::ids::ServiceId::as_str);
        let schedules = org.schedules.keys().map(nightbell_domain::ids::ScheduleId::as_str);
        let policies = org.policies.keys().map(nightbell_domain::ids::PolicyId::as_str);
        let integrations = org.integrations.keys().map(nightbell_domain::ids::IntegrationId::as_str);
        let internal = services.chain(schedules).chain(policies).chain(integrations).collect();
        let public = org.status_pages.values().flat_map(|p| p.components.iter().map(|c| c.name.as_str())).collect();
        Self { people, internal, public }
    }

    fn context(&self) -> WordingContext<'_> {
        WordingContext {
            people: &self.people,
            internal_names: &self.internal,
            public_names: &self.public,
            ..WordingContext::default()
        }
    }
}

/// What a publication needs, resolved: the notice's slug, the page, the components.
pub(super) struct Prepared {
    notice: String,
    page: StatusPageId,
    words: PublicWords,
    components: Vec<ComponentEffect>,
    impact: Impact,
}

impl Prepared {
    pub(super) fn new(unit: &mut Unit<'_>, incident: &Incident, words: &PublicWords) -> Result<Self, Fault> {
        let directory = unit.directory.clone();
        let org = &directory.org;
        let mut components = words.components.clone();
        if components.is_empty() {
            components = default_components(org, incident);
        }
        let page = match &incident.public {
            Some(public) => public.page.clone(),
            None => page_of(org, &components)?,
        };
        for effect in &components {
            if !org.status_pages.get(&page).is_some_and(|p| p.components.iter().any(|c| c.id == effect.component)) {
                return Err(Refusal::invalid(
                    "components",
                    format!("There is no component {} on status page {page}.", effect.component),
                )
                .into());
            }
        }
        let impact = components.iter().map(|c| impact_of(c.status)).max().unwrap_or(Impact::Minor);
        Ok(Self { notice: unit.ids().public_slug(), page, words: words.clone(), components, impact })
    }

    pub(super) fn input<'a>(&'a self, wording: &'a Wording<'_>) -> PublishInput<'a> {
        PublishInput {
            notice: &self.notice,
            page: &self.page,
            title: self.words.title.as_deref(),
            text: &self.words.text,
            impact: self.impact,
            components: self.components.clone(),
            next_update_at: None,
            wording: wording.context(),
            reason: self.words.reason.as_deref(),
            override_reason: self.words.override_reason.as_deref(),
        }
    }
}

/// The service's own component, hurt as the severity suggests; operational again once it is resolved.
pub fn default_components(org: &Organisation, incident: &Incident) -> Vec<ComponentEffect> {
    let own = incident.service.as_ref().and_then(|id| org.services.get(id)).and_then(|s| s.component.clone());
    let status = match org.severities.rank(&incident.severity) {
        Some(0) => ComponentStatus::MajorOutage,
        Some(1) => ComponentStatus::PartialOutage,
        _ => ComponentStatus::DegradedPerformance,
    };
    own.map(|component| ComponentEffect { component, status }).into_iter().collect()
}

fn page_of(org: &Organisation, components: &[ComponentEffect]) -> Result<StatusPageId, Refusal> {
    let by_component = components.iter().find_map(|c| org.component(&c.component)).map(|(page, _)| page.id.clone());
    by_component.or_else(|| org.status_pages.keys().next().cloned()).ok_or_else(|| {
        Refusal::conflict(
            "no-status-page",
            "There is no status page to publish on: add one to the organisation file (status_pages).",
        )
    })
}

fn impact_of(status: ComponentStatus) -> Impact {
    match status {
        ComponentStatus::MajorOutage => Impact::Critical,
        ComponentStatus::PartialOutage => Impact::Major,
        ComponentStatus::DegradedPerformance => Impact::Minor,
        ComponentStatus::Operational | ComponentStatus::UnderMaintenance => Impact::None,
    }
}

/// What the wording check says about a text before anybody presses "publish".
pub fn preview_findings(
    unit: &mut Unit<'_>,
    incident: &Incident,
    words: &PublicWords,
    status: IncidentStatus,
) -> Result<Vec<Finding>, Fault> {
    let directory = unit.directory.clone();
    let wording = Wording::of(&directory.org);
    let prepared = Prepared::new(unit, incident, words)?;
    Ok(incident.wording_findings(&prepared.input(&wording), status))
}

/// Writes what was published into the public model: the notice grows by one update, the components change.
pub(super) fn publish_event(unit: &mut Unit<'_>, incident: &Incident, event: &IncidentEvent) -> Result<(), Fault> {
    let IncidentEvent::Published { notice, page, title, text, status, impact, components, next_update_at, .. } = event
    else {
        return Ok(());
    };
    let now = unit.now;
    let before = voice::notice(unit.tx, notice)?;
    let update_id = unit.ids().public_slug();
    let update = NoticeUpdate {
        id: update_id.clone(),
        at: now,
        status: *status,
        text: text.clone(),
        next_update_at: *next_update_at,
    };
    let mut public = before.unwrap_or_else(|| Notice {
        id: notice.clone(),
        title: title.clone(),
        status: *status,
        impact: *impact,
        components: Vec::new(),
        started_at: incident.began_at.min(now),
        resolved_at: None,
        updates: Vec::new(),
    });
    let over = *status == NoticeStatus::Resolved;
    public.title.clone_from(title);
    public.status = *status;
    public.impact = public.impact.max(*impact);
    public.resolved_at = over.then_some(now);
    public.updates.insert(0, update);
    for effect in components {
        if !public.components.iter().any(|c| c == effect.component.as_str()) {
            public.components.push(effect.component.to_string());
        }
        let status = if over { ComponentStatus::Operational } else { effect.status };
        voice::set_component(unit.tx, &effect.component, status, notice, now)?;
    }
    if over {
        for component in incident.public.iter().flat_map(|face| &face.components) {
            voice::set_component(unit.tx, component, ComponentStatus::Operational, notice, now)?;
        }
    }
    voice::put_notice(unit.tx, page, Some(incident.id), &public)?;
    subscription::owe(unit, page, notice, &update_id)?;
    Ok(())
}
