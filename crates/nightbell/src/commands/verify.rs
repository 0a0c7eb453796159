//! `nightbell verify`: proves that the stored history is whole, unaltered and folds to what is shown. Reads only; safe beside a running server.

use super::DataArgs;
use crate::{
    failure::Failure,
    out::{self, Out},
};
use clap::Args;
use nightbell_engine::verify::verify;
use serde_json::json;

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub data: DataArgs,
}

/// Runs it.
///
/// # Errors
/// When the data cannot be opened; findings when something is wrong with it.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let proof = arguments.data.place()?.read(verify)?;
    let item = json!({ "streams": proof.streams, "events": proof.events, "findings": proof.findings });
    out.item(&item, |_| {
        let mut lines = vec![format!("{} events of {} streams were checked.", proof.events, proof.streams)];
        lines.extend(proof.findings.iter().map(|finding| out::harmless(finding)));
        if proof.findings.is_empty() {
            lines.push(out::good("Every event is there, unaltered, and folds to what is shown."));
        }
        lines.join("\n")
    });
    match proof.findings.len() {
        0 => Ok(()),
        n => Err(Failure::findings(format!(
            "{n} streams are damaged. Paging goes on for all others. Restore these from a backup."
        ))),
    }
}
