//! `nightbell oncall feed|away`: calendar addresses of turns, and when one is away.

use crate::{
    client::Client,
    commands::{body, moment, text},
    failure::Failure,
    out::{self, Out},
};
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;
use std::path::PathBuf;

/// Calendar addresses.
#[derive(Debug, Subcommand)]
pub enum Feed {
    /// Make one of your own turns, or of a schedule; it is shown this once
    Create {
        /// Of this schedule instead of your own turns
        #[arg(long, value_name = "ID")]
        schedule: Option<String>,
    },
    /// List yours, without their secrets
    List,
    /// End one: calendars that have it get nothing any more
    Revoke {
        /// The feed's id
        id: String,
    },
}

/// Absences.
#[derive(Debug, Subcommand)]
pub enum Away {
    /// You are away in this span
    Add {
        /// From when: 2026-12-24T00:00[Europe/Berlin]
        #[arg(long, value_name = "T", value_parser = moment)]
        from: Timestamp,
        /// Until when
        #[arg(long, value_name = "T", value_parser = moment)]
        to: Timestamp,
    },
    /// Read an iCalendar file in place of what was read under this name before
    Read {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which calendar it is: holidays
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// List what is ahead
    List,
    /// Forget one
    Forget {
        /// The absence's id
        id: String,
    },
}

/// Calendars out.
pub fn feed(client: &Client, action: &Feed, out: Out) -> Result<(), Failure> {
    match action {
        Feed::Create { schedule } => {
            let made = client.post(&["me", "feeds"], &body([("schedule", text(schedule.as_ref()))]))?;
            out.item(&made, |made| {
                let url = out::field(made, "/url");
                format!("{url}\nSubscribe to it in your calendar. Keep it now: it is not shown again, and whoever has it can read it.")
            });
        }
        Feed::List => {
            let items = client.list(&["me", "feeds"], &[], 10_000)?;
            let columns =
                [("id", "/id"), ("schedule", "/schedule"), ("made", "/created_at"), ("last used", "/last_used_at")];
            out.list(&items, &columns, "You have no calendar address. Make one: nightbell oncall feed create");
        }
        Feed::Revoke { id } => {
            let revoked = client.send("DELETE", &["me", "feeds", id], &json!({}))?;
            out.item(&revoked, |_| format!("{} The address answers nothing any more.", out::good("Revoked.")));
        }
    }
    Ok(())
}

/// Absences in.
pub fn away(client: &Client, action: &Away, out: Out) -> Result<(), Failure> {
    match action {
        Away::Add { from, to } => {
            let input = json!({ "from": from.to_string(), "to": to.to_string() });
            noted(&client.post(&["me", "absences"], &input)?, out);
        }
        Away::Read { file, name } => {
            let ics = crate::commands::import::read(file)?;
            noted(&client.post(&["me", "absences"], &json!({ "name": name, "ics": ics }))?, out);
        }
        Away::List => {
            let items = client.list(&["me", "absences"], &[], 10_000)?;
            let columns = [("id", "/id"), ("from", "/from"), ("to", "/to"), ("source", "/source")];
            out.list(&items, &columns, "Nothing says that you are away.");
        }
        Away::Forget { id } => {
            let gone = client.send("DELETE", &["me", "absences", id], &json!({}))?;
            out.item(&gone, |_| out::good("Forgotten."));
        }
    }
    Ok(())
}

fn noted(answer: &serde_json::Value, out: Out) {
    out.item(answer, |answer| {
        let count = answer.get("noted").and_then(serde_json::Value::as_u64).unwrap_or_default();
        format!(
            "{} {}. You stay on call: ask for cover with nightbell oncall cover ask.",
            out::good("Noted:"),
            out::counted(count, "absence")
        )
    });
}
