//! `[discord]`: the bot that writes direct messages.

use super::{ConfigError, Layers, providers};
use nightbell_delivery::providers::discord::Discord;

const API: &str = "https://discord.com/api/v10";

/// The provider, when the section has a token.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Option<Discord>, ConfigError> {
    let base = providers::base_url_or(layers, "discord.base_url", API)?;
    Ok(providers::secret(layers, "discord.token")?.map(|token| Discord::new(base, token)))
}
