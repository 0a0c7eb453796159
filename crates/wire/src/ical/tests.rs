//! Calendars both ways: what a feed looks like to the byte, what is read of other programs' files, and what hostile ones are told.

mod feeds;
mod hostile;
mod recurrences;
