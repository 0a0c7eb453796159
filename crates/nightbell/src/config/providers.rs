//! The settings of the providers: a section of the file for each, made into [`Providers`]. Their keys are in [`super::KEYS`].

use super::{ConfigError, Layers, ntfy, telegram};
use nightbell_delivery::providers::Providers;

/// From layers to providers; a section nobody wrote is a provider nobody has.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Providers, ConfigError> {
    Ok(Providers {
        ntfy: ntfy::settle(layers)?,
        telegram: telegram::settle(layers)?,
        ..Providers::default()
    })
}
