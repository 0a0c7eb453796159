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

/// The innermost cause of an error, where libraries wrap "connection refused" in three layers of themselves.
pub(crate) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string(), 200)
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
