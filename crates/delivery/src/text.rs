//! Foreign words made fit for one line of a timeline. What a server answers is outside input like any other.

use std::error::Error;

/// The first line that says something, control characters gone, at most `chars_max` characters.
pub(crate) fn first_line(bytes: &[u8], chars_max: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    one_line(line, chars_max)
}

/// The text on one line: every run of white space or control characters becomes a space, at most `chars_max` characters.
pub(crate) fn one_line(text: &str, chars_max: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    line.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
}

/// Longest cause, in characters. Whoever tells it to people cuts it shorter, once nothing secret can be cut in half.
const CAUSE_CHARS_MAX: usize = 1_000;
/// What stands for a secret.
const REDACTED: &str = "[hidden]";
/// Shorter words are not hidden: they would blot out half of every sentence and are no secrets.
const SECRET_CHARS_MIN: usize = 4;

/// The text without these words, in whatever case a server repeats them. What others say ends up in logs and timelines; people's addresses,
/// the paths of webhooks and passwords do not.
pub(crate) fn without<'s>(text: &str, secrets: impl IntoIterator<Item = &'s str>) -> String {
    let mut secrets: Vec<String> =
        secrets.into_iter().filter(|s| s.chars().count() >= SECRET_CHARS_MIN).map(str::to_ascii_lowercase).collect();
    // The longest first: a part that is hidden alone would leave the rest of the whole.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| without_one(&text, secret))
}

fn without_one(text: &str, secret: &str) -> String {
    // Lower case of ASCII alone keeps every byte at its place.
    let found = text.to_ascii_lowercase();
    let (mut kept, mut from) = (String::new(), 0);
    for (at, _) in found.match_indices(secret) {
        kept.push_str(&text[from..at]);
        kept.push_str(REDACTED);
        from = at + secret.len();
    }
    kept.push_str(&text[from..]);
    kept
}

/// The innermost cause of an error, where libraries wrap "connection refused" in three layers of themselves.
pub(crate) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string(), CAUSE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_answer_becomes_one_short_line() {
        for (input, expected) in [
            ("", ""),
            ("\n\n  too busy \nsecond", "too busy"),
            ("a\u{1b}[31mred\u{7}", "a [31mred"),
            ("tab\tand\u{a0}more", "tab and more"),
            ("0123456789abc", "012345678…"),
            ("0123456789", "0123456789"),
        ] {
            assert_eq!(first_line(input.as_bytes(), 10), cut(expected), "{input:?}");
        }
        assert_eq!(first_line(b"\xff\xfe ok", 10), "\u{fffd}\u{fffd} ok");
    }

    #[test]
    fn what_others_say_is_told_without_secrets() {
        for (text, secrets, expected) in [
            ("550 <Zoe@Team.Example>: no", &["zoe@team.example"][..], "550 <[hidden]>: no"),
            ("no /hook/abcdef?key=1", &["abcdef", "/hook/abcdef"], "no [hidden]?key=1"),
            ("aaaaaaaa and a", &["aaaa"], "[hidden][hidden] and a"),
            ("a b c", &["a", ""], "a b c"),
            ("Zoë sagt süß", &["süß!", "sagt"], "Zoë [hidden] süß"),
        ] {
            assert_eq!(without(text, secrets.iter().copied()), expected);
        }
    }

    fn cut(expected: &str) -> String {
        one_line(expected, 10)
    }

    #[test]
    fn the_cause_at_the_bottom_is_told() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("cable\npulled"));
        assert_eq!(root_cause(&error), "cable pulled");
    }
}
