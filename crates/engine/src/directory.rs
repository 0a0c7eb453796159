//! The organisation as the engine holds it: loaded once, compiled, and used until its version in the store moves.

use crate::{Fault, access::same_bytes};
use nightbell_domain::{
    ids::IntegrationId,
    org::{ConfigKind, Integration, IntegrationKind, Organisation},
    signal::route::RouteTable,
};
use nightbell_store::{Tx, config};
use std::collections::BTreeSet;

/// The organisation with its routes compiled.
#[derive(Default)]
pub struct Directory {
    /// Everything configured.
    pub org: Organisation,
    /// Which objects are managed by files.
    pub managed: BTreeSet<(ConfigKind, String)>,
    /// The routes, compiled.
    pub routes: RouteTable,
}

impl Directory {
    /// Loads and compiles.
    pub fn load(tx: &mut dyn Tx) -> Result<Self, Fault> {
        let (org, managed) = config::load(tx)?;
        let routes = RouteTable::new(&org.routes);
        Ok(Self { org, managed, routes })
    }

    /// The integration with that key, in time that does not depend on the key's text: every key is compared whole.
    pub fn integration_by_key(&self, kind: Option<IntegrationKind>, key: &str) -> Option<&Integration> {
        let mut found = None;
        for integration in self.org.integrations.values() {
            let same = same_bytes(integration.key.as_bytes(), key.as_bytes());
            if same && kind.is_none_or(|kind| kind == integration.kind) {
                found = Some(integration);
            }
        }
        found
    }

    /// An integration's handle, when it still exists.
    pub fn integration(&self, id: &IntegrationId) -> Option<&Integration> {
        self.org.integrations.get(id)
    }
}
