//! An incident as people read it in a terminal.

use crate::out;
use serde_json::Value;

/// The whole of it.
pub fn incident(incident: &Value) -> String {
    let seat = |role: &str| match incident.pointer(&format!("/roles/{role}")) {
        Some(Value::Array(people)) if people.is_empty() => "empty".to_owned(),
        None | Some(Value::Null) => "empty".to_owned(),
        some => out::cell(some),
    };
    let mut lines = vec![
        out::bold(&out::field(incident, "/title")),
        standing(incident),
        format!(
            "commander {} · ops {} · comms {} · scribe {}",
            seat("commander"),
            seat("ops"),
            seat("comms"),
            seat("scribe")
        ),
        format!("next update promised: {}", out::cell(incident.pointer("/promise"))),
        format!("the public reads: {}", public(incident)),
    ];
    lines.extend(section(incident, "/mitigations", &[("mitigation", "/key"), ("state", "/state"), ("what", "/title")]));
    lines.extend(section(
        incident,
        "/adherence/rules",
        &[("rule", "/rule"), ("standing", "/standing"), ("due", "/due_at"), ("detail", "/detail")],
    ));
    lines.join("\n")
}

/// Slug, severity and status in a line.
pub fn standing(incident: &Value) -> String {
    let field = |pointer| out::field(incident, pointer);
    format!(
        "{} · {} · {} · since {}",
        field("/slug"),
        field("/severity").to_uppercase(),
        field("/status"),
        out::cell(incident.pointer("/declared_at"))
    )
}

fn public(incident: &Value) -> String {
    match incident.get("public") {
        None | Some(Value::Null) => "nothing yet".to_owned(),
        Some(face) => format!(
            "{} ({}, {})",
            out::field(face, "/text"),
            out::field(face, "/status"),
            out::cell(face.pointer("/at"))
        ),
    }
}

fn section(incident: &Value, pointer: &str, columns: &[out::Column]) -> Vec<String> {
    match incident.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => Vec::new(),
        Some(items) => vec![String::new(), out::table(items, columns)],
    }
}
