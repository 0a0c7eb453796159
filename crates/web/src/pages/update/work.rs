//! What a composed update asks of the engine: the same reading of the form for the preview and for sending, so that both say the same.

use crate::present::{
    typed::Typed,
    update::{Voice, components, room_words},
};
use jiff::SignedDuration;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Permit, Respond},
        ids::IdError,
        paging::later,
        record::Instant,
        refusal::Refusal,
        response::{Incident, IncidentStatus, UpdateInput},
    },
    response::{self, Draft, Preview, PublicWords, Resolution},
};

/// The farthest promise, in minutes.
const NEXT_MINUTES_MAX: i64 = 24 * 60;

/// What was sent.
pub(super) struct Sent {
    /// The incident after it.
    pub(super) incident: Incident,
    /// What is said about it.
    pub(super) said: String,
}

/// The form, read.
struct Reading {
    text: String,
    status: Option<IncidentStatus>,
    next_update_at: Option<Instant>,
    reason: Option<String>,
    public: Option<PublicWords>,
}

impl Reading {
    fn of(typed: &Typed, now: Instant) -> Result<Self, Refusal> {
        let status = match typed.word("status") {
            "" => None,
            word => Some(word.parse().map_err(|e: IdError| Refusal::invalid("status", format!("{}.", e.0)))?),
        };
        let reason = typed.given("status_reason");
        Ok(Self {
            text: room_words(typed),
            status,
            next_update_at: next_update_at(typed.word("next_minutes"), now)?,
            public: typed.ticked("public").then(|| public_words(typed, reason.clone())),
            reason,
        })
    }

    fn resolves(&self) -> bool {
        self.status == Some(IncidentStatus::Resolved)
    }

    fn input(&self) -> UpdateInput<'_> {
        UpdateInput {
            text: &self.text,
            status: self.status,
            next_update_at: self.next_update_at,
            reason: self.reason.as_deref(),
            ..UpdateInput::default()
        }
    }
}

fn next_update_at(minutes: &str, now: Instant) -> Result<Option<Instant>, Refusal> {
    if minutes.is_empty() {
        return Ok(None);
    }
    let minutes = minutes.parse().ok().filter(|minutes| (1..=NEXT_MINUTES_MAX).contains(minutes));
    let minutes = minutes
        .ok_or_else(|| Refusal::invalid("next_minutes", "Promise the next update within a day, in whole minutes."))?;
    Ok(Some(later(now, SignedDuration::from_mins(minutes))))
}

fn public_words(typed: &Typed, reason: Option<String>) -> PublicWords {
    PublicWords {
        text: typed.text("public_text"),
        title: None,
        components: components(typed),
        reason,
        override_reason: typed.given("override_reason"),
    }
}

/// The room's part is whole only with both sentences: what is broken, and what is being done.
fn whole(voice: Voice, typed: &Typed) -> Result<(), Refusal> {
    let missing = |name: &str| voice == Voice::Update && typed.given(name).is_none();
    if missing("impact") {
        return Err(Refusal::invalid("impact", "Say what is broken, for whom; one sentence is enough."));
    }
    if missing("doing") {
        return Err(Refusal::invalid("doing", "Say what is being done; “still investigating” will do."));
    }
    if voice == Voice::Publish && !typed.ticked("public") {
        return Err(Refusal::invalid(
            "public_text",
            "Tick “Publish to the public page”: nothing is published without it.",
        ));
    }
    Ok(())
}

/// What would be said, and why it would be refused. Changes nothing.
pub(super) fn preview(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    room: &str,
    voice: Voice,
    typed: &Typed,
) -> Result<Preview, Fault> {
    let reading = match Reading::of(typed, unit.now) {
        Ok(reading) => reading,
        Err(refusal) => return Ok(Preview { refusal: Some(refusal), ..Preview::default() }),
    };
    let draft = match voice {
        Voice::Publish => Draft::Publish,
        Voice::Update if reading.resolves() => Draft::Resolve(&reading.text),
        Voice::Update => Draft::Update(Box::new(reading.input())),
    };
    let mut preview = response::preview(unit, &by.actor(), room, &draft, reading.public.as_ref())?;
    if let Err(refusal) = whole(voice, typed) {
        preview.refusal = Some(refusal);
    }
    Ok(preview)
}

/// Sends it.
pub(super) fn send(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    room: &str,
    voice: Voice,
    typed: &Typed,
) -> Result<Sent, Fault> {
    whole(voice, typed)?;
    let reading = Reading::of(typed, unit.now)?;
    let public = reading.public.as_ref();
    let (incident, said) = match (voice, public) {
        (Voice::Publish, Some(words)) => (response::publish(unit, by, room, words)?, "The public page says it now."),
        (Voice::Publish, None) => return Err(Refusal::invalid("public_text", "Nothing was to be published.").into()),
        (Voice::Update, public) if reading.resolves() => {
            let resolution = Resolution::new(reading.text.clone(), public.cloned());
            (
                response::resolve(unit, by, room, &resolution)?,
                "Resolved. Whoever was still being called for it is told once.",
            )
        }
        (Voice::Update, Some(public)) => {
            let incident = response::post_update(unit, by, room, &reading.input(), Some(public))?;
            (incident, "Sent to the room and stakeholders, and published.")
        }
        (Voice::Update, None) => {
            let incident = response::post_update(unit, by, room, &reading.input(), None)?;
            (incident, "Sent to the room and stakeholders. The public page says what it said before.")
        }
    };
    Ok(Sent { incident, said: said.to_owned() })
}
