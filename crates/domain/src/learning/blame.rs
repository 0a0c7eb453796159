//! The blame check for postmortems, behind the playbook rule `blameless`: which lines speak about a person's failing
//! instead of the system's, and how to say it about the system.
//!
//! It suggests and never blocks; the author takes a suggestion or dismisses it with a reason. Code, quotations and the
//! Action items (where owners are named on purpose) are not read. Pure and linear; anyone may call it.

mod patterns;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;

/// A person whose name makes a sentence personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Handle without `@`.
    pub handle: String,
    /// Name as shown, "Alice Smith".
    pub name: String,
}

/// A line that blames, and a way to say it about the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlameFinding {
    /// Line in the document, from 1.
    pub line: usize,
    /// The words that blame.
    pub excerpt: String,
    /// Why it is a finding, as a sentence.
    pub why: String,
    /// What to write instead, as a sentence.
    pub suggestion: String,
}

/// Stands for a person in a line made ready for the patterns.
const PERSON: char = '\u{1}';
/// Stands for a long dash there.
const DASH: char = '\u{2}';
/// Stands there for any sign that no pattern speaks of.
const SIGN: char = '\u{3}';
/// Stands there for any letter that no pattern speaks of.
const LETTER: char = '0';

/// Every line that blames, in order; at most one finding per blaming phrase.
pub fn check_blame(markdown: &str, people: &[Person]) -> Vec<BlameFinding> {
    let names = Names::of(people);
    let mut findings = Vec::new();
    let mut reader = Reader::default();
    for (index, line) in markdown.lines().enumerate() {
        if reader.skips(line) {
            continue;
        }
        let prepared = Prepared::of(line, &names);
        let mut covered_until = 0;
        for (range, kind) in patterns::find(&prepared.text) {
            let original = prepared.original(&range);
            if original.start < covered_until {
                continue;
            }
            covered_until = original.end;
            findings.push(BlameFinding {
                line: index + 1,
                excerpt: line[original].trim().to_string(),
                why: kind.why().to_string(),
                suggestion: kind.suggestion().to_string(),
            });
        }
    }
    findings
}

/// What is not the author's own statement: fenced code, block quotes, headings' Action items section.
#[derive(Default)]
struct Reader {
    fence: Option<(u8, usize)>,
    action_items_level: Option<usize>,
}

impl Reader {
    fn skips(&mut self, line: &str) -> bool {
        let trimmed = line.trim_start();
        if let Some((mark, length)) = fence_of(trimmed) {
            match self.fence {
                Some((open, open_length)) if open == mark && length >= open_length => self.fence = None,
                None => self.fence = Some((mark, length)),
                _ => {}
            }
            return true;
        }
        if self.fence.is_some() || trimmed.starts_with('>') {
            return true;
        }
        let level = trimmed.bytes().take_while(|b| *b == b'#').count();
        let is_heading = (1..=6).contains(&level) && trimmed[level..].starts_with([' ', '\t']);
        if is_heading {
            let name = trimmed[level..].trim().trim_end_matches([':', '#', ' ']);
            if name.eq_ignore_ascii_case("action items") {
                self.action_items_level = Some(level);
            } else if self.action_items_level.is_some_and(|section| level <= section) {
                self.action_items_level = None;
            }
        }
        self.action_items_level.is_some()
    }
}

/// The mark and length of a code fence.
fn fence_of(trimmed: &str) -> Option<(u8, usize)> {
    let mark = *trimmed.as_bytes().first()?;
    let length = trimmed.bytes().take_while(|b| *b == mark).count();
    (matches!(mark, b'`' | b'~') && length >= 3).then_some((mark, length))
}

/// Handles and names in lower case; names of several words also by the first of them.
struct Names {
    words: BTreeSet<String>,
    full: BTreeSet<(String, String)>,
}

impl Names {
    fn of(people: &[Person]) -> Names {
        let mut names = Names { words: BTreeSet::new(), full: BTreeSet::new() };
        for person in people {
            let parts: Vec<String> = person.name.split_whitespace().map(str::to_lowercase).collect();
            names.words.insert(person.handle.trim_start_matches('@').to_lowercase());
            names.words.extend(parts.first().cloned());
            if let [first, .., last] = parts.as_slice() {
                names.full.insert((first.clone(), last.clone()));
            }
        }
        names.words.retain(|word| word.chars().count() >= 2);
        names
    }

    /// A handle after `@` is always a person; a bare word is one when known and written like a name.
    fn is_person(&self, word: &str, follows_at: bool) -> bool {
        follows_at || (word.starts_with(char::is_uppercase) && self.words.contains(&word.to_lowercase()))
    }
}

/// A line with persons replaced by [`PERSON`] and quoted or code spans blanked, and the way back to the original bytes. It is ASCII, whatever the
/// line is written in: what the patterns do not speak of is told apart as letter, space or sign alone. One dash would make them ten times slower.
struct Prepared {
    text: String,
    /// For each byte of `text` the byte in the line it came from, and one more for the end.
    origin: Vec<usize>,
}

impl Prepared {
    fn of(line: &str, names: &Names) -> Prepared {
        let mut prepared =
            Prepared { text: String::with_capacity(line.len()), origin: Vec::with_capacity(line.len() + 1) };
        let mut at = 0;
        while let Some(c) = line[at..].chars().next() {
            if let Some(end) = quoted_until(line, at, c) {
                prepared.push(' ', at, false);
                at = end;
                continue;
            }
            let follows_at = c == '@' && !line[..at].ends_with(is_word_char);
            let word_start = if follows_at { at + 1 } else { at };
            let word_end = word_start + word_len(&line[word_start..], follows_at);
            if word_end == word_start {
                prepared.push(c, at, false);
                at += c.len_utf8();
                continue;
            }
            let word = &line[word_start..word_end];
            if names.is_person(word, follows_at) {
                prepared.push(PERSON, at, true);
                at = names.end_of_full_name(line, word, word_end);
            } else {
                for (offset, letter) in line[at..word_end].char_indices() {
                    prepared.push(letter, at + offset, false);
                }
                at = word_end;
            }
        }
        prepared.origin.push(line.len());
        prepared
    }

    fn push(&mut self, c: char, from: usize, is_person: bool) {
        let c = match c {
            PERSON if !is_person => ' ',
            DASH | SIGN => ' ',
            // A typed apostrophe and a typographic one are the same to the patterns.
            '’' => '\'',
            '—' => DASH,
            '\u{300}'..='\u{36f}' => LETTER,
            other if other.is_ascii() => other,
            other if other.is_whitespace() => ' ',
            other if other.is_alphanumeric() => LETTER,
            _ => SIGN,
        };
        self.text.push(c);
        self.origin.push(from);
    }

    fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.origin[range.start]..self.origin[range.end]
    }
}

impl Names {
    /// The end of "Alice Smith" when the family name follows, else the end of the word.
    fn end_of_full_name(&self, line: &str, word: &str, word_end: usize) -> usize {
        let rest = &line[word_end..];
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        let next = &rest[gap..];
        let family = &next[..word_len(next, false)];
        let is_full = gap == 1 && self.full.contains(&(word.to_lowercase(), family.to_lowercase()));
        if is_full { word_end + gap + family.len() } else { word_end }
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the word at the start; a handle may contain dots and dashes, but does not end in one.
fn word_len(text: &str, is_handle: bool) -> usize {
    let end = text.find(|c: char| !(is_word_char(c) || (is_handle && matches!(c, '.' | '-')))).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-']).len()
}

/// The end of a code span or quotation that begins here and closes on this line.
fn quoted_until(line: &str, at: usize, opening: char) -> Option<usize> {
    let closing = match opening {
        '`' => '`',
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let inner = at + opening.len_utf8();
    line[inner..].find(closing).map(|found| inner + found + closing.len_utf8())
}

#[cfg(test)]
mod tests;
