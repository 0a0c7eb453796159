//! `nightbell verify`: proves that the stored history is whole, unaltered and folds to what is shown. Reads only, a slice at a time; safe beside a
//! running server.

use super::{DataArgs, progress::Progress};
use crate::{
    failure::Failure,
    out::{self, Out},
};
use clap::Args;
use nightbell_engine::verify::{Proof, in_slices};
use serde_json::{Value, json};

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
    let place = arguments.data.place()?;
    let mut progress = Progress::new(out);
    let proof = in_slices(place.reader()?.as_mut(), &mut |proof| {
        progress.show(&format!("{} events of {} streams", proof.events, proof.streams));
    });
    progress.end();
    let proof = proof?;
    out.item(&item(&proof), |_| say(&proof));
    match proof.wrong() {
        0 => Ok(()),
        n => Err(Failure::findings(format!(
            "{n} {} wrong. What is named above may page wrongly or not at all; paging goes on for everything else. \
             Keep a copy of the data as it is, then restore the newest backup that verifies: nightbell restore FILE",
            if n == 1 { "thing is" } else { "things are" }
        ))),
    }
}

/// The proof for machines.
pub(super) fn item(proof: &Proof) -> Value {
    json!({
        "streams": proof.streams,
        "events": proof.events,
        "notifications": proof.notifications,
        "attempts": proof.attempts,
        "objects": proof.objects,
        "head": { "position": proof.head.position, "hash": proof.head.hash },
        "findings": proof.findings,
        "more_findings": proof.more_findings,
    })
}

fn say(proof: &Proof) -> String {
    let mut lines = vec![format!(
        "{} events of {} streams, {} attempts of {} notifications and {} objects were checked.",
        proof.events, proof.streams, proof.attempts, proof.notifications, proof.objects
    )];
    lines.push(head(proof));
    lines.extend(proof.findings.iter().map(|finding| out::harmless(finding)));
    if proof.more_findings > 0 {
        lines.push(format!("… and {} more.", proof.more_findings));
    }
    if proof.wrong() == 0 {
        lines.push(out::good("Every event is there, unaltered, and folds to what is shown."));
    }
    lines.join("\n")
}

/// Where the journal ends: what to note down, so that a journal that was cut off shows.
pub(super) fn head(proof: &Proof) -> String {
    match proof.head.position {
        0 => "The journal is empty.".to_owned(),
        position => format!("The journal ends at {position}, hash {}.", proof.head.hash),
    }
}
