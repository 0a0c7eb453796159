//! A status page as the public model knows it: put together from what was published and nothing else (INV-19).

use crate::{Directory, Fault};
use jiff::SignedDuration;
use nightbell_domain::{
    org::{StatusComponent, StatusPage},
    record::Instant,
    refusal::Refusal,
};
use nightbell_public::{Component, ComponentGroup, HISTORY_DAYS, Page, StatusChange, uptime};
use nightbell_store::{Tx, voice};

/// The slugs of every status page.
pub fn status_slugs(directory: &Directory) -> Vec<String> {
    directory.org.status_pages.values().map(|p| p.slug.clone()).collect()
}

/// The status page of a slug.
pub fn status_page(tx: &mut dyn Tx, directory: &Directory, slug: &str, now: Instant) -> Result<Page, Fault> {
    let page = directory.org.status_pages.values().find(|p| p.slug == slug);
    let page = page.ok_or_else(|| Refusal::not_found("status page", slug))?;
    let since = now.checked_sub(SignedDuration::from_hours(24 * HISTORY_DAYS as i64)).unwrap_or(now);
    let mut notices = voice::notices(tx, &page.id, since)?;
    notices.sort_by_key(|n| (!n.is_open(), std::cmp::Reverse(n.started_at)));
    let groups = groups(tx, page, (since, now))?;
    let newest = notices.iter().map(nightbell_public::Notice::updated_at);
    let changed = groups.iter().flat_map(|g| &g.components).map(|c| c.changed_at);
    let updated_at = newest.chain(changed).max().unwrap_or(now);
    Ok(Page {
        slug: page.slug.clone(),
        name: page.name.clone(),
        time_zone: page.time_zone.clone(),
        groups,
        notices,
        maintenance: Vec::new(),
        updated_at,
    })
}

/// Components by group, in the order of the file; those without a group first.
fn groups(tx: &mut dyn Tx, page: &StatusPage, time: (Instant, Instant)) -> Result<Vec<ComponentGroup>, Fault> {
    let mut groups: Vec<ComponentGroup> = Vec::new();
    for configured in &page.components {
        let name = configured.group.clone().unwrap_or_default();
        let component = component(tx, configured, time)?;
        match groups.iter_mut().find(|g| g.name == name) {
            Some(group) => group.components.push(component),
            None => groups.push(ComponentGroup { name, components: vec![component] }),
        }
    }
    groups.sort_by_key(|g| !g.name.is_empty());
    Ok(groups)
}

/// One component: its days since the first instant, as of the second.
fn component(
    tx: &mut dyn Tx,
    configured: &StatusComponent,
    (since, now): (Instant, Instant),
) -> Result<Component, Fault> {
    let id = configured.id.to_string();
    let changes = voice::component_changes(tx, &configured.id, since)?;
    let changes: Vec<_> =
        changes.into_iter().map(|(at, status)| StatusChange { component: id.clone(), at, status }).collect();
    let history = uptime::history(&id, &changes, now);
    Ok(Component {
        status: voice::component_now(tx, &configured.id)?,
        name: configured.name.clone(),
        description: configured.description.clone(),
        created_at: voice::component_since(tx, &configured.id)?.unwrap_or(now),
        changed_at: changes.last().map_or(now, |c| c.at),
        uptime_basis_points: uptime::uptime_basis_points(&history),
        history,
        id,
    })
}
