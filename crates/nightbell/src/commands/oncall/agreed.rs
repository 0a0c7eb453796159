//! `nightbell oncall take-over|give-back|note|override`: what somebody puts beside the plan.

use crate::{
    client::Client,
    commands::{body, moment, text},
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A schedule and nothing else.
#[derive(Debug, Args)]
pub struct Of {
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
}

/// What `take-over` takes.
#[derive(Debug, Args)]
pub struct TakeOver {
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
    /// Until when; else until whoever is on call would have handed over
    #[arg(long, value_name = "T", value_parser = moment)]
    pub until: Option<Timestamp>,
}

/// What `note` takes.
#[derive(Debug, Args)]
pub struct Note {
    /// What they should know
    pub text: String,
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
}

/// Spans beside the plan.
#[derive(Debug, Subcommand)]
pub enum Override {
    /// Put somebody into a span
    Add(Add),
    /// List what was agreed on beside the plan
    List(Of),
    /// Undo a span and what came with it; one that runs ends now
    Undo {
        /// The span's id
        span: String,
        /// Which schedule
        #[arg(long, value_name = "ID")]
        schedule: String,
    },
}

/// What `override add` takes.
#[derive(Debug, Args)]
pub struct Add {
    /// Who: @bob
    #[arg(value_name = "WHO")]
    pub user: String,
    /// Which schedule
    #[arg(long, value_name = "ID")]
    pub schedule: String,
    /// From when: 2026-05-02T18:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub from: Timestamp,
    /// Until when
    #[arg(long, value_name = "T", value_parser = moment)]
    pub to: Timestamp,
    /// replace has it instead, add joins, shadow gets a copy, reverse-shadow is called first with the other beside
    #[arg(long, value_name = "WORD", default_value = "replace", value_parser = ["replace", "add", "shadow", "reverse-shadow"])]
    pub kind: String,
    /// Instead of this one alone, where several are on call
    #[arg(long, value_name = "WHO")]
    pub instead_of: Option<String>,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Why it is right although nothing reaches them
    #[arg(long, value_name = "TEXT")]
    pub although: Option<String>,
}

/// On call from now.
pub fn take_over(client: &Client, asked: &TakeOver, out: Out) -> Result<(), Failure> {
    let input = body([("until", instant(asked.until))]);
    let taken = client.post(&["schedules", &asked.schedule, "take-over"], &input)?;
    out.item(&taken, |taken| {
        let mut lines =
            vec![format!("{} You are on call until {}.", out::good("Taken over."), out::cell(taken.get("until")))];
        lines.extend(taken.get("from").and_then(Value::as_str).map(|from| format!("It was @{}.", out::harmless(from))));
        if let Some(count @ 1..) = taken.get("ringing").and_then(Value::as_u64) {
            let pages = out::counted(count, "page");
            lines.push(format!("{pages} that ring now go on until somebody acknowledges: nightbell alert list"));
        }
        lines.join("\n")
    });
    Ok(())
}

/// As it was before.
pub fn give_back(client: &Client, asked: &Of, out: Out) -> Result<(), Failure> {
    let undone = client.post(&["schedules", &asked.schedule, "give-back"], &json!({}))?;
    out.item(&undone, |_| format!("{} The plan holds again.", out::good("Given back.")));
    Ok(())
}

/// For whoever comes next.
pub fn leave_note(client: &Client, asked: &Note, out: Out) -> Result<(), Failure> {
    let noted = client.post(&["schedules", &asked.schedule, "note"], &json!({ "text": asked.text }))?;
    out.item(&noted, |_| format!("{} Whoever comes next reads it when they take over.", out::good("Noted.")));
    Ok(())
}

/// Spans.
pub fn overrides(client: &Client, action: &Override, out: Out) -> Result<(), Failure> {
    match action {
        Override::Add(add) => {
            let input = body([
                ("user", Some(json!(add.user))),
                ("from", instant(Some(add.from))),
                ("to", instant(Some(add.to))),
                ("kind", Some(json!(add.kind))),
                ("instead_of", text(add.instead_of.as_ref())),
                ("note", text(add.note.as_ref())),
                ("although", text(add.although.as_ref())),
            ]);
            let done = client.post(&["schedules", &add.schedule, "overrides"], &input)?;
            // The id where every other created thing has it.
            let mut shown = done;
            let id = shown.pointer("/span/id").cloned().unwrap_or_default();
            shown.as_object_mut().map(|object| object.insert("id".to_owned(), id));
            out.item(&shown, |done| with_misgivings(format!("{} {}", out::good("Agreed."), span(&done["span"])), done));
        }
        Override::List(of) => {
            let cover = client.get(&["schedules", &of.schedule, "cover"], &[])?;
            let spans = cover.get("spans").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let columns = [
                ("id", "/id"),
                ("who", "/user"),
                ("from", "/from"),
                ("to", "/to"),
                ("kind", "/kind"),
                ("came by", "/reason"),
                ("by", "/by"),
                ("note", "/note"),
            ];
            out.list(spans, &columns, "Nothing was agreed on beside the plan.");
        }
        Override::Undo { span: id, schedule } => {
            let undone = client.send("DELETE", &["schedules", schedule, "overrides", id], &json!({}))?;
            out.item(&undone, |undone| {
                let spans = undone.get("undone").and_then(Value::as_array).into_iter().flatten();
                let lines: Vec<String> = spans.map(span).collect();
                format!("{}\n{}", out::good("Undone."), lines.join("\n"))
            });
        }
    }
    Ok(())
}

/// An instant as the API reads it.
pub(super) fn instant(at: Option<Timestamp>) -> Option<Value> {
    at.map(|at| Value::String(at.to_string()))
}

/// A sentence, and below it what speaks against what was done.
pub(super) fn with_misgivings(sentence: String, done: &Value) -> String {
    let against = done.get("misgivings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    std::iter::once(sentence)
        .chain(against.map(|one| format!("But: {}", out::harmless(one))))
        .collect::<Vec<_>>()
        .join("\n")
}

/// `@bob from … to … (override, id)`.
pub(super) fn span(span: &Value) -> String {
    format!(
        "@{} from {} to {} ({}, {})",
        out::field(span, "/user"),
        out::cell(span.pointer("/from")),
        out::cell(span.pointer("/to")),
        out::field(span, "/reason"),
        out::field(span, "/id")
    )
}
