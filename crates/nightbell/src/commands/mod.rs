//! One file for each command: its arguments, what it does, what people see and what `--json` prints. No decision here: a command asks the
//! server's API, or opens the data folder and runs the engine's own unit of work. Shared: where to ask ([`PlaceArgs`]) and a few small forms.

pub mod action;
pub mod alert;
pub mod apply;
pub mod backup;
pub mod check;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod import;
pub mod incident;
pub mod init;
pub mod next;
pub mod oncall;
pub mod page;
pub mod paper;
pub mod postmortem;
mod progress;
pub mod restore;
pub mod serve;
pub mod status;
pub mod token;
pub mod user;
pub mod verify;

use crate::{
    client::ServerArgs,
    config::{self, Config, Flags},
    data::Place,
    failure::Failure,
};
use clap::Args;
use jiff::{Timestamp, Zoned};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Where the data is, for what always opens it itself.
#[derive(Debug, Clone, Default, Args)]
pub struct DataArgs {
    /// The data folder [default: nightbell-data]
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead: postgres://user@host/database [env: NIGHTBELL_DATABASE; the password may be in PGPASSWORD]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

impl DataArgs {
    /// Whether the command line says where.
    pub fn is_said(&self) -> bool {
        self.data.is_some() || self.database.is_some()
    }

    /// The place: as the command line says, else as the settings file and the environment say.
    ///
    /// # Errors
    /// A mistake in the settings, unless the command line says where.
    pub fn place(&self) -> Result<Place, Failure> {
        if let Some(data) = &self.data {
            return Ok(Place::folder(data));
        }
        if let Some(database) = &self.database {
            return config::database(database).map_err(|message| Failure::usage(format!("--database: {message}")));
        }
        let settings = config::load(&Flags::default()).map_err(|e| Failure::usage(e.to_string()))?;
        Ok(settings.place)
    }
}

/// The settings file and where the data is, for what looks at both.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArgs {
    /// The settings file [default: nightbell.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the data is.
    #[command(flatten)]
    pub data: DataArgs,
}

impl SettingsArgs {
    /// The settings: as the command line says, then the environment, then the file.
    ///
    /// # Errors
    /// A mistake in any of them.
    pub fn load(&self, listen: Option<&str>) -> Result<Config, Failure> {
        let flags = Flags { config: self.config.clone(), data: self.data.clone(), listen: listen.map(str::to_owned) };
        config::load(&flags).map_err(|e| Failure::usage(e.to_string()))
    }
}

/// A running server, or the data itself.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// Open this data folder instead of asking a server
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "database")]
    pub data: Option<PathBuf>,
    /// Open this PostgreSQL database instead of asking a server: postgres://user@host/database
    #[arg(long, value_name = "URL", global = true)]
    pub database: Option<String>,
    /// The server, otherwise.
    #[command(flatten)]
    pub server: ServerArgs,
}

impl PlaceArgs {
    /// The data, when it is to be opened.
    ///
    /// # Errors
    /// When the place cannot be understood.
    pub fn opened(&self) -> Result<Option<Place>, Failure> {
        let said = DataArgs { data: self.data.clone(), database: self.database.clone() };
        if said.is_said() { said.place().map(Some) } else { Ok(None) }
    }
}

/// A moment as people type it: `2026-05-02T13:07:00Z`, or with a zone `2026-05-02T03:00[Europe/Berlin]`.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let zoned = || text.parse::<Zoned>().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_| zoned())
        .map_err(|_| "write a moment like 2026-05-02T13:07:00Z or 2026-05-02T15:07[Europe/Berlin]".to_owned())
}

/// A JSON object of what is there: absent values are left out, so that the API sees only what was said.
pub fn body<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let present = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

/// A text field that may be absent.
pub fn text(value: Option<&String>) -> Option<Value> {
    value.map(|text| Value::String(text.clone()))
}

#[cfg(test)]
mod tests;
