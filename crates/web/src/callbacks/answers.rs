//! How often strangers are answered: a machine that answers a machine never ends, and each answer costs. One answer within the hour for each number or
//! chat; what a press or a reply changed is told beside that. In memory, of bounded size: when it is full nobody else is answered.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// One answer within this time.
const WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Numbers and chats that are known at the same time.
const KEPT_MAX: usize = 10_000;

/// Who was answered, and when.
#[derive(Debug, Default)]
pub(crate) struct Answers(BTreeMap<String, Timestamp>);

impl Answers {
    /// Whether that number or chat is answered now; then the next hour's answer is used up.
    pub(crate) fn may(&mut self, now: Timestamp, whom: &str) -> bool {
        let recent = |at: &Timestamp| (*at <= now) && now.duration_since(*at) < WITHIN;
        if self.0.get(whom).is_some_and(recent) {
            return false;
        }
        if self.0.len() >= KEPT_MAX {
            self.0.retain(|_, at| recent(at));
        }
        if self.0.len() >= KEPT_MAX {
            return false;
        }
        self.0.insert(whom.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn one_answer_an_hour_for_each_and_only_so_many_are_known() {
        let mut answers = Answers::default();
        for (second, whom, expected) in [
            (0, "a", true),
            (1, "a", false),
            (3_599, "a", false),
            (10, "b", true),
            (3_600, "a", true),
            (3_601, "a", false),
            // A clock that was set back keeps nobody waiting for long.
            (60, "a", true),
        ] {
            assert_eq!(answers.may(at(second), whom), expected, "{second} {whom}");
        }
        let answered = (0..KEPT_MAX + 50).filter(|n| answers.may(at(9_000), &n.to_string())).count();
        assert!((KEPT_MAX - 2..=KEPT_MAX).contains(&answered), "{answered}");
        assert!(answers.0.len() <= KEPT_MAX);
        assert!(answers.may(at(9_000 + 3_600), "later"), "and forgotten again");
        assert_eq!(answers.0.len(), 1);
    }
}
