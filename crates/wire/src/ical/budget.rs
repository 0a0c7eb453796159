//! What reading one calendar may cost, all of its events together, so that none makes anybody wait.

use super::{Mistake, read::Event};

/// Steps of one calendar: about as many turns of recurrences that are looked at, found or passed over. Far more than a year of a big team needs, and
/// done within a second.
pub const STEPS_MAX: u64 = 250_000;

/// What is left of it, and whose turn it is.
pub(super) struct Budget<'a> {
    left: u64,
    event: Option<&'a Event>,
}

impl<'a> Budget<'a> {
    pub(super) fn whole() -> Self {
        Self { left: STEPS_MAX, event: None }
    }

    /// From now on an event spends it.
    pub(super) fn turn_to(&mut self, event: &'a Event) {
        self.event = Some(event);
    }

    /// # Errors
    /// It is used up, with the line and the name of the event that did.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Mistake> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                let (line, summary) = self.event.map_or((1, ""), |event| (event.line, event.summary.as_str()));
                let name: String = summary.chars().filter(|c| !c.is_control()).take(60).collect();
                let message = format!(
                    "the events up to {name:?} repeat so often, or since so long ago, that counting them takes more than {STEPS_MAX} steps; \
                     export a shorter time, begin them later, or end them with UNTIL"
                );
                Err(Mistake::at(line, message))
            }
        }
    }
}
