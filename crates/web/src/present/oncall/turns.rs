//! One's own turns, requests, and the forms that put somebody into a span or ask somebody to take one.

use super::super::{Eyes, line};
use super::{ahead, back, length, person};
use crate::views::{
    Choice, Field, Person, Shell, Tag, Tone,
    oncall::{
        lanes::{AgreedRow, RequestRow},
        turns::{ChangeRow, MinePage, TurnRow},
    },
};
use jiff::{SignedDuration, Timestamp};
use nightbell_calendar::{Change, Override, OverrideKind};
use nightbell_engine::{
    domain::{
        ids::{ScheduleId, UserId},
        org::{Cover, CoverReason, CoverRequest, CoverSpan, RequestStatus, Turn},
    },
    rota,
    views::{self, LoadView},
};

/// How far ahead turns are listed.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 56);
/// Asked for of a turn without an end.
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Turns that are shown before the fold.
const TURNS_SHOWN: usize = 6;
/// How far around a turn's true begin and end are looked for.
const AROUND: SignedDuration = SignedDuration::from_hours(24 * 31);

/// The reader's turns that run or come, on call or behind.
pub fn upcoming(eyes: &Eyes<'_>, user: &UserId) -> Vec<Turn> {
    let end = ahead(eyes.now, AHEAD);
    let all = eyes.org.turns(user, back(eyes.now, AROUND), ahead(end, AROUND));
    all.into_iter().filter(|turn| turn.to > eyes.now && turn.from < end).collect()
}

/// The turn that runs and the next one.
pub fn next(eyes: &Eyes<'_>) -> Vec<TurnRow> {
    let turns: Vec<Turn> = upcoming(eyes, &eyes.me).into_iter().filter(|turn| turn.seat.is_on_call()).collect();
    let running = turns.iter().filter(|turn| turn.from <= eyes.now);
    let coming = turns.iter().find(|turn| turn.from > eyes.now);
    running.chain(coming).map(|turn| row(eyes, turn)).collect()
}

fn row(eyes: &Eyes<'_>, turn: &Turn) -> TurnRow {
    let counts = turn.seat.is_on_call();
    let from = turn.from.max(eyes.now);
    // Clipped where nobody looked further.
    let endless = turn.to >= ahead(ahead(eyes.now, AHEAD), AROUND);
    let until = if endless { ahead(from, WEEK) } else { turn.to };
    TurnRow {
        schedule: turn.schedule.to_string(),
        seat: if counts { Tag::new(Tone::Accent, "●", turn.seat.word()) } else { Tag::plain(turn.seat.word()) },
        from: eyes.when(turn.from),
        to: eyes.when(turn.to),
        length: length(turn.from, turn.to),
        now: turn.from <= eyes.now,
        endless,
        ask: if counts { format!("/oncall/{}/ask?from={from}&to={until}", turn.schedule) } else { String::new() },
        whole: (from.to_string(), until.to_string()),
        whom: Vec::new(),
    }
}

/// The same with whom to ask to take it.
fn askable(eyes: &Eyes<'_>, turn: &Turn) -> TurnRow {
    TurnRow { whom: whom(eyes, &turn.schedule, &eyes.me, ""), ..row(eyes, turn) }
}

/// Fills `/oncall/me`.
pub fn mine(eyes: &Eyes<'_>, shell: Shell, load: &LoadView) -> MinePage {
    let (asked, own) = views::requests_of(eyes.org, &eyes.me, eyes.now);
    let rows = |list: &[views::OnSchedule]| list.iter().map(|(id, request)| request_row(eyes, id, request)).collect();
    let reached = eyes.org.is_reachable(&eyes.me);
    let (on_call, behind): (Vec<Turn>, Vec<Turn>) =
        upcoming(eyes, &eyes.me).into_iter().partition(|turn| turn.seat.is_on_call());
    let mut on_call: Vec<TurnRow> = on_call.iter().map(|turn| askable(eyes, turn)).collect();
    MinePage {
        shell,
        later: on_call.split_off(on_call.len().min(TURNS_SHOWN)),
        turns: on_call,
        behind: behind.iter().map(|turn| row(eyes, turn)).collect(),
        asked: rows(&asked),
        own: rows(&own),
        load: carried(load, &eyes.me),
        unreachable: if reached { String::new() } else { "no method of yours is proved.".to_owned() },
        may_act: eyes.may_respond(),
    }
}

fn carried(load: &LoadView, me: &UserId) -> Vec<(String, String)> {
    let Some(one) = load.people.iter().find(|one| one.user == *me) else {
        return vec![("0 h".to_owned(), "On call".to_owned())];
    };
    let hours = |span: SignedDuration| format!("{} h", (span.as_mins() + 30) / 60);
    vec![
        (hours(one.load.on_call), "On call".to_owned()),
        (hours(one.load.nights), "Of that at night".to_owned()),
        (hours(one.load.weekends), "On weekends".to_owned()),
        (hours(one.load.holidays), "On holidays".to_owned()),
        (format!("{}, {} at night", one.pages, one.night_pages), "Pages".to_owned()),
    ]
}

/// A request as the reader sees it.
pub fn request_row(eyes: &Eyes<'_>, schedule: &ScheduleId, request: &CoverRequest) -> RequestRow {
    let open = request.is_open(eyes.now);
    let own = request.user == eyes.me || request.by.user() == Some(&eyes.me);
    let arranges = eyes.role.is_some_and(|role| rota::may_arrange(eyes.org, schedule, &eyes.me, role));
    let put_to_me = open && eyes.may_respond() && request.is_put_to(&eyes.me);
    let whom = request.asked.as_ref().map_or_else(|| "everybody".to_owned(), |user| eyes.name_or_you(user));
    let (state, said) = match &request.status {
        RequestStatus::Open if open => (Tag::new(Tone::Due, "◐", "open"), String::new()),
        RequestStatus::Open => (Tag::plain("over"), "It began before anybody took it.".to_owned()),
        RequestStatus::Accepted { by, .. } => {
            (Tag::new(Tone::Ok, "✓", "taken"), format!("{} took it.", eyes.name_or_you(by)))
        }
        RequestStatus::Declined { by, .. } => (Tag::plain("declined"), format!("{} cannot.", eyes.name_or_you(by))),
        RequestStatus::Over { reason, .. } => {
            (Tag::plain("over"), format!("{}.", super::super::capital(&line(reason))))
        }
    };
    RequestRow {
        schedule: schedule.to_string(),
        id: request.id.clone(),
        person: eyes.person_or_you(&request.user),
        whom: if request.user == eyes.me { format!("ask {whom}") } else { format!("asks {whom}") },
        from: eyes.when(request.from),
        to: eyes.when(request.to),
        back: request.in_return.map(|(from, to)| (eyes.when(from), eyes.when(to))),
        note: line(&request.note),
        state,
        said,
        may_accept: put_to_me,
        may_decline: put_to_me && request.asked.as_ref() == Some(&eyes.me),
        may_withdraw: open && (own || arranges),
        undo: undoable(eyes, schedule, request, own || arranges),
        misgivings: if put_to_me {
            eyes.org.misgivings(schedule, &eyes.me, request.from, request.to)
        } else {
            Vec::new()
        },
        needs_reason: put_to_me && !eyes.org.is_reachable(&eyes.me),
    }
}

/// A span of what was agreed, while all of it lies ahead.
fn undoable(eyes: &Eyes<'_>, schedule: &ScheduleId, request: &CoverRequest, party: bool) -> Option<String> {
    let RequestStatus::Accepted { by, .. } = &request.status else { return None };
    let cover = eyes.org.covers.get(schedule)?;
    let deal: Vec<&CoverSpan> = cover.spans.iter().filter(|span| span.deal.as_ref() == Some(&request.id)).collect();
    let ahead = deal.iter().all(|span| span.from() > eyes.now);
    let may = eyes.may_respond() && (party || *by == eyes.me);
    deal.first().filter(|_| ahead && may).map(|span| span.id.clone())
}

/// What was agreed and is not over, by begin.
pub fn agreed(eyes: &Eyes<'_>, cover: &Cover) -> Vec<AgreedRow> {
    let mut spans: Vec<&CoverSpan> = cover.spans.iter().filter(|span| span.to() > eyes.now).collect();
    spans.sort_by_key(|span| span.from());
    let arranges = eyes.role.is_some_and(|role| rota::may_arrange(eyes.org, &cover.schedule, &eyes.me, role));
    let row = |span: &&CoverSpan| {
        let mine = span.span.user.as_str() == eyes.me.as_str() || span.by.user() == Some(&eyes.me);
        let runs = span.from() <= eyes.now;
        let may = eyes.may_respond() && (mine || arranges) && !(runs && span.deal.is_some());
        let word = if runs { "End it now" } else { "Undo" };
        let note = span.span.note.as_deref().map(line).unwrap_or_default();
        let by = eyes.actor_or_you(&span.by);
        AgreedRow {
            id: span.id.clone(),
            person: person(eyes, &span.span.user),
            what: Tag::plain(what(span)),
            from: eyes.when(span.from()),
            to: eyes.when(span.to()),
            note: if note.is_empty() { format!("arranged by {by}") } else { format!("arranged by {by} · {note}") },
            undo: may.then(|| word.to_owned()),
        }
    };
    spans.iter().map(row).collect()
}

fn what(span: &CoverSpan) -> &'static str {
    match (span.reason, span.span.kind) {
        (CoverReason::Swap, _) => "swap",
        (CoverReason::Cover, _) => "covers",
        (CoverReason::TakeOver, _) => "took over",
        (_, OverrideKind::Add) => "joins",
        (_, OverrideKind::Shadow) => "shadows",
        (_, OverrideKind::ReverseShadow) => "learns by doing",
        (_, OverrideKind::Replace) => "takes it",
    }
}

/// Somebody instead of somebody.
pub fn change_row(eyes: &Eyes<'_>, change: &Change) -> ChangeRow {
    let names = |shift: Option<&nightbell_calendar::Shift>| {
        let names: Vec<String> = shift.into_iter().flat_map(|s| s.everyone()).map(|m| person(eyes, m).name).collect();
        names.join(" and ")
    };
    ChangeRow {
        from: eyes.when(change.from),
        to: eyes.when(change.to),
        length: length(change.from, change.to),
        before: names(change.before.as_ref()),
        after: names(change.after.as_ref()),
    }
}

/// What an override would change.
///
/// # Errors
/// The calendar's words.
pub fn span_changes(eyes: &Eyes<'_>, schedule: &ScheduleId, span: Override) -> Result<Vec<ChangeRow>, String> {
    let before = eyes.org.rota(schedule)?;
    let mut after = before.clone();
    let edge = |edge| match edge {
        nightbell_calendar::Edge::Exact(at) => at,
        nightbell_calendar::Edge::Wall(_) => eyes.now,
    };
    let (from, to) = (edge(span.from), edge(span.to));
    after.overrides.push(span);
    let changes = nightbell_calendar::difference(&before, &after, from, to).map_err(|e| e.to_string())?;
    let others = |change: &&Change| {
        let who = |shift: Option<&nightbell_calendar::Shift>| shift.map(|s| s.everyone().cloned().collect::<Vec<_>>());
        who(change.before.as_ref()) != who(change.after.as_ref())
    };
    Ok(changes.iter().filter(others).map(|change| change_row(eyes, change)).collect())
}

/// Everybody who may be put on call: the schedule's people first, then the others.
pub fn people(eyes: &Eyes<'_>, schedule: &ScheduleId, chosen: &str, only: Option<&UserId>) -> Vec<Choice> {
    let near = rota::everybody(eyes.org, schedule);
    let far = eyes.org.users.keys().filter(|user| !near.contains(*user));
    let all = near.iter().chain(far).filter(|user| only.is_none_or(|only| only == *user));
    all.map(|user| {
        let mark = if eyes.org.is_reachable(user) { "" } else { " (cannot be reached)" };
        Choice::new(user.as_str(), format!("{}{mark}", eyes.name(user)), user.as_str() == chosen)
    })
    .collect()
}

/// Whom to ask: everybody, or one of the schedule's people.
pub fn whom(eyes: &Eyes<'_>, schedule: &ScheduleId, of: &UserId, chosen: &str) -> Vec<Choice> {
    let all =
        Choice::new("", "Everybody of the schedule", chosen.is_empty()).with_hint("The first who takes it has it.");
    let people = rota::everybody(eyes.org, schedule);
    let one = |user: &UserId| Choice::new(user.as_str(), eyes.name(user), user.as_str() == chosen);
    std::iter::once(all).chain(people.iter().filter(|user| *user != of).map(one)).collect()
}

/// Turns of others on the schedule, to be taken in return.
pub fn in_return(eyes: &Eyes<'_>, schedule: &ScheduleId, of: &UserId, chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "nothing", chosen.is_empty())];
    let end = ahead(eyes.now, AHEAD);
    for user in rota::everybody(eyes.org, schedule).iter().filter(|user| *user != of) {
        let turns = eyes.org.turns_on(schedule, user, eyes.now, end);
        for turn in turns.iter().filter(|turn| turn.seat.is_on_call() && turn.from > eyes.now) {
            let value = format!("{user} {} {}", turn.from, turn.to);
            let shown = |at: Timestamp| at.to_zoned(eyes.zone.clone()).strftime("%a %-d %b %H:%M").to_string();
            let label = format!("{}: {} to {}", eyes.name(user), shown(turn.from), shown(turn.to));
            choices.push(Choice::new(&value, label, value == chosen));
        }
    }
    choices
}

/// What somebody in a span does, to choose from.
pub fn kinds(chosen: &str) -> Vec<Choice> {
    [
        ("replace", "Takes it", "Is called instead of whoever would be."),
        ("add", "Joins", "Is called together with whoever is on call."),
        ("shadow", "Shadows", "Gets a copy; nobody counts on them."),
        ("reverse-shadow", "Learns by doing", "Is called first, together with whoever is on call."),
    ]
    .into_iter()
    .map(|(value, label, hint)| Choice::new(value, label, value == chosen).with_hint(hint))
    .collect()
}

/// The word of a kind.
pub fn kind(word: &str) -> OverrideKind {
    match word {
        "add" => OverrideKind::Add,
        "shadow" => OverrideKind::Shadow,
        "reverse-shadow" => OverrideKind::ReverseShadow,
        _ => OverrideKind::Replace,
    }
}

/// An instant of a query as a field of the reader's zone; empty when it is none.
pub fn field_of(eyes: &Eyes<'_>, text: &str) -> Field {
    match text.parse::<Timestamp>() {
        Ok(at) => Field::new(super::typed_instant(eyes, at)),
        Err(_) => Field::new(text),
    }
}

/// The reader, as shown.
pub fn reader(eyes: &Eyes<'_>, user: &UserId) -> Person {
    eyes.person_or_you(user)
}
