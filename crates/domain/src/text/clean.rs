//! Making outside text safe to set into a line of ours: one line, no control characters, no Markdown that starts a block.
//!
//! Not an HTML sanitiser: views still escape. Called by everything that writes Markdown or chat lines from text that
//! monitoring tools or people sent.

/// True for characters that move the cursor, hide text or flip its direction.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

/// The text on one line: every run of white space and control characters becomes one space, direction overrides go.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_unprintable(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The text on one line, for the middle of a line of ours: no tag, no image, but block marks as written.
pub fn markdown_inline(text: &str) -> String {
    escape_inline(&one_line(text))
}

/// The text on one line, unable to start a Markdown block, a tag or an image. Ordinary prose is unchanged.
///
/// Inline marks (emphasis, code, links) stay: they cannot leave their line.
pub fn markdown_line(text: &str) -> String {
    escape_block_start(&markdown_inline(text))
}

/// Several lines of prose, each unable to open a heading, a fence, a tag, an image or a setext underline.
///
/// Lists and quotes stay, since they cannot swallow the headings that follow. Blank lines at the ends are dropped.
pub fn markdown_prose(text: &str) -> String {
    let lines: Vec<String> = text.replace("\r\n", "\n").split(['\n', '\r']).map(prose_line).collect();
    lines.join("\n").trim_matches('\n').to_string()
}

fn prose_line(line: &str) -> String {
    let line = escape_inline(&one_line(line));
    let is_underline = line.len() > 1 && (line.chars().all(|c| c == '=') || line.chars().all(|c| c == '-'));
    if line.starts_with('#') || is_fence(&line) || is_underline || line == "=" || line == "-" {
        return format!("\\{line}");
    }
    line
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

/// `<` before something tag-like and `![` lose their meaning; all else stays as written.
fn escape_inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 4);
    let mut chars = line.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let opens_tag = c == '<' && (next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        let opens_image = c == '!' && next == '[';
        if (opens_tag || opens_image) && previous != '\\' {
            out.push('\\');
        }
        out.push(c);
        previous = c;
    }
    out
}

fn escape_block_start(line: &str) -> String {
    let mut chars = line.chars();
    let Some(first) = chars.next() else { return String::new() };
    let second = chars.next().unwrap_or(' ');
    let starts_block = match first {
        '#' | '>' | '|' | '=' => true,
        '-' | '+' | '*' => second == ' ' || second == first,
        '_' => second == '_',
        '[' => matches!(second, ' ' | 'x' | 'X' | '^') || line.contains("]:"),
        '`' | '~' => is_fence(line),
        _ => false,
    };
    if starts_block {
        return format!("\\{line}");
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marker = line.as_bytes().get(digits).copied();
    let after = line.as_bytes().get(digits + 1).copied();
    if (1..=9).contains(&digits) && matches!(marker, Some(b'.' | b')')) && matches!(after, None | Some(b' ')) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    line.to_string()
}

#[cfg(test)]
mod tests;
