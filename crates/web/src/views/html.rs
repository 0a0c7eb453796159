//! The one door through which HTML that is not a template reaches a page.
//!
//! Is: Markdown → HTML by comrak (raw HTML off), then an allow-list by ammonia, wrapped in a type the escaper trusts.
//! Is not: a way to mark any string as safe; [`SafeHtml`] has no constructor from HTML text.
//! Callers: whoever fills a view with a runbook, a postmortem or another Markdown text.

use crate::markdown;
use askama::filters::HtmlSafe;
use std::fmt;

/// Longest Markdown source rendered, in bytes; longer text is cut at a character boundary, and says so.
pub const MARKDOWN_BYTES_MAX: usize = 256 * 1024;

/// Sanitised HTML. Made only by [`SafeHtml::from_markdown`].
#[derive(Clone, Default)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Renders GitHub-flavoured Markdown. Raw HTML in the source is shown as text; links leave with `nofollow noopener`;
    /// headings are moved down so that the page keeps its single `h1`. A text that is built to hurt is shown [verbatim](Self::verbatim).
    #[must_use]
    pub fn from_markdown(source: &str) -> Self {
        if markdown::is_reasonable(source) { Self::convert(source) } else { Self::verbatim(source) }
    }

    /// A text exactly as it is written, as one block of code.
    #[must_use]
    pub fn verbatim(source: &str) -> Self {
        // Indented code has no closing mark that the text could contain.
        let indented: String = source.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        Self::convert(&indented)
    }

    /// The work itself. Private: whatever comes here was bounded.
    fn convert(source: &str) -> Self {
        let cut = source.floor_char_boundary(MARKDOWN_BYTES_MAX);
        let mut options = comrak::Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.tasklist = true;
        options.extension.autolink = true;
        options.render.escape = true;
        // A dead checkbox is a form field without a label; the same sign as a character says it to everybody.
        let mut html = comrak::markdown_to_html(&source[..cut], &options)
            .replace("<input type=\"checkbox\" checked=\"\" disabled=\"\" />", "☑")
            .replace("<input type=\"checkbox\" disabled=\"\" />", "☐");
        if cut < source.len() {
            html.push_str("<p><em>The rest is too long to show here; export it to read it whole.</em></p>");
        }
        Self(lower_headings(&policy().clean(&html).to_string()))
    }

    /// The HTML text, for tests and for measuring.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Sanitised above; this is the only hand-written trust in the crate.
impl HtmlSafe for SafeHtml {}

fn policy() -> ammonia::Builder<'static> {
    let mut policy = ammonia::Builder::default();
    policy
        // Pictures from elsewhere would be third-party requests; the content policy refuses them anyway.
        .rm_tags(["img", "map", "area"])
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("nofollow noopener noreferrer"));
    policy
}

/// `h1` → `h2` … `h5` → `h6`, on sanitised output only, where tags are in canonical lower case.
fn lower_headings(html: &str) -> String {
    let mut out = html.to_owned();
    for level in (1..=5u8).rev() {
        let next = level + 1;
        out = out
            .replace(&format!("<h{level}>"), &format!("<h{next}>"))
            .replace(&format!("</h{level}>"), &format!("</h{next}>"));
    }
    out
}
