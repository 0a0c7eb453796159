//! `nightbell user ladder|quiet`: which method of the person of the token rings when, and when low urgency waits.

use crate::{
    client::Client,
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What can be done with the ladder.
#[derive(Debug, Subcommand)]
pub enum Ladder {
    /// Show which method rings when
    Show,
    /// Set it; the urgency of which nothing is said stays as it is
    #[command(group = clap::ArgGroup::new("urgency").required(true).multiple(true))]
    Set {
        /// When high urgency rings by what: 0s=push; repeat it for each
        #[arg(long, value_name = "AFTER=METHOD", value_parser = rung, group = "urgency")]
        high: Vec<Rung>,
        /// When low urgency does
        #[arg(long, value_name = "AFTER=METHOD", value_parser = rung, group = "urgency")]
        low: Vec<Rung>,
    },
    /// Forget your own: that of the files holds, or the default
    Reset,
}

/// One rule: how long after the page reached the person, and by what.
type Rung = (String, String);

fn rung(text: &str) -> Result<Rung, String> {
    let (after, via) = text.split_once('=').ok_or("write it like 1m=phone")?;
    Ok((after.trim().to_owned(), via.trim().to_owned()))
}

/// What `quiet` takes.
#[derive(Debug, Args)]
pub struct Quiet {
    /// From which time of the day, in your zone: 22:00
    #[arg(long, value_name = "HH:MM", requires = "to", conflicts_with = "off")]
    pub from: Option<String>,
    /// Until when
    #[arg(long, value_name = "HH:MM", requires = "from")]
    pub to: Option<String>,
    /// None any more
    #[arg(long)]
    pub off: bool,
}

/// Runs it.
pub fn run(client: &Client, action: &Ladder, out: Out) -> Result<(), Failure> {
    let rules = match action {
        Ladder::Show => client.get(&["me", "rules"], &[])?,
        Ladder::Reset => client.send("DELETE", &["me", "rules"], &json!({}))?,
        Ladder::Set { high, low } => {
            let now = client.get(&["me", "rules"], &[])?;
            let input = json!({ "high": chosen(high, &now, "/high"), "low": chosen(low, &now, "/low") });
            client.send("PUT", &["me", "rules"], &input)?
        }
    };
    out.item(&rules, say);
    Ok(())
}

/// Quiet hours.
pub fn quiet(client: &Client, asked: &Quiet, out: Out) -> Result<(), Failure> {
    let rules = match (&asked.from, &asked.to) {
        (Some(from), Some(to)) => client.send("PUT", &["me", "quiet"], &json!({ "from": from, "to": to }))?,
        _ if asked.off => client.send("PUT", &["me", "quiet"], &Value::Null)?,
        _ => client.get(&["me", "rules"], &[])?,
    };
    out.item(&rules, hours);
    Ok(())
}

/// What is said, else what holds.
fn chosen(said: &[Rung], now: &Value, pointer: &str) -> Vec<Value> {
    if !said.is_empty() {
        return said.iter().map(|(after, via)| json!({ "after": after, "via": via })).collect();
    }
    let now = now.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    now.map(|rule| json!({ "after": rule["after"], "via": rule["via"] })).collect()
}

fn say(rules: &Value) -> String {
    let own = rules.get("own").and_then(Value::as_bool) == Some(true);
    let mut lines = vec![if own { "Your own rules:" } else { "You set none: the files' or the default." }.to_owned()];
    for (urgency, pointer) in [("high urgency", "/high"), ("low urgency", "/low")] {
        let rungs = rules.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        lines.push(format!("\n{}", out::bold(urgency)));
        lines.push(match rungs {
            [] => "Nothing rings: no method of yours is proved.".to_owned(),
            rungs => out::table(rungs, &[("after", "/after"), ("by", "/via"), ("kind", "/kind")]),
        });
    }
    lines.push(format!("\n{}", hours(rules)));
    lines.join("\n")
}

fn hours(rules: &Value) -> String {
    match rules.get("quiet").filter(|quiet| !quiet.is_null()) {
        Some(quiet) => format!(
            "Low urgency waits from {} to {} ({}).",
            out::field(quiet, "/from"),
            out::field(quiet, "/to"),
            out::field(rules, "/time_zone")
        ),
        None => "Low urgency waits for no hours of the day.".to_owned(),
    }
}
