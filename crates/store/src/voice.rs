//! What was published: notices in the public model's own form, and every change of a component's status. Nothing internal is stored here
//! but the incident's id, which never leaves through the public model (INV-19).

use crate::tx::{Row, StoreError, Tx, Value, sound};
use nightbell_domain::{
    ids::{ComponentId, IncidentId, StatusPageId},
    record::Instant,
};
use nightbell_public::{ComponentStatus, Notice};

pub(crate) const PUT_NOTICE: &str = "INSERT INTO notice (id, status_page, incident, started_at, resolved_at, body) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, resolved_at = excluded.resolved_at, body = excluded.body";
pub(crate) const NOTICE: &str = "SELECT body FROM notice WHERE id = $1";
/// Two parts, because each has an index of its own: an OR between them would read the notices of all years.
pub(crate) const NOTICES: &str = "SELECT body, started_at, id FROM notice WHERE status_page = $1 AND resolved_at IS NULL \
     UNION ALL SELECT body, started_at, id FROM notice WHERE status_page = $1 AND resolved_at >= $2 ORDER BY 2 DESC, 3";
pub(crate) const SET_COMPONENT: &str = "INSERT INTO component_change (component, at, status, notice) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (component, at) DO UPDATE SET status = excluded.status, notice = excluded.notice";
pub(crate) const COMPONENT_CHANGES: &str = "SELECT at, status FROM component_change WHERE component = $1 AND at >= COALESCE(\
     (SELECT MAX(at) FROM component_change WHERE component = $1 AND at <= $2), 0) ORDER BY at";
pub(crate) const COMPONENT_SINCE: &str = "SELECT MIN(at) FROM component_change WHERE component = $1";
pub(crate) const COMPONENT_NOW: &str =
    "SELECT status FROM component_change WHERE component = $1 ORDER BY at DESC LIMIT 1";

/// Writes a notice as published.
pub fn put_notice(
    tx: &mut dyn Tx,
    page: &StatusPageId,
    incident: Option<IncidentId>,
    notice: &Notice,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(notice).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let values: [Value; 6] = [
        notice.id.as_str().into(),
        page.as_str().into(),
        incident.map(|i| i.to_string()).into(),
        notice.started_at.into(),
        notice.resolved_at.into(),
        body.into(),
    ];
    tx.queue(PUT_NOTICE, values.into(), None)
}

/// A notice.
pub fn notice(tx: &mut dyn Tx, id: &str) -> Result<Option<Notice>, StoreError> {
    tx.row(NOTICE, &[id.into()])?.map(|row| row.json(0)).transpose()
}

/// The notices of a page that are open or were resolved since, newest first.
pub fn notices(tx: &mut dyn Tx, page: &StatusPageId, resolved_since: Instant) -> Result<Vec<Notice>, StoreError> {
    let rows = tx.rows(NOTICES, &[page.as_str().into(), resolved_since.into()])?;
    Ok(sound(&rows, "notices of a status page", |row| row.json(0)))
}

/// Records a component's status from now on; writing the status it has already changes nothing.
pub fn set_component(
    tx: &mut dyn Tx,
    component: &ComponentId,
    status: ComponentStatus,
    notice: &str,
    at: Instant,
) -> Result<(), StoreError> {
    open_component(tx, component, at)?;
    if component_now(tx, component)? == status {
        return Ok(());
    }
    tx.queue(SET_COMPONENT, vec![component.as_str().into(), at.into(), status.word().into(), notice.into()], None)
}

fn status(row: &Row, column: usize) -> Result<ComponentStatus, StoreError> {
    let word = row.text(column)?;
    ComponentStatus::from_word(word).ok_or_else(|| StoreError::Corrupt(format!("{word:?} is not a component status")))
}

/// A component appears: operational from now on, unless it is known already. Days before its first change are unknown, not green.
pub fn open_component(tx: &mut dyn Tx, component: &ComponentId, at: Instant) -> Result<(), StoreError> {
    if tx.row(COMPONENT_NOW, &[component.as_str().into()])?.is_some() {
        return Ok(());
    }
    let word = ComponentStatus::Operational.word();
    tx.queue(SET_COMPONENT, vec![component.as_str().into(), at.into(), word.into(), Value::Null], None)
}

/// A component's status now: operational until somebody published otherwise.
pub fn component_now(tx: &mut dyn Tx, component: &ComponentId) -> Result<ComponentStatus, StoreError> {
    tx.row(COMPONENT_NOW, &[component.as_str().into()])?.map_or(Ok(ComponentStatus::Operational), |row| status(&row, 0))
}

/// When a component appeared; `None` before it did.
pub fn component_since(tx: &mut dyn Tx, component: &ComponentId) -> Result<Option<Instant>, StoreError> {
    tx.row(COMPONENT_SINCE, &[component.as_str().into()])?.map_or(Ok(None), |row| row.instant_option(0))
}

/// The changes of a component's status since an instant, oldest first, and before them the one that held then.
pub fn component_changes(
    tx: &mut dyn Tx,
    component: &ComponentId,
    since: Instant,
) -> Result<Vec<(Instant, ComponentStatus)>, StoreError> {
    tx.rows(COMPONENT_CHANGES, &[component.as_str().into(), since.into()])?
        .iter()
        .map(|row| Ok((row.instant(0)?, status(row, 1)?)))
        .collect()
}
