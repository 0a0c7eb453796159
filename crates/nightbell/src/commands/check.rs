//! `nightbell check`: whether every minute of the next weeks is covered, and what is wrong with the organisation's files, runbooks and routes.
//! With paths it needs no server and knows what the files know: a gate for CI. Without, it asks a server, or opens the data. Changes nothing.

use super::{PlaceArgs, apply, moment};
use crate::{
    failure::Failure,
    out::{self, Out},
    system::{self, SystemClock},
};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    Clock,
    domain::{org::Organisation, text::runbook::parse_runbook},
    proof::{Known, Proof, Told, prove, unsendable},
};
use nightbell_wire::org_files::{self, FileProblem, ParsedFiles};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The most weeks looked ahead.
const WEEKS_MAX: i64 = 53;

/// What `check` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files, or folders, as `apply` takes them; none: a server, or the data
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How many weeks ahead
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(i64).range(1..=WEEKS_MAX))]
    pub weeks: i64,
    /// From when on, instead of now: 2026-05-02T03:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub from: Option<Timestamp>,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// One thing found, for machines.
#[derive(Debug, Serialize)]
struct Finding {
    /// `problem` (exit code 1) or `warning`.
    severity: &'static str,
    /// `coverage`, `organisation`, `runbook`.
    kind: &'static str,
    path: Option<String>,
    line: Option<usize>,
    message: String,
    fix: String,
}

/// Runs it.
///
/// # Errors
/// Findings when somebody would not be reached or a file is wrong; when the place cannot be opened.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let from = arguments.from.unwrap_or_else(|| SystemClock.now());
    let to = from
        .checked_add(SignedDuration::from_hours(arguments.weeks * 7 * 24))
        .map_err(|_| Failure::usage("--from: too far away"))?;
    let (told, findings) = if arguments.paths.is_empty() {
        (of_place(arguments, from, to)?, Vec::new())
    } else {
        of_files(&arguments.paths, from, to)?
    };
    let mut item = told;
    let holes = item.get("holes").and_then(Value::as_array).map_or(0, Vec::len);
    let mut wrong = findings.iter().filter(|finding| finding.severity == "problem").count();
    if arguments.paths.is_empty() {
        wrong = holes;
    }
    if let Some(fields) = item.as_object_mut() {
        fields.insert("weeks".to_owned(), arguments.weeks.into());
        fields.insert("findings".to_owned(), json!(findings));
    }
    out.item(&item, |item| say(item, &findings));
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::findings("One thing is to be mended.")),
        n => Err(Failure::findings(format!("{n} things are to be mended."))),
    }
}

fn of_place(arguments: &Arguments, from: Timestamp, to: Timestamp) -> Result<Value, Failure> {
    let told = match arguments.place.opened()? {
        Some(place) => {
            let directory = place.directory()?;
            let now = SystemClock.now();
            let known = place.read(|tx| Known::of_server(tx, now, unsendable(true)))?;
            json!(Told::from(&prove(&directory.org, &known, from, to)))
        }
        None => {
            let (weeks, begin) = (arguments.weeks.to_string(), from.to_string());
            arguments.place.server.client()?.get(&["coverage"], &[("weeks", &weeks), ("from", &begin)])?
        }
    };
    Ok(told)
}

fn of_files(paths: &[PathBuf], from: Timestamp, to: Timestamp) -> Result<(Value, Vec<Finding>), Failure> {
    let files = apply::read_all(paths)?;
    let sources: Vec<_> =
        files.iter().map(|file| org_files::SourceFile { path: &file.path, content: &file.content }).collect();
    let empty = || Proof { from, to, ways: Vec::new(), holes: Vec::new() };
    let parsed = match org_files::parse(&sources, &mut |_| system::fresh_key()) {
        Ok(parsed) => parsed,
        Err(problems) => {
            let findings = problems.iter().map(|problem| at_line("problem", "organisation", problem, ""));
            return Ok((json!(Told::from(&empty())), findings.collect()));
        }
    };
    let mut org = Organisation::default();
    parsed.objects.iter().cloned().for_each(|object| org.put(object));
    let mut findings: Vec<Finding> = org_files::check(&org)
        .iter()
        .map(|found| {
            let severity = if found.blocking { "problem" } else { "warning" };
            at_line(severity, "organisation", &parsed.locate(&found.problem), "")
        })
        .collect();
    findings.extend(runbooks(&org, &parsed));
    let proof = prove(&org, &Known::default(), from, to);
    findings.extend(proof.holes.iter().map(|hole| match hole.problem() {
        Some(problem) => Finding {
            message: hole.to_string(),
            ..at_line("problem", "coverage", &parsed.locate(&problem), hole.fix())
        },
        None => Finding {
            severity: "problem",
            kind: "coverage",
            path: None,
            line: None,
            message: hole.to_string(),
            fix: hole.fix().to_owned(),
        },
    }));
    Ok((json!(Told::from(&proof)), findings))
}

/// What the lint says of every runbook: warnings, for a page goes out with a bad runbook too.
fn runbooks(org: &Organisation, parsed: &ParsedFiles) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in org.runbooks.values() {
        let key = (nightbell_engine::domain::org::ConfigKind::Runbook, source.id.to_string());
        let path = parsed.origins.get(&key).map(|origin| origin.path.clone());
        match parse_runbook(&source.markdown) {
            Ok((_, lint)) => findings.extend(lint.into_iter().map(|one| Finding {
                severity: "warning",
                kind: "runbook",
                path: path.clone(),
                line: Some(one.line),
                message: one.what,
                fix: one.fix,
            })),
            Err(e) => findings.push(Finding {
                severity: "problem",
                kind: "runbook",
                path,
                line: None,
                message: e.to_string(),
                fix: String::new(),
            }),
        }
    }
    findings
}

fn at_line(severity: &'static str, kind: &'static str, problem: &FileProblem, fix: &str) -> Finding {
    Finding {
        severity,
        kind,
        path: Some(problem.path.clone()),
        line: problem.line,
        message: problem.message.clone(),
        fix: fix.to_owned(),
    }
}

fn say(item: &Value, findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let place = match (&finding.path, finding.line) {
            (Some(path), Some(line)) => format!("{path}:{line}: "),
            (Some(path), None) => format!("{path}: "),
            (None, _) => String::new(),
        };
        lines.push(out::harmless(&format!("{place}{}: {}", finding.severity, finding.message)));
        if !finding.fix.is_empty() {
            lines.push(out::harmless(&format!("  do: {}", finding.fix)));
        }
    }
    if findings.is_empty() {
        for hole in item.get("holes").and_then(Value::as_array).into_iter().flatten() {
            lines.push(out::field(hole, "/message"));
            lines.push(format!("  do: {}", out::field(hole, "/fix")));
        }
    }
    let count = |name: &str| item.get(name).and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let verdict = match (count("ways"), count("holes")) {
        (0, _) => "There is no way a page could take: no service, integration or response role.".to_owned(),
        (ways, 0) => format!(
            "{} reach two different people at every minute from {} to {}.",
            of_ways(ways),
            out::field(item, "/from"),
            out::field(item, "/to")
        ),
        (ways, holes) => format!("{} in {}.", out::counted(holes, "hole"), of_ways(ways)),
    };
    lines.push(out::bold(&verdict));
    lines.join("\n")
}

fn of_ways(count: u64) -> String {
    if count == 1 { "1 way".to_owned() } else { format!("{count} ways") }
}
