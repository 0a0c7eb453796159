//! The composer: what is typed, what each audience would read, what the wording check says, and why it cannot be sent.

use super::{Eyes, line, severity, typed::Typed};
use crate::views::{
    Choice, Field, Shell, Tag,
    update::{ComponentPick, Finding, Preview, UpdatePage},
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::ComponentId,
        org::StatusPage,
        refusal::Refusal,
        response::{ComponentEffect, Incident, IncidentStatus},
        text::duration::human_duration,
        voice::wording::WordingSeverity,
    },
    response::{self, default_components},
};
use nightbell_public::ComponentStatus;
use std::collections::BTreeMap;

/// What is composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// An update for the room, and the public when said so.
    Update,
    /// Words for the public alone.
    Publish,
}

/// Prefix of the components' fields.
pub const COMPONENT: &str = "component-";
/// Minutes offered to the next update, beside the severity's own.
const MINUTES: [i64; 6] = [10, 15, 20, 30, 45, 60];

/// What the composer is filled from.
pub struct Composer<'a> {
    /// What is composed.
    pub voice: Voice,
    /// The incident.
    pub incident: &'a Incident,
    /// How the components are doing in public now.
    pub components_now: &'a BTreeMap<ComponentId, ComponentStatus>,
    /// What was typed.
    pub typed: &'a Typed,
    /// What would be said, once it was asked for.
    pub preview: Option<&'a response::Preview>,
    /// Why it was refused, if it was.
    pub refusal: Option<&'a Refusal>,
}

/// Impact and what is being done, as one text in the playbook's manner.
pub fn room_words(typed: &Typed) -> String {
    let (impact, doing) = (typed.text("impact"), typed.text("doing"));
    let (impact, doing) = (impact.trim(), doing.trim());
    match (impact.is_empty(), doing.is_empty()) {
        (false, false) if impact.ends_with(['.', '!', '?', '…', ':']) => format!("{impact} {doing}"),
        (false, false) => format!("{impact}. {doing}"),
        _ => format!("{impact}{doing}"),
    }
}

/// The components as chosen; unknown words are left out.
pub fn components(typed: &Typed) -> Vec<ComponentEffect> {
    let chosen = typed.with_prefix(COMPONENT).filter_map(|(id, word)| {
        Some(ComponentEffect { component: id.parse().ok()?, status: ComponentStatus::from_word(word)? })
    });
    chosen.collect()
}

/// The page an incident is or would be published on.
pub fn status_page<'o>(eyes: &Eyes<'o>, incident: &Incident) -> Option<&'o StatusPage> {
    let org = eyes.org;
    if let Some(public) = &incident.public {
        return org.status_pages.get(&public.page);
    }
    let own =
        incident.service.as_ref().and_then(|id| org.services.get(id)).and_then(|service| service.component.as_ref());
    own.and_then(|id| org.component(id)).map(|(page, _)| page).or_else(|| org.status_pages.values().next())
}

impl Composer<'_> {
    fn wrong(&self, fields: &[&str]) -> Option<String> {
        let refusal = self.refusal.or_else(|| self.preview.and_then(|preview| preview.refusal.as_ref()))?;
        let field = refusal.field.as_deref()?;
        fields.contains(&field).then(|| match refusal.code.as_str() {
            // The findings stand right below, each with its own words.
            "wording-blocked" => "Nothing can be published like this: see what was found below.".to_owned(),
            _ => refusal.message.clone(),
        })
    }

    fn field(&self, name: &str, fields: &[&str]) -> Field {
        Field { value: self.typed.text(name), error: self.wrong(fields) }
    }

    fn resolves(&self) -> bool {
        self.typed.word("status") == IncidentStatus::Resolved.word()
    }
}

/// Fills the composer.
pub fn page(eyes: &Eyes<'_>, mut shell: Shell, of: &Composer<'_>) -> UpdatePage {
    let incident = of.incident;
    let page = status_page(eyes, incident);
    let heading = match of.voice {
        Voice::Publish => "Bring the public up to date",
        Voice::Update if of.resolves() => "Resolve with a final update",
        Voice::Update => "Write an update",
    };
    heading.clone_into(&mut shell.title);
    let path = if of.voice == Voice::Publish { "publish" } else { "update" };
    let findings: Vec<Finding> = of.preview.iter().flat_map(|preview| &preview.findings).map(finding).collect();
    let refusal = of.refusal.or_else(|| of.preview.and_then(|preview| preview.refusal.as_ref()));
    UpdatePage {
        shell,
        heading: heading.to_owned(),
        action: format!("/incidents/{}/{path}", incident.slug),
        with_room: of.voice == Voice::Update,
        slug: incident.slug.clone(),
        incident: line(&incident.title),
        severity: severity(&incident.severity),
        status: Tag::state(incident.status.word()),
        promised: incident.promise.filter(|_| incident.status.is_open()).map(|promise| eyes.until(promise.at)),
        impact: of.field("impact", &["impact", "text"]),
        doing: of.field("doing", &["doing"]),
        statuses: statuses(of),
        status_error: of.wrong(&["status"]),
        status_reason: of.field("status_reason", &["reason"]),
        next_minutes: next_minutes(of),
        next_error: of.wrong(&["next_update_at", "next_minutes"]),
        next_hint: next_hint(of),
        publish: of.typed.ticked("public"),
        publish_does: match page {
            Some(page) => {
                format!("Publishes to {} (/status/{}), to everybody who reads it.", line(&page.name), page.slug)
            }
            None => "There is no status page to publish on: describe one in the organisation files (status_pages)."
                .to_owned(),
        },
        can_publish: page.is_some(),
        public_text: of.field("public_text", &["public_text", "public_title"]),
        components: page.map_or(Vec::new(), |page| component_picks(eyes, of, page)),
        components_error: of.wrong(&["components"]),
        override_wanted: findings.iter().any(|finding| finding.stops) || of.typed.given("override_reason").is_some(),
        override_reason: of.field("override_reason", &["override_reason"]),
        findings,
        previews: of.preview.map_or(Vec::new(), |preview| previews(page, preview)),
        can_send: of.preview.is_some() && refusal.is_none(),
        cannot_because: refusal.map_or_else(String::new, |refusal| match refusal.code.as_str() {
            "wording-blocked" => "The public words cannot be published like this: see what was found.".to_owned(),
            _ => refusal.message.clone(),
        }),
    }
}

fn statuses(of: &Composer<'_>) -> Vec<Choice> {
    let chosen = match of.typed.word("status") {
        "" => of.incident.status.word(),
        word => word,
    };
    let choice = |status: IncidentStatus| {
        let choice = Choice::new(status.word(), super::capital(status.word()), status.word() == chosen);
        if status == IncidentStatus::Resolved {
            choice.with_hint("It is over: this is the final update, and no next one is promised.")
        } else {
            choice
        }
    };
    IncidentStatus::PUBLIC.into_iter().map(choice).collect()
}

/// The severity's cadence, in whole minutes.
fn cadence(incident: &Incident) -> Option<i64> {
    incident.row.update_every.map(|every| every.as_mins()).filter(|minutes| *minutes > 0)
}

fn next_minutes(of: &Composer<'_>) -> Vec<Choice> {
    let usual = cadence(of.incident);
    let chosen = match of.typed.word("next_minutes") {
        "" => usual.map_or_else(String::new, |minutes| minutes.to_string()),
        word => word.to_owned(),
    };
    let mut minutes: Vec<i64> =
        MINUTES.into_iter().chain(usual).chain(chosen.parse().ok()).filter(|m| *m > 0).collect();
    minutes.sort_unstable();
    minutes.dedup();
    let none = usual.is_none().then(|| Choice::new("", "No promise", chosen.is_empty()));
    let timed = minutes.into_iter().map(|m| {
        let value = m.to_string();
        let selected = value == chosen;
        Choice::new(value, human_duration(SignedDuration::from_mins(m)), selected)
    });
    none.into_iter().chain(timed).collect()
}

fn next_hint(of: &Composer<'_>) -> String {
    let name = of.incident.severity.as_str().to_uppercase();
    match of.incident.row.update_every {
        Some(every) => format!("{name} promises an update every {}.", human_duration(every)),
        None => format!("{name} promises no updates."),
    }
}

/// Every component of the page. Until something was chosen: those named before as they are now, else the one the engine would name.
fn component_picks(eyes: &Eyes<'_>, of: &Composer<'_>, page: &StatusPage) -> Vec<ComponentPick> {
    let suggested = default_components(eyes.org, of.incident);
    let chosen = |id: &ComponentId| {
        let name = format!("{COMPONENT}{id}");
        if of.typed.has(&name) {
            return ComponentStatus::from_word(of.typed.word(&name));
        }
        if of.resolves() {
            return None;
        }
        match &of.incident.public {
            Some(public) if public.components.contains(id) => of.components_now.get(id).copied(),
            Some(_) => None,
            None => suggested.iter().find(|effect| effect.component == *id).map(|effect| effect.status),
        }
    };
    let pick = |component: &nightbell_engine::domain::org::StatusComponent| {
        let now = chosen(&component.id);
        let none = Choice::new("", "Not concerned", now.is_none());
        let words = ComponentStatus::ALL.into_iter().map(|s| Choice::new(s.word(), s.label(), now == Some(s)));
        ComponentPick {
            id: component.id.to_string(),
            name: line(&component.name),
            statuses: std::iter::once(none).chain(words).collect(),
        }
    };
    page.components.iter().map(pick).collect()
}

fn finding(found: &nightbell_engine::domain::voice::wording::Finding) -> Finding {
    Finding {
        words: found.excerpt.clone(),
        why: found.why.clone(),
        instead: found.suggestion.clone(),
        stops: found.severity == WordingSeverity::Blocks,
    }
}

fn previews(page: Option<&StatusPage>, preview: &response::Preview) -> Vec<Preview> {
    let mut previews = Vec::new();
    if let Some(text) = &preview.room_text {
        previews.push(Preview {
            audience: "Room and stakeholders".to_owned(),
            reach: String::new(),
            text: text.clone(),
            fixed: true,
        });
    }
    if let Some(public) = &preview.public {
        let audience = page.map_or_else(|| "Public page".to_owned(), |page| line(&page.name));
        let text = format!("{}\n{}: {}", public.title, public.status, public.text);
        previews.push(Preview { audience, reach: "public".to_owned(), text, fixed: false });
    }
    previews
}
