//! Resident memory of a server that has nothing to do.

use std::path::Path;
use std::time::Duration;

use super::running::{House, rest};
use super::table::{Measure, Report};
use crate::repo::Result;

/// The aim is 20 MiB.
const TARGET_MIB: f64 = 40.0;
const SETTLE: Duration = Duration::from_secs(10);
const LOOKS: usize = 10;

/// Waits until it has settled, then looks once a second.
///
/// # Errors
/// When it does not start, or there is no `/proc`.
pub fn run(root: &Path) -> Result<Report> {
    let house = House::new(root)?;
    let server = house.serve()?;
    rest(SETTLE);
    let mut samples = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        samples.push(server.resident_mib()?);
        rest(Duration::from_secs(1));
    }
    let measure = Measure {
        what: "resident memory, idle".to_owned(),
        unit: "MiB",
        samples,
        target_max: Some(TARGET_MIB),
        median_max: None,
        method: "VmRSS of the release binary, once a second from the tenth second on (aim 20 MiB)".to_owned(),
    };
    Ok(Report { measures: vec![measure], ..Report::default() })
}
