//! The timeline of a room, newest first: what each entry reads, word for word below, and who may still edit it.

use crate::{
    present::{Eyes, capital, line},
    views::{Field, Filter, Link, Shell, Tag, entry::EntryPage, room::Entry},
};
use nightbell_engine::{
    domain::{
        record::Recorded,
        response::{EntryKind, Incident, IncidentEvent, TimelineLine, timeline::LineKind},
    },
    views::RoomView,
};
use std::collections::BTreeMap;

/// Entries shown at once; earlier ones are a link away.
const SHOWN_MAX: usize = 150;

/// Which entries are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Everything.
    All,
    /// Decisions and status.
    Decisions,
    /// Updates and what is public.
    Updates,
    /// Who was called.
    Pages,
    /// The playbook's own words.
    Rules,
}

impl Show {
    const EVERY: [(Self, &'static str, &'static str); 5] = [
        (Self::All, "all", "All"),
        (Self::Decisions, "decisions", "Decisions"),
        (Self::Updates, "updates", "Updates"),
        (Self::Pages, "pages", "Pages"),
        (Self::Rules, "playbook", "Playbook"),
    ];

    /// Reads the `show` of the address; anything else is everything.
    pub fn from_word(word: &str) -> Self {
        Self::EVERY.into_iter().find(|(_, known, _)| *known == word).map_or(Self::All, |(show, ..)| show)
    }

    fn word(self) -> &'static str {
        Self::EVERY.into_iter().find(|(show, ..)| *show == self).map_or("all", |(_, word, _)| word)
    }

    fn takes(self, kind: LineKind) -> bool {
        match self {
            Self::All => true,
            Self::Decisions => matches!(kind, LineKind::Decision | LineKind::Status),
            Self::Updates => kind == LineKind::Update,
            Self::Pages => matches!(kind, LineKind::Page | LineKind::Alert | LineKind::Role),
            Self::Rules => kind == LineKind::Rule,
        }
    }
}

/// The ways to narrow the timeline.
pub fn filters(slug: &str, shown: Show) -> Vec<Filter> {
    let filter = |(show, word, label): (Show, &str, &str)| Filter {
        href: if show == Show::All { format!("/incidents/{slug}") } else { format!("/incidents/{slug}?show={word}") },
        label: label.to_owned(),
        count: String::new(),
        current: show == shown,
    };
    Show::EVERY.into_iter().map(filter).collect()
}

/// The entries, newest first, and the link to earlier ones. `skip` entries are left out at the new end.
pub fn entries(
    eyes: &Eyes<'_>,
    incident: &Incident,
    events: &[Recorded<IncidentEvent>],
    lines: &[TimelineLine],
    show: Show,
    skip: usize,
) -> (Vec<Entry>, Option<Link>) {
    let by_seq: BTreeMap<u64, &Recorded<IncidentEvent>> = events.iter().map(|event| (event.seq, event)).collect();
    let mut shown: Vec<&TimelineLine> = lines.iter().filter(|line| show.takes(line.kind)).collect();
    // An alert began before it was linked: it stands where it began.
    shown.sort_by_key(|line| std::cmp::Reverse((line.at, line.seq)));
    let more = shown.len().saturating_sub(skip) > SHOWN_MAX;
    let mut day = None;
    let mut entries = Vec::new();
    for line in shown.into_iter().skip(skip).take(SHOWN_MAX) {
        let today = utc_day(line.at);
        let heading = (day.is_some() && day.as_ref() != Some(&today)).then(|| today.clone());
        day = Some(today);
        entries.push(entry(eyes, incident, by_seq.get(&line.seq).copied(), line, heading));
    }
    let address = format!("/incidents/{}?show={}&skip={}", incident.slug, show.word(), skip + SHOWN_MAX);
    (entries, more.then(|| Link::new(address, "Earlier entries")))
}

/// `Sat 2 May`, in UTC: a timeline has one calendar, whoever reads it.
pub fn utc_day(at: jiff::Timestamp) -> String {
    at.strftime("%a %-d %b").to_string()
}

/// What an entry reads, and word for word below; and smaller, what else there is to say.
type Said = (String, String, String);

fn said(event: Option<&IncidentEvent>, line: &TimelineLine) -> Said {
    let detail = line.detail.clone().unwrap_or_default();
    match event {
        Some(IncidentEvent::UpdatePosted { room_text, .. }) => (String::new(), room_text.clone(), detail),
        Some(IncidentEvent::Published { .. }) => (line.text.clone(), detail, String::new()),
        Some(IncidentEvent::Entry { entry: EntryKind::Output, .. }) => (String::new(), line.text.clone(), detail),
        _ if line.text.contains('\n') => (String::new(), line.text.clone(), detail),
        _ => (line.text.clone(), String::new(), detail),
    }
}

fn entry(
    eyes: &Eyes<'_>,
    incident: &Incident,
    recorded: Option<&Recorded<IncidentEvent>>,
    line: &TimelineLine,
    day: Option<String>,
) -> Entry {
    let (text, verbatim, detail) = said(recorded.map(|recorded| &recorded.event), line);
    let kind = capital(line.kind.word());
    let (text, who) = spoken(eyes, recorded, line, &kind, text);
    let mut tags = Vec::new();
    if line.struck {
        tags.push(Tag::plain("Refuted"));
    }
    if line.edited {
        tags.push(Tag::plain("Edited"));
    }
    Entry {
        id: format!("e{}", line.seq),
        day,
        at: eyes.when(line.at),
        glyph: line.kind.glyph(),
        kind,
        text,
        hangs: matches!(recorded.map(|recorded| &recorded.event), Some(IncidentEvent::UpdatePosted { .. })),
        verbatim,
        meta: [detail, who].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        tags,
        link: recorded.and_then(|recorded| edit(eyes, incident, recorded, line)),
        pinned: matches!(line.kind, LineKind::Decision | LineKind::Status),
    }
}

/// The sentence without the word that stands before it anyway, with names for handles; and who is still to be named below it.
fn spoken(
    eyes: &Eyes<'_>,
    recorded: Option<&Recorded<IncidentEvent>>,
    line: &TimelineLine,
    kind: &str,
    text: String,
) -> (String, String) {
    let Some(recorded) = recorded else { return (text, line.who.clone()) };
    let written = matches!(recorded.event, IncidentEvent::Entry { .. });
    let by = eyes.actor(&recorded.actor);
    if written {
        return (text, by);
    }
    if let Some(rest) = text.strip_prefix(&format!("{} ", recorded.actor)) {
        return (format!("{by} {rest}"), String::new());
    }
    let text = text
        .strip_prefix(&format!("{kind} "))
        .or_else(|| text.strip_prefix(&format!("{kind}: ")))
        .unwrap_or(&text)
        .to_owned();
    // A rule is met by what somebody did; the line before it says by whom.
    let silent = matches!(line.kind, LineKind::Rule) && !matches!(recorded.event, IncidentEvent::RuleWaived { .. });
    (text, if silent { String::new() } else { by })
}

/// Authors and administrators may edit; anybody who responds may refute a hypothesis.
fn edit(eyes: &Eyes<'_>, incident: &Incident, recorded: &Recorded<IncidentEvent>, line: &TimelineLine) -> Option<Link> {
    let IncidentEvent::Entry { entry, .. } = &recorded.event else { return None };
    if !eyes.may_respond() || incident.status.is_final() {
        return None;
    }
    let mine = recorded.actor.user() == Some(&eyes.me) || eyes.is_admin();
    let text = match (mine, *entry == EntryKind::Hypothesis && !line.struck) {
        (true, true) => "Edit or refute",
        (true, false) => "Edit",
        (false, true) => "Refute",
        (false, false) => return None,
    };
    Some(Link::new(format!("/incidents/{}/entries/{}", incident.slug, recorded.seq), text))
}

/// What was typed on the page of one entry, when it was refused.
#[derive(Debug, Clone, Default)]
pub struct Rewrite {
    /// New words.
    pub text: Option<String>,
    /// Why a hypothesis is wrong.
    pub reason: Option<String>,
    /// Why it was refused.
    pub refused: Option<String>,
}

impl Rewrite {
    fn field(&self, typed: Option<&String>, otherwise: &str) -> Field {
        match (typed, &self.refused) {
            (Some(typed), Some(message)) => Field::refused(typed, message),
            _ => Field::new(otherwise),
        }
    }
}

/// The page of one entry; `None` when there is no such entry, or nothing about it can be changed by the reader.
pub fn entry_page(eyes: &Eyes<'_>, shell: Shell, view: &RoomView, seq: u64, rewrite: &Rewrite) -> Option<EntryPage> {
    let recorded = view.events.iter().find(|event| event.seq == seq)?;
    let shown = view.timeline.iter().find(|line| line.seq == seq)?;
    let IncidentEvent::Entry { entry, text: first } = &recorded.event else { return None };
    edit(eyes, &view.incident, recorded, shown)?;
    let mine = recorded.actor.user() == Some(&eyes.me) || eyes.is_admin();
    let refutable = *entry == EntryKind::Hypothesis && !shown.struck;
    Some(EntryPage {
        shell,
        slug: view.incident.slug.clone(),
        incident: line(&view.incident.title),
        seq: seq.to_string(),
        kind: capital(entry.word()),
        who: eyes.actor(&recorded.actor),
        at: eyes.when(recorded.at),
        first: first.clone(),
        text: mine.then(|| rewrite.field(rewrite.text.as_ref(), &shown.text)),
        refute: refutable.then(|| rewrite.field(rewrite.reason.as_ref(), "")),
    })
}
