//! One composition → the room, the stakeholders and, when said so, the public page. Each update names its next time.
//!
//! Nothing internal becomes public unless a [`PublishInput`] names it (INV-19), and nothing is published that the wording check blocks.

use super::{Act, ComponentEffect, Incident, IncidentEvent, IncidentStatus, RuleId, act};
use crate::{
    ids::StatusPageId,
    limits::INCIDENT_TITLE_CHARS_MAX,
    record::{Instant, to_microsecond},
    refusal::Refusal,
    text::{
        clean::one_line,
        duration::human_duration,
        update_format::{RoomUpdate, format_room_update},
    },
    voice::wording::{Finding, WordingContext, WordingSeverity, check_public},
};
use jiff::SignedDuration;
use nightbell_public::{Impact, NoticeStatus};

/// A promise may be this much later than the severity's cadence: people choose whole minutes.
const PROMISE_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// An update to be posted.
#[derive(Debug, Clone, Default)]
pub struct UpdateInput<'a> {
    /// Impact and what is being done.
    pub text: &'a str,
    /// What is being tried.
    pub mitigation: Option<&'a str>,
    /// The status word from now on; unchanged when `None`.
    pub status: Option<IncidentStatus>,
    /// By when the next one is promised; the severity's cadence when `None`.
    pub next_update_at: Option<Instant>,
    /// Why the status goes back, or why the next update is later than the severity asks.
    pub reason: Option<&'a str>,
    /// What the public reads; nothing when `None`.
    pub public: Option<PublishInput<'a>>,
}

/// A publication.
#[derive(Debug, Clone)]
pub struct PublishInput<'a> {
    /// A fresh public slug, used when nothing was published yet.
    pub notice: &'a str,
    /// The page, used when nothing was published yet.
    pub page: &'a StatusPageId,
    /// The public headline; the one published before, else the incident's title, when `None`.
    pub title: Option<&'a str>,
    /// The public words.
    pub text: &'a str,
    /// How much it hurts the reader.
    pub impact: Impact,
    /// The components concerned and how they are doing.
    pub components: Vec<ComponentEffect>,
    /// By when the public is promised the next update.
    pub next_update_at: Option<Instant>,
    /// Who and what must not be named; statuses and the room's own name are filled in here.
    pub wording: WordingContext<'a>,
    /// Why the status goes back.
    pub reason: Option<&'a str>,
    /// Why blocking findings are published all the same: recorded as a waiver of `honest-words`.
    pub override_reason: Option<&'a str>,
}

impl Incident {
    /// Posts an update, and publishes it when the input says so: all or nothing.
    ///
    /// # Errors
    /// Invalid without text, for a promise in the past or too late without a reason, for a status backwards without a reason, for
    /// public words that the check blocks; conflict when the incident is not open.
    pub fn post_update(&self, act: Act<'_>, input: &UpdateInput<'_>) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_be_open()?;
        let status = input.status.unwrap_or(self.status);
        let mut events: Vec<IncidentEvent> = self.status_change(status, input.reason)?.into_iter().collect();
        let next = self.promised(act.at, input)?;
        events.push(self.update_event(act.at, input, status, next)?);
        if let Some(public) = &input.public {
            let public =
                PublishInput { next_update_at: next, reason: public.reason.or(input.reason), ..public.clone() };
            events.extend(self.publication(&public, status)?);
        }
        Ok(self.with_rules_met(act, events))
    }

    /// The update that says it is over: no promise, status `resolved`.
    pub(super) fn final_update(&self, act: Act<'_>, input: &UpdateInput<'_>) -> Result<Vec<IncidentEvent>, Refusal> {
        let mut events = vec![self.update_event(act.at, input, IncidentStatus::Resolved, None)?];
        if let Some(public) = &input.public {
            let public = PublishInput { next_update_at: None, ..public.clone() };
            events.extend(self.publication(&public, IncidentStatus::Resolved)?);
        }
        Ok(events)
    }

    /// Publishes without an update in the room: bringing the public up to date, or correcting it.
    ///
    /// # Errors
    /// Invalid without text, for words that the check blocks, for a status backwards without a reason; conflict when the incident
    /// is over.
    pub fn publish(&self, act: Act<'_>, input: &PublishInput<'_>) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let input =
            PublishInput { next_update_at: input.next_update_at.or(self.promise.map(|p| p.at)), ..input.clone() };
        Ok(self.with_rules_met(act, self.publication(&input, self.status)?))
    }

    /// What the wording check says about a publication; for previews, and asked again when publishing.
    pub fn wording_findings(&self, input: &PublishInput<'_>, status: IncidentStatus) -> Vec<Finding> {
        let room = self.room();
        let mut internal: Vec<&str> = input.wording.internal_names.to_vec();
        internal.extend([self.slug.as_str(), room.as_str()]);
        let context = WordingContext {
            internal_names: &internal,
            previous_status: self.public.as_ref().map(|public| public.status),
            next_status: Some(status.public()),
            reason_given: act::given(input.reason).is_some(),
            ..input.wording
        };
        let in_title = WordingContext { previous_status: None, next_status: None, ..context };
        let mut findings = check_public(input.text, &context);
        findings.extend(check_public(&self.public_title(input), &in_title));
        findings
    }

    fn public_title(&self, input: &PublishInput<'_>) -> String {
        let before = self.public.as_ref().map_or(self.title.as_str(), |public| public.title.as_str());
        one_line(act::given(input.title).as_deref().unwrap_or(before))
    }

    fn promised(&self, now: Instant, input: &UpdateInput<'_>) -> Result<Option<Instant>, Refusal> {
        let usual = self.row.update_every.and_then(|every| now.checked_add(every).ok());
        let Some(wished) = input.next_update_at.map(to_microsecond) else { return Ok(usual) };
        if wished <= now {
            return Err(Refusal::invalid("next_update_at", "The next update must lie in the future."));
        }
        match (usual, self.row.update_every) {
            (Some(latest), Some(every))
                if wished.duration_since(latest) > PROMISE_GRACE && act::given(input.reason).is_none() =>
            {
                let message = format!(
                    "{} asks for an update every {}: promise an earlier one, or say why it can be later.",
                    self.severity.as_str().to_uppercase(),
                    human_duration(every)
                );
                Err(Refusal::invalid("next_update_at", message))
            }
            _ => Ok(Some(wished)),
        }
    }

    fn update_event(
        &self,
        now: Instant,
        input: &UpdateInput<'_>,
        status: IncidentStatus,
        next: Option<Instant>,
    ) -> Result<IncidentEvent, Refusal> {
        let text = act::written("text", input.text)?;
        let mitigation = act::given(input.mitigation);
        let room = RoomUpdate { at: now, text: &text, mitigation: mitigation.as_deref(), next_update_at: next };
        let room_text = format_room_update(&room);
        Ok(IncidentEvent::UpdatePosted {
            text,
            mitigation,
            status,
            next_update_at: next,
            room_text,
            public: input.public.is_some(),
        })
    }

    fn publication(&self, input: &PublishInput<'_>, status: IncidentStatus) -> Result<Vec<IncidentEvent>, Refusal> {
        let text = act::written("public_text", input.text)?;
        let title = self.public_title(input);
        if title.chars().count() > INCIDENT_TITLE_CHARS_MAX {
            let message = format!("The public headline may have {INCIDENT_TITLE_CHARS_MAX} characters at most.");
            return Err(Refusal::invalid("public_title", message));
        }
        let blocking: Vec<Finding> = self
            .wording_findings(input, status)
            .into_iter()
            .filter(|f| f.severity == WordingSeverity::Blocks)
            .collect();
        let overridden = act::given(input.override_reason).filter(|_| !blocking.is_empty());
        if !blocking.is_empty() && overridden.is_none() {
            return Err(blocked(&blocking));
        }
        let mut events = Vec::new();
        if let Some(reason) = overridden.clone().filter(|_| self.obligation(RuleId::HonestWords).is_some()) {
            events.push(IncidentEvent::RuleWaived { rule: RuleId::HonestWords, reason });
        }
        let (notice, page) = match &self.public {
            Some(public) => (public.notice.clone(), public.page.clone()),
            None => (input.notice.to_owned(), input.page.clone()),
        };
        let next_update_at =
            input.next_update_at.map(to_microsecond).filter(|_| status.public() != NoticeStatus::Resolved);
        events.push(IncidentEvent::Published {
            notice,
            page,
            title,
            text,
            status: status.public(),
            impact: input.impact,
            components: input.components.clone(),
            next_update_at,
            overridden,
        });
        Ok(events)
    }
}

/// The refusal that shows every blocking finding: what, why, what to write instead.
fn blocked(findings: &[Finding]) -> Refusal {
    let lines: Vec<String> = findings.iter().map(|f| format!("{:?}: {} {}", f.excerpt, f.why, f.suggestion)).collect();
    Refusal {
        code: "wording-blocked".to_owned(),
        ..Refusal::invalid("public_text", format!("Nothing was published. {}", lines.join(" ")))
    }
}
