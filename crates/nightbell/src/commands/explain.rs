//! `nightbell explain`: who would hear what, when, by which method and why, if nobody acknowledged. Changes nothing, tells nobody.

use super::{PlaceArgs, body, moment, text};
use crate::{
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use clap::Args;
use jiff::Timestamp;
use nightbell_engine::{
    Clock, Directory,
    domain::{org::Integration, paging::Off, refusal::Refusal},
    paging::{ExplainSubject, Turns, explain_without, turns},
    views,
};
use nightbell_wire::inbound::generic;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What `explain` takes.
#[derive(Debug, Args)]
#[group(id = "subject", required = true, multiple = false, args = ["service", "alert"])]
pub struct Arguments {
    /// A high-urgency alert on this service
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// The event in this file (generic JSON); with --for the id of a past alert
    #[arg(long, value_name = "FILE|ID")]
    pub alert: Option<PathBuf>,
    /// The integration the event comes in by; the only one when left out
    #[arg(long, value_name = "ID", requires = "alert")]
    pub integration: Option<String>,
    /// When it happens, instead of now: 2026-05-02T03:00[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub at: Option<Timestamp>,
    /// What happens when this phone is off: alice, or alice/phone; may be said several times
    #[arg(long, visible_alias = "off", value_name = "WHO[/METHOD]")]
    pub without: Vec<String>,
    /// Why this person was paged for a past alert, or was not; --alert is then its id
    #[arg(long = "for", value_name = "WHO", requires = "alert", conflicts_with_all = ["at", "without", "integration", "service"])]
    pub who: Option<String>,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Runs it.
///
/// # Errors
/// When the service or integration does not exist, the file is none, or the organisation cannot be reached. Findings when nobody would hear.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    if let (Some(who), Some(alert)) = (&arguments.who, &arguments.alert) {
        return why(arguments, who, &alert.display().to_string(), out);
    }
    let explained = match arguments.place.opened()? {
        Some(place) => {
            let now = SystemClock.now();
            let past = place.read(|tx| views::as_of(tx, arguments.at.unwrap_or(now), now))?;
            let turns = place.read(turns)?;
            local(&past.map_or_else(|| place.directory(), Ok)?, &turns, arguments)?
        }
        None => remote(arguments)?,
    };
    out.item(&explained, say);
    let pages = out::field(&explained, "/routing/outcome") == "page";
    let lines = explained.get("lines").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if pages && !lines.iter().any(|line| line.get("user").is_some_and(Value::is_string)) {
        return Err(Failure::findings("Nobody would hear of it."));
    }
    Ok(())
}

/// Why somebody was paged for a past alert, or was not.
fn why(arguments: &Arguments, who: &str, alert: &str, out: Out) -> Result<(), Failure> {
    let who = who.trim_start_matches('@');
    let told = match arguments.place.opened()? {
        None => arguments.place.server.client()?.get(&["alerts", alert, "why"], &[("for", who)])?,
        Some(place) => {
            let id = alert.parse().map_err(|e| Failure::usage(format!("--alert: {e}")))?;
            let user = who.parse().map_err(|e| Failure::usage(format!("--for: {e}")))?;
            let (directory, now) = (place.directory()?, SystemClock.now());
            json!(place.read(|tx| views::why(tx, &directory, id, &user, now))?)
        }
    };
    out.item(&told, |told| {
        let sentences = told.get("sentences").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<String> = sentences.iter().filter_map(Value::as_str).map(out::harmless).collect();
        lines.join("\n")
    });
    Ok(())
}

fn say(explained: &Value) -> String {
    let head = format!(
        "{}: {}",
        out::bold(&out::field(explained, "/routing/outcome")),
        out::field(explained, "/routing/reason")
    );
    match explained.get("lines").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => format!("{head}\nNobody is woken."),
        Some(lines) => {
            let columns = [
                ("at", "/at"),
                ("who", "/user"),
                ("by", "/contact"),
                ("medium", "/medium"),
                ("step", "/step"),
                ("why", "/why"),
            ];
            format!("{head}\n\n{}", out::table(lines, &columns))
        }
    }
}

fn remote(arguments: &Arguments) -> Result<Value, Failure> {
    let client = arguments.place.server.client()?;
    let at = arguments.at.map(|at| at.to_string());
    let without = arguments.without.join(",");
    let mut query: Vec<(&str, &str)> = at.as_deref().map(|at| ("at", at)).into_iter().collect();
    query.extend((!without.is_empty()).then_some(("without", without.as_str())));
    match (&arguments.service, &arguments.alert) {
        (Some(service), _) => {
            query.push(("service", service));
            client.get(&["explain"], &query)
        }
        (None, Some(file)) => {
            let event: Value = serde_json::from_slice(&read(file)?)
                .map_err(|e| Failure::findings(format!("{}: not JSON: {e}", file.display())))?;
            let input = body([("integration", text(arguments.integration.as_ref())), ("event", Some(event))]);
            client.send_with("POST", &["explain"], &query, &input)
        }
        (None, None) => Err(Failure::usage("Give --service or --alert.")),
    }
}

fn local(directory: &Directory, turns: &Turns, arguments: &Arguments) -> Result<Value, Failure> {
    let refused = |refusal: Refusal| Failure::findings(refusal.to_string());
    let subject = match (&arguments.service, &arguments.alert) {
        (Some(service), _) => {
            ExplainSubject::Service(service.parse().map_err(|e| Failure::usage(format!("--service: {e}")))?)
        }
        (None, Some(file)) => {
            let parsed = generic::parse(&read(file)?, None)
                .map_err(|no| Failure::findings(format!("{}: {}", file.display(), no.body)))?;
            let event = parsed
                .events
                .into_iter()
                .next()
                .ok_or_else(|| Failure::findings(format!("{}: there is no alert in it", file.display())))?;
            let integration = integration(directory, arguments.integration.as_deref())?;
            ExplainSubject::Alert {
                event: Box::new(event),
                integration: integration.id.to_string(),
                service: integration.service.clone(),
            }
        }
        (None, None) => return Err(Failure::usage("Give --service or --alert.")),
    };
    // Of files alone: nobody had a turn yet.
    let off = Off::read(arguments.without.iter().map(String::as_str))
        .map_err(|why| Failure::usage(format!("--without: {why}")))?;
    let at = arguments.at.unwrap_or_else(|| SystemClock.now());
    let explained = explain_without(directory, turns, &subject, at, &off).map_err(refused)?;
    let routing = &explained.routing;
    Ok(json!({
        "at": explained.at,
        "routing": { "outcome": routing.outcome, "urgency": routing.urgency.word(), "service": routing.service, "declare": routing.declare, "reason": routing.reason },
        "lines": explained.lines,
    }))
}

/// The named integration, or the only one there is. Never a guess: it decides who is woken.
fn integration<'d>(directory: &'d Directory, name: Option<&str>) -> Result<&'d Integration, Failure> {
    let all = &directory.org.integrations;
    let known = || all.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => all
            .values()
            .find(|one| one.id.as_str() == name)
            .ok_or_else(|| Failure::findings(format!("There is no integration {name}; there are: {}", known()))),
        None if all.len() == 1 => all.values().next().ok_or_else(|| Failure::findings("There is no integration.")),
        None => {
            Err(Failure::usage(format!("Say by which integration it comes in: --integration, one of: {}", known())))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|e| Failure::file(file, "read", &e))
}
