//! What commands print: tables and sentences for people, JSON for machines. Texts from outside are made harmless for a terminal first.
//! A reader that goes away (`| head`) ends the output, not the command.

use anstream::{stderr, stdout};
use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{Table, presets};
use nightbell_engine::domain::{signal::cut, text::clean::one_line};
use serde_json::Value;
use std::io::Write as _;

/// Widest cell, in characters: a title must not push what stands beside it off the screen.
const CELL_CHARS_MAX: usize = 72;
/// Widest cell of the last column, in characters: nothing stands beside it.
const LAST_CELL_CHARS_MAX: usize = 400;
const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();

/// How a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    /// JSON instead of tables and sentences.
    pub json: bool,
}

/// A column: its heading and where its value is (`/primary/name`).
pub type Column = (&'static str, &'static str);

impl Out {
    /// A list: an array for machines, a table for people, or what to do when it is empty.
    pub fn list(self, items: &[Value], columns: &[Column], when_empty: &str) {
        if self.json {
            return print_json(&Value::Array(items.to_vec()));
        }
        match items {
            [] => line(when_empty),
            items => line(&table(items, columns)),
        }
    }

    /// One thing: itself for machines, what `say` makes of it for people.
    pub fn item(self, item: &Value, say: impl FnOnce(&Value) -> String) {
        if self.json { print_json(item) } else { line(&say(item)) }
    }
}

/// A table for people.
pub fn table(items: &[Value], columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|(heading, _)| heading.to_uppercase()));
    for item in items {
        let width = |n: usize| if n + 1 == columns.len() { LAST_CELL_CHARS_MAX } else { CELL_CHARS_MAX };
        table.add_row(columns.iter().enumerate().map(|(n, (_, pointer))| cut(&words(item.pointer(pointer)), width(n))));
    }
    table
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A value as people read it, on one line, not too wide.
pub fn cell(value: Option<&Value>) -> String {
    cut(&words(value), CELL_CHARS_MAX)
}

fn words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => one_line(&short_instant(text)),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Value::Object(named)) if named.get("name").is_some_and(Value::is_string) => words(named.get("name")),
        Some(Value::Array(list)) if list.is_empty() => "–".to_owned(),
        Some(Value::Array(list)) => list.iter().map(|one| words(Some(one))).collect::<Vec<_>>().join(", "),
        Some(other) => one_line(&other.to_string()),
    }
}

/// The text of a field, on one line, whole; empty when it is not there.
pub fn field(item: &Value, pointer: &str) -> String {
    item.pointer(pointer).map(|value| value.as_str().map_or_else(|| value.to_string(), one_line)).unwrap_or_default()
}

/// Instants lose what nobody reads: `2026-05-02T13:07:00.123456Z` → `2026-05-02 13:07:00 UTC`.
fn short_instant(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) if text.ends_with('Z') => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        _ => text.to_owned(),
    }
}

/// `1 page`, `2 pages`: a number with its noun, in English.
pub fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        n => match noun.strip_suffix('y') {
            Some(stem) => format!("{n} {stem}ies"),
            None => format!("{n} {noun}s"),
        },
    }
}

/// Text of several lines, harmless for a terminal.
pub fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A line to standard output.
pub fn line(text: &str) {
    // Test runners catch the macro alone.
    if cfg!(test) { println!("{text}") } else { drop(writeln!(stdout(), "{text}")) }
}

/// A hint or warning to standard error: never mixed into what a script reads.
pub fn aside(text: &str) {
    if cfg!(test) { eprintln!("{text}") } else { drop(writeln!(stderr(), "{text}")) }
}

/// What went wrong, to standard error.
pub fn error(text: &str) {
    aside(&format!("{RED}error:{RED:#} {text}"));
}

/// JSON to standard output.
pub fn print_json(value: &Value) {
    line(&serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()));
}

/// In bold, where there are colours.
pub fn bold(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// As good news, where there are colours.
pub fn good(text: &str) -> String {
    format!("{GREEN}{text}{GREEN:#}")
}

#[cfg(test)]
mod tests;
