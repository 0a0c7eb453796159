//! Postmortems: the list, and the page that reads and edits one. What a text lacks and where it blames is the domain's answer; this file
//! words it and keeps what was typed.

use super::{Eyes, count, line, severity};
use crate::{
    markdown,
    views::{
        Choice, Empty, Field, Filter, Link, SafeHtml, Shell, Tag,
        postmortems::{
            ActionForm, ActionItem as ItemRow, BlameFinding, PostmortemPage, PostmortemRow, PostmortemsPage,
        },
        time::ago,
    },
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use nightbell_engine::{
    domain::{
        ids::{IncidentId, SeverityId},
        learning::{ActionItem, Postmortem, blame, document},
        org::Organisation,
        refusal::Refusal,
        response::{Incident, IncidentStatus},
    },
    learning::business_calendar,
    views::{PostmortemView, blame_findings},
};
use std::collections::BTreeMap;

/// Business days counted at most: beyond them the date itself says more.
const BUSINESS_DAYS_MAX: u16 = 60;

/// Which postmortems are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those still to be published.
    Owed,
    /// Those that are.
    Published,
    /// Every one.
    All,
}

/// Fills `/postmortems`. `incidents` give the severities.
pub fn list(
    eyes: &Eyes<'_>,
    shell: Shell,
    listed: Listed,
    all: &[Postmortem],
    incidents: &[Incident],
    items: &[ActionItem],
) -> PostmortemsPage {
    let severities: BTreeMap<IncidentId, &SeverityId> =
        incidents.iter().map(|incident| (incident.id, &incident.severity)).collect();
    let kept = |postmortem: &&Postmortem| match listed {
        Listed::Owed => postmortem.is_owed(),
        Listed::Published => postmortem.published_at.is_some(),
        Listed::All => true,
    };
    let mut shown: Vec<&Postmortem> = all.iter().filter(kept).collect();
    if listed == Listed::Owed {
        shown.sort_by_key(|postmortem| (postmortem.due_at.is_none(), postmortem.due_at));
    }
    let number =
        |wanted: fn(&Postmortem) -> bool| all.iter().filter(|postmortem| wanted(postmortem)).count().to_string();
    let filter = |href: &str, label: &str, which: Listed, count: String| Filter {
        href: href.to_owned(),
        label: label.to_owned(),
        count,
        current: which == listed,
    };
    PostmortemsPage {
        shell,
        filters: vec![
            filter("/postmortems", "Owed", Listed::Owed, number(Postmortem::is_owed)),
            filter(
                "/postmortems?state=published",
                "Published",
                Listed::Published,
                number(|p| p.published_at.is_some()),
            ),
            filter("/postmortems?state=all", "All", Listed::All, all.len().to_string()),
        ],
        postmortems: shown.into_iter().map(|postmortem| row(eyes, postmortem, &severities, items)).collect(),
        empty: empty(listed),
    }
}

fn empty(listed: Listed) -> Empty {
    let text = match listed {
        Listed::Owed => "No postmortem is owed.",
        Listed::Published => "None is published yet.",
        Listed::All => "None yet: the first is drafted when an incident is resolved.",
    };
    Empty::new(text, "/incidents?state=all", "See the incidents")
}

fn row(
    eyes: &Eyes<'_>,
    postmortem: &Postmortem,
    severities: &BTreeMap<IncidentId, &SeverityId>,
    items: &[ActionItem],
) -> PostmortemRow {
    let own = || items.iter().filter(|item| item.incident == postmortem.incident);
    let open = own().filter(|item| item.is_open()).count();
    let overdue = is_overdue(eyes, postmortem);
    PostmortemRow {
        link: Link::new(format!("/postmortems/{}", postmortem.slug), line(&postmortem.title)),
        incident: Link::new(format!("/incidents/{}", postmortem.slug), postmortem.slug.as_str()),
        severity: severities.get(&postmortem.incident).map_or_else(|| Tag::plain("unknown"), |id| severity(id)),
        state: state(postmortem),
        due: standing(eyes, postmortem),
        overdue,
        actions: if own().count() == 0 { String::new() } else { format!("{open} of {} open", own().count()) },
    }
}

/// Owed, and its due time has passed.
pub fn is_overdue(eyes: &Eyes<'_>, postmortem: &Postmortem) -> bool {
    postmortem.is_owed() && postmortem.due_at.is_some_and(|due| due <= eyes.now)
}

/// `draft`, `review`, `published`, or `waived`.
pub fn state(postmortem: &Postmortem) -> Tag {
    Tag::state(if postmortem.waived.is_some() { "waived" } else { postmortem.state.word() })
}

/// `due Fri 8 May`, `published 3 d ago`, `waived: …`.
pub fn standing(eyes: &Eyes<'_>, postmortem: &Postmortem) -> String {
    match (&postmortem.waived, postmortem.published_at, postmortem.due_at) {
        (Some(waived), _, _) => format!("waived: {}", line(&waived.reason)),
        (None, Some(at), _) => format!("published {}", ago(at, eyes.now)),
        (None, None, Some(due)) => format!("due {}", super::home::day(eyes, due)),
        (None, None, None) => "optional".to_owned(),
    }
}

/// What was typed into the page's forms and did not go through; empty for a page just opened.
#[derive(Default)]
pub struct Typed {
    /// The text being edited.
    pub markdown: Option<Field>,
    /// The revision the next save is over.
    pub revision: Option<u64>,
    /// Show the typed text rendered and checked instead of the stored one.
    pub preview: bool,
    /// A dismissal: the finding's id and its reason.
    pub dismissal: Option<(String, Field)>,
    /// A new action item.
    pub item: Option<TypedItem>,
}

/// A new action item as typed.
#[derive(Default)]
pub struct TypedItem {
    /// What.
    pub text: String,
    /// Handle of the owner.
    pub owner: String,
    /// Date.
    pub due: String,
    /// `p0` … `p3`.
    pub priority: String,
    /// What is wrong with which field (`text`, `owner`, `due_on`, `priority`).
    pub problems: Vec<Refusal>,
}

/// Fills the page of one postmortem, drafted or not.
pub fn page(
    eyes: &Eyes<'_>,
    shell: Shell,
    directory: &nightbell_engine::Directory,
    view: &PostmortemView,
    typed: Typed,
) -> PostmortemPage {
    let incident = &view.incident;
    let postmortem = view.postmortem.as_ref();
    let label = eyes.org.response.root_cause_label.as_deref().unwrap_or(document::ROOT_CAUSE_LABEL);
    let stored = postmortem.map_or("", |postmortem| postmortem.markdown.as_str());
    let shown = typed.markdown.as_ref().filter(|_| typed.preview).map_or(stored, |field| field.value.as_str());
    // What is read, and exported, names every tracked item, also those that were added below and not written into the text.
    let whole = document::with_tracked(shown, &view.items);
    let html = match postmortem {
        Some(postmortem) if eyes.may_respond() && postmortem.is_owed() => with_lint(&whole, label),
        Some(_) => markdown::render(&whole),
        None => SafeHtml::from_markdown("Nothing is written yet. The draft is made from the incident's timeline."),
    };
    let found = blame_findings(directory, shown);
    let findings = findings(postmortem, shown, &found, typed.dismissal.as_ref());
    let may_edit = eyes.may_respond() && postmortem.is_some();
    PostmortemPage {
        shell,
        id: incident.slug.clone(),
        title: line(&incident.title),
        incident: Link::new(format!("/incidents/{}", incident.slug), incident.slug.as_str()),
        severity: severity(&incident.severity),
        state: postmortem.map_or_else(|| Tag::plain("Not drafted"), state),
        due: due_at(view).map(|due| eyes.when(last_second(due))),
        due_words: due_at(view).map_or(String::new(), |due| business_days(eyes.org, incident, due, eyes.now)),
        overdue: postmortem.is_some_and(|postmortem| is_overdue(eyes, postmortem)),
        version: typed
            .revision
            .or_else(|| postmortem.map(|postmortem| postmortem.revision))
            .unwrap_or_default()
            .to_string(),
        markdown: typed.markdown.unwrap_or_else(|| Field::new(stored)),
        html,
        can_edit: may_edit,
        findings,
        moves: moves(eyes, incident, postmortem),
        actions: view.items.iter().map(|item| item_row(eyes, item)).collect(),
        add: eyes.may_respond().then(|| item_form(eyes, typed.item.unwrap_or_default())),
    }
}

/// Owed until it is published or waived.
fn due_at(view: &PostmortemView) -> Option<Timestamp> {
    view.postmortem.as_ref().filter(|postmortem| postmortem.is_owed()).and_then(|postmortem| postmortem.due_at)
}

/// Due is the end of a day, which is the midnight that begins the next one; people read the day itself.
fn last_second(due: Timestamp) -> Timestamp {
    due.checked_sub(SignedDuration::from_secs(1)).unwrap_or(due)
}

/// `in 3 business days`, `today`, `2 business days late`, counted in the owning team's calendar.
fn business_days(org: &Organisation, incident: &Incident, due: Timestamp, now: Timestamp) -> String {
    let calendar = business_calendar(org, incident.service.as_ref(), now);
    let zone = TimeZone::get(&calendar.time_zone).unwrap_or(TimeZone::UTC);
    let (today, last) = (now.to_zoned(zone.clone()).date(), last_second(due).to_zoned(zone).date());
    let between = |from: Date, to: Date| {
        let days = from.series(jiff::Span::new().days(1)).skip(1).take_while(|day| *day <= to);
        let days = days.filter(|day| calendar.is_business_day(*day)).take(usize::from(BUSINESS_DAYS_MAX) + 1).count();
        match u64::try_from(days).unwrap_or(u64::MAX) {
            // Friday's due time is over on Saturday, and no business day has gone by.
            0 => "less than a business day".to_owned(),
            days if days > u64::from(BUSINESS_DAYS_MAX) => format!("more than {BUSINESS_DAYS_MAX} business days"),
            days => count(days, "business day"),
        }
    };
    match last.cmp(&today) {
        std::cmp::Ordering::Equal => "today".to_owned(),
        std::cmp::Ordering::Greater => format!("in {}", between(today, last)),
        std::cmp::Ordering::Less => format!("{} late", between(last, today)),
    }
}

/// The document as it will be read, under what it still lacks. The note is no part of the text.
fn with_lint(text: &str, label: &str) -> SafeHtml {
    let findings = document::lint(text, label);
    if findings.is_empty() {
        return markdown::render(text);
    }
    let sentences = findings.iter().map(|found| line(&format!("Line {}: {} {}", found.line, found.what, found.fix)));
    let note: String = sentences.map(|sentence| format!("> - {sentence}\n")).collect();
    markdown::render(&format!("> **Before it is published**\n>\n{note}\n{text}"))
}

/// The finding `number` of a line, of one revision: what a dismissal posts back.
pub fn finding_id(revision: u64, line: usize, number: usize) -> String {
    format!("{revision}-{line}-{number}")
}

fn findings(
    postmortem: Option<&Postmortem>,
    text: &str,
    found: &[blame::BlameFinding],
    refused: Option<&(String, Field)>,
) -> Vec<BlameFinding> {
    let lines: Vec<&str> = text.lines().collect();
    let revision = postmortem.map_or(0, |postmortem| postmortem.revision);
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    found
        .iter()
        .map(|finding| {
            let number = numbers.entry(finding.line).and_modify(|n| *n += 1).or_insert(0);
            let id = finding_id(revision, finding.line, *number);
            let own = lines.get(finding.line.saturating_sub(1)).map_or("", |line| line.trim());
            let dismissed =
                postmortem.and_then(|postmortem| postmortem.dismissed.iter().find(|dismissed| dismissed.line == own));
            BlameFinding {
                reason: refused.filter(|(of, _)| *of == id).map(|(_, field)| field.clone()).unwrap_or_default(),
                id,
                line: finding.line,
                words: finding.excerpt.clone(),
                why: finding.why.clone(),
                instead: finding.suggestion.clone(),
                dismissed: dismissed.map(|dismissed| dismissed.reason.clone()),
            }
        })
        .collect()
}

/// What may become of it next. The handlers check again.
fn moves(eyes: &Eyes<'_>, incident: &Incident, postmortem: Option<&Postmortem>) -> Vec<Choice> {
    use nightbell_engine::domain::learning::PostmortemState::{Draft, Review};
    if !eyes.may_respond() {
        return Vec::new();
    }
    let Some(postmortem) = postmortem else {
        let over = matches!(incident.status, IncidentStatus::Resolved | IncidentStatus::Closed);
        return if over { vec![Choice::new("draft", "Draft it from the timeline", true)] } else { Vec::new() };
    };
    let mut moves = Vec::new();
    if postmortem.state == Draft {
        moves.push(Choice::new("review", "Send to review", true));
    }
    if matches!(postmortem.state, Draft | Review) && eyes.may_manage() {
        moves.push(Choice::new("publish", "Publish", postmortem.state == Review));
    }
    if postmortem.is_owed() && postmortem.due_at.is_some() {
        moves.push(Choice::new("waive", "Waive…", false));
    }
    moves
}

fn item_row(eyes: &Eyes<'_>, item: &ActionItem) -> ItemRow {
    ItemRow {
        id: item.id.to_string(),
        text: line(&item.text),
        owner: eyes.name(&item.owner),
        due: super::actions::date(eyes, item.due_on),
        priority: item.priority.to_string(),
        state: super::actions::state(eyes, item),
    }
}

/// The form for a new item, with what was typed and what was wrong beside each field.
fn item_form(eyes: &Eyes<'_>, typed: TypedItem) -> ActionForm {
    let problem = |field: &str| {
        typed
            .problems
            .iter()
            .find(|refusal| refusal.field.as_deref() == Some(field))
            .map(|refusal| refusal.message.clone())
    };
    let owners = eyes
        .org
        .users
        .values()
        .map(|user| Choice::new(user.id.as_str(), line(&user.name), user.id.as_str() == typed.owner));
    let priorities =
        ["P0", "P1", "P2", "P3"].map(|p| Choice::new(p.to_lowercase(), p, typed.priority.eq_ignore_ascii_case(p)));
    let choose = |nothing: bool| Choice::new("", "Choose", nothing);
    ActionForm {
        owner_error: problem("owner"),
        priority_error: problem("priority"),
        text: Field { error: problem("text"), value: typed.text },
        owners: std::iter::once(choose(typed.owner.is_empty())).chain(owners).collect(),
        due: Field { error: problem("due_on"), value: typed.due },
        priorities: std::iter::once(choose(typed.priority.is_empty())).chain(priorities).collect(),
    }
}
