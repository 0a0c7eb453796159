//! Logging: one subscriber, set up once, from `[log]`. Lines go to standard error, so that commands' output stays clean.
//! Contents of messages, addresses and secrets are never logged: ids and counts are.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines: `error`, `warn`, `info`, `debug`, `trace`, or per module: `info,nightbell_delivery=debug`.
    pub level: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// Whether a level can be understood.
///
/// # Errors
/// What is wrong with it.
pub fn check_level(level: &str) -> Result<(), String> {
    EnvFilter::try_new(level)
        .map(drop)
        .map_err(|e| format!("{level:?} is not a log level ({e}); use error, warn, info, debug or trace"))
}

/// Sets logging up. A second call changes nothing.
pub fn install(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // An error only says that a subscriber was set before.
    let _ = match settings.format {
        LogFormat::Text => registry.with(layer.with_ansi(anstream_colours())).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
}

fn anstream_colours() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}
