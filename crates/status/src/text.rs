//! Hostile text made harmless before anything is rendered: one pass over the whole page, so that no template can forget it.
//!
//! Mark-up is not this module's business: the templates escape it.

use nightbell_public::{Component, ComponentGroup, Maintenance, Notice, NoticeUpdate, Page};

/// The page without characters that XML forbids, that have no place in print, or that turn the text around them.
pub(crate) fn page(page: &Page) -> Page {
    Page {
        slug: clean(&page.slug),
        name: clean(&page.name),
        time_zone: clean(&page.time_zone),
        groups: page.groups.iter().map(group).collect(),
        notices: page.notices.iter().map(notice).collect(),
        maintenance: page.maintenance.iter().map(maintenance).collect(),
        updated_at: page.updated_at,
    }
}

fn group(group: &ComponentGroup) -> ComponentGroup {
    ComponentGroup { name: clean(&group.name), components: group.components.iter().map(component).collect() }
}

fn component(component: &Component) -> Component {
    Component {
        id: clean(&component.id),
        name: clean(&component.name),
        description: component.description.as_deref().map(clean),
        ..component.clone()
    }
}

fn notice(notice: &Notice) -> Notice {
    Notice {
        id: clean(&notice.id),
        title: clean(&notice.title),
        components: notice.components.iter().map(|id| clean(id)).collect(),
        updates: notice.updates.iter().map(update).collect(),
        ..notice.clone()
    }
}

fn update(update: &NoticeUpdate) -> NoticeUpdate {
    NoticeUpdate { id: clean(&update.id), text: clean(&update.text), ..update.clone() }
}

fn maintenance(maintenance: &Maintenance) -> Maintenance {
    Maintenance {
        id: clean(&maintenance.id),
        title: clean(&maintenance.title),
        text: clean(&maintenance.text),
        components: maintenance.components.iter().map(|id| clean(id)).collect(),
        ..maintenance.clone()
    }
}

/// The text without the characters [`is_shown`] refuses.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|character| is_shown(*character)).collect()
}

/// False for controls (line feed and tab stay), for the two code points XML 1.0 forbids, and for the marks that re-order their
/// surroundings; a right-to-left text needs none of the latter.
fn is_shown(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}' => false,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    }
}
