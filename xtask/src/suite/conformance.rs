//! How many conformance cases the store ran on each database, read from the names of the tests. Pure.

/// The folder of the cases in the store's tests.
const CASES: &str = "test tests::conformance::";
/// The names under which `conformance!` runs them, and the database behind each.
const RUNS: [(&str, &str); 3] = [("in_memory", "sqlite"), ("in_a_file", "sqlite"), ("on_postgres", "postgres")];

/// Cases that passed, in the order of [`RUNS`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Conformance([u64; RUNS.len()]);

impl Conformance {
    /// Adds a line of libtest.
    pub fn read(&mut self, line: &str) {
        let Some((name, "ok")) = line.strip_prefix(CASES).and_then(|rest| rest.split_once(" ... ")) else { return };
        let run = RUNS.iter().position(|(run, _)| name.split("::").next() == Some(run));
        if let Some(count) = run.and_then(|run| self.0.get_mut(run)) {
            *count += 1;
        }
    }

    /// Why it is not what it must be: the same cases on every database, and some.
    pub fn problem(&self) -> Option<String> {
        let [first, others @ ..] = self.0;
        if first == 0 || others.iter().any(|count| *count != first) {
            let counts: Vec<String> =
                RUNS.iter().zip(self.0).map(|((run, _), count)| format!("{run} {count}")).collect();
            return Some(format!("conformance must run every case on every database: {}", counts.join(", ")));
        }
        None
    }

    /// For people, when there is something to say.
    pub fn line(&self) -> Option<String> {
        let mut databases: Vec<&str> =
            RUNS.iter().zip(self.0).filter(|(_, count)| *count > 0).map(|((_, database), _)| *database).collect();
        databases.dedup();
        let cases = self.0.iter().filter(|count| **count > 0).min()?;
        Some(format!("conformance: {cases} cases x {} databases ({})", databases.len(), databases.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::Conformance;

    fn read(text: &str) -> Conformance {
        let mut found = Conformance::default();
        text.lines().for_each(|line| found.read(line));
        found
    }

    #[test]
    fn cases_count_only_when_every_database_ran_them() {
        let case = |run: &str, name: &str, end: &str| format!("test tests::conformance::{run}::{name} ... {end}\n");
        let all = |names: &[&str]| -> String {
            let runs = ["in_memory", "in_a_file", "on_postgres"];
            runs.iter().flat_map(|run| names.iter().map(move |name| case(run, name, "ok"))).collect()
        };
        let whole = read(&all(&["due::a", "due::b"]));
        assert_eq!(whole.problem(), None);
        assert_eq!(whole.line().as_deref(), Some("conformance: 2 cases x 2 databases (sqlite, postgres)"));
        let failed = read(&format!("{}{}", all(&["due::a"]), case("on_postgres", "due::b", "FAILED")));
        assert_eq!(failed.problem(), None, "a failed case is told by the runner itself");
        for partial in ["", "test tests::schema::same ... ok", &case("in_memory", "due::a", "ok")] {
            assert!(read(partial).problem().is_some(), "{partial}");
        }
        let less = read(&format!("{}{}", all(&["due::a"]), case("in_memory", "due::b", "ok")));
        assert!(less.problem().is_some_and(|said| said.contains("in_memory 2, in_a_file 1, on_postgres 1")));
        assert_eq!(read("noise").line(), None);
    }
}
