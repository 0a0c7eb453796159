//! What the templates print: every value chosen, worded and formatted, so that a template only places it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nightbell_public::{
    Component, ComponentStatus, Impact, Maintenance, MaintenanceStatus, Notice, NoticeStatus, NoticeUpdate, Page,
};

use crate::{
    bars::{Bars, bars},
    place::{Place, segment},
    time::{Clock, Moment, Range, date, length_words},
};

/// How many days of notices the first page tells; the history tells the rest.
const RECENT_DAYS: i32 = 7;

/// What surrounds every page.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) updated: Moment,
    pub(crate) made: Moment,
}

impl Frame {
    pub(crate) fn new(page: &Page, clock: &Clock, place: &Place, headline: &str) -> Frame {
        Frame {
            title: format!("{headline} · {}", page.name),
            summary: format!("{}: {headline}.", page.name),
            name: page.name.clone(),
            place: place.clone(),
            updated: clock.dated(page.updated_at),
            made: clock.dated(clock.now()),
        }
    }
}

/// A status as a pill: tone (a class of the style sheet), shape and word.
pub(crate) struct Tag {
    pub(crate) tone: &'static str,
    pub(crate) glyph: &'static str,
    pub(crate) label: &'static str,
}

pub(crate) fn component_tag(status: ComponentStatus) -> Tag {
    let (tone, glyph) = match status {
        ComponentStatus::Operational => ("ok", "●"),
        ComponentStatus::UnderMaintenance => ("plan", "◆"),
        ComponentStatus::DegradedPerformance => ("due", "▲"),
        ComponentStatus::PartialOutage => ("due", "◐"),
        ComponentStatus::MajorOutage => ("act", "■"),
    };
    Tag { tone, glyph, label: status.label() }
}

fn notice_tag(notice: &Notice) -> Tag {
    let (tone, glyph) = match notice.status {
        NoticeStatus::Resolved => ("ok", "●"),
        NoticeStatus::Investigating | NoticeStatus::Identified | NoticeStatus::Monitoring => (tone(notice), "◐"),
    };
    Tag { tone, glyph, label: notice.status.label() }
}

/// The tone of an open notice. Red is kept for the worst.
fn tone(notice: &Notice) -> &'static str {
    match notice.impact {
        Impact::None => "plan",
        Impact::Minor | Impact::Major => "due",
        Impact::Critical => "act",
    }
}

/// One notice.
pub(crate) struct NoticeView {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) tone: &'static str,
    pub(crate) tag: Tag,
    pub(crate) impact: &'static str,
    /// The newest words; empty when nothing was said yet.
    pub(crate) text: String,
    pub(crate) affects: String,
    pub(crate) started: Moment,
    pub(crate) updated: Moment,
    pub(crate) next: Option<Promise>,
    pub(crate) ended: Option<Ended>,
    pub(crate) updates: Vec<UpdateView>,
}

/// When the next update was promised; without the date where that of the last update serves.
pub(crate) struct Promise {
    pub(crate) by: Moment,
    pub(crate) overdue: bool,
}

/// From when to when a resolved notice lasted, and how long that was.
pub(crate) struct Ended {
    pub(crate) range: Range,
    pub(crate) length: String,
}

/// One thing said.
pub(crate) struct UpdateView {
    pub(crate) anchor: String,
    pub(crate) label: &'static str,
    pub(crate) at: Moment,
    pub(crate) text: String,
}

pub(crate) fn notice_view(page: &Page, notice: &Notice, clock: &Clock, place: &Place) -> NoticeView {
    NoticeView {
        href: place.notice(&notice.id),
        title: notice.title.clone(),
        tone: tone(notice),
        tag: notice_tag(notice),
        impact: notice.impact.label(),
        text: notice.updates.first().map(|update| update.text.clone()).unwrap_or_default(),
        affects: names(page, &notice.components),
        started: clock.moment(notice.started_at),
        updated: clock.moment(notice.updated_at()),
        next: notice
            .next_update_at()
            .map(|by| Promise { by: clock.range(notice.updated_at(), by).end, overdue: by < clock.now() }),
        ended: notice.resolved_at.filter(|_| !notice.is_open()).map(|at| Ended {
            range: clock.range(notice.started_at, at),
            length: length_words(at.duration_since(notice.started_at).as_secs()),
        }),
        updates: notice.updates.iter().map(|update| update_view(update, clock)).collect(),
    }
}

fn update_view(update: &NoticeUpdate, clock: &Clock) -> UpdateView {
    UpdateView {
        anchor: format!("update-{}", segment(&update.id)),
        label: update.status.label(),
        at: clock.moment(update.at),
        text: update.text.clone(),
    }
}

/// The names of the components that are on the page; others stay unnamed.
pub(crate) fn names(page: &Page, ids: &[String]) -> String {
    let names: Vec<&str> =
        ids.iter().filter_map(|id| page.component(id)).map(|component| component.name.as_str()).collect();
    names.join(", ")
}

/// A group of components.
pub(crate) struct GroupView {
    pub(crate) name: String,
    pub(crate) components: Vec<ComponentView>,
}

/// One component.
pub(crate) struct ComponentView {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tag: Tag,
    pub(crate) bars: Bars,
}

pub(crate) fn groups(page: &Page, clock: &Clock) -> Vec<GroupView> {
    page.groups
        .iter()
        .filter(|group| !group.components.is_empty())
        .map(|group| GroupView {
            name: group.name.clone(),
            components: group.components.iter().map(|component| component_view(component, clock)).collect(),
        })
        .collect()
}

fn component_view(component: &Component, clock: &Clock) -> ComponentView {
    ComponentView {
        name: component.name.clone(),
        description: component.description.clone().unwrap_or_default(),
        tag: component_tag(component.status),
        bars: bars(component, clock),
    }
}

/// Planned work.
pub(crate) struct MaintenanceView {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) tag: Tag,
    pub(crate) range: Range,
    pub(crate) affects: String,
    pub(crate) text: String,
}

/// The planned work that is over (`completed`) or not.
pub(crate) fn maintenance(page: &Page, clock: &Clock, completed: bool) -> Vec<MaintenanceView> {
    page.maintenance
        .iter()
        .filter(|work| (work.status == MaintenanceStatus::Completed) == completed)
        .map(|work| maintenance_view(page, work, clock))
        .collect()
}

pub(crate) fn maintenance_view(page: &Page, work: &Maintenance, clock: &Clock) -> MaintenanceView {
    let (tone, glyph) = match work.status {
        MaintenanceStatus::Scheduled | MaintenanceStatus::InProgress => ("plan", "◆"),
        MaintenanceStatus::Completed => ("ok", "●"),
    };
    MaintenanceView {
        anchor: maintenance_anchor(work),
        title: work.title.clone(),
        tag: Tag { tone, glyph, label: work.status.label() },
        range: clock.range(work.starts_at, work.ends_at),
        affects: names(page, &work.components),
        text: work.text.clone(),
    }
}

/// The mark of planned work on the page that tells it.
fn maintenance_anchor(work: &Maintenance) -> String {
    format!("maintenance-{}", segment(&work.id))
}

/// Where planned work is told: on the first page until it is done, then in the history.
pub(crate) fn maintenance_href(work: &Maintenance, place: &Place) -> String {
    let page = match work.status {
        MaintenanceStatus::Scheduled | MaintenanceStatus::InProgress => place.home(),
        MaintenanceStatus::Completed => place.history(),
    };
    format!("{page}#{}", maintenance_anchor(work))
}

/// What was said on one day.
pub(crate) struct DayView {
    pub(crate) label: String,
    pub(crate) notices: Vec<DayNotice>,
}

/// What was said on one day about one notice.
pub(crate) struct DayNotice {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) updates: Vec<UpdateView>,
}

/// The last days on which something was said, newest first.
pub(crate) fn recent_days(page: &Page, clock: &Clock, place: &Place) -> Vec<DayView> {
    let mut days: BTreeMap<Date, Vec<DayNotice>> = BTreeMap::new();
    for notice in &page.notices {
        let mut said: BTreeMap<Date, Vec<UpdateView>> = BTreeMap::new();
        for update in notice.updates.iter().filter(|update| is_recent(date(update.at), clock)) {
            said.entry(date(update.at)).or_default().push(update_view(update, clock));
        }
        for (day, updates) in said {
            let entry = DayNotice { href: place.notice(&notice.id), title: notice.title.clone(), updates };
            days.entry(day).or_default().push(entry);
        }
    }
    days.into_iter().rev().map(|(day, notices)| DayView { label: clock.day(day), notices }).collect()
}

fn is_recent(day: Date, clock: &Clock) -> bool {
    day.until(clock.today()).is_ok_and(|span| span.get_days() < RECENT_DAYS)
}

/// The notices that began in one month.
pub(crate) struct MonthView {
    pub(crate) label: String,
    pub(crate) notices: Vec<NoticeView>,
}

/// Every notice by the month it began in, newest first.
pub(crate) fn months(page: &Page, clock: &Clock, place: &Place) -> Vec<MonthView> {
    let mut months: BTreeMap<Date, Vec<NoticeView>> = BTreeMap::new();
    for notice in &page.notices {
        let month = date(notice.started_at).first_of_month();
        months.entry(month).or_default().push(notice_view(page, notice, clock, place));
    }
    months
        .into_iter()
        .rev()
        .map(|(month, notices)| MonthView { label: month.strftime("%B %Y").to_string(), notices })
        .collect()
}
