//! Which invariants (INV-01 … INV-24) are named in tests. A report, not a judgement: it tells where to look.

use super::Outcome;
use crate::repo::Repo;

/// How many there are.
const INVARIANTS: u32 = 24;

/// Counts mentions in every Rust and browser test file.
pub fn outcome(repo: &Repo) -> Outcome {
    let texts = repo.texts("", &[".rs", ".mjs", ".js"]);
    let texts: Vec<&str> =
        texts.iter().filter(|(path, _)| !path.starts_with("xtask/")).map(|(_, text)| text.as_str()).collect();
    let missing = missing(&texts);
    let named = INVARIANTS as usize - missing.len();
    let notes =
        if missing.is_empty() { Vec::new() } else { vec![format!("not named anywhere yet: {}", missing.join(", "))] };
    Outcome {
        name: "invariants",
        looked_at: format!("{named} of {INVARIANTS} named in code"),
        findings: Vec::new(),
        notes,
    }
}

/// Ids no text names, as `INV-07` or `inv_07`.
pub fn missing(texts: &[&str]) -> Vec<String> {
    (1..=INVARIANTS)
        .filter(|number| {
            let (dashed, snake) = (format!("INV-{number:02}"), format!("inv_{number:02}"));
            !texts.iter().any(|text| text.contains(&dashed) || text.contains(&snake))
        })
        .map(|number| format!("INV-{number:02}"))
        .collect()
}
