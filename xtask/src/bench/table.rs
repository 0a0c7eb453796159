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
    /// The median must not exceed this.
    pub median_max: Option<f64>,
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

    /// No target, or median and p99 within theirs. Without samples a target is missed.
    pub fn target_met(&self) -> bool {
        let within = |quantile: f64, max: Option<f64>| {
            max.is_none_or(|target| self.quantile(quantile).is_some_and(|value| value <= target))
        };
        within(0.5, self.median_max) && within(0.99, self.target_max)
    }

    /// What is asked of it, as the table says it.
    fn target(&self) -> String {
        let missed = if self.target_met() { "" } else { " MISSED" };
        match (self.median_max, self.target_max) {
            (None, None) => "–".to_owned(),
            (None, Some(p99)) => format!("≤ {p99:.1} {}{missed}", self.unit),
            (Some(median), None) => format!("median ≤ {median:.1} {}{missed}", self.unit),
            (Some(median), Some(p99)) => format!("median ≤ {median:.1}, p99 ≤ {p99:.1} {}{missed}", self.unit),
        }
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
            let (median, p99, count, target) = (value(0.5), value(0.99), measure.samples.len(), measure.target());
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
            median_max: None,
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
        let judged = |median, p99| Measure { median_max: median, ..measure(&[1.0, 3.0, 9.0], p99) };
        for (median, p99, target, met) in [
            (Some(3.0), None, "median ≤ 3.0 ms", true),
            (Some(2.9), None, "median ≤ 2.9 ms MISSED", false),
            (Some(3.0), Some(9.0), "median ≤ 3.0, p99 ≤ 9.0 ms", true),
            (Some(2.0), Some(9.0), "median ≤ 2.0, p99 ≤ 9.0 ms MISSED", false),
            (Some(3.0), Some(8.0), "median ≤ 3.0, p99 ≤ 8.0 ms MISSED", false),
        ] {
            let measure = judged(median, p99);
            assert_eq!((measure.target().as_str(), measure.target_met()), (target, met));
        }
        assert!(
            !Report { measures: vec![measure(&[], Some(1.0))], ..Report::default() }.targets_met(),
            "no sample meets no target"
        );
    }
}
