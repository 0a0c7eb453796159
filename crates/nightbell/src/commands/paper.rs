//! `nightbell paper`: the on-call card for the wall, for the hour in which Nightbell itself is down. Who is on call for the next days and how to reach
//! them, what the policies would do, how to go on by hand. Plain text of 80 columns, or a page that prints well. Opens the data, asks no server.

mod card;
mod text;

use super::SettingsArgs;
use crate::{
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use askama::Template;
use card::Card;
use clap::Args;
use nightbell_engine::Clock;

/// What `paper` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A page for a browser to print, instead of plain text
    #[arg(long)]
    pub html: bool,
    /// How many days ahead, from today
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u8).range(1..=92))]
    pub days: u8,
    /// Where from, and which addresses stand on the card.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// The page for a browser.
#[derive(Template)]
#[template(path = "paper.html")]
struct Page<'a> {
    card: &'a Card,
}

/// Runs it.
///
/// # Errors
/// When the data cannot be opened.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let config = arguments.settings.load(None)?;
    let public_url = config.public_url_at(config.listen);
    let directory = config.place.directory()?;
    let card = Card::of(&directory.org, &public_url, SystemClock.now(), arguments.days);
    if out.json {
        let item = serde_json::to_value(&card).map_err(|e| Failure::findings(e.to_string()))?;
        out::print_json(&item);
        return Ok(());
    }
    out::line(if arguments.html { html(&card)? } else { text::print(&card) }.trim_end());
    Ok(())
}

fn html(card: &Card) -> Result<String, Failure> {
    Page { card }.render().map_err(|e| Failure::findings(format!("the card cannot be printed: {e}")))
}

#[cfg(test)]
mod tests;
