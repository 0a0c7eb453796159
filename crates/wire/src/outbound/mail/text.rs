//! The plain text part. Lines of the alert's own start with `| `, so that none can pass for one of ours.

use crate::outbound::facts::Facts;

pub(super) fn render(facts: &Facts) -> String {
    let mut out = format!("{}\n\n{}\n\n", facts.greeting, facts.title);
    for (name, value) in &facts.rows {
        out.push_str(&format!("{:<12}{value}\n", format!("{name}:")));
    }
    out.push_str(&format!("{:<12}{}\n", "Runbook:", facts.runbook_url.as_deref().unwrap_or("none is linked")));
    if !facts.also.is_empty() {
        out.push_str("\nIn the same message:\n");
        for line in &facts.also {
            out.push_str(&format!("| {line}\n"));
        }
    }
    if let Some(ack_url) = &facts.ack_url {
        out.push_str(&format!(
            "\n{}:\n{ack_url}\n(Opens without signing in; press the button there. Opening it changes nothing.)\n",
            facts.button
        ));
    }
    if facts.ack_url.is_some() && !facts.also.is_empty() {
        out.push_str("One press takes this one, another takes all of this message.\n");
    }
    if let Some(next) = &facts.next {
        out.push_str(&format!("\nIf you do nothing: {next}\n"));
    }
    if !facts.details.is_empty() {
        out.push_str("\nDetails, as sent by the tool:\n");
        for line in &facts.details {
            out.push_str(format!("| {line}").trim_end());
            out.push('\n');
        }
    }
    out.push_str(&format!("\nEverything about it:\n{}\n\n{}\n", facts.url, facts.footer));
    out
}
