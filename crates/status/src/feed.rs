//! The feeds: one entry per notice and per piece of planned work, Atom 1.0 (RFC 4287) and RSS 2.0, with the same HTML Statuspage writes.
//!
//! Times are absolute and dated in full: a feed reader shows an entry on any day.

use askama::Template;
use nightbell_public::{Instant, Maintenance, Notice, Page};

use crate::{
    html::print,
    place::{Place, segment},
    text,
    time::{Clock, iso_seconds, rfc2822},
    view::{MaintenanceView, NoticeView, maintenance_href, maintenance_view, notice_view},
};

/// How many entries a feed carries, as Statuspage does.
const ENTRIES_MAX: usize = 50;

#[derive(Template)]
#[template(path = "feed.atom.xml")]
struct Atom {
    id: String,
    title: String,
    updated: String,
    home: String,
    this: String,
    entries: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "feed.rss.xml")]
struct Rss {
    title: String,
    updated: String,
    home: String,
    this: String,
    entries: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "feed_notice.html")]
struct NoticeBody {
    notice: NoticeView,
}

#[derive(Template)]
#[template(path = "feed_maintenance.html")]
struct MaintenanceBody {
    work: MaintenanceView,
}

/// One entry, its times in the feed's own format.
struct Entry {
    id: String,
    title: String,
    href: String,
    published: String,
    updated: String,
    html: String,
}

/// One entry before its times are written.
struct Draft {
    id: String,
    title: String,
    href: String,
    published_at: Instant,
    updated_at: Instant,
    html: String,
}

/// The Atom feed of a live page whose full address is `base_url`, as `https://acme.test/status/main`.
pub fn atom(page: &Page, base_url: &str) -> String {
    atom_at(page, base_url, &Place::live(base_url))
}

/// The RSS feed of a live page whose full address is `base_url`.
pub fn rss(page: &Page, base_url: &str) -> String {
    rss_at(page, base_url, &Place::live(base_url))
}

pub(crate) fn atom_at(page: &Page, base_url: &str, place: &Place) -> String {
    let page = text::page(page);
    print(&Atom {
        id: base_url.trim_end_matches('/').into(),
        title: page.name.clone(),
        updated: iso_seconds(page.updated_at),
        home: place.home(),
        this: place.part("history.atom"),
        entries: entries(&page, base_url, place, iso_seconds),
    })
}

pub(crate) fn rss_at(page: &Page, base_url: &str, place: &Place) -> String {
    let page = text::page(page);
    print(&Rss {
        title: page.name.clone(),
        updated: rfc2822(page.updated_at),
        home: place.home(),
        this: place.part("history.rss"),
        entries: entries(&page, base_url, place, rfc2822),
    })
}

/// The entries, most recently changed first. Ids come from `base_url` and public ids alone, so that they outlive any change of links.
fn entries(page: &Page, base_url: &str, place: &Place, write: fn(Instant) -> String) -> Vec<Entry> {
    let base = base_url.trim_end_matches('/');
    let mut drafts: Vec<Draft> = page.notices.iter().map(|notice| from_notice(page, notice, base, place)).collect();
    drafts.extend(page.maintenance.iter().map(|work| from_maintenance(page, work, base, place)));
    drafts.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.id.cmp(&b.id)));
    drafts.truncate(ENTRIES_MAX);
    let finish = |draft: Draft| Entry {
        id: draft.id,
        title: draft.title,
        href: draft.href,
        published: write(draft.published_at),
        updated: write(draft.updated_at),
        html: draft.html,
    };
    drafts.into_iter().map(finish).collect()
}

fn from_notice(page: &Page, notice: &Notice, base: &str, place: &Place) -> Draft {
    Draft {
        id: format!("{base}/notices/{}", segment(&notice.id)),
        title: notice.title.clone(),
        href: place.notice(&notice.id),
        published_at: notice.started_at,
        updated_at: notice.updated_at(),
        html: print(&NoticeBody { notice: notice_view(page, notice, &Clock::kept(page.updated_at, ""), place) }),
    }
}

fn from_maintenance(page: &Page, work: &Maintenance, base: &str, place: &Place) -> Draft {
    Draft {
        id: format!("{base}/maintenance/{}", segment(&work.id)),
        title: work.title.clone(),
        href: maintenance_href(work, place),
        published_at: work.published_at,
        updated_at: work.updated_at,
        html: print(&MaintenanceBody { work: maintenance_view(page, work, &Clock::kept(page.updated_at, "")) }),
    }
}
