//! The command line: which commands there are, and how each ends (exit code 0 good, 1 findings or refused, 2 usage, 3 cannot reach or open).
//! Names here are promises. What a command does is in `commands`, one file each.

use crate::{
    commands::{
        action, alert, apply, backup, check, doctor, explain, export, import, incident, init, next, oncall, page,
        paper, postmortem, restore, serve, status, token, user, verify,
    },
    demo,
    failure::Failure,
    out::{self, Out},
};
use clap::{
    Parser, Subcommand,
    builder::styling::{AnsiColor, Styles},
};
use std::{ffi::OsString, process::ExitCode};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightWhite.on_default().bold())
    .usage(AnsiColor::BrightWhite.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold());

/// Nightbell wakes the right person, runs the response and keeps what was learned.
#[derive(Debug, Parser)]
#[command(name = "nightbell", version, styles = STYLES, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 good, 1 findings or refused, 2 wrong usage, 3 server or data cannot be reached.")]
pub struct Cli {
    /// JSON for machines instead of tables for people
    #[arg(long, global = true, display_order = 900)]
    pub json: bool,
    /// What to do; without one, what to do next is said
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See it: a small organisation and an outage, played with real requests and real mail
    Demo(demo::Arguments),
    /// Make the data folder and its first administrator
    Init(init::Arguments),
    /// Run the server
    Serve(serve::Arguments),
    /// Make the organisation match files
    Apply(apply::Arguments),
    /// Write the organisation as files that `apply` takes back unchanged
    Export(export::Arguments),
    /// Prove that every minute of the next weeks is covered; check files, runbooks and routes
    Check(check::Arguments),
    /// Bring turns over from another program's calendar
    Import(import::Arguments),
    /// Say who would hear what, when, how and why, if nobody acknowledged
    Explain(explain::Arguments),
    /// Say who is on call
    Oncall(oncall::Arguments),
    /// Send, list, show, acknowledge and resolve alerts
    Alert(alert::Arguments),
    /// Call people now
    Page(page::Arguments),
    /// The incident room from a terminal
    Incident(incident::Arguments),
    /// Draft, read, check, export and publish postmortems
    Postmortem(postmortem::Arguments),
    /// Action items
    Action(action::Arguments),
    /// What the public reads
    Status(status::Arguments),
    /// Write everything to one file, beside the running server
    Backup(backup::Arguments),
    /// Take a backup into an empty data folder or database, of either kind
    Restore(restore::Arguments),
    /// Prove that the stored history is whole and unaltered
    Verify(verify::Arguments),
    /// Look at everything that paging needs, and say what is missing
    Doctor(doctor::Arguments),
    /// Print the on-call card for the wall, for when Nightbell is down
    Paper(paper::Arguments),
    /// API tokens
    Token(token::Arguments),
    /// People: who there is, and their one-time sign-in links
    User(user::Arguments),
}

/// Runs one command line.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::error(&failure.message);
            ExitCode::from(failure.code as u8)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let out = Out { json: cli.json };
    let Some(command) = cli.command else { return next::run() };
    match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Init(arguments) => init::run(&arguments, out),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments, out),
        Command::Export(arguments) => export::run(&arguments, out),
        Command::Check(arguments) => check::run(&arguments, out),
        Command::Import(arguments) => import::run(&arguments, out),
        Command::Explain(arguments) => explain::run(&arguments, out),
        Command::Oncall(arguments) => oncall::run(&arguments, out),
        Command::Alert(arguments) => alert::run(&arguments, out),
        Command::Page(arguments) => page::run(&arguments, out),
        Command::Incident(arguments) => incident::run(&arguments, out),
        Command::Postmortem(arguments) => postmortem::run(&arguments, out),
        Command::Action(arguments) => action::run(&arguments, out),
        Command::Status(arguments) => status::run(&arguments, out),
        Command::Backup(arguments) => backup::run(&arguments, out),
        Command::Restore(arguments) => restore::run(&arguments, out),
        Command::Verify(arguments) => verify::run(&arguments, out),
        Command::Doctor(arguments) => doctor::run(&arguments, out),
        Command::Paper(arguments) => paper::run(&arguments, out),
        Command::Token(arguments) => token::run(&arguments, out),
        Command::User(arguments) => user::run(&arguments, out),
    }
}

#[cfg(test)]
mod tests;
