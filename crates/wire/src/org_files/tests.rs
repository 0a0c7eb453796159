//! Tests of organisation files: the contract's example, mistakes with their exact words, plans, round trips, hostile input.

mod escalation_doc;
mod example;
mod hostile;
mod mistakes;
mod plans;
mod round_trip;
mod schema;

use super::{FileProblem, ParsedFiles, SourceFile, parse};
use nightbell_domain::org::Organisation;

const EXAMPLE: &str = include_str!("fixtures/contract-example.yaml");
const RUNBOOK: &str = "---\nid: stripe-webhook-failures\nservices: [checkout]\n---\n# Runbook: Stripe webhook failures\n\n## Symptoms\n\nCheckouts fail.\n";

/// Parses files given as (path, content); made keys are `fresh-{integration}`.
fn read(files: &[(&str, &str)]) -> Result<ParsedFiles, Vec<FileProblem>> {
    let files: Vec<SourceFile<'_>> = files.iter().map(|(path, content)| SourceFile { path, content }).collect();
    parse(&files, &mut |id| format!("fresh-{id}"))
}

/// One sound file under `version: 1`.
fn sound(content: &str) -> ParsedFiles {
    read(&[("o.yaml", &format!("version: 1\n{content}"))]).unwrap_or_else(|p| panic!("{}", shown(&p)))
}

fn organisation(parsed: &ParsedFiles) -> Organisation {
    let mut org = Organisation::default();
    parsed.objects.iter().cloned().for_each(|object| org.put(object));
    org
}

fn shown(problems: &[FileProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
