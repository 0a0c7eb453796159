//! `nightbell oncall`: who is on call; below it what people agree on beside the plan, their own turns and their calendars, one file each.
//! Only the question itself can be answered from the data; whatever changes something asks the running server.

mod agreed;
mod calendars;
mod cover;
mod turns;

use super::{PlaceArgs, moment};
use crate::{failure::Failure, out::Out, system::SystemClock};
use clap::{Args, Subcommand};
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
    /// What to do instead of asking who is on call
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// What can be done beside asking.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Your next turns, and the requests you are asked or have asked
    Mine,
    /// Who has which shift over a span, and where nobody is
    Shifts(turns::Shifts),
    /// What people carried: hours, nights, weekends, holidays, pages, and how evenly
    Load(turns::Load),
    /// You are on call from now on
    TakeOver(agreed::TakeOver),
    /// Give back what you took over
    GiveBack(agreed::Of),
    /// Leave a note for whoever comes next
    Note(agreed::Note),
    /// Put somebody into a span, list such spans, undo them
    #[command(subcommand)]
    Override(agreed::Override),
    /// Ask somebody to take a span or to swap, and answer
    #[command(subcommand, visible_alias = "swap")]
    Cover(cover::Cover),
    /// Calendar addresses (iCal) of your turns or of a schedule
    #[command(subcommand)]
    Feed(calendars::Feed),
    /// When you are away: the proof of reach counts without you, the plan stays
    #[command(subcommand)]
    Away(calendars::Away),
}

/// Runs it.
///
/// # Errors
/// When there is no such schedule, it is refused, or the organisation cannot be reached.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    match &arguments.action {
        Some(action) => act(arguments, action, out),
        None => who(arguments, out),
    }
}

fn act(arguments: &Arguments, action: &Action, out: Out) -> Result<(), Failure> {
    if arguments.at.is_some() || arguments.schedule.is_some() {
        return Err(Failure::usage(
            "Say --schedule after the word that says what to do: nightbell oncall take-over --schedule ID.",
        ));
    }
    if arguments.place.opened()?.is_some() {
        return Err(Failure::usage("That is asked of the running server: leave out --data and --database."));
    }
    let client = arguments.place.server.client()?;
    match action {
        Action::Mine => turns::mine(&client, out),
        Action::Shifts(shifts) => turns::shifts(&client, shifts, out),
        Action::Load(load) => turns::load(&client, load, out),
        Action::TakeOver(taken) => agreed::take_over(&client, taken, out),
        Action::GiveBack(of) => agreed::give_back(&client, of, out),
        Action::Note(note) => agreed::leave_note(&client, note, out),
        Action::Override(action) => agreed::overrides(&client, action, out),
        Action::Cover(action) => cover::run(&client, action, out),
        Action::Feed(action) => calendars::feed(&client, action, out),
        Action::Away(action) => calendars::away(&client, action, out),
    }
}

fn who(arguments: &Arguments, out: Out) -> Result<(), Failure> {
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
    let always = ["schedule", "team", "primary", "backup", "until"];
    let columns = [
        ("schedule", "/schedule"),
        ("team", "/team"),
        ("primary", "/primary"),
        ("together with", "/also"),
        ("backup", "/backup"),
        ("shadows", "/shadows"),
        ("until", "/until"),
        ("problem", "/problem"),
    ];
    // What hardly any schedule has takes a column only where one has it.
    let says = |pointer: &str| items.iter().filter_map(|item| item.pointer(pointer)).any(|value| !is_empty(value));
    let shown: Vec<_> = columns.into_iter().filter(|(name, at)| always.contains(name) || says(at)).collect();
    out.list(&items, &shown, "There is no schedule yet. Write one in an organisation file and `nightbell apply` it.");
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
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
            json!({ "schedule": id, "team": team, "primary": null, "backup": null, "source": null, "until": null, "problem": problem, "also": [], "shadows": [] })
        }
        Ok(found) => json!({
            "schedule": id,
            "team": team,
            "primary": found.primary.map(|member| person(member.as_str())),
            "backup": found.backup.map(|member| person(member.as_str())),
            "source": found.source.as_ref().and_then(source_word),
            "until": found.until,
            "problem": null,
            "also": found.also.iter().map(|member| person(member.as_str())).collect::<Vec<_>>(),
            "shadows": found.shadows.iter().map(|member| person(member.as_str())).collect::<Vec<_>>(),
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
