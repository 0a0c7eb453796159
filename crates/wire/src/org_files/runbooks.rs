//! Runbook files: Markdown with a head that gives `id` and `services`. The head is read by the domain; here it is held to
//! the rule of organisation files that an unknown key is a mistake, and written for the export.

use super::{
    FILE_BYTES_MAX,
    problem::FileProblem,
    tree::{Fields, Position, too_large},
};
use nightbell_domain::{
    ids::{IdError, ServiceId},
    org::RunbookSource,
    text::{
        runbook::{RunbookError, parse_runbook},
        suggest::closest,
    },
};

const KEYS: [&str; 3] = ["id", "title", "services"];
const HEAD: &str = "a runbook begins with its id and services: a line \"---\", then \"id: my-runbook\" and \"services: [checkout]\", then a line \"---\"";

/// The head of a runbook: the lines between the two `---`, each with its number from 1, and the text below.
struct Head<'a> {
    lines: Vec<(usize, &'a str)>,
    body: &'a str,
}

/// Splits the head off; `None` without a complete one.
fn head(markdown: &str) -> Option<Head<'_>> {
    let text = markdown.strip_prefix('\u{FEFF}').unwrap_or(markdown);
    let mut lines = Vec::new();
    let mut used = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        used += line.len();
        let is_rule = line.trim_end() == "---";
        match (index, is_rule) {
            (0, true) => {}
            (0, false) => return None,
            (_, true) => return Some(Head { lines, body: &text[used..] }),
            (_, false) => lines.push((index + 1, line.trim_end())),
        }
    }
    None
}

fn key_of(line: &str) -> Option<&str> {
    let line = line.trim();
    if line.starts_with('#') { None } else { line.split_once(':').map(|(key, _)| key.trim()) }
}

/// Reads a runbook file.
pub(super) fn read(path: &str, content: &str) -> Result<(RunbookSource, Fields), Vec<FileProblem>> {
    let at = |line: usize| Some(Position { line, column: 1 });
    let fail = |line: usize, message: String| Err(vec![FileProblem::new(path, at(line), message)]);
    if content.len() > FILE_BYTES_MAX {
        return fail(1, too_large(content.len()));
    }
    let runbook = match parse_runbook(content) {
        Ok((runbook, _)) => runbook,
        Err(RunbookError::FrontMatter { line, problem }) => return fail(line, problem),
        Err(RunbookError::TooDeep { line }) => {
            return fail(line, "lists, quotes or marks are nested too deep".to_owned());
        }
        Err(error @ RunbookError::TooLarge { .. }) => {
            let text = error.to_string();
            return fail(1, text.strip_prefix("line 1: ").unwrap_or(&text).to_owned());
        }
    };
    let Some(head) = head(content) else { return fail(1, HEAD.to_owned()) };
    let line_of = |key: &str| head.lines.iter().find(|(_, line)| key_of(line) == Some(key)).map(|(number, _)| *number);
    let mut problems = Vec::new();
    for (number, key) in head.lines.iter().filter_map(|(number, line)| key_of(line).map(|key| (*number, key))) {
        if !KEYS.contains(&key) {
            let near = closest(key, KEYS).map(ToOwned::to_owned);
            let known = if near.is_some() { "" } else { "; known keys here: id, title, services" };
            let message = format!("unknown key {}{known}", super::decode::quote(key));
            problems.push(FileProblem::new(path, at(number), message).suggest(near));
        }
    }
    let services: Result<Vec<ServiceId>, IdError> = runbook.services.iter().map(|s| s.parse()).collect();
    let services =
        services.map_err(|e| problems.push(FileProblem::new(path, at(line_of("services").unwrap_or(1)), e.0)));
    let id = match line_of("id") {
        Some(line) => runbook.id.parse().map_err(|e: IdError| problems.push(FileProblem::new(path, at(line), e.0))),
        None => {
            problems.push(FileProblem::new(path, at(1), HEAD));
            Err(())
        }
    };
    match (id, services) {
        (Ok(id), Ok(services)) if problems.is_empty() => {
            let mut fields = Fields::default();
            let whole = Position { line: 1, column: 1 };
            fields.set("", whole);
            fields.set("id", line_of("id").and_then(at).unwrap_or(whole));
            fields.set("services", line_of("services").and_then(at).unwrap_or(whole));
            Ok((RunbookSource { id, services, markdown: content.to_owned() }, fields))
        }
        _ => Err(problems),
    }
}

/// The file of a stored runbook: as stored when its head says what is stored, else with the head put right.
pub(super) fn file_of(runbook: &RunbookSource) -> String {
    let head = head(&runbook.markdown);
    let says_so = head.is_some()
        && read("", &runbook.markdown)
            .is_ok_and(|(read, _)| read.id == runbook.id && read.services == runbook.services);
    if says_so {
        return runbook.markdown.clone();
    }
    let services: Vec<&str> = runbook.services.iter().map(ServiceId::as_str).collect();
    let mut file = format!("---\nid: {}\nservices: [{}]\n", runbook.id, services.join(", "));
    let body = match &head {
        Some(head) => {
            for (_, line) in head.lines.iter().filter(|(_, line)| key_of(line) == Some("title")) {
                file.push_str(line);
                file.push('\n');
            }
            head.body
        }
        None => runbook.markdown.strip_prefix('\u{FEFF}').unwrap_or(&runbook.markdown),
    };
    file + "---\n" + body
}
