//! `nightbell import ics`: turns of a schedule from another program's calendar, beside the plan.

use super::PlaceArgs;
use crate::{
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use nightbell_engine::calendars;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What `import` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// From what
    #[command(subcommand)]
    pub what: What,
}

/// What is read in.
#[derive(Debug, Subcommand)]
pub enum What {
    /// An iCalendar file: each event's SUMMARY names who is on call (handle, mail address or full name)
    Ics(Ics),
}

/// An iCalendar file.
#[derive(Debug, Args)]
pub struct Ics {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Into which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
    /// Only print what would be
    #[arg(long)]
    pub plan: bool,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Runs it.
///
/// # Errors
/// When the file is no calendar (with the line), names people who are not there, or the organisation cannot be reached.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let What::Ics(ics) = &arguments.what;
    let text = read(&ics.file)?;
    let imported = match ics.place.opened()? {
        Some(place) => {
            let schedule = ics.schedule.parse().map_err(|e| Failure::usage(format!("--schedule: {e}")))?;
            json!(place.execute(|unit, caller| {
                let by = caller.permit()?;
                let turns = calendars::read_turns(&unit.directory, &by, &schedule, &text, unit.now)?;
                calendars::import_turns(unit, &by, &turns, !ics.plan)
            })?)
        }
        None => {
            let body = json!({ "ics": text, "plan": ics.plan });
            ics.place.server.client()?.post(&["schedules", &ics.schedule, "import"], &body)?
        }
    };
    out.item(&imported, |imported| say(imported, ics.plan));
    Ok(())
}

fn say(imported: &Value, plan: bool) -> String {
    let spans = imported.get("spans").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let table = out::table(spans, &[("who", "/user"), ("from", "/from"), ("to", "/to"), ("line", "/line")]);
    let counted = out::counted(spans.len() as u64, "turn");
    let end = if plan {
        format!("{counted} would be read in. Nothing was stored: this was a plan.")
    } else {
        format!("{counted} read in.")
    };
    format!("{table}\n{end}")
}

/// A calendar file, if it is not larger than is read.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let cannot = |e: std::io::Error| Failure::file(file, "read", &e);
    let bytes = std::fs::metadata(file).map_err(cannot)?.len();
    if bytes > nightbell_wire::ical::BYTES_MAX as u64 {
        let most = nightbell_wire::ical::BYTES_MAX;
        return Err(Failure::findings(format!("{}: larger than {most} bytes", file.display())));
    }
    std::fs::read_to_string(file).map_err(cannot)
}
