//! The organisation as it was: who was on call last March is answered from the revisions of last March (INV-12). The future, as far as anybody
//! knows, is the present organisation; and so is the time before there was any: a question about that is one of what would have been.

use crate::{Directory, Fault};
use nightbell_domain::{record::Instant, signal::route::RouteTable};
use nightbell_store::{Tx, config};

/// The directory as it was at an instant; `None` when that is not in the past, or nothing was configured yet: then the present one holds.
///
/// # Errors
/// The store's.
pub fn as_of(tx: &mut dyn Tx, at: Instant, now: Instant) -> Result<Option<Directory>, Fault> {
    if at >= now {
        return Ok(None);
    }
    let org = config::at(tx, at)?;
    if org.users.is_empty() {
        return Ok(None);
    }
    let routes = RouteTable::new(&org.routes);
    Ok(Some(Directory { org, routes, ..Directory::default() }))
}
