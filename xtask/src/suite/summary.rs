//! The end of the test command: a table, the numbers, and the closing line. Pure.

use std::fmt::Write as _;

use super::counts::Tally;

/// How a stage ended, with what it says about itself.
pub enum Ended {
    /// All good.
    Passed(String),
    /// Not run, for a reason that is shown; only for checks whose data is not everywhere.
    Skipped(String),
    /// Why.
    Failed(String),
}

/// One line of the table.
pub struct Row {
    /// The stage.
    pub name: &'static str,
    /// How it ended.
    pub ended: Ended,
    /// What it counted.
    pub tally: Tally,
    /// Wall clock.
    pub seconds: f64,
}

/// The table, a line of labelled numbers, and `N passed, M failed` last. A stage that failed without a failed test counts as one.
pub fn render(rows: &[Row]) -> String {
    let mut text = format!("{:<12}{:>9}  {:<7}  counted\n", "stage", "seconds", "result");
    let (mut passed, mut failed, mut labels) = (0, 0, Vec::new());
    for row in rows {
        let (word, said) = match &row.ended {
            Ended::Passed(said) => ("ok", said),
            Ended::Skipped(said) => ("skipped", said),
            Ended::Failed(said) => ("FAILED", said),
        };
        let counted: Vec<String> =
            numbers(&row.tally).into_iter().chain((!said.is_empty()).then(|| said.clone())).collect();
        let _ = writeln!(text, "{:<12}{:>9.1}  {word:<7}  {}", row.name, row.seconds, counted.join(", "));
        passed += row.tally.passed;
        failed += if matches!(row.ended, Ended::Failed(_)) { row.tally.failed.max(1) } else { 0 };
        labels.extend(&row.tally.labelled);
    }
    let seconds: f64 = rows.iter().map(|row| row.seconds).sum();
    let _ = writeln!(text, "{:<12}{seconds:>9.1}", "all");
    let labels: Vec<String> = labels.iter().map(|(label, number)| format!("{label}: {number}")).collect();
    if !labels.is_empty() {
        let _ = writeln!(text, "{}", labels.join(", "));
    }
    for line in rows.iter().filter_map(|row| row.tally.conformance.line()) {
        let _ = writeln!(text, "{line}");
    }
    let _ = write!(text, "{passed} passed, {failed} failed");
    text
}

fn numbers(tally: &Tally) -> Vec<String> {
    let mut list = Vec::new();
    if tally.passed + tally.failed > 0 {
        list.push(format!("{} passed, {} failed", tally.passed, tally.failed));
    }
    list.extend(tally.labelled.iter().map(|(label, number)| format!("{number} {label}")));
    list
}
