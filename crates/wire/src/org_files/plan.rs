//! The difference between what is stored and what the files say, as a list of changes people can read before they are made.
//!
//! Applying a plan and planning again yields no change. Storing is the caller's; this only compares.

mod diff;

use super::{ParsedFiles, runbooks};
use nightbell_domain::{
    ids::ScheduleId,
    org::{ConfigKind, ConfigObject, Cover, Organisation},
};
use std::{collections::BTreeSet, fmt};

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is new.
    Create,
    /// Some of its fields change.
    Update,
    /// It came from files once and is in them no more.
    Delete,
    /// It is as the files say.
    Keep,
}

/// One field's change, ready to print; secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldChange {
    /// Dotted path: `steps[1].after`.
    pub path: String,
    /// `None`: was not there.
    pub from: Option<String>,
    /// `None`: is taken away.
    pub to: Option<String>,
}

/// What happens to one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// Its kind.
    pub kind: ConfigKind,
    /// Its handle.
    pub id: String,
    /// For [`Action::Update`]: what differs.
    pub fields: Vec<FieldChange>,
    /// What to store; `None` for [`Action::Delete`].
    pub object: Option<ConfigObject>,
}

/// All changes: first what is made and changed, in reference order, then what is deleted, against it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// One for every object in the files, unchanged ones among them: whoever applies the plan marks them all as managed.
    pub changes: Vec<Change>,
    /// Managed objects that are in the files no more and stay because pruning was not asked for.
    pub unlisted: Vec<(ConfigKind, String)>,
    /// Covers that change with their schedule: what the file says about a plan holds from the moment it is applied, so plans that people staged by
    /// hand are dropped; and with a schedule goes what was agreed beside it. `None` is gone.
    pub covers: Vec<(ScheduleId, Option<Cover>)>,
}

impl Plan {
    /// Whether the organisation is already as the files say.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|c| c.action == Action::Keep) && self.covers.is_empty()
    }

    /// The organisation after the plan.
    pub fn applied_to(&self, current: &Organisation) -> Organisation {
        let mut org = current.clone();
        for change in &self.changes {
            match &change.object {
                Some(object) => org.put(object.clone()),
                None => org.remove(change.kind, &change.id),
            }
        }
        for (schedule, cover) in &self.covers {
            match cover {
                Some(cover) => org.put(ConfigObject::Cover(cover.clone())),
                None => org.remove(ConfigKind::Cover, schedule.as_str()),
            }
        }
        org
    }
}

/// Compares. `managed` are the objects that came from files before; with `prune` those not in the files any more are deleted.
/// An integration whose file gives no key keeps the stored one.
pub fn plan(
    current: &Organisation,
    managed: &BTreeSet<(ConfigKind, String)>,
    parsed: &ParsedFiles,
    prune: bool,
) -> Plan {
    let mut changes: Vec<Change> =
        parsed.objects.iter().map(|object| change(current, object.clone(), parsed)).collect();
    let listed: BTreeSet<(ConfigKind, &str)> = parsed.objects.iter().map(|o| (o.kind(), o.id())).collect();
    let gone = managed
        .iter()
        .rev()
        .filter(|(kind, id)| !listed.contains(&(*kind, id.as_str())) && stored(current, *kind, id).is_some());
    if !prune {
        let covers = covers(current, &changes);
        return Plan { changes, unlisted: gone.cloned().collect(), covers };
    }
    changes.extend(gone.map(|(kind, id)| Change {
        action: Action::Delete,
        kind: *kind,
        id: id.clone(),
        fields: Vec::new(),
        object: None,
    }));
    let covers = covers(current, &changes);
    Plan { changes, unlisted: Vec::new(), covers }
}

/// What becomes of the covers of schedules that the files name or delete.
fn covers(current: &Organisation, changes: &[Change]) -> Vec<(ScheduleId, Option<Cover>)> {
    let schedules = changes.iter().filter(|change| change.kind == ConfigKind::Schedule);
    let of = |change: &Change| {
        let cover = current.covers.get(&change.id.parse::<ScheduleId>().ok()?)?;
        match change.action {
            // A new schedule inherits nothing from one that had its handle before.
            Action::Delete | Action::Create => Some((cover.schedule.clone(), None)),
            _ if cover.staged.is_empty() => None,
            _ => Some((cover.schedule.clone(), Some(Cover { staged: Vec::new(), ..cover.clone() }))),
        }
    };
    schedules.filter_map(of).collect()
}

fn change(current: &Organisation, mut wanted: ConfigObject, parsed: &ParsedFiles) -> Change {
    let (kind, id) = (wanted.kind(), wanted.id().to_owned());
    let now = stored(current, kind, &id);
    if let (ConfigObject::Integration(wanted), Some(ConfigObject::Integration(now))) = (&mut wanted, &now)
        && parsed.keyless.contains(&id)
    {
        wanted.key.clone_from(&now.key);
    }
    let (action, fields) = match now {
        Some(now) if same(&now, &wanted) => (Action::Keep, Vec::new()),
        Some(now) => (Action::Update, diff::fields(&now, &wanted)),
        // The shipped defaults, written down, change nothing.
        None if is_default(current, &wanted) => (Action::Keep, Vec::new()),
        None => (Action::Create, Vec::new()),
    };
    Change { action, kind, id, fields, object: Some(wanted) }
}

fn same(now: &ConfigObject, wanted: &ConfigObject) -> bool {
    match (now, wanted) {
        // What the export would write is the same runbook, even when the stored text has no head.
        (ConfigObject::Runbook(now), ConfigObject::Runbook(wanted)) => {
            now == wanted
                || (now.id == wanted.id && now.services == wanted.services && runbooks::file_of(now) == wanted.markdown)
        }
        _ => now == wanted,
    }
}

fn is_default(current: &Organisation, wanted: &ConfigObject) -> bool {
    match wanted {
        ConfigObject::Routes(routes) => *routes == current.routes,
        ConfigObject::Severities(table) => *table == current.severities,
        ConfigObject::Response(response) => *response == current.response,
        _ => false,
    }
}

/// The stored object of that kind and handle. The singletons count as stored once they differ from the shipped defaults.
fn stored(org: &Organisation, kind: ConfigKind, id: &str) -> Option<ConfigObject> {
    match kind {
        ConfigKind::User => org.users.get(&id.parse().ok()?).cloned().map(ConfigObject::User),
        ConfigKind::Team => org.teams.get(&id.parse().ok()?).cloned().map(ConfigObject::Team),
        ConfigKind::Schedule => org.schedules.get(&id.parse().ok()?).cloned().map(ConfigObject::Schedule),
        ConfigKind::Policy => org.policies.get(&id.parse().ok()?).cloned().map(ConfigObject::Policy),
        ConfigKind::Runbook => org.runbooks.get(&id.parse().ok()?).cloned().map(ConfigObject::Runbook),
        ConfigKind::StatusPage => org.status_pages.get(&id.parse().ok()?).cloned().map(ConfigObject::StatusPage),
        ConfigKind::Service => org.services.get(&id.parse().ok()?).cloned().map(ConfigObject::Service),
        ConfigKind::Integration => org.integrations.get(&id.parse().ok()?).cloned().map(ConfigObject::Integration),
        // People's own settings are never in files.
        ConfigKind::Personal | ConfigKind::Cover => None,
        ConfigKind::Routes => (!org.routes.is_empty()).then(|| ConfigObject::Routes(org.routes.clone())),
        ConfigKind::Severities => {
            (org.severities != Default::default()).then(|| ConfigObject::Severities(org.severities.clone()))
        }
        ConfigKind::Response => {
            (org.response != Default::default()).then(|| ConfigObject::Response(org.response.clone()))
        }
    }
}

/// `user alice`; the singletons by their kind alone.
fn title(kind: ConfigKind, id: &str) -> String {
    if kind.word() == id { id.to_owned() } else { format!("{} {id}", kind.word()) }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
        write!(f, "{} {} → {}", self.path, shown(&self.from), shown(&self.to))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = title(self.kind, &self.id);
        match self.action {
            Action::Create => write!(f, "+ {title}"),
            Action::Delete => write!(f, "- {title}"),
            Action::Keep => write!(f, "  {title}"),
            Action::Update => {
                write!(f, "~ {title}:")?;
                match self.fields.as_slice() {
                    [one] => write!(f, " {one}"),
                    many => many.iter().try_for_each(|field| write!(f, "\n    {field}")),
                }
            }
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |action| self.changes.iter().filter(|c| c.action == action).count();
        for change in self.changes.iter().filter(|c| c.action != Action::Keep) {
            writeln!(f, "{change}")?;
        }
        for (schedule, cover) in &self.covers {
            let what = match cover {
                Some(_) => "the plans staged by hand are dropped: the file's plan holds from now on",
                None => "what people agreed on beside it goes with it: overrides, swaps, requests, notes",
            };
            writeln!(f, "  {}: {what}", title(ConfigKind::Schedule, schedule.as_str()))?;
        }
        if self.is_empty() {
            write!(f, "No change: {} objects are as the files say.", self.changes.len())?;
        } else {
            let (create, update, delete, keep) =
                (count(Action::Create), count(Action::Update), count(Action::Delete), count(Action::Keep));
            write!(f, "{create} to create, {update} to change, {delete} to delete, {keep} unchanged.")?;
        }
        if !self.unlisted.is_empty() {
            let names: Vec<String> = self.unlisted.iter().map(|(kind, id)| title(*kind, id)).collect();
            write!(f, "\nNo longer in the files, and kept: {}. --prune deletes them.", names.join(", "))?;
        }
        Ok(())
    }
}
