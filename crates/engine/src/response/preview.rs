//! The preview before the effect: what an update would say to each audience, and why it would be refused. Takes the very decisions that sending
//! takes and records nothing. Callers: the update composer.

use super::{
    Resolution, find,
    publish::{Prepared, PublicWords, Wording},
};
use crate::{Fault, Unit};
use nightbell_domain::{
    record::{Actor, Instant},
    refusal::Refusal,
    response::{Act, Incident, IncidentEvent, UpdateInput},
    voice::wording::Finding,
};

/// What would be said.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// As the room would read it; `None` when it cannot be posted, or nothing is said to the room.
    pub room_text: Option<String>,
    /// The next update it would promise.
    pub next_update_at: Option<Instant>,
    /// As the public would read it; `None` when nothing is published, or it cannot be.
    pub public: Option<PublicPreview>,
    /// What the wording check found in the public words.
    pub findings: Vec<Finding>,
    /// Why it cannot be sent as it stands.
    pub refusal: Option<Refusal>,
}

/// The notice as the public would read it.
#[derive(Debug, Clone)]
pub struct PublicPreview {
    /// Headline.
    pub title: String,
    /// Public status word.
    pub status: String,
    /// The words.
    pub text: String,
}

/// What is previewed.
#[derive(Debug, Clone)]
pub enum Draft<'a> {
    /// An update, and the same composition for the public when it is given.
    Update(Box<UpdateInput<'a>>),
    /// The final update.
    Resolve(&'a str),
    /// Words for the public alone.
    Publish,
}

/// Previews a draft.
///
/// # Errors
/// Not found for the incident; the store's. What the incident itself refuses is answered, not failed with.
pub fn preview(
    unit: &mut Unit<'_>,
    actor: &Actor,
    incident: &str,
    draft: &Draft<'_>,
    public: Option<&PublicWords>,
) -> Result<Preview, Fault> {
    let directory = unit.directory.clone();
    let wording = Wording::of(&directory.org);
    let found = find(unit, incident)?;
    let mut preview = Preview::default();
    let prepared = match public.map(|words| Prepared::new(unit, &found, words)).transpose() {
        Ok(prepared) => prepared,
        Err(Fault::Refused(refusal)) => {
            preview.refusal = Some(refusal);
            None
        }
        Err(fault) => return Err(fault),
    };
    let act = Act::new(actor, unit.now);
    if let Err(refusal) = decide(&found, act, draft, None).map(|events| preview.take(events)) {
        preview.refusal = Some(refusal);
    }
    if let Some(prepared) = &prepared {
        let status = match draft {
            Draft::Update(input) => input.status.unwrap_or(found.status),
            Draft::Resolve(_) => nightbell_domain::response::IncidentStatus::Resolved,
            Draft::Publish => found.status,
        };
        let mut input = prepared.input(&wording);
        if let Draft::Update(update) = draft {
            input.reason = input.reason.or(update.reason);
        }
        preview.findings = found.wording_findings(&input, status);
        match decide(&found, act, draft, Some(prepared.input(&wording))) {
            Ok(events) => preview.take(events),
            // The first reason stands: it concerns the room, which comes first in the form.
            Err(refusal) => drop(preview.refusal.get_or_insert(refusal)),
        }
    }
    Ok(preview)
}

fn decide(
    incident: &Incident,
    act: Act<'_>,
    draft: &Draft<'_>,
    public: Option<nightbell_domain::response::PublishInput<'_>>,
) -> Result<Vec<IncidentEvent>, Refusal> {
    match (draft, public) {
        (Draft::Update(input), public) => {
            let input = UpdateInput {
                text: input.text,
                mitigation: input.mitigation,
                status: input.status,
                next_update_at: input.next_update_at,
                reason: input.reason,
                public,
            };
            incident.post_update(act, &input)
        }
        (Draft::Resolve(text), public) => {
            incident.resolve(act, &UpdateInput { text, public, ..UpdateInput::default() }, None)
        }
        (Draft::Publish, Some(public)) => incident.publish(act, &public),
        (Draft::Publish, None) => Ok(Vec::new()),
    }
}

impl Preview {
    fn take(&mut self, events: Vec<IncidentEvent>) {
        for event in events {
            match event {
                IncidentEvent::UpdatePosted { room_text, next_update_at, .. } => {
                    self.room_text = Some(room_text);
                    self.next_update_at = next_update_at;
                }
                IncidentEvent::Published { title, text, status, .. } => {
                    self.public = Some(PublicPreview { title, status: status.label().to_owned(), text });
                }
                _ => {}
            }
        }
    }
}

impl Resolution {
    /// A resolution that says `text` to the room and `public` to the public page.
    pub fn new(text: impl Into<String>, public: Option<PublicWords>) -> Self {
        Self { text: text.into(), public }
    }
}
