//! TwiML: what Twilio is told to say, to listen for, and to write back. Pure text; served as `text/xml`.

use std::fmt::Write as _;

/// The content type of all of it.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";
/// How long a key is waited for, in seconds, after the words were said.
const LISTENS_S: u32 = 8;
const LANGUAGE: &str = "en-US";

/// Says it, says which keys there are, and listens; once more when no key came, then hangs up.
pub fn asked(words: &str, menu: &str, action: &str) -> String {
    let words = format!("{words} {menu}");
    document(&format!("{0}{0}{1}<Hangup/>", gather(&words, action), say("No input. Goodbye.")))
}

/// Says it twice and hangs up.
pub fn told(words: &str) -> String {
    document(&format!("{0}<Pause length=\"1\"/>{0}{1}<Hangup/>", say(words), say("Goodbye.")))
}

/// Says it and hangs up.
pub fn ended(words: &str) -> String {
    document(&format!("{}<Hangup/>", say(words)))
}

/// Writes back to whoever wrote.
pub fn message(words: &str) -> String {
    document(&format!("<Message>{}</Message>", escaped(words)))
}

/// Says and writes nothing.
pub fn nothing() -> String {
    document("")
}

fn document(inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{inside}</Response>")
}

fn say(words: &str) -> String {
    format!("<Say language=\"{LANGUAGE}\">{}</Say>", escaped(words))
}

fn gather(words: &str, action: &str) -> String {
    format!(
        "<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"{LISTENS_S}\" action=\"{}\" method=\"POST\">{}</Gather>",
        escaped(action),
        say(words)
    )
}

/// Markup is text; what XML cannot hold is a blank.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push(' '),
            c => write!(out, "{c}").expect("a text grows"),
        }
        out
    })
}
