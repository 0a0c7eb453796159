//! `[mattermost]`: the bot of a server that is one's own.

use super::{ConfigError, Layers, providers};
use nightbell_delivery::providers::mattermost::Mattermost;

/// The provider, when the section is written.
///
/// # Errors
/// The first value that cannot be understood, or the one that is missing.
pub fn settle(layers: &Layers) -> Result<Option<Mattermost>, ConfigError> {
    let base = providers::base_url(layers, "mattermost.base_url")?;
    let token = providers::secret(layers, "mattermost.token")?;
    if base.is_none() && token.is_none() {
        return Ok(None);
    }
    let base = providers::required(layers, "mattermost.base_url", base)?;
    let token = providers::required(layers, "mattermost.token", token)?;
    Ok(Some(Mattermost::new(base, token)))
}
