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
}

impl PostmortemView {
    /// Where its text blames a person, without what was dismissed. Reads the whole text: for whoever shows it.
    pub fn findings(&self, directory: &Directory) -> Vec<BlameFinding> {
        let Some(p) = &self.postmortem else { return Vec::new() };
        let lines: Vec<&str> = p.markdown.lines().collect();
        let dismissed =
            |found: &BlameFinding| lines.get(found.line.saturating_sub(1)).is_some_and(|l| p.is_dismissed(l));
        blame_findings(directory, &p.markdown).into_iter().filter(|found| !dismissed(found)).collect()
    }

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
pub fn postmortem(tx: &mut dyn Tx, slug: &str) -> Result<PostmortemView, Fault> {
    let incident =
        response::by_slug(tx, slug.trim_start_matches('#'))?.ok_or_else(|| Refusal::not_found("incident", slug))?;
    let postmortem = store::of_incident(tx, incident.id)?;
    let items = store::items_of(tx, incident.id)?;
    Ok(PostmortemView { incident, postmortem, items })
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
