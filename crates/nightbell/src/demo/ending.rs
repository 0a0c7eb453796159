//! What the demo shows when the story is over: the postmortem, how the incident stood with the playbook, what the public page says, who would be
//! woken on Sunday at 03:00, and that the journal proves it all. Reads only.

use super::{
    stage::{Stage, text},
    story::Who,
};
use crate::failure::Failure;
use jiff::{Timestamp, ToSpan as _, civil::Weekday, tz::TimeZone};
use nightbell_engine::verify::verify;
use serde_json::Value;

/// All of it.
///
/// # Errors
/// When something cannot be read, or the proof has findings.
pub async fn show(stage: &mut Stage) -> Result<(), Failure> {
    postmortem(stage).await?;
    adherence(stage).await?;
    status_page(stage).await?;
    explain(stage).await?;
    proof(stage).await
}

async fn postmortem(stage: &mut Stage) -> Result<(), Failure> {
    let markdown = stage.markdown(Who::Dana).await?;
    stage.transcript.heading("The postmortem");
    stage.transcript.plain(&markdown);
    Ok(())
}

async fn adherence(stage: &mut Stage) -> Result<(), Failure> {
    let incident = stage.incident(Who::Dana).await?;
    let rules = incident.pointer("/adherence/rules").and_then(Value::as_array).cloned().unwrap_or_default();
    let count =
        |name: &str| incident.pointer(&format!("/adherence/{name}")).and_then(Value::as_u64).unwrap_or_default();
    stage.transcript.heading(&format!("The playbook: {} of {} met in time", count("met"), count("owed")));
    let row = |rule: &Value| {
        let standing = text(rule, "/standing");
        let (mark, word) = match standing {
            "met" => ("✓", "met".to_owned()),
            "met-late" => ("◐", "met late".to_owned()),
            other => ("▲", other.to_owned()),
        };
        vec![mark.to_owned(), text(rule, "/label").to_owned(), word, text(rule, "/detail").to_owned()]
    };
    stage.transcript.table(&rules.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

async fn status_page(stage: &mut Stage) -> Result<(), Failure> {
    let page = stage.site.call("GET", "/status/main/api/v2/summary.json", None, None).await?.body;
    stage.transcript.heading(&format!("What the public reads: {}", text(&page, "/status/description")));
    let components = page.pointer("/components").and_then(Value::as_array).cloned().unwrap_or_default();
    let row =
        |component: &Value| vec![text(component, "/name").to_owned(), text(component, "/status").replace('_', " ")];
    let single = components.iter().filter(|component| component.pointer("/group") != Some(&Value::Bool(true)));
    stage.transcript.table(&single.map(row).collect::<Vec<_>>());
    Ok(())
}

async fn explain(stage: &mut Stage) -> Result<(), Failure> {
    let at = sunday_at_three(stage.clock.now());
    stage.transcript.heading("nightbell explain: if Checkout broke on Sunday at 03:00 UTC and nobody acknowledged");
    let plan = stage.get(Who::Alice, &format!("/api/v1/explain?service=checkout&at={at}")).await?;
    let lines = plan.pointer("/lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let row = |line: &Value| {
        let time = text(line, "/at")
            .parse::<Timestamp>()
            .map_or_else(|e| e.to_string(), |at| at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string());
        let who = line
            .pointer("/user")
            .and_then(Value::as_str)
            .map_or_else(|| "nobody".to_owned(), |user| format!("@{user}"));
        vec![time, who, text(line, "/medium").to_owned(), text(line, "/step").to_owned(), text(line, "/why").to_owned()]
    };
    stage.transcript.table(&lines.iter().map(row).collect::<Vec<_>>());
    if lines.is_empty() { Err(Failure::findings("explain says that nobody would hear")) } else { Ok(()) }
}

/// The next Sunday that is not today, 03:00 UTC.
fn sunday_at_three(now: Timestamp) -> Timestamp {
    let today = now.to_zoned(TimeZone::UTC).date();
    let days = i64::from(today.weekday().until(Weekday::Sunday));
    let sunday = today.saturating_add(if days == 0 { 7 } else { days }.days());
    sunday.at(3, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(now, |zoned| zoned.timestamp())
}

async fn proof(stage: &mut Stage) -> Result<(), Failure> {
    let proof = stage.state.read(|tx, _, _| verify(tx)).await?;
    stage.transcript.heading("nightbell verify: the journal");
    if !proof.findings.is_empty() {
        return Err(Failure::findings(format!(
            "the journal does not prove what happened: {}",
            proof.findings.join("; ")
        )));
    }
    let said = format!(
        "{} streams, {} events: every chain whole, every state is what its events say.",
        proof.streams, proof.events
    );
    stage.transcript.plain(&format!("  {said}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::sunday_at_three;

    #[test]
    fn the_next_sunday() {
        let check = |now: &str, expected: &str| {
            assert_eq!(sunday_at_three(now.parse().expect("a time")).to_string(), expected);
        };
        check("2026-05-04T07:02:00Z", "2026-05-10T03:00:00Z");
        check("2026-05-09T23:59:00Z", "2026-05-10T03:00:00Z");
        check("2026-05-10T01:00:00Z", "2026-05-17T03:00:00Z");
    }
}
