//! A calendar read in as turns of a schedule: each event becomes a span beside the plan. SUMMARY names the person: a handle, a mail address or
//! a full name. Read first, outside the writer ([`read_turns`]), then kept in a unit of work ([`import_turns`]).

use crate::{Directory, Fault, Unit, rota};
use jiff::SignedDuration;
use nightbell_calendar::{Edge, Override};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{ScheduleId, UserId},
    org::{ConfigObject, Cover, CoverReason, CoverSpan, Organisation},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::config;
use nightbell_wire::ical;
use serde::Serialize;

/// How far ahead turns are read in.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Turns read in at once: what is agreed beside a plan is read whenever somebody asks who is on call.
const SPANS_MAX: usize = 1_000;
/// Names that are nobody's and told at once.
const UNKNOWN_TOLD_MAX: usize = 5;

/// What was read in, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// Whether it is kept; else it was a plan.
    pub applied: bool,
    /// In order.
    pub spans: Vec<ImportedSpan>,
    /// Spans of an earlier import that these replace.
    pub replaced: usize,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedSpan {
    /// Who.
    pub user: UserId,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// The line of the file that names them.
    pub line: usize,
}

/// A calendar as turns: read and repeated, not yet stored. Made outside the writer, which never waits for what somebody sent.
#[derive(Debug, Clone)]
pub struct Turns {
    schedule: ScheduleId,
    spans: Vec<ImportedSpan>,
}

impl Turns {
    /// About how many bytes they hold, for the desk.
    pub fn bytes(&self) -> usize {
        // In the cover each is a span with its names, and is written out.
        self.spans.len() * (size_of::<ImportedSpan>() + size_of::<CoverSpan>())
    }
}

/// The note that tells spans of an import from others.
const NOTE: &str = "imported from a calendar";

/// Whether the caller may read turns in.
fn permitted(org: &Organisation, schedule: &ScheduleId, by: &Permit<Respond>) -> Result<(), Refusal> {
    if rota::may_arrange(org, schedule, by.user(), by.role()) {
        return Ok(());
    }
    Err(Refusal::forbidden("You may not put others on call. Managers and the schedule's team may."))
}

/// Reads a calendar as turns of a schedule. Takes as long as the calendar is large; asks nothing of the store.
///
/// # Errors
/// A mistake in the calendar with its line; an event that names nobody; no right to arrange for others.
pub fn read_turns(
    directory: &Directory,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    text: &str,
    now: Instant,
) -> Result<Turns, Refusal> {
    let org = &directory.org;
    let found = org.schedules.get(schedule).ok_or_else(|| Refusal::not_found("schedule", schedule))?;
    permitted(org, schedule, by)?;
    let zone = nightbell_calendar::local::zone(&found.calendar.time_zone)
        .map_err(|e| Refusal::invalid("schedule", e.to_string()))?;
    Ok(Turns { schedule: schedule.clone(), spans: spans(org, text, &zone, now)? })
}

/// Keeps turns that were read, or says what would be kept. What an earlier import of the schedule said from now on is replaced; what people agreed
/// on otherwise stays, and wins.
///
/// # Errors
/// No right to arrange for others; the schedule or somebody named is gone by now.
pub fn import_turns(unit: &mut Unit<'_>, by: &Permit<Respond>, turns: &Turns, apply: bool) -> Result<Imported, Fault> {
    let (directory, now, schedule) = (unit.directory.clone(), unit.now, &turns.schedule);
    let org = &directory.org;
    org.schedules.get(schedule).ok_or_else(|| Refusal::not_found("schedule", schedule))?;
    permitted(org, schedule, by)?;
    if let Some(gone) = turns.spans.iter().find(|span| !org.users.contains_key(&span.user)) {
        return Err(Refusal::invalid("ics", format!("line {}: there is no @{} any more", gone.line, gone.user)).into());
    }
    // Some may be over since they were read.
    let spans: Vec<ImportedSpan> = turns.spans.iter().filter(|span| span.to > now).cloned().collect();
    let mut cover = org.covers.get(schedule).cloned().unwrap_or_else(|| Cover::of(schedule.clone()));
    let before = cover.spans.len();
    let kept = |span: &CoverSpan| span.span.note.as_deref() != Some(NOTE) || span.from() <= now;
    let mut own: Vec<CoverSpan> = cover.spans.drain(..).filter(kept).collect();
    let replaced = before - own.len();
    // An imported turn that runs ends now: the new calendar says who has the rest of it.
    let imported = |span: &&mut CoverSpan| span.span.note.as_deref() == Some(NOTE) && span.to() > now;
    own.iter_mut().filter(imported).for_each(|span| span.span.to = Edge::Exact(now));
    if apply {
        // Imported ones first: what people agreed on among themselves wins.
        for span in &spans {
            let mut one = Override::new(span.user.as_str(), span.from.max(now), span.to);
            one.note = Some(NOTE.to_owned());
            cover.spans.push(CoverSpan {
                id: unit.ids().public_slug(),
                span: one,
                reason: CoverReason::Override,
                by: by.actor(),
                at: now,
                deal: None,
            });
        }
        cover.spans.extend(own);
        config::put(unit.tx, &ConfigObject::Cover(cover), false, now, &by.actor())?;
        unit.reload = true;
    }
    Ok(Imported { schedule: schedule.clone(), applied: apply, spans, replaced })
}

fn spans(
    org: &Organisation,
    text: &str,
    zone: &jiff::tz::TimeZone,
    now: Instant,
) -> Result<Vec<ImportedSpan>, Refusal> {
    let wrong = |mistake: ical::Mistake| Refusal::invalid("ics", mistake.to_string());
    let calendar = ical::read(text, zone).map_err(wrong)?;
    let to = now.checked_add(AHEAD).unwrap_or(now);
    let times = ical::expand(&calendar, zone, now, to).map_err(wrong)?;
    let mut unknown: Vec<String> = Vec::new();
    let mut spans = Vec::new();
    for one in times {
        let event = &calendar.events[one.event];
        match person(org, &event.summary) {
            Some(user) => spans.push(ImportedSpan { user, from: one.from, to: one.to, line: event.summary_line }),
            None => {
                let shown: String = event.summary.chars().filter(|c| !c.is_control()).take(60).collect();
                let line = format!(
                    "line {}: {shown:?} names nobody here; write a handle or a mail address",
                    event.summary_line
                );
                if !unknown.contains(&line) {
                    unknown.push(line);
                }
            }
        }
    }
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(UNKNOWN_TOLD_MAX);
        unknown.truncate(UNKNOWN_TOLD_MAX);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        return Err(Refusal::invalid("ics", format!("{}{more}", unknown.join("; "))));
    }
    if spans.len() > SPANS_MAX {
        let why =
            format!("That are {} turns; at most {SPANS_MAX} are read in at once. Export a shorter time.", spans.len());
        return Err(Refusal::invalid("ics", why));
    }
    Ok(spans)
}

/// Whom an event's name means: `@alice`, `alice`, `alice@example.com`, `Alice Example`; what stands behind a dash or in brackets is left out.
fn person(org: &Organisation, summary: &str) -> Option<UserId> {
    let whole = summary.trim();
    let short = whole.split([',', ';', '(', '[', '|']).next().unwrap_or(whole);
    let short = short.split(" - ").next().unwrap_or(short).trim();
    [whole, short].into_iter().find_map(|name| {
        let handle = name.trim_start_matches('@').to_lowercase();
        let same = |text: &str| text.to_lowercase() == name.to_lowercase();
        let mut users = org.users.values();
        let by_handle = handle.parse::<UserId>().ok().filter(|id| org.users.contains_key(id));
        by_handle.or_else(|| users.find(|user| same(&user.email) || same(&user.name)).map(|user| user.id.clone()))
    })
}
