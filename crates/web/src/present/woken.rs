//! The page of a woken person: what broke, what to do first, who is here, what happens next.

use super::{Eyes, alert, capital, line, missed, sentence, urgency_of};
use crate::views::{
    Choice, ExternalLink, Flash, Link, Person, Tag,
    time::rough,
    woken::{Acknowledged, AlsoRinging, Ended, Here, NextCall, WokenGonePage, WokenMitigation, WokenPage},
};
use jiff::Timestamp;
use nightbell_engine::{
    domain::{
        ids::UserId,
        org::SeverityAnswers,
        paging::{
            Awake, MessageKind, NextStep, Notification, NotificationStatus, Page, PageEvent, PageStatus, Subject,
        },
        response::{Incident, playbook::spoken},
    },
    views::{self, Beside, PageView},
};

/// Further calls named on the page.
const CALLS_SHOWN_MAX: usize = 3;

/// Fills the page. `live` is the address of its stream.
pub fn page(
    eyes: &Eyes<'_>,
    token: &str,
    live: String,
    flash: Option<Flash>,
    view: &PageView,
    beside: &Beside,
) -> WokenPage {
    let page = &view.page;
    let over = page.is_ended();
    let test = is_test(page);
    let calls = if page.is_waiting() { calls(view) } else { Vec::new() };
    let mitigations = mitigations(eyes, view);
    WokenPage {
        token: token.to_owned(),
        // No cookie is involved here: who has the address may press, and nobody else knows it.
        csrf: String::new(),
        live: (!over).then_some(live),
        flash,
        urgency: if test { Tag::plain("Test") } else { urgency_of(page.urgency, over) },
        test,
        service: eyes.service(page.service.as_ref()),
        title: line(&page.title),
        since: eyes.when(view.alert.as_ref().map_or(page.started_at, |alert| alert.started_at)),
        facts: facts(eyes, view),
        description: match &view.alert {
            Some(alert) => alert.body.clone(),
            // What is asked there was answered.
            None if test && over => String::new(),
            None => page.body.clone(),
        },
        ringing: page.is_waiting(),
        beside: beside.listed.iter().map(|page| besides(eyes, page)).collect(),
        beside_more: beside.count.saturating_sub(beside.listed.len()),
        take_all: take_all(view, beside),
        together: together(eyes, page),
        answered: page.has_answered(&eyes.me),
        can_prolong: is_theirs(page, &eyes.me) && matches!(page.awake, Some(Awake::TimesOut { .. })),
        can_snooze: !over && page.answered().is_none() && !is_call(page),
        can_hand_to: !over && !test,
        acknowledged: acknowledged(eyes, view),
        ended: ended(eyes, view),
        next: calls.iter().map(|next| NextCall { who: next.who.clone(), at: eyes.when(next.at) }).collect(),
        next_none: match page.next_due_at {
            Some(_) if test => {
                "This tries out one of your contact methods: nobody else is called, and it ends by itself.".to_owned()
            }
            Some(at) => format!("Nobody else can be reached. It rings again at {}.", eyes.when(at).clock),
            None => String::new(),
        },
        mitigations,
        runbook: runbook(view),
        source: source(view),
        people: people(eyes, view, &calls),
        incident: view.incident.as_ref().map(|i| Link::new(format!("/incidents/{}", i.slug), line(&i.title))),
        incident_words: view.incident.as_ref().map_or("", incident_words),
        severities: severities(eyes, view),
        can_hand_over: !calls.is_empty(),
        hand_over_to: calls.first().map(|next| next.who.clone()).unwrap_or_default(),
        delivery: delivery(eyes, view),
    }
}

/// It tries out whether a method reaches its owner.
fn is_test(page: &Page) -> bool {
    matches!(page.subject, Subject::Proof { .. })
}

/// Nothing is behind it that could wait.
fn is_call(page: &Page) -> bool {
    matches!(page.subject, Subject::Person | Subject::Canary | Subject::Proof { .. })
}

fn besides(eyes: &Eyes<'_>, page: &Page) -> AlsoRinging {
    AlsoRinging {
        title: line(&page.title),
        service: eyes.service(page.service.as_ref()),
        since: eyes.when(page.started_at),
    }
}

/// Whether whoever looks has it: nobody prolongs somebody else's time.
fn is_theirs(page: &Page, me: &UserId) -> bool {
    matches!(&page.status, PageStatus::Acknowledged { by, .. } if by.user() == Some(me))
}

/// What the press that takes everything says; empty without anything else to take.
fn take_all(view: &PageView, beside: &Beside) -> String {
    let all = beside.count + usize::from(view.page.is_waiting());
    match (beside.count, beside.count >= views::BESIDE_COUNTED_MAX as usize) {
        (0, _) => String::new(),
        (_, true) => "Acknowledge everything in this message".to_owned(),
        (1, false) if !view.page.is_waiting() => "Acknowledge it too".to_owned(),
        (_, false) if view.page.is_waiting() => format!("Acknowledge all {all}"),
        (_, false) => format!("Acknowledge the other {all}"),
    }
}

fn facts(eyes: &Eyes<'_>, view: &PageView) -> Vec<String> {
    let Some(alert) = &view.alert else { return vec![line(&view.page.why)] };
    let gone = rough(eyes.now.duration_since(alert.started_at).as_secs().max(0).unsigned_abs());
    let mut facts = vec![match (alert.is_open(), gone.is_empty()) {
        (true, true) => "Firing just now".to_owned(),
        (true, false) => format!("Firing for {gone}"),
        (false, _) => "No longer firing".to_owned(),
    }];
    facts.push(alert::events_fact(alert));
    let from = line(if alert.source.is_empty() { alert.integration.as_str() } else { &alert.source });
    facts.push(format!("from {from}"));
    facts
}

fn incident_words(incident: &Incident) -> &'static str {
    if incident.status.is_open() { "is open for this." } else { "was opened for this, and is over." }
}

/// Who is called when nobody presses, soonest first, without steps that reach nobody.
fn calls(view: &PageView) -> Vec<NextStep> {
    let planned: Vec<&NextStep> =
        if view.later.is_empty() { view.next.iter().collect() } else { view.later.iter().collect() };
    let reaching = planned.into_iter().filter(|step| !step.who.starts_with("nobody"));
    reaching.take(CALLS_SHOWN_MAX).cloned().collect()
}

/// How far it is when everybody must acknowledge.
fn together(eyes: &Eyes<'_>, page: &Page) -> String {
    let Some((done, of)) = page.answered().filter(|_| page.is_waiting()) else { return String::new() };
    let left: Vec<String> = page.owing().map(|user| eyes.name_or_you(user)).collect();
    let yours = if page.has_answered(&eyes.me) { " You have, and are not called any more." } else { "" };
    format!("Everybody must acknowledge: {done} of {of} have; still missing: {}.{yours}", left.join(", "))
}

fn acknowledged(eyes: &Eyes<'_>, view: &PageView) -> Option<Acknowledged> {
    // Of a test its end says all there is to say.
    if view.page.is_waiting() || is_test(&view.page) {
        return None;
    }
    let taken = view.events.iter().rev().find(|event| matches!(event.event, PageEvent::Acknowledged { .. }))?;
    let by = eyes.actor_or_you(&taken.actor);
    let meaning = if view.page.is_ended() {
        format!("After {}.", spoken(taken.at.duration_since(view.page.started_at).as_secs().unsigned_abs()))
    } else {
        match view.page.awake {
            Some(Awake::Snoozed { until }) => {
                format!("Snoozed until {}: it rings again then if it is not over.", eyes.when(until).clock)
            }
            Some(Awake::TimesOut { rings_again_at, .. }) if is_theirs(&view.page, &eyes.me) => {
                format!(
                    "Nobody else is called. It rings again at {} unless it is over, or you say that you are still on it.",
                    eyes.when(rings_again_at).clock
                )
            }
            Some(Awake::TimesOut { rings_again_at, .. }) => {
                format!(
                    "Nobody else is called. It rings again at {} if it is not over.",
                    eyes.when(rings_again_at).clock
                )
            }
            None => "Nobody else is called for this page.".to_owned(),
        }
    };
    Some(Acknowledged { by: if by == "You" { "you".to_owned() } else { by }, at: eyes.when(taken.at), meaning })
}

fn ended(eyes: &Eyes<'_>, view: &PageView) -> Option<Ended> {
    let PageStatus::Ended { reason, at } = &view.page.status else { return None };
    if is_test(&view.page) {
        let rang = view.events.iter().any(|event| matches!(event.event, PageEvent::Acknowledged { .. }));
        let (word, meaning) = if rang {
            ("It rang.", "That is proved now, and nothing more will be sent.")
        } else {
            (
                "Not answered.",
                "If it did not ring, look at the phone, then test it again under How Nightbell reaches me.",
            )
        };
        return Some(Ended { word: word.to_owned(), at: eyes.when(*at), meaning: meaning.to_owned(), well: rang });
    }
    let cancelled = reason.starts_with("cancelled");
    let why = reason.strip_prefix("cancelled: ").or_else(|| reason.strip_prefix("resolved: ")).unwrap_or(reason);
    Some(Ended {
        word: if cancelled { "Called off" } else { "Resolved" }.to_owned(),
        at: eyes.when(*at),
        meaning: format!("{} You can sleep; nothing more will be sent.", sentence(&line(why))),
        well: true,
    })
}

/// With an incident its mitigations, which can be reported; before that the runbook's, to be done.
fn mitigations(eyes: &Eyes<'_>, view: &PageView) -> Vec<WokenMitigation> {
    if let Some(incident) = &view.incident {
        return incident.mitigations.iter().map(|state| of_incident(eyes, incident, state)).collect();
    }
    let steps = view.runbook.iter().flat_map(|(_, runbook)| &runbook.mitigations);
    let step = |step: &nightbell_engine::domain::text::runbook::MitigationStep| WokenMitigation {
        id: String::new(),
        text: line(step.title()),
        command: step.command.clone().unwrap_or_default(),
        record: String::new(),
        reported: None,
        can_report: false,
    };
    if view.page.is_ended() { Vec::new() } else { steps.map(step).collect() }
}

fn of_incident(
    eyes: &Eyes<'_>,
    incident: &Incident,
    state: &nightbell_engine::domain::response::MitigationState,
) -> WokenMitigation {
    let reported = state.tried.last().map(|last| {
        let by = format!("{}, {}", eyes.actor_or_you(&last.by), eyes.when(last.at).clock);
        match last.worked {
            Some(true) => Tag::new(crate::views::Tone::Ok, "✓", format!("Worked · {by}")),
            Some(false) => Tag::plain(format!("Did not help · {by}")),
            None => missed(&format!("Tried · {by}")),
        }
    });
    let worked = state.tried.last().is_some_and(|last| last.worked == Some(true));
    WokenMitigation {
        id: state.mitigation.key.clone(),
        text: line(&state.mitigation.title),
        command: state.mitigation.command.clone().unwrap_or_default(),
        record: String::new(),
        reported,
        can_report: incident.status.is_open() && !worked,
    }
}

fn runbook(view: &PageView) -> Option<Link> {
    view.runbook.as_ref().map(|(id, _)| Link::new(format!("/runbooks/{id}"), "Runbook"))
}

fn source(view: &PageView) -> Option<ExternalLink> {
    let own = view.alert.as_ref().and_then(alert::source);
    own.or_else(|| ExternalLink::new(view.runbook_url.as_deref().filter(|_| view.runbook.is_none())?, "Runbook"))
}

fn people(eyes: &Eyes<'_>, view: &PageView, calls: &[NextStep]) -> Vec<Here> {
    let taker = match &view.page.status {
        PageStatus::Acknowledged { by, .. } => by.user(),
        _ => None,
    };
    let mut people: Vec<Here> = Vec::new();
    for ring in &view.page.rings {
        for rung in &ring.rung {
            let person = eyes.person_or_you(&rung.user);
            if people.iter().any(|known| known.person.handle == person.handle) {
                continue;
            }
            let state = match taker {
                Some(user) if *user == rung.user => Tag::state("acknowledged"),
                None if view.page.is_waiting() => Tag::state("ringing"),
                _ => Tag::plain("called"),
            };
            people.push(Here { person, part: line(&rung.why), state, at: Some(eyes.when(ring.at)) });
        }
    }
    for next in calls {
        let mine = eyes.name(&eyes.me);
        if people.iter().all(|known| known.person.name != next.who) && next.who != mine {
            let state = Tag::state("next");
            people.push(Here {
                person: Person::new(next.who.clone(), ""),
                part: String::new(),
                state,
                at: Some(eyes.when(next.at)),
            });
        }
    }
    people
}

/// Offered only for an alert without an incident: a link declares from its own alert. Unsure picks the higher row.
fn severities(eyes: &Eyes<'_>, view: &PageView) -> Vec<Choice> {
    let from_alert = matches!(view.page.subject, Subject::Alert { .. });
    if !from_alert || view.incident.is_some() || view.page.is_ended() {
        return Vec::new();
    }
    let table = &eyes.org.severities;
    let (proposed, _) = table.propose(SeverityAnswers::default());
    let choice = |row: &nightbell_engine::domain::org::Severity| {
        Choice::new(row.id.as_str(), row.id.as_str().to_uppercase(), row.id == proposed.id)
            .with_hint(row.impact.clone())
    };
    table.rows.iter().map(choice).collect()
}

/// What became of the messages to the reader themself.
fn delivery(eyes: &Eyes<'_>, view: &PageView) -> Vec<String> {
    let mine = view.notifications.iter().filter(|n| n.user == eyes.me && n.kind == MessageKind::Page);
    let mut lines: Vec<String> = mine.map(|n| delivery_line(eyes, view, n)).collect();
    if view.page.is_waiting() && !lines.is_empty() {
        lines.push("acknowledging stops all of them".to_owned());
    }
    lines
}

fn delivery_line(eyes: &Eyes<'_>, view: &PageView, n: &Notification) -> String {
    let clock = |at: Timestamp| at.to_zoned(eyes.zone.clone()).strftime("%H:%M:%S").to_string();
    let last = view.attempts.iter().rfind(|attempt| attempt.notification == n.id);
    let (at, word) = match n.status {
        NotificationStatus::Queued => (n.next_due_at.unwrap_or(n.due_at), "next"),
        NotificationStatus::Sending => (last.map_or(n.due_at, |a| a.begun_at), "being sent"),
        NotificationStatus::Accepted => (last.and_then(|a| a.ended_at).unwrap_or(n.due_at), "delivered"),
        NotificationStatus::Failed => (last.and_then(|a| a.ended_at).unwrap_or(n.due_at), "failed"),
        NotificationStatus::Cancelled => (n.due_at, "stopped"),
    };
    let along = if n.sent_with.is_some() { ", with others" } else { "" };
    format!("{} {} {word}{along}", capital(&n.medium), clock(at))
}

/// What stands at the address of a link that is expired.
pub fn expired() -> WokenGonePage {
    gone("This link has expired", "Links in messages work for two days.")
}

/// What stands at the address of a link that was never made here, is damaged, or opens nothing any more.
pub fn unknown() -> WokenGonePage {
    gone(
        "This link does not work",
        "It is incomplete, mistyped, or was not made by this Nightbell. Check that the whole link was copied.",
    )
}

fn gone(title: &str, what: &str) -> WokenGonePage {
    WokenGonePage {
        title: title.to_owned(),
        what: what.to_owned(),
        meaning: "It stops nothing and starts nothing: if something still rings, it goes on ringing as planned."
            .to_owned(),
        next: vec![Link::new("/", "Sign in and see what rings"), Link::new("/alerts", "See all open alerts")],
    }
}
