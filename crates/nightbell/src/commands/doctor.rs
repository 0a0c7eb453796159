//! `nightbell doctor`: looks at everything that paging needs and says, for each thing that is missing, what it means for paging and what to do.
//! Opens the data and reads; sends nothing but, with `--online`, a greeting to the mail server and a look at the public address.
//! Is not: the proof of the journal (`verify`), nor of every minute of a schedule.

mod data;
mod machine;
mod providers;
mod settings;

use super::{SettingsArgs, restore};
use crate::{
    config::Config,
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use clap::Args;
use nightbell_engine::{Clock, Directory, domain::record::Instant, portable::Recheck, proof, reach};
use serde_json::{Value, json};

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Ask the mail server, the running server and the public address as well
    #[arg(long)]
    pub online: bool,
    /// What to look at.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// How bad a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// As it should be.
    Good,
    /// It may keep a page from somebody.
    Warning,
    /// It does.
    Problem,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What one look showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub check: &'static str,
    pub level: Level,
    /// What is so.
    pub what: String,
    /// What it means for paging; empty when good.
    pub means: String,
    /// What to do; empty when good.
    pub fix: String,
}

impl Look {
    pub fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, level: Level::Good, what: what.into(), means: String::new(), fix: String::new() }
    }

    pub fn bad(
        check: &'static str,
        level: Level,
        what: impl Into<String>,
        means: &str,
        fix: impl Into<String>,
    ) -> Self {
        Self { check, level, what: what.into(), means: means.to_owned(), fix: fix.into() }
    }
}

/// Runs it.
///
/// # Errors
/// Findings when something keeps pages from people; when the settings or the data cannot be read.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let now = SystemClock.now();
    let config = arguments.settings.load(None)?;
    let (looks, restored) = look(&config, arguments.online, now)?;
    out.item(&item(&looks, restored.as_ref()), |_| say(&config, &looks, restored.as_ref()));
    match looks.iter().filter(|look| look.level == Level::Problem).count() {
        0 => Ok(()),
        1 => Err(Failure::findings("One thing keeps pages from people.")),
        n => Err(Failure::findings(format!("{n} things keep pages from people."))),
    }
}

/// Every look, in the order of what everything else stands on.
fn look(config: &Config, online: bool, now: Instant) -> Result<(Vec<Look>, Option<Recheck>), Failure> {
    let mut looks = machine::look(config, now);
    looks.extend(settings::look(config, online)?);
    let seen = data::look(config, now)?;
    looks.extend(seen.looks);
    looks.extend(providers::look(config, &seen.directory, now)?);
    let reach = reach::findings(&seen.directory, now, config.mail.is_some());
    if reach.is_empty() {
        looks.push(Look::good("reach", "every service, policy and person on call is reached"));
    }
    looks.extend(reach.into_iter().map(|finding| {
        let level = if finding.grave { Level::Problem } else { Level::Warning };
        Look::bad(finding.check, level, finding.what, &finding.means, finding.fix)
    }));
    looks.push(coverage(config, &seen.directory, now)?);
    Ok((looks, seen.restored))
}

/// Whether the next weeks are covered, as `nightbell check` proves it.
fn coverage(config: &Config, directory: &Directory, now: Instant) -> Result<Look, Failure> {
    let known = config.place.read(|tx| proof::Known::of_server(tx, now, proof::unsendable(config.mail.is_some())))?;
    let found = proof::prove(&directory.org, &known, now, now.saturating_add(proof::AHEAD).unwrap_or(now));
    let weeks = proof::AHEAD.as_hours() / (7 * 24);
    Ok(match found.holes.first() {
        None => {
            let ways = found.ways.len();
            Look::good(
                "coverage",
                format!("{ways} ways of pages reach two people at every minute of the next {weeks} weeks"),
            )
        }
        Some(first) => Look::bad(
            "coverage",
            Level::Warning,
            format!("{} in the next {weeks} weeks. {first}", out::counted(found.holes.len() as u64, "hole")),
            "When the one person who is reached does not hear it, nobody does.",
            format!("{} All of them: nightbell check", first.fix()),
        ),
    })
}

fn item(looks: &[Look], restored: Option<&Recheck>) -> Value {
    let count = |level: Level| looks.iter().filter(|look| look.level == level).count();
    let checks: Vec<Value> = looks
        .iter()
        .map(|look| {
            json!({ "check": look.check, "level": look.level.word(), "what": look.what, "means": look.means, "fix": look.fix })
        })
        .collect();
    json!({
        "checks": checks,
        "problems": count(Level::Problem),
        "warnings": count(Level::Warning),
        "restored": restored.map(restore::list_item),
    })
}

fn say(config: &Config, looks: &[Look], restored: Option<&Recheck>) -> String {
    let mut text = format!("{}\n", out::bold(&format!("Nightbell {} on {}", env!("CARGO_PKG_VERSION"), config.place)));
    for look in looks {
        let word = format!("{:<8}", look.level.word());
        let word = match look.level {
            Level::Good => out::good(&word),
            Level::Warning | Level::Problem => out::bold(&word),
        };
        text.push_str(&format!("{word} {:<14} {}\n", look.check, out::harmless(&look.what)));
        if look.level > Level::Good {
            text.push_str(&format!(
                "{:24}Means: {}\n{:24}Do:    {}\n",
                "",
                out::harmless(&look.means),
                "",
                out::harmless(&look.fix)
            ));
        }
    }
    let count = |level: Level| looks.iter().filter(|look| look.level == level).count() as u64;
    text.push_str(&format!(
        "\n{}: {}, {}.",
        out::counted(looks.len() as u64, "check"),
        out::counted(count(Level::Problem), "problem"),
        out::counted(count(Level::Warning), "warning"),
    ));
    if let Some(list) = restored {
        text.push('\n');
        text.push_str(&restore::say_list(list));
    }
    text
}

#[cfg(test)]
mod tests;
