//! People and internals in public text: handles, names, hosts, private addresses, commands, stack traces, rooms, ids.

use super::{Hit, WordingContext, WordingRule};
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

/// A way to notice something internal, and why it is one.
struct Pattern {
    regex: Regex,
    why: &'static str,
    suggestion: &'static str,
}

fn pattern(source: &str, why: &'static str, suggestion: &'static str) -> Pattern {
    Pattern { regex: Regex::new(source).expect("a constant pattern"), why, suggestion }
}

const SAY_WHAT_BROKE: &str = "Say what the reader notices: \"Card payments fail for some customers.\"";
const NAME_THE_PART: &str = "Use the name on the status page, for example \"Checkout\".";

static INTERNALS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    vec![
        pattern(
            r"(?i)\b(?:[a-z0-9_-]+\.)+(?:internal|local|corp|lan|intra|intranet|svc|localdomain|home\.arpa)\b(?::\d+)?",
            "It names an internal host.",
            NAME_THE_PART,
        ),
        pattern(r"(?i)\blocalhost\b(?::\d+)?", "It names an internal host.", NAME_THE_PART),
        pattern(
            r"\b(?:10\.\d{1,3}|127\.\d{1,3}|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b(?:[:/]\d+)?",
            "It shows a private network address.",
            NAME_THE_PART,
        ),
        pattern(
            r"(?i)\b(?:fe80|fd[0-9a-f]{2}):[0-9a-f:]*[0-9a-f]",
            "It shows a private network address.",
            NAME_THE_PART,
        ),
        pattern(
            r"(?i)\b(?:kubectl|systemctl|journalctl|terraform|ansible|psql|redis-cli|ssh)\b(?:\s+[a-z][\w/.-]*)?",
            "It shows a command of ours.",
            "Say what was done: \"We added capacity.\"",
        ),
        pattern(
            r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)*-[a-f0-9]{8,10}-[a-z0-9]{5}\b",
            "It names a container of ours.",
            NAME_THE_PART,
        ),
        pattern(
            r"\b(?:i-[0-9a-f]{8,17}|arn:aws[\w-]*:\S+|ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3})\b",
            "It names a machine of ours.",
            NAME_THE_PART,
        ),
        pattern(
            r"(?i)Traceback \(most recent call last\)|\bpanicked at\b|Exception in thread\b|\bstack trace:|\bcore dumped\b|\bsegmentation fault\b",
            "It shows a stack trace.",
            SAY_WHAT_BROKE,
        ),
        pattern(
            r#"\bat [\w.$<>]+\([\w./]+:\d+(?::\d+)?\)|File "[^"]+", line \d+|\b\w+\.(?:rs|go|py|java|js|ts|rb|php|cs):\d+\b"#,
            "It shows a stack trace.",
            SAY_WHAT_BROKE,
        ),
        pattern(
            r"\b(?:[a-z]\w*\.){0,8}[A-Z][A-Za-z]+(?:Exception|Error)\b",
            "It shows the name of an error in the code.",
            SAY_WHAT_BROKE,
        ),
        pattern(
            r"#inc-[a-z0-9-]+",
            "It names the incident's internal room.",
            "Leave it out; readers follow the status page.",
        ),
        pattern(
            r"(?:^|[\s(`'])/(?:var|etc|srv|home|opt|usr|tmp|root|proc)/[^\s)`']+",
            "It shows a path on a machine.",
            SAY_WHAT_BROKE,
        ),
    ]
});

static HANDLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w.@/+-])(@[A-Za-z][\w-]*(?:\.[\w-]+)*)").expect("a constant pattern"));

/// First names and handles that are also everyday words: alone they prove nothing.
const EVERYDAY_WORDS: [&str; 34] = [
    "april", "art", "august", "autumn", "bill", "chase", "dawn", "drew", "faith", "frank", "grace", "grant", "hope",
    "ivy", "jack", "june", "major", "mark", "max", "may", "miles", "norm", "pat", "peg", "penny", "ray", "rich", "rob",
    "rose", "sky", "sue", "summer", "wade", "will",
];

/// Everything in the text that names a person or something internal.
pub(super) fn find(text: &str, context: &WordingContext<'_>) -> Vec<Hit> {
    let mut hits = people(text, context.people);
    let public: Vec<Range<usize>> =
        context.public_names.iter().flat_map(|name| occurrences(text, name, false)).collect();
    let is_public =
        |range: &Range<usize>| public.iter().any(|shown| shown.start <= range.start && range.end <= shown.end);
    for internal in INTERNALS.iter() {
        for found in internal.regex.find_iter(text) {
            let range = without_edges(text, found.range());
            hits.push(Hit {
                rule: WordingRule::InternalName,
                range,
                why: internal.why,
                suggestion: internal.suggestion,
            });
        }
    }
    for name in context.internal_names.iter().filter(|name| looks_internal(name)) {
        for range in occurrences(text, name, false) {
            hits.push(Hit {
                rule: WordingRule::InternalName,
                range,
                why: "It uses a name that only we know.",
                suggestion: NAME_THE_PART,
            });
        }
    }
    hits.retain(|hit| hit.rule != WordingRule::InternalName || !is_public(&hit.range));
    hits
}

/// A range without the white space or opening mark its pattern needed in front.
fn without_edges(text: &str, range: Range<usize>) -> Range<usize> {
    let found = &text[range.clone()];
    let start = range.start
        + (found.len() - found.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '`' | '\'')).len());
    start..range.end
}

/// `webhook-worker`, `db1`, `pay.core` are ours alone; `checkout` is a word customers use too.
fn looks_internal(name: &str) -> bool {
    name.len() >= 3 && name.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/' | ':' | '#'))
}

fn people(text: &str, people: &[&str]) -> Vec<Hit> {
    const SUGGESTION: &str = "Speak as the team: \"Our engineers are investigating.\"";
    let hit = |range, why| Hit { rule: WordingRule::PersonNamed, range, why, suggestion: SUGGESTION };
    let handles = HANDLE.captures_iter(text).filter_map(|found| found.get(1));
    let mut hits: Vec<Hit> = handles.map(|handle| hit(handle.range(), "It names a person by handle.")).collect();
    for person in people {
        let person = person.trim().trim_start_matches('@');
        let given = person.split_whitespace().next().unwrap_or_default();
        let names: &[&str] = if given == person { &[person] } else { &[person, given] };
        for name in names.iter().filter(|name| is_telling(name)) {
            hits.extend(occurrences(text, name, true).into_iter().map(|range| hit(range, "It names a person.")));
        }
    }
    hits
}

/// Whether a name alone points at a person.
fn is_telling(name: &str) -> bool {
    name.chars().count() >= 2 && EVERYDAY_WORDS.binary_search(&name.to_lowercase().as_str()).is_err()
}

/// Where `name` stands as a whole word, case ignored for ASCII. A name in lower case (a handle) also matches capitalised.
fn occurrences(text: &str, name: &str, is_person: bool) -> Vec<Range<usize>> {
    let (haystack, needle) = (text.to_ascii_lowercase(), name.trim().to_ascii_lowercase());
    if needle.is_empty() {
        return Vec::new();
    }
    let continues = |c: char| c.is_alphanumeric() || c == '_' || (!is_person && c == '-');
    haystack
        .match_indices(&needle)
        .map(|(start, found)| start..start + found.len())
        .filter(|range| {
            let before = haystack[..range.start].chars().next_back();
            let after = haystack[range.end..].chars().next();
            !before.is_some_and(continues) && !after.is_some_and(continues)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::EVERYDAY_WORDS;

    #[test]
    fn everyday_words_are_sorted_for_the_search() {
        let mut sorted = EVERYDAY_WORDS;
        sorted.sort_unstable();
        assert_eq!(EVERYDAY_WORDS, sorted);
    }
}
