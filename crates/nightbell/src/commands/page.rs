//! `nightbell page`: calls people now.

use super::{body, text};
use crate::{
    client::ServerArgs,
    failure::Failure,
    out::{self, Out},
};
use clap::Args;
use serde_json::{Value, json};

/// What `page` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Whom: @bob, user:bob, schedule:payments-primary, team:payments, policy:payments
    #[arg(required = true, value_name = "WHO")]
    pub who: Vec<String>,
    /// What you need, in a sentence: the first thing they read
    #[arg(long, short, value_name = "TEXT")]
    pub message: String,
    /// high wakes, low does not
    #[arg(long, value_name = "WORD", value_parser = ["high", "low"])]
    pub urgency: Option<String>,
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let input = body([
        ("who", Some(json!(arguments.who))),
        ("message", Some(json!(arguments.message))),
        ("urgency", text(arguments.urgency.as_ref())),
    ]);
    let page = arguments.server.client()?.post(&["pages"], &input)?;
    out.item(&page, |page| format!("{} {}\n{}", out::good("Calling."), out::field(page, "/id"), rang(page)));
    Ok(())
}

/// A page with its delivery log.
pub(super) fn show(page: &Value) -> String {
    let next = match page.pointer("/next/who").and_then(Value::as_str) {
        Some(who) => format!("; if nobody acts: {} at {}", out::harmless(who), out::cell(page.pointer("/next/at"))),
        None => String::new(),
    };
    let head = format!("{} {}{next}", out::field(page, "/id"), out::field(page, "/state"));
    let notifications = page.get("notifications").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let columns = [
        ("to", "/user"),
        ("by", "/contact"),
        ("due", "/due_at"),
        ("state", "/state"),
        ("repeat", "/repeat"),
        ("reason", "/reason"),
    ];
    format!("{head}\n{}", out::table(notifications, &columns))
}

/// Whom it has rung so far.
fn rang(page: &Value) -> String {
    let rings = page.get("rang").and_then(Value::as_array).into_iter().flatten();
    let people = rings.filter_map(|ring| ring.get("who").and_then(Value::as_array)).flatten();
    let named: Vec<String> =
        people.map(|one| format!("@{} ({})", out::field(one, "/user"), out::field(one, "/why"))).collect();
    if named.is_empty() { "Nobody rang yet.".to_owned() } else { format!("Rings {}.", named.join(", ")) }
}
