//! `[slack]`: the app whose bot writes direct messages.

use super::{ConfigError, Layers, providers};
use nightbell_delivery::providers::slack::Slack;

const API: &str = "https://slack.com/api";

/// The provider, when the section has a token.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Option<Slack>, ConfigError> {
    let base = providers::base_url_or(layers, "slack.base_url", API)?;
    Ok(providers::secret(layers, "slack.token")?.map(|token| Slack::new(base, token)))
}
