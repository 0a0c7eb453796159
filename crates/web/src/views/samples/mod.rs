//! Every page filled with the checkout outage of the playbook, plainly or with hostile text in each human-written field.
//!
//! Is: data for the tests of the views and for the gallery example, which both list [`pages`]. Is not: shipped code.

mod care;
mod manage;
mod policies;
mod reach;
mod respond;
mod room;
mod turns;
mod woken;

use super::{Choice, Clock, Flash, FlashKind, Nav, OpenIncident, Shell, Tag, UserChip, When};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Text no page may let through as markup, followed by a word no layout expects.
pub(super) const HOSTILE: &str = "</textarea></title><script>alert('x')</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} \
    Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft\u{202e}";

/// One way of speaking: as people do, or as an attacker does.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    /// Hostile text around everything a human or a machine outside may have written.
    pub hostile: bool,
}

impl Voice {
    /// `text` as this voice says it.
    pub(super) fn t(self, text: &str) -> String {
        if self.hostile { format!("{text} {HOSTILE}") } else { text.to_owned() }
    }
}

/// A rendered page: the file name the gallery gives it, and its HTML.
pub type Rendered = (&'static str, String);

/// Every page in every state worth looking at.
#[must_use]
pub fn pages(hostile: bool) -> Vec<Rendered> {
    let voice = Voice { hostile };
    let mut out = woken::pages(voice);
    out.extend(respond::pages(voice));
    out.extend(room::pages(voice));
    out.extend(manage::pages(voice));
    out.extend(care::pages(voice));
    out.extend(turns::pages(voice));
    out.extend(reach::pages(voice));
    out.extend(policies::pages(voice));
    out
}

/// 2 May 2026, 10:04 UTC.
pub(super) fn now() -> Timestamp {
    Timestamp::constant(1_777_716_240, 0)
}

/// A named zone, or UTC where the name is unknown.
pub(super) fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC)
}

/// The instant `minutes` after [`now`] (before, when negative), for a reader in Berlin.
pub(super) fn at(minutes: i64) -> When {
    When::new(instant(minutes), now(), &berlin())
}

/// A countdown to `minutes` from [`now`].
pub(super) fn until(minutes: i64) -> Clock {
    Clock::until(instant(minutes), now(), &berlin())
}

/// A clock running since `minutes` before [`now`].
pub(super) fn since(minutes: i64) -> Clock {
    Clock::since(instant(-minutes), now(), &berlin())
}

fn instant(minutes: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + minutes * 60).unwrap_or(now())
}

/// A frame with Alice signed in, while something rings and an incident is open.
pub(super) fn shell(v: Voice, title: &str, nav: Nav) -> Shell {
    Shell {
        title: v.t(title),
        user: Some(UserChip { name: v.t("Alice Example"), initials: "AE".into(), handle: "alice".into() }),
        csrf: "sample-csrf".into(),
        nav_current: nav,
        flash: None,
        ringing_count: 1,
        open_incidents: vec![OpenIncident {
            slug: "inc-2026-05-02-checkout-down".into(),
            title: v.t("Checkout down"),
            severity: Tag::severity("SEV1"),
            age: since(32),
        }],
        live: Some("/live?topic=home".into()),
        mail_inbox: true,
    }
}

/// A frame without a user.
pub(super) fn stranger(v: Voice, title: &str) -> Shell {
    Shell { user: None, ringing_count: 0, open_incidents: Vec::new(), live: None, ..shell(v, title, Nav::Elsewhere) }
}

/// A frame in which nothing rings.
pub(super) fn calm(v: Voice, title: &str, nav: Nav) -> Shell {
    Shell { ringing_count: 0, open_incidents: Vec::new(), ..shell(v, title, nav) }
}

/// A message in the frame.
pub(super) fn with_flash(mut shell: Shell, kind: FlashKind, text: String) -> Shell {
    shell.flash = Some(Flash { kind, text });
    shell
}

/// Choices from pairs; `selected` by value.
pub(super) fn choices(v: Voice, pairs: &[(&str, &str)], selected: &str) -> Vec<Choice> {
    pairs.iter().map(|(value, label)| Choice::new(*value, v.t(label), *value == selected)).collect()
}
