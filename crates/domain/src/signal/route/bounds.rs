//! Bounds on a route's CEL before its parser sees it. Parser and evaluator are recursive and a stack overflow ends the process, so what
//! nests or chains is counted here first, over the language's own tokens. Called by [`super::compile`] alone; not a syntax check.

use crate::limits;

/// One level of brackets: how deep the tree of the expression read so far can be.
#[derive(Default)]
struct Level {
    closes_with: u8,
    depth: usize,
    deepest: usize,
}

impl Level {
    /// An operator, a selection or a call stands on top of everything before it at this level.
    fn chain(&mut self) -> Result<(), String> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.deepest > limits::ROUTE_CHAIN_MAX {
            return Err(format!(
                "the expression chains more than {} operators; join parts with && or ||",
                limits::ROUTE_CHAIN_MAX
            ));
        }
        Ok(())
    }
}

/// Refuses what nests deeper, chains longer or loops more often than [`limits`] allow. Answers the string literals that are regular expressions.
pub(super) fn check(source: &str) -> Result<Vec<&str>, String> {
    let bytes = source.as_bytes();
    let mut levels = vec![Level::default()];
    let (mut at, mut loops) = (0, 0);
    let mut patterns = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => 1,
            b'/' if rest.starts_with(b"//") => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'\'' | b'"' => string_len(rest, false)?,
            b'0'..=b'9' => rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let (word, after) = rest.split_at(len);
                let quoted = after.first().is_some_and(|b| matches!(b, b'\'' | b'"'));
                loops +=
                    usize::from(matches!(word, b"all" | b"exists" | b"exists_one" | b"existsOne" | b"map" | b"filter"));
                if word == b"matches" {
                    patterns.extend(pattern(source, at + len)?);
                }
                match word {
                    b"r" | b"R" | b"br" | b"bR" | b"Br" | b"BR" if quoted => len + string_len(after, true)?,
                    b"in" => top(&mut levels)?.chain().map(|()| len)?,
                    _ => len,
                }
            }
            b'(' | b'[' | b'{' => open(&mut levels, byte)?,
            b')' | b']' | b'}' => close(&mut levels, byte)?,
            // The parser balances these, so a long list of conditions is not a deep tree.
            b'&' if rest.starts_with(b"&&") => end_part(&mut levels, 2)?,
            b'|' if rest.starts_with(b"||") => end_part(&mut levels, 2)?,
            b',' => end_part(&mut levels, 1)?,
            b'=' | b'!' | b'<' | b'>' if rest.get(1) == Some(&b'=') => top(&mut levels)?.chain().map(|()| 2)?,
            _ => top(&mut levels)?.chain().map(|()| 1)?,
        };
    }
    if loops > limits::ROUTE_LOOPS_MAX {
        return Err(format!("the expression has more than {} of all, exists, map and filter", limits::ROUTE_LOOPS_MAX));
    }
    if levels.len() == 1 { Ok(patterns) } else { Err("a bracket is not closed".to_owned()) }
}

/// The literal between the brackets of a call of `matches`, whose name ends at `at`; `None` for a field of that name. The evaluator builds the
/// regular expression anew for every alert, so it must be known, and weighed, beforehand: text that came with an alert is never one.
fn pattern(source: &str, at: usize) -> Result<Option<&str>, String> {
    let refused = "write matches like this: title.matches(r'^disk'), with one string between the brackets";
    let rest = source[at..].trim_start();
    let Some(inside) = rest.strip_prefix('(') else {
        return if rest.starts_with("//") { Err(refused.to_owned()) } else { Ok(None) };
    };
    let inside = inside.trim_start();
    let raw = inside.starts_with(['r', 'R']);
    let quoted = &inside.as_bytes()[usize::from(raw)..];
    if !matches!(quoted.first(), Some(b'\'' | b'"')) {
        return Err(refused.to_owned());
    }
    let (literal, after) = inside.split_at(usize::from(raw) + string_len(quoted, raw)?);
    if after.trim_start().starts_with(')') { Ok(Some(literal)) } else { Err(refused.to_owned()) }
}

fn top(levels: &mut [Level]) -> Result<&mut Level, String> {
    levels.last_mut().ok_or_else(|| "the brackets do not match".to_owned())
}

fn open(levels: &mut Vec<Level>, byte: u8) -> Result<usize, String> {
    if levels.len() > limits::ROUTE_DEPTH_MAX {
        return Err(format!("the expression nests deeper than {} brackets", limits::ROUTE_DEPTH_MAX));
    }
    let closes_with = match byte {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    };
    levels.push(Level { closes_with, ..Level::default() });
    Ok(1)
}

fn close(levels: &mut Vec<Level>, byte: u8) -> Result<usize, String> {
    let inner = levels.pop().filter(|level| level.closes_with == byte).ok_or("the brackets do not match")?;
    let outer = top(levels)?;
    outer.depth = outer.depth.max(inner.deepest);
    outer.chain().map(|()| 1)
}

fn end_part(levels: &mut [Level], len: usize) -> Result<usize, String> {
    top(levels)?.depth = 0;
    Ok(len)
}

/// The length of the string that begins here, quotes included. One that the language's own reader would not take as a string is refused:
/// it would go on reading the inside as code.
fn string_len(bytes: &[u8], raw: bool) -> Result<usize, String> {
    let unclosed = || "a string is not closed".to_owned();
    let quote = bytes.first().copied().ok_or_else(unclosed)?;
    let triple = [quote; 3];
    let end: &[u8] = if bytes.starts_with(&triple) { &triple } else { &triple[..1] };
    let mut at = end.len();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.first() {
            None => return Err(unclosed()),
            Some(_) if rest.starts_with(end) => return Ok(at + end.len()),
            Some(b'\n' | b'\r') if end.len() == 1 => return Err(unclosed()),
            Some(b'\\') if !raw => {
                at += escape_len(&rest[1..])
                    .ok_or("a string has an unknown \\ escape; write r'…' for a regular expression")?
            }
            Some(_) => at += 1,
        }
    }
}

/// The length of an escape, its backslash included; `after` follows the backslash.
fn escape_len(after: &[u8]) -> Option<usize> {
    let hex = |count: usize| {
        after.get(1..=count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)).then_some(count + 2)
    };
    match after.first()? {
        b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'\\' | b'?' | b'`' => Some(2),
        b'x' | b'X' => hex(2),
        b'u' => hex(4),
        b'U' => hex(8),
        b'0'..=b'3' => after.get(1..3).filter(|digits| digits.iter().all(|d| matches!(d, b'0'..=b'7'))).map(|_| 4),
        _ => None,
    }
}
