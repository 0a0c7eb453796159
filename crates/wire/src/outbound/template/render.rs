//! Rendering: an environment of its own in which values are encoded for the place they stand in, names that there are not are errors, and neither
//! loops nor output go on for ever.

use minijinja::{
    AutoEscape, Environment, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior, Value, escape_formatter,
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Steps of one rendering: a template is a handful of them.
const FUEL: u64 = 20_000;
/// Longest result, in bytes.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;
/// Longest template, in bytes.
const SOURCE_BYTES_MAX: usize = 16 * 1024;
/// The marks of the encodings in the environment.
const PERCENT: &str = "percent";
const LINE: &str = "line";
const XML: &str = "xml";

/// Where values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In an address.
    Url,
    /// In a form.
    Form,
    /// In JSON: each value is one, quotes and all.
    Json,
    /// In the value of a header.
    Header,
    /// In XML (or HTML), as text or in quotes.
    Xml,
    /// In something we know nothing of: neither of the above.
    Plain,
}

impl Encoding {
    /// That of a content type.
    pub(super) fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            super::FORM => Self::Form,
            _ if kind.ends_with("/json") || kind.ends_with("+json") => Self::Json,
            _ if kind.ends_with("/xml") || kind.ends_with("+xml") || kind == "text/html" => Self::Xml,
            _ => Self::Plain,
        }
    }

    fn escape(self) -> AutoEscape {
        match self {
            Self::Url | Self::Form => AutoEscape::Custom(PERCENT.into()),
            Self::Json => AutoEscape::Json,
            Self::Header => AutoEscape::Custom(LINE.into()),
            Self::Xml => AutoEscape::Custom(XML.into()),
            Self::Plain => AutoEscape::None,
        }
    }
}

/// What a template may name.
pub(super) type Values = BTreeMap<&'static str, String>;

/// The templates of one provider.
#[derive(Clone)]
pub(super) struct Rendering(Environment<'static>);

impl Default for Rendering {
    fn default() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(20);
        environment.set_formatter(formatted);
        environment.set_auto_escape_callback(|name| match name.rsplit_once(' ') {
            Some((_, "json")) => Encoding::Json.escape(),
            Some((_, "percent")) => Encoding::Url.escape(),
            Some((_, "line")) => Encoding::Header.escape(),
            Some((_, "xml")) => Encoding::Xml.escape(),
            _ => AutoEscape::None,
        });
        // Would let somebody else's text out of its place.
        environment.remove_filter("safe");
        Self(environment)
    }
}

impl Rendering {
    /// Adds a template.
    pub(super) fn add(&mut self, name: &str, encoding: Encoding, source: String) -> Result<(), String> {
        if source.len() > SOURCE_BYTES_MAX {
            return Err(format!("it is longer than {SOURCE_BYTES_MAX} bytes"));
        }
        // Names the encoding, so that a header and the body cannot be mixed up.
        for other in MARKS {
            self.0.remove_template(&format!("{name} {other}"));
        }
        self.0.add_template_owned(format!("{name} {}", mark(encoding)), source).map_err(|error| told(&error))
    }

    /// Renders one.
    pub(super) fn render(&self, name: &str, values: &Values) -> Result<String, String> {
        let template = MARKS.iter().find_map(|mark| self.0.get_template(&format!("{name} {mark}")).ok());
        let template = template.ok_or("there is no such template")?;
        let values: BTreeMap<String, Value> =
            values.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
        let mut capped = Capped { text: Vec::new(), over: false };
        let rendered = template.render_captured_to(Value::from(values), &mut capped).map(drop);
        if capped.over {
            return Err(format!("it becomes longer than {OUTPUT_BYTES_MAX} bytes"));
        }
        rendered.map_err(|error| told(&error))?;
        String::from_utf8(capped.text).map_err(|error| error.to_string())
    }
}

const MARKS: [&str; 5] = ["json", "percent", "line", "xml", "plain"];

fn mark(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Url | Encoding::Form => "percent",
        Encoding::Json => "json",
        Encoding::Header => "line",
        Encoding::Xml => "xml",
        Encoding::Plain => "plain",
    }
}

/// What the library says, without its debug screen.
fn told(error: &minijinja::Error) -> String {
    let what = match error.kind() {
        ErrorKind::UndefinedError => "it names something that there is not",
        ErrorKind::OutOfFuel => "it takes too many steps",
        ErrorKind::SyntaxError => "it is no template",
        ErrorKind::UnknownFilter => "there is no such filter",
        ErrorKind::InvalidOperation if error.detail() == Some(SWITCHED_OFF) => SWITCHED_OFF,
        _ => "it cannot be rendered",
    };
    let line = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
    let detail = error.detail().map_or_else(String::new, |detail| format!(": {detail}"));
    format!("{what}{line}{detail}")
}

/// The encoding follows from the place and not from the template.
const SWITCHED_OFF: &str = "the encoding of values cannot be switched off here";

fn formatted(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let is_plain = state.name().ends_with(" plain");
    match state.auto_escape() {
        AutoEscape::None if !is_plain => return Err(minijinja::Error::new(ErrorKind::InvalidOperation, SWITCHED_OFF)),
        AutoEscape::Html if !is_plain => return Err(minijinja::Error::new(ErrorKind::InvalidOperation, SWITCHED_OFF)),
        AutoEscape::Custom(name) if name == PERCENT => percent_encoded(&plain(value), out),
        AutoEscape::Custom(name) if name == XML => write!(out, "{}", HtmlEscape(&in_xml(&plain(value)))),
        AutoEscape::Custom(_) => one_line(&plain(value), out),
        _ => return escape_formatter(out, state, value),
    }
    .map_err(minijinja::Error::from)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Everything but what never needs it: right in paths, queries and forms alike.
fn percent_encoded(text: &str, out: &mut Output<'_>) -> std::fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.write_char(char::from(byte))?;
        } else {
            write!(out, "%{byte:02X}")?;
        }
    }
    Ok(())
}

/// What XML cannot hold, however it is written, is a blank.
fn in_xml(text: &str) -> String {
    let fits = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}'));
    text.chars().map(|c| if fits(c) { c } else { ' ' }).collect()
}

/// A header is one line of what every server reads.
fn one_line(text: &str, out: &mut Output<'_>) -> std::fmt::Result {
    text.chars().try_for_each(|c| out.write_char(if c.is_ascii_graphic() || c == ' ' { c } else { '?' }))
}

/// Takes so much and no more.
struct Capped {
    text: Vec<u8>,
    over: bool,
}

impl std::io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.text.len() + bytes.len() > OUTPUT_BYTES_MAX {
            self.over = true;
            return Err(std::io::Error::other("too long"));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
