//! The settings of the providers: a section of the file for each, made into [`Providers`]. Their keys are in [`super::KEYS`], and each section is
//! read in a file of its name beside this one.

use super::{ConfigError, Layers, discord, mattermost, ntfy, slack, telegram, template};
use nightbell_delivery::providers::{BaseUrl, Providers, Secret};

/// From layers to providers; a section nobody wrote is a provider nobody has.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Providers, ConfigError> {
    Ok(Providers {
        slack: slack::settle(layers)?,
        discord: discord::settle(layers)?,
        mattermost: mattermost::settle(layers)?,
        ntfy: ntfy::settle(layers)?,
        telegram: telegram::settle(layers)?,
        phone: template::settle(layers)?,
        ..Providers::default()
    })
}

/// A key of the installation.
///
/// # Errors
/// When it cannot be one; it is not said back.
pub(super) fn secret(layers: &Layers, key: &str) -> Result<Option<Secret>, ConfigError> {
    layers.text(key, Secret::new)
}

/// Where a provider's API is.
///
/// # Errors
/// When it is no address.
pub(super) fn base_url(layers: &Layers, key: &str) -> Result<Option<BaseUrl>, ConfigError> {
    layers.text(key, BaseUrl::new)
}

/// The provider's own address, where nobody set another.
///
/// # Errors
/// When what was set is no address.
pub(super) fn base_url_or(layers: &Layers, key: &str, default: &str) -> Result<BaseUrl, ConfigError> {
    match base_url(layers, key)? {
        Some(base) => Ok(base),
        None => BaseUrl::new(default).map_err(|e| ConfigError::built_in(&e)),
    }
}

/// A key without which the section is of no use, when another of it is set.
///
/// # Errors
/// The sentence that says which one is missing.
pub(super) fn required<T>(layers: &Layers, key: &str, value: Option<T>) -> Result<T, ConfigError> {
    value.ok_or_else(|| layers.wrong(key, "it is missing; without it this section does nothing".to_owned()))
}
