//! Action items: refused without owner, due date and priority, all three.

use crate::{Fault, Unit, response};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{ActionItemId, UserId},
    learning::{ActionItem, NewActionItem, document::ItemPriority},
    refusal::Refusal,
};
use nightbell_store::learning as store;

/// What is asked to be stored.
#[derive(Debug, Clone, Default)]
pub struct ItemInput {
    /// What is to be done.
    pub text: String,
    /// Who.
    pub owner: Option<UserId>,
    /// Until when.
    pub due_on: Option<jiff::civil::Date>,
    /// How pressing.
    pub priority: Option<ItemPriority>,
}

/// Adds an item; every missing field is refused at once, so that a form can mark them all.
pub fn add_item(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    input: ItemInput,
) -> Result<Result<ActionItem, Vec<Refusal>>, Fault> {
    let _ = by;
    let incident = response::find(unit, incident)?;
    if let Some(owner) = input.owner.as_ref().filter(|o| !unit.directory.org.users.contains_key(*o)) {
        return Ok(Err(vec![Refusal::invalid("owner", format!("There is no user @{owner}."))]));
    }
    let id: ActionItemId = unit.ids().make();
    let new = NewActionItem { text: input.text, owner: input.owner, due_on: input.due_on, priority: input.priority };
    match ActionItem::new(id, incident.id, incident.postmortem, new, unit.now) {
        Err(refusals) => Ok(Err(refusals)),
        Ok(item) => {
            store::add_item(unit.tx, &item)?;
            Ok(Ok(item))
        }
    }
}

fn load(unit: &mut Unit<'_>, id: ActionItemId) -> Result<ActionItem, Fault> {
    Ok(store::item(unit.tx, id)?.ok_or_else(|| Refusal::not_found("action item", id))?)
}

/// It is done.
pub fn finish_item(unit: &mut Unit<'_>, by: &Permit<Respond>, id: ActionItemId) -> Result<ActionItem, Fault> {
    let before = load(unit, id)?;
    let after = before.clone().done(&by.actor(), unit.now)?;
    store::save_item(unit.tx, &before, &after)?;
    Ok(after)
}

/// It will not be done, with a reason.
pub fn drop_item(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    id: ActionItemId,
    reason: &str,
) -> Result<ActionItem, Fault> {
    let before = load(unit, id)?;
    let after = before.clone().drop_for(&by.actor(), reason, unit.now)?;
    store::save_item(unit.tx, &before, &after)?;
    Ok(after)
}
