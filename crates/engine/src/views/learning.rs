//! Postmortems and action items.

use crate::{Directory, Fault};
use nightbell_domain::{
    learning::{
        ActionItem, Postmortem,
        blame::{BlameFinding, Person, check_blame},
        document::with_tracked,
    },
    refusal::Refusal,
    response::Incident,
};
use nightbell_store::{Tx, learning as store, response};

/// One postmortem with what belongs to it.
#[derive(Debug, Clone)]
pub struct PostmortemView {
    /// Its incident.
    pub incident: Incident,
    /// The postmortem; `None` before it is drafted.
    pub postmortem: Option<Postmortem>,
    /// Its action items.
    pub items: Vec<ActionItem>,
    /// Where its text blames a person, without what was dismissed.
    pub findings: Vec<BlameFinding>,
}

impl PostmortemView {
    /// The document as it leaves: the text as kept, and every tracked action item that its section does not name yet.
    pub fn document(&self) -> Option<String> {
        self.postmortem.as_ref().map(|p| with_tracked(&p.markdown, &self.items))
    }
}

/// Postmortems, newest first.
pub fn postmortems(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Postmortem>, Fault> {
    Ok(store::list(tx, count_max)?)
}

/// The postmortem of an incident.
pub fn postmortem(tx: &mut dyn Tx, directory: &Directory, slug: &str) -> Result<PostmortemView, Fault> {
    let incident =
        response::by_slug(tx, slug.trim_start_matches('#'))?.ok_or_else(|| Refusal::not_found("incident", slug))?;
    let postmortem = store::of_incident(tx, incident.id)?;
    let items = store::items_of(tx, incident.id)?;
    let findings = postmortem.as_ref().map_or(Vec::new(), |p| {
        let found = blame_findings(directory, &p.markdown);
        found
            .into_iter()
            .filter(|f| !p.markdown.lines().nth(f.line.saturating_sub(1)).is_some_and(|line| p.is_dismissed(line)))
            .collect()
    });
    Ok(PostmortemView { incident, postmortem, items, findings })
}

/// Where a text blames a person of this organisation.
pub fn blame_findings(directory: &Directory, markdown: &str) -> Vec<BlameFinding> {
    let people: Vec<_> =
        directory.org.users.values().map(|u| Person { handle: u.id.to_string(), name: u.name.clone() }).collect();
    check_blame(markdown, &people)
}

/// Action items: open ones first, the earliest due first.
pub fn action_items(tx: &mut dyn Tx, open_only: bool, count_max: u32) -> Result<Vec<ActionItem>, Fault> {
    Ok(store::items(tx, count_max)?.into_iter().filter(|item| !open_only || item.is_open()).collect())
}
