//! The pages people read: the status page itself, its history, and each notice at its own address.

use askama::Template;
use nightbell_public::{Instant, Page};

use crate::{
    Place,
    rollup::Indicator,
    subscribe::Ask,
    text,
    time::Clock,
    view::{
        DayView, Frame, GroupView, MaintenanceView, MonthView, NoticeView, groups, maintenance, months, notice_view,
        recent_days,
    },
};

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage {
    frame: Frame,
    /// Open notices, newest first; they are the headline.
    open: Vec<NoticeView>,
    /// The headline when there is no open notice, with its tone and shape.
    calm: Headline,
    maintenance: Vec<MaintenanceView>,
    groups: Vec<GroupView>,
    days: Vec<DayView>,
    /// The form for updates by mail, where they are offered.
    mail: Option<Ask>,
}

/// A headline nobody wrote: the page's state in a sentence.
struct Headline {
    tone: &'static str,
    glyph: &'static str,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    frame: Frame,
    months: Vec<MonthView>,
    maintenance: Vec<MaintenanceView>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    frame: Frame,
    notice: NoticeView,
}

/// The status page as it stands at `now`, with links for `place`.
pub fn index(page: &Page, now: Instant, place: &Place) -> String {
    index_with(page, now, place, None)
}

/// The same with what is offered beside the feeds.
pub(crate) fn index_with(page: &Page, now: Instant, place: &Place, mail: Option<Ask>) -> String {
    let page = text::page(page);
    let clock = clock(&page, now, place);
    let calm = headline(Indicator::of(&page));
    let words = page.open_notices().next().map_or(calm.text, |notice| notice.title.as_str());
    print(&IndexPage {
        frame: Frame::new(&page, &clock, place, words),
        open: page.open_notices().map(|notice| notice_view(&page, notice, &clock, place)).collect(),
        calm,
        maintenance: maintenance(&page, &clock, false),
        groups: groups(&page, &clock),
        days: recent_days(&page, &clock, place),
        mail,
    })
}

/// The notices of the last 90 days, by month.
pub fn history(page: &Page, now: Instant, place: &Place) -> String {
    let page = text::page(page);
    let clock = clock(&page, now, place);
    print(&HistoryPage {
        frame: Frame::new(&page, &clock, place, "History"),
        months: months(&page, &clock, place),
        maintenance: maintenance(&page, &clock, true),
    })
}

/// One notice with everything said about it; `None` when the page has no notice with this id.
pub fn notice(page: &Page, id: &str, now: Instant, place: &Place) -> Option<String> {
    let page = text::page(page);
    let clock = clock(&page, now, place);
    let notice = page.notice(&text::clean(id))?;
    Some(print(&NoticePage {
        frame: Frame::new(&page, &clock, place, &notice.title),
        notice: notice_view(&page, notice, &clock, place),
    }))
}

/// Files may be read on any day; live pages are read now.
fn clock(page: &Page, now: Instant, place: &Place) -> Clock {
    if place.is_kept() { Clock::kept(now, &page.time_zone) } else { Clock::live(now, &page.time_zone) }
}

fn headline(indicator: Indicator) -> Headline {
    let (tone, glyph) = match indicator {
        Indicator::None => ("ok", "●"),
        Indicator::Maintenance => ("plan", "◆"),
        Indicator::Minor => ("due", "▲"),
        Indicator::Major => ("due", "◐"),
        Indicator::Critical => ("act", "■"),
    };
    Headline { tone, glyph, text: indicator.headline() }
}

/// A template as text. Templates hold only strings and numbers, and a `String` takes every byte.
pub(crate) fn print(template: &impl Template) -> String {
    template.render().expect("a template of strings always renders")
}
