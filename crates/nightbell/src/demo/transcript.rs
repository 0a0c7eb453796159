//! What the demo prints: who does what, when, and what came of it. Colours only in a terminal; the text is the same everywhere.
//! Decides nothing.

use jiff::{Timestamp, tz::TimeZone};
use std::fmt::Write as _;

/// Columns of a line.
const WIDTH: usize = 100;
/// Columns of `[09:42 UTC] `.
const TIME: usize = 12;
/// Columns of a name and the space after it.
const NAME: usize = 14;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const ACCENT: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// Prints to standard output, and remembers what need not be said twice.
#[derive(Default)]
pub struct Transcript {
    time: String,
    name: String,
    place: String,
}

impl Transcript {
    /// A line across the page.
    pub fn heading(&mut self, text: &str) {
        self.time.clear();
        self.name.clear();
        let rule = "─".repeat(WIDTH.saturating_sub(text.chars().count() + 4));
        print(&format!("\n{BOLD}── {text} {PLAIN}{DIM}{rule}{PLAIN}\n\n"));
    }

    /// Somebody does something.
    pub fn says(&mut self, at: Timestamp, who: &str, text: &str) {
        let time = at.to_zoned(TimeZone::UTC).strftime("[%H:%M UTC]").to_string();
        let same_time = time == self.time;
        let same_name = same_time && who == self.name;
        let shown_time = if same_time { "" } else { &time };
        let shown_name = if same_name { "" } else { who };
        let mut out = String::new();
        for (n, line) in wrap(text, WIDTH - TIME - NAME).iter().enumerate() {
            let (time, name) = if n == 0 { (shown_time, shown_name) } else { ("", "") };
            let _ = writeln!(out, "{DIM}{time:<TIME$}{PLAIN}{BOLD}{name:<NAME$}{PLAIN}{line}");
        }
        print(&out);
        self.time = time;
        self.name = who.to_owned();
    }

    /// What came of it: quoted, line by line, exactly.
    pub fn quote(&mut self, text: &str) {
        let indent = " ".repeat(TIME + NAME);
        let lines =
            text.trim_end().lines().map(|line| format!("{indent}{ACCENT}│{PLAIN} {line}").trim_end().to_owned() + "\n");
        print(&lines.collect::<String>());
    }

    /// What came of it, in prose.
    pub fn remark(&mut self, text: &str) {
        self.quote(&wrap(text, WIDTH - TIME - NAME - 2).join("\n"));
    }

    /// Where to look now; said once until it is somewhere else.
    pub fn look(&mut self, address: &str) {
        if self.place != address {
            print(&format!("{}{DIM}→ {address}{PLAIN}\n", " ".repeat(TIME + NAME)));
            self.place = address.to_owned();
        }
    }

    /// Text as it is.
    pub fn plain(&mut self, text: &str) {
        self.time.clear();
        print(&format!("{}\n", text.trim_end()));
    }

    /// A table: the columns as wide as they need to be.
    pub fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            self.plain(&format!("  {}", cells.join("  ")));
        }
    }
}

/// A reader that went away (`| head`) is no reason to stop the demo half way.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Words filled into lines; a longer word stands alone.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn words_fill_lines() {
        let check = |text: &str, width: usize, expected: &[&str]| assert_eq!(wrap(text, width), expected);
        check("one two three", 7, &["one two", "three"]);
        check("", 7, &[""]);
        check("unbreakable word", 4, &["unbreakable", "word"]);
    }
}
