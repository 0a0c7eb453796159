//! `nightbell` alone: says what to do next.

use crate::{
    data::{DataFolder, FOLDER},
    failure::Failure,
    out,
};

const START: &str = "\
Nightbell wakes the right person, runs the response and keeps what was learned.

There is no data here yet. Start with one of these:
  nightbell init --email you@example.com   make the data folder and the first administrator
  nightbell --help                         every command";

const GO_ON: &str = "\
Nightbell wakes the right person, runs the response and keeps what was learned.

The data is in nightbell-data. Next:
  nightbell serve                            run the server
  nightbell apply organisation.yaml --plan   see what organisation files would change
  nightbell explain --service checkout       who would be woken, when and why
  nightbell oncall                           who is on call now
  nightbell --help                           every command";

/// Runs it.
pub fn run() -> Result<(), Failure> {
    let there = DataFolder::new(FOLDER).database().is_file();
    out::line(if there { GO_ON } else { START });
    Ok(())
}
