//! `nightbell oncall`: who is on call.

use super::{PlaceArgs, moment};
use crate::{failure::Failure, out::Out, system::SystemClock};
use clap::Args;
use jiff::Timestamp;
use nightbell_engine::{
    Clock, Directory,
    domain::{ids::ScheduleId, org::Organisation},
    views,
};
use serde::Serialize;
use serde_json::{Value, json};

/// What `oncall` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// When, instead of now; in the past as it was then: 2026-05-02T03:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub at: Option<Timestamp>,
    /// Only this schedule
    #[arg(long, value_name = "ID")]
    pub schedule: Option<String>,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Runs it.
///
/// # Errors
/// When there is no such schedule or the organisation cannot be reached.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let items = match arguments.place.opened()? {
        Some(place) => {
            let now = SystemClock.now();
            let past = place.read(|tx| views::as_of(tx, arguments.at.unwrap_or(now), now))?;
            local(&past.map_or_else(|| place.directory(), Ok)?, arguments)?
        }
        None => {
            let at = arguments.at.map(|at| at.to_string());
            let given = [("at", at.as_deref()), ("schedule", arguments.schedule.as_deref())];
            let query: Vec<(&str, &str)> = given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            arguments.place.server.client()?.list(&["oncall"], &query, usize::MAX)?
        }
    };
    let columns = [
        ("schedule", "/schedule"),
        ("team", "/team"),
        ("primary", "/primary/name"),
        ("backup", "/backup/name"),
        ("until", "/until"),
        ("problem", "/problem"),
    ];
    let shown = if items.iter().all(|item| item.get("problem").is_none_or(Value::is_null)) {
        &columns[..5]
    } else {
        &columns[..]
    };
    out.list(&items, shown, "There is no schedule yet. Write one in an organisation file and `nightbell apply` it.");
    Ok(())
}

fn local(directory: &Directory, arguments: &Arguments) -> Result<Vec<Value>, Failure> {
    let org = &directory.org;
    let at = arguments.at.unwrap_or_else(|| SystemClock.now());
    let wanted = |id: &&ScheduleId| arguments.schedule.as_ref().is_none_or(|only| only == id.as_str());
    let items: Vec<Value> = org.schedules.keys().filter(wanted).map(|id| line(org, id, at)).collect();
    match &arguments.schedule {
        Some(unknown) if items.is_empty() => Err(Failure::findings(format!("There is no schedule {unknown}."))),
        _ => Ok(items),
    }
}

/// The same line as the API's.
fn line(org: &Organisation, id: &ScheduleId, at: Timestamp) -> Value {
    let team = org.schedules.get(id).and_then(|schedule| schedule.team.as_ref());
    let person = |handle: &str| {
        let name = org.users.values().find(|user| user.id.as_str() == handle).map_or(handle, |user| user.name.as_str());
        json!({ "id": handle, "name": name })
    };
    match org.on_call(id, at) {
        Err(problem) => {
            json!({ "schedule": id, "team": team, "primary": null, "backup": null, "source": null, "until": null, "problem": problem })
        }
        Ok(found) => json!({
            "schedule": id,
            "team": team,
            "primary": found.primary.map(|member| person(member.as_str())),
            "backup": found.backup.map(|member| person(member.as_str())),
            "source": found.source.as_ref().and_then(source_word),
            "until": found.until,
            "problem": null,
        }),
    }
}

/// `layer:weekly` or `override`.
fn source_word(source: &impl Serialize) -> Option<String> {
    match serde_json::to_value(source).ok()? {
        Value::String(word) => Some(word),
        Value::Object(named) => {
            named.iter().next().map(|(kind, name)| format!("{kind}:{}", name.as_str().unwrap_or_default()))
        }
        _ => None,
    }
}
