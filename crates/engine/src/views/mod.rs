//! What pages and the API show: each view is read in one consistent look at the store and handed over as domain values. No decision is
//! taken here and nothing is written.

mod alert;
mod home;
mod incident;
mod learning;
mod page;
mod past;
mod rota;
mod status;
mod why;

pub use alert::{AlertView, alert, alerts};
pub use home::{Home, home};
pub use incident::{RoomView, incidents, incidents_of, room};
pub use learning::{PostmortemView, action_items, blame_findings, postmortem, postmortems};
pub use page::{BESIDE_COUNTED_MAX, Beside, PageView, open_pages, page, told_beside};
pub use past::as_of;
pub use rota::{Carried, LoadView, OnSchedule, load, people, requests_of};
pub use status::{status_page, status_slugs};
pub use why::{Why, why};

/// A list and the cursor of what follows it.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next list begins; `None` at the end.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    fn of(items: Vec<T>, count_max: u32, key: impl Fn(&T) -> String) -> Self {
        let full = u32::try_from(items.len()).is_ok_and(|n| n >= count_max);
        let next = items.last().filter(|_| full).map(key);
        Self { items, next }
    }
}

/// The cursor of the newest entry: sorts after every id.
pub const NEWEST: &str = "~";
