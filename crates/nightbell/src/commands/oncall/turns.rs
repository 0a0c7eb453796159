//! `nightbell oncall mine|shifts|load`: who has which turn, and what it amounted to. Only asks.

use crate::{
    client::Client,
    commands::moment,
    failure::Failure,
    out::{self, Out},
};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

/// Who has which shift.
#[derive(Debug, Args)]
pub struct Shifts {
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
    /// The span.
    #[command(flatten)]
    pub span: Span,
}

/// What people carried.
#[derive(Debug, Args)]
pub struct Load {
    /// Only this schedule
    #[arg(long, value_name = "ID")]
    pub schedule: Option<String>,
    /// The span.
    #[command(flatten)]
    pub span: Span,
}

/// A span; four weeks when nothing is said.
#[derive(Debug, Args)]
pub struct Span {
    /// From when: 2026-05-02T09:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub from: Option<Timestamp>,
    /// Until when; a year at most
    #[arg(long, value_name = "T", value_parser = moment)]
    pub to: Option<Timestamp>,
}

/// One's own.
pub fn mine(client: &Client, out: Out) -> Result<(), Failure> {
    let mine = client.get(&["oncall", "me"], &[])?;
    out.item(&mine, |mine| {
        let turns = part(mine, "/turns/items");
        let mut lines = vec![if turns.is_empty() {
            "You have no turn in the next 8 weeks.".to_owned()
        } else {
            out::table(turns, &[("schedule", "/schedule"), ("as", "/seat"), ("from", "/from"), ("to", "/to")])
        }];
        for (title, list) in [("You are asked:", "/asked"), ("You have asked:", "/own")] {
            let requests = part(mine, list);
            if !requests.is_empty() {
                lines.push(format!("\n{}\n{}", out::bold(title), out::table(requests, &super::cover::COLUMNS)));
            }
        }
        lines.join("\n")
    });
    Ok(())
}

/// Of a schedule.
pub fn shifts(client: &Client, asked: &Shifts, out: Out) -> Result<(), Failure> {
    let [from, to] = words(&asked.span);
    let answer = client.get(&["schedules", &asked.schedule, "shifts"], &query([("from", &from), ("to", &to)]))?;
    out.item(&answer, |answer| {
        let columns = [
            ("from", "/from"),
            ("to", "/to"),
            ("primary", "/primary"),
            ("together with", "/also"),
            ("backup", "/backup"),
            ("shadows", "/shadows"),
        ];
        let mut lines = vec![out::table(part(answer, "/shifts"), &columns)];
        for gap in part(answer, "/gaps") {
            let why =
                if gap.get("declared").and_then(Value::as_bool) == Some(true) { ", as the plan says" } else { "" };
            lines.push(format!(
                "Nobody from {} to {}{why}.",
                out::cell(gap.pointer("/from")),
                out::cell(gap.pointer("/to"))
            ));
        }
        lines.join("\n")
    });
    Ok(())
}

/// Of everybody.
pub fn load(client: &Client, asked: &Load, out: Out) -> Result<(), Failure> {
    let [from, to] = words(&asked.span);
    let given = [("from", &from), ("to", &to), ("schedule", &asked.schedule)];
    let answer = client.get(&["load"], &query(given))?;
    out.item(&answer, |answer| {
        let columns = [
            ("who", "/user"),
            ("hours", "/hours"),
            ("nights", "/night_hours"),
            ("weekends", "/weekend_hours"),
            ("holidays", "/holiday_hours"),
            ("weighted", "/weighted_hours"),
            ("shifts", "/shifts"),
            ("pages", "/pages"),
            ("at night", "/night_pages"),
        ];
        let table = out::table(part(answer, "/people"), &columns);
        format!("{table}\nFairness: {} of 100 (100: everybody carries the same).", out::field(answer, "/fairness"))
    });
    Ok(())
}

fn part<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn words(span: &Span) -> [Option<String>; 2] {
    [span.from, span.to].map(|at| at.map(|at| at.to_string()))
}

fn query<'a, const N: usize>(given: [(&'a str, &'a Option<String>); N]) -> Vec<(&'a str, &'a str)> {
    given.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?))).collect()
}
