//! How long a newcomer waits for the demo: its build into an empty target folder, and which crates the time goes to.

use std::path::Path;

use serde::Deserialize;

use super::table::{Measure, Report};
use crate::clock::Stopwatch;
use crate::repo::Result;
use crate::shell;

/// A newcomer's patience, seconds.
const TARGET_SECONDS: f64 = 360.0;
/// Rows of the cost table.
const COSTLIEST: usize = 25;

/// The part of cargo's timing report that is read. `name` appears several times: build scripts are units of their own.
#[derive(Debug, Deserialize)]
struct Unit {
    name: String,
    duration: f64,
}

/// Builds the binary as the README's first command does, once, into a temporary folder.
///
/// # Errors
/// When the build fails or cargo's report cannot be read.
pub fn run(root: &Path) -> Result<Report> {
    let target = tempfile::tempdir()?;
    let words = shell::words("cargo build --locked --package nightbell --timings --target-dir");
    let words: Vec<String> = words.into_iter().chain([target.path().display().to_string()]).collect();
    let watch = Stopwatch::start();
    let status = shell::command(&words, root).status()?;
    let seconds = watch.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("the build ended with {status}").into());
    }
    let html = std::fs::read_to_string(target.path().join("cargo-timings/cargo-timing.html"))?;
    let measure = Measure {
        what: "demo build, empty target folder".to_owned(),
        unit: "s",
        samples: vec![seconds],
        target_max: Some(TARGET_SECONDS),
        median_max: None,
        method: "wall clock around `cargo build -p nightbell`, dev profile, sources already fetched".to_owned(),
    };
    Ok(Report { measures: vec![measure], appendix: appendix(&costs(&html)?), ..Report::default() })
}

/// Seconds of compiler time by crate, costliest first.
fn costs(html: &str) -> Result<Vec<(String, f64)>> {
    // Cargo's machine-readable report is not stable; the data inside its HTML report is one JSON line.
    let (_, rest) = html.split_once("UNIT_DATA = ").ok_or("cargo's timing report has no UNIT_DATA")?;
    let mut units = serde_json::Deserializer::from_str(rest).into_iter::<Vec<Unit>>();
    let units = units.next().ok_or("cargo's timing report is empty")??;
    let mut costs = std::collections::BTreeMap::new();
    for unit in units {
        *costs.entry(unit.name).or_insert(0.0) += unit.duration;
    }
    let mut costs: Vec<(String, f64)> = costs.into_iter().collect();
    costs.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    Ok(costs)
}

fn appendix(costs: &[(String, f64)]) -> Vec<String> {
    let total: f64 = costs.iter().map(|(_, seconds)| seconds).sum();
    let mut lines = vec![String::new(), "| crate | s of compiler time |".to_owned(), "|---|---|".to_owned()];
    lines.extend(costs.iter().take(COSTLIEST).map(|(name, seconds)| format!("| {name} | {seconds:.1} |")));
    let rest: f64 = costs.iter().skip(COSTLIEST).map(|(_, seconds)| seconds).sum();
    if costs.len() > COSTLIEST {
        lines.push(format!("| {} others | {rest:.1} |", costs.len() - COSTLIEST));
    }
    lines.push(format!("| all {} crates | {total:.1} |", costs.len()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargos_report() {
        let html = r#"<script>const UNIT_DATA = [
  {"i":0,"name":"small","version":"1.0.0","mode":"todo","duration":1.5,"unblocked":[]},
  {"i":1,"name":"big","version":"1.0.0","mode":"run-custom-build","duration":2.0},
  {"i":2,"name":"big","version":"1.0.0","mode":"todo","duration":3.0}
];
const CONCURRENCY_DATA = [];</script>"#;
        let costs = costs(html).expect("read");
        assert_eq!(costs, [("big".to_owned(), 5.0), ("small".to_owned(), 1.5)]);
        let lines = appendix(&costs);
        assert_eq!(lines.last().map(String::as_str), Some("| all 2 crates | 6.5 |"));
    }

    #[test]
    fn a_report_without_data_is_an_error() {
        for html in ["", "<script></script>", "UNIT_DATA = ", "UNIT_DATA = {}"] {
            assert!(costs(html).is_err(), "{html:?}");
        }
    }
}
