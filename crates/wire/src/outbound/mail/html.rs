//! The HTML part: the same words, no images, scripts or remote anything. Every value is escaped; only http(s) addresses become links.

use crate::outbound::facts::Facts;

/// How every mail's markup begins.
pub(super) const OPENING: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n\
     <body style=\"font:16px/1.5 sans-serif;margin:0 auto;max-width:40em;padding:1em\">\n";

pub(super) fn render(facts: &Facts) -> String {
    let mut out = String::from(OPENING);
    out.push_str(&format!(
        "<p>{}</p>\n<h1 style=\"font-size:22px\">{}</h1>\n",
        escape(&facts.greeting),
        escape(&facts.title)
    ));
    if let Some(ack_url) = &facts.ack_url {
        let button = "display:inline-block;padding:14px 22px;background:#1d4ed8;color:#ffffff;font-weight:bold;border-radius:6px";
        let words = facts.opens;
        out.push_str(&format!(
            "<p>{}<br>Opens without signing in; press the button there. Opening it changes nothing.</p>\n",
            link(ack_url, words, button)
        ));
    }
    if !facts.also.is_empty() {
        let items: String = facts.also.iter().map(|line| format!("<li>{}</li>\n", escape(line))).collect();
        out.push_str(&format!("<p><strong>In the same message:</strong></p>\n<ul>\n{items}</ul>\n"));
        if facts.ack_url.is_some() {
            out.push_str("<p>One press takes this one, another takes all of this message.</p>\n");
        }
    }
    if let Some(next) = &facts.next {
        out.push_str(&format!("<p><strong>If you do nothing:</strong> {}</p>\n", escape(next)));
    }
    out.push_str("<dl>\n");
    for (name, value) in &facts.rows {
        out.push_str(&format!("<dt><strong>{name}</strong></dt><dd>{}</dd>\n", escape(value)));
    }
    let runbook = facts.runbook_url.as_deref().map_or_else(|| "none is linked".to_owned(), |url| link(url, url, ""));
    out.push_str(&format!("<dt><strong>Runbook</strong></dt><dd>{runbook}</dd>\n</dl>\n"));
    if !facts.details.is_empty() {
        let lines = facts.details.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n");
        out.push_str("<h2 style=\"font-size:18px\">Details, as sent by the tool</h2>\n");
        out.push_str(&format!("<pre style=\"white-space:pre-wrap;overflow-wrap:anywhere\">{lines}</pre>\n"));
    }
    out.push_str(&format!(
        "<p>{}</p>\n<p>{}</p>\n</body></html>\n",
        link(&facts.url, "Everything about it", ""),
        escape(&facts.footer)
    ));
    out
}

/// A link when the address is one, else its escaped text.
pub(super) fn link(url: &str, text: &str, style: &str) -> String {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return escape(url);
    }
    let style = if style.is_empty() { String::new() } else { format!(" style=\"{style}\"") };
    format!("<a href=\"{}\"{style}>{}</a>", escape(url), escape(text))
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
