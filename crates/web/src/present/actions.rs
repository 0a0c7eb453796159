//! The weekly review: open action items, the overdue first, then by owner; postmortems still owed.

use super::{Eyes, count, line, postmortem};
use crate::views::{
    Empty, Filter, Link, Shell, Tag,
    actions::{ActionRow, ActionsPage, OwedPostmortem},
};
use jiff::{civil::Date, tz::TimeZone};
use nightbell_engine::domain::{
    ids::IncidentId,
    learning::{ActionItem, Postmortem},
    response::Incident,
};
use std::collections::BTreeMap;

/// Which items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Everybody's that are still to be done.
    Open,
    /// The reader's.
    Mine,
    /// Done and dropped ones.
    Settled,
}

/// What the list is made of.
pub struct Material {
    /// Every item.
    pub items: Vec<ActionItem>,
    /// Every postmortem.
    pub postmortems: Vec<Postmortem>,
    /// Incidents, for the names of where items come from.
    pub incidents: Vec<Incident>,
}

/// Today where due dates are compared: UTC, as everywhere a date stands without a zone.
pub fn today(eyes: &Eyes<'_>) -> Date {
    eyes.now.to_zoned(TimeZone::UTC).date()
}

/// `Fri 15 May`, with the year when it is another one.
pub fn date(eyes: &Eyes<'_>, date: Date) -> String {
    let form = if date.year() == today(eyes).year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    date.strftime(form).to_string()
}

/// `open`, `overdue`, `done`, `dropped`.
pub fn state(eyes: &Eyes<'_>, item: &ActionItem) -> Tag {
    Tag::state(if item.is_overdue(today(eyes)) { "overdue" } else { item.state.word() })
}

/// `6 days late`, `today`, `in 3 days`.
fn due_words(eyes: &Eyes<'_>, item: &ActionItem) -> String {
    let days = today(eyes).until(item.due_on).map_or(0, |span| span.get_days());
    let number = count(u64::from(days.unsigned_abs()), "day");
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {number}"),
        ..0 if item.is_open() => format!("{number} late"),
        ..0 => format!("{number} ago"),
    }
}

/// Fills `/actions`.
pub fn page(eyes: &Eyes<'_>, shell: Shell, listed: Listed, material: &Material) -> ActionsPage {
    let today = today(eyes);
    let kept = |item: &&ActionItem| match listed {
        Listed::Open => item.is_open(),
        Listed::Mine => item.is_open() && item.owner == eyes.me,
        Listed::Settled => !item.is_open(),
    };
    let mut shown: Vec<&ActionItem> = material.items.iter().filter(kept).collect();
    shown.sort_by_key(|item| (item.due_on, item.priority, item.text.to_lowercase()));
    let names = names(material);
    ActionsPage {
        shell,
        summary: summary(&material.items, today),
        filters: filters(eyes, listed, &material.items),
        items: shown.into_iter().map(|item| row(eyes, item, &names)).collect(),
        owed: owed(eyes, &material.postmortems),
        empty: empty(listed),
    }
}

fn summary(items: &[ActionItem], today: Date) -> String {
    let open = items.iter().filter(|item| item.is_open()).count();
    let overdue = items.iter().filter(|item| item.is_overdue(today)).count();
    format!("{open} open, {overdue} overdue.")
}

fn filters(eyes: &Eyes<'_>, listed: Listed, items: &[ActionItem]) -> Vec<Filter> {
    let number = |wanted: &dyn Fn(&ActionItem) -> bool| items.iter().filter(|item| wanted(item)).count().to_string();
    let filter = |href: &str, label: &str, which: Listed, count: String| Filter {
        href: href.to_owned(),
        label: label.to_owned(),
        count,
        current: which == listed,
    };
    let mut all = vec![
        filter("/actions", "Open", Listed::Open, number(&ActionItem::is_open)),
        filter("/actions?mine=1", "Mine", Listed::Mine, number(&|item| item.is_open() && item.owner == eyes.me)),
        filter("/actions?state=settled", "Done", Listed::Settled, number(&|item| !item.is_open())),
    ];
    if eyes.may_respond() && items.iter().any(ActionItem::is_open) {
        all.push(Filter {
            href: "/actions/drop".to_owned(),
            label: "Drop one…".to_owned(),
            count: String::new(),
            current: false,
        });
    }
    all
}

fn empty(listed: Listed) -> Empty {
    let text = match listed {
        Listed::Open => "No action item is open.",
        Listed::Mine => "No open action item is yours.",
        Listed::Settled => "None is done yet.",
    };
    Empty::new(text, "/postmortems?state=all", "See the postmortems they come from")
}

/// Where items come from: the incident's title and the address of its postmortem.
fn names(material: &Material) -> BTreeMap<IncidentId, Link> {
    let incidents = material.incidents.iter().map(|incident| (incident.id, &incident.slug, &incident.title));
    let postmortems =
        material.postmortems.iter().map(|postmortem| (postmortem.incident, &postmortem.slug, &postmortem.title));
    incidents
        .chain(postmortems)
        .map(|(id, slug, title)| (id, Link::new(format!("/postmortems/{slug}"), line(title))))
        .collect()
}

fn row(eyes: &Eyes<'_>, item: &ActionItem, names: &BTreeMap<IncidentId, Link>) -> ActionRow {
    let elsewhere = || Link::new(format!("/incidents/{}", item.incident), "its incident");
    ActionRow {
        id: item.id.to_string(),
        text: line(&item.text),
        owner: eyes.name(&item.owner),
        due: date(eyes, item.due_on),
        due_words: due_words(eyes, item),
        priority: item.priority.to_string(),
        state: state(eyes, item),
        from: names.get(&item.incident).cloned().unwrap_or_else(elsewhere),
        can_finish: eyes.may_respond() && item.is_open(),
    }
}

fn owed(eyes: &Eyes<'_>, postmortems: &[Postmortem]) -> Vec<OwedPostmortem> {
    let mut owed: Vec<&Postmortem> =
        postmortems.iter().filter(|postmortem| postmortem.is_owed() && postmortem.due_at.is_some()).collect();
    owed.sort_by_key(|postmortem| postmortem.due_at);
    owed.into_iter()
        .map(|owed| OwedPostmortem {
            link: Link::new(format!("/postmortems/{}", owed.slug), line(&owed.title)),
            due: postmortem::standing(eyes, owed),
            state: if postmortem::is_overdue(eyes, owed) { Tag::state("overdue") } else { postmortem::state(owed) },
        })
        .collect()
}
