//! The one form in which measurements are printed: a Markdown table of median, p99, target and method.
//!
//! Pure; knows nothing about what was measured.

use std::fmt::Write as _;

/// Samples of one quantity.
pub struct Measure {
    /// What it is.
    pub what: String,
    /// Unit of samples and target.
    pub unit: &'static str,
    /// In the order taken; at least one.
    pub samples: Vec<f64>,
    /// The p99 must not exceed this.
    pub target_max: Option<f64>,
    /// How it was measured, for someone who wants to repeat it.
    pub method: String,
}

/// What a bench returns.
#[derive(Default)]
pub struct Report {
    /// One row each.
    pub measures: Vec<Measure>,
    /// Printed below the table, or instead of one, as they are.
    pub appendix: Vec<String>,
    /// Targets missed in the appendix.
    pub missed: usize,
}

impl Measure {
    /// The sample at a quantile from 0 to 1, by nearest rank. `None` without samples.
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        // Nearest rank: the smallest sample with at least that share of all samples at or below it.
        let rank = (1..=sorted.len()).find(|rank| *rank as f64 >= quantile * sorted.len() as f64)?;
        sorted.get(rank - 1).copied()
    }

    /// No target, or p99 within it. Without samples a target is missed.
    pub fn target_met(&self) -> bool {
        self.target_max.is_none_or(|target| self.quantile(0.99).is_some_and(|value| value <= target))
    }
}

impl Report {
    /// Whether every target was met.
    pub fn targets_met(&self) -> bool {
        self.missed == 0 && self.measures.iter().all(Measure::target_met)
    }

    /// The table and the appendix.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if !self.measures.is_empty() {
            text.push_str("| what | median | p99 | target | n | method |\n|---|---|---|---|---|---|\n");
        }
        for measure in &self.measures {
            let value = |quantile: f64| {
                measure
                    .quantile(quantile)
                    .map_or_else(|| "–".to_owned(), |value| format!("{value:.1} {}", measure.unit))
            };
            let target = measure.target_max.map_or_else(
                || "–".to_owned(),
                |target| format!("≤ {target:.1} {}{}", measure.unit, if measure.target_met() { "" } else { " MISSED" }),
            );
            let (median, p99, count) = (value(0.5), value(0.99), measure.samples.len());
            let _ = writeln!(text, "| {} | {median} | {p99} | {target} | {count} | {} |", measure.what, measure.method);
        }
        for line in &self.appendix {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(samples: &[f64], target_max: Option<f64>) -> Measure {
        Measure {
            what: "wait".to_owned(),
            unit: "ms",
            samples: samples.to_vec(),
            target_max,
            method: "by hand".to_owned(),
        }
    }

    #[test]
    fn quantiles_are_samples() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let cases: &[(&[f64], f64, Option<f64>)] = &[
            (&[], 0.5, None),
            (&[7.0], 0.99, Some(7.0)),
            (&[3.0, 1.0, 2.0], 0.5, Some(2.0)),
            (&hundred, 0.5, Some(50.0)),
            (&hundred, 0.99, Some(99.0)),
        ];
        for (samples, quantile, expected) in cases {
            assert_eq!(measure(samples, None).quantile(*quantile), *expected, "{quantile} of {samples:?}");
        }
    }

    #[test]
    fn a_missed_target_shows_and_fails() {
        let report = |target| Report {
            measures: vec![measure(&[1.0, 9.0], Some(target))],
            appendix: vec!["after".to_owned()],
            missed: 0,
        };
        assert!(report(9.0).targets_met());
        assert!(!report(8.0).targets_met());
        assert_eq!(
            report(8.0).render(),
            "| what | median | p99 | target | n | method |\n|---|---|---|---|---|---|\n\
             | wait | 1.0 ms | 9.0 ms | ≤ 8.0 ms MISSED | 2 | by hand |\nafter\n"
        );
        assert!(
            !Report { measures: vec![measure(&[], Some(1.0))], ..Report::default() }.targets_met(),
            "no sample meets no target"
        );
    }
}
