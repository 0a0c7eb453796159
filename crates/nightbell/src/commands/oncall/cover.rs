//! `nightbell oncall cover` (or `swap`): somebody asks others to take a span, with or without one of theirs in return, and they answer.

use super::agreed::{Of, instant, span, with_misgivings};
use crate::{
    client::Client,
    commands::{body, moment, text},
    failure::Failure,
    out::{self, Column, Out},
};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What is shown of a request.
pub(super) const COLUMNS: [Column; 9] = [
    ("id", "/id"),
    ("schedule", "/schedule"),
    ("who", "/user"),
    ("from", "/from"),
    ("to", "/to"),
    ("asks", "/asked"),
    ("gives from", "/in_return/from"),
    ("state", "/status"),
    ("note", "/note"),
];

/// Requests.
#[derive(Debug, Subcommand)]
pub enum Cover {
    /// Ask somebody, or everybody of the schedule, to take a span
    #[command(visible_alias = "request")]
    Ask(Ask),
    /// List the requests of a schedule
    List(Of),
    /// Take it; the first one who accepts has it
    Accept {
        /// Which request
        #[command(flatten)]
        which: Which,
        /// Accept for somebody else: managers and their team
        #[arg(long, value_name = "WHO")]
        user: Option<String>,
        /// Why it is right although nothing reaches them
        #[arg(long, value_name = "TEXT")]
        although: Option<String>,
    },
    /// Say no, when asked by name
    Decline(Which),
    /// Take back what you asked
    Withdraw(Which),
}

/// A request of a schedule.
#[derive(Debug, Args)]
pub struct Which {
    /// The request's id
    pub request: String,
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
}

/// What `cover ask` takes.
#[derive(Debug, Args)]
pub struct Ask {
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
    /// From when: 2026-05-02T18:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub from: Timestamp,
    /// Until when; part of a shift is fine
    #[arg(long, value_name = "T", value_parser = moment)]
    pub to: Timestamp,
    /// Whose span it is, instead of yours: managers and their team
    #[arg(long, value_name = "WHO")]
    pub user: Option<String>,
    /// Ask this one alone
    #[arg(long, value_name = "WHO")]
    pub asked: Option<String>,
    /// A swap: the span of theirs that you take begins then
    #[arg(long, value_name = "T", value_parser = moment, requires = "return_to")]
    pub return_from: Option<Timestamp>,
    /// and ends then
    #[arg(long, value_name = "T", value_parser = moment, requires = "return_from")]
    pub return_to: Option<Timestamp>,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Runs it.
pub fn run(client: &Client, action: &Cover, out: Out) -> Result<(), Failure> {
    match action {
        Cover::Ask(ask) => {
            let made = client.post(&["schedules", &ask.schedule, "requests"], &asked(ask))?;
            out.item(&made, |made| {
                let whom = match made.get("asked").and_then(Value::as_str) {
                    Some(one) => format!("@{}", out::harmless(one)),
                    None => "Everybody of the schedule".to_owned(),
                };
                let id = out::field(made, "/id");
                format!("{} {id}\n{whom} is told. Until somebody accepts, the plan holds.", out::good("Asked."))
            });
        }
        Cover::List(of) => {
            let cover = client.get(&["schedules", &of.schedule, "cover"], &[])?;
            let requests = cover.get("requests").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let columns: Vec<Column> = COLUMNS.into_iter().filter(|(heading, _)| *heading != "schedule").collect();
            out.list(requests, &columns, "Nobody asks for cover.");
        }
        Cover::Accept { which, user, although } => {
            let input = body([("user", text(user.as_ref())), ("although", text(although.as_ref()))]);
            let taken = answer(client, which, "accept", &input)?;
            out.item(&taken, |taken| {
                let spans = taken.get("spans").and_then(Value::as_array).into_iter().flatten().map(span);
                let lines: Vec<String> = std::iter::once(out::good("Agreed.")).chain(spans).collect();
                with_misgivings(lines.join("\n"), taken)
            });
        }
        Cover::Decline(which) => {
            let after = answer(client, which, "decline", &json!({}))?;
            out.item(&after, |_| format!("{} Whoever asked is still on call then.", out::good("Declined.")));
        }
        Cover::Withdraw(which) => {
            let after = answer(client, which, "withdraw", &json!({}))?;
            out.item(&after, |_| format!("{} The plan holds.", out::good("Withdrawn.")));
        }
    }
    Ok(())
}

fn asked(ask: &Ask) -> Value {
    let back = ask.return_from.zip(ask.return_to);
    body([
        ("user", text(ask.user.as_ref())),
        ("from", instant(Some(ask.from))),
        ("to", instant(Some(ask.to))),
        ("asked", text(ask.asked.as_ref())),
        ("in_return", back.map(|(from, to)| json!({ "from": from.to_string(), "to": to.to_string() }))),
        ("note", text(ask.note.as_ref())),
    ])
}

fn answer(client: &Client, which: &Which, word: &str, input: &Value) -> Result<Value, Failure> {
    client.post(&["schedules", &which.schedule, "requests", &which.request, word], input)
}
