//! How far a long command is: one line on the terminal that is written over. Nothing when nobody looks, and nothing for machines.

use crate::out::Out;
use std::io::{IsTerminal as _, Write as _, stderr};

/// Told about so many steps, only one is shown: a terminal is slower than a database.
const SHOWN_EVERY: u32 = 16;

/// The line.
pub struct Progress {
    seen: bool,
    steps: u32,
}

impl Progress {
    /// Shows only to people at a terminal.
    pub fn new(out: Out) -> Self {
        Self { seen: !out.json && stderr().is_terminal(), steps: 0 }
    }

    /// Says how far it is.
    pub fn show(&mut self, text: &str) {
        self.steps += 1;
        if self.seen && self.steps % SHOWN_EVERY == 1 {
            let _ = write!(stderr(), "\r\x1b[2K{text} …");
            let _ = stderr().flush();
        }
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        if self.seen && self.steps > 0 {
            let _ = write!(stderr(), "\r\x1b[2K");
            let _ = stderr().flush();
        }
    }
}
