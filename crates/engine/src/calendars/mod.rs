//! Calendars beside the schedules: feeds that calendar programs subscribe to, calendars that are read in as turns or as absences.
//!
//! A feed is opened by its secret alone and shows shifts, which is all its holder learns; the past in it is what was (INV-12). Reading a calendar in
//! changes nothing that was agreed: turns become spans beside the plan ([`crate::rota`]), absences are noted and never take anybody off call: the
//! proof of reach does not count on who is away, and whoever looks sees it. Is not: the bytes (`wire::ical`), nor who is on call.

mod absence;
mod feed;
mod import;
mod shifts;

pub use absence::{ABSENCES_MAX, Busy, absences_of, forget_absence, note_absences, read_absences, say_absence};
pub use feed::{FEEDS_MAX, create_feed, feeds, open_feed, revoke_feed, use_feed};
pub use import::{Imported, ImportedSpan, Turns, import_turns, read_turns};
pub use nightbell_store::calendars::{Absence, Feed};
pub use shifts::feed_text;
