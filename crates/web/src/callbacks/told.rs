//! What a press came to, in the one sentence that fits on a lock screen.

use jiff::tz::TimeZone;
use nightbell_engine::domain::{
    ids::UserId,
    org::Organisation,
    paging::{Page, PageStatus},
    record::{Actor, Instant},
};
use nightbell_engine::paging::Button;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Whether the page is out of the presser's way.
    pub done: bool,
    /// The sentence.
    pub text: String,
}

impl Told {
    /// After a press by `me` that was not refused.
    pub(super) fn of(org: &Organisation, page: &Page, me: &UserId, button: Button) -> Self {
        let done = |text: String| Self { done: true, text };
        match &page.status {
            PageStatus::Acknowledged { by: Actor::User(by), .. } if by == me && button == Button::StillOn => {
                done(match page.awake {
                    Some(awake) => format!(
                        "Noted: it is still yours, and nobody is called before {}.",
                        clock(org, me, awake.rings_again_at())
                    ),
                    None => "Noted: it is still yours.".to_owned(),
                })
            }
            PageStatus::Acknowledged { by: Actor::User(by), .. } if by == me => {
                done("Acknowledged: it is yours, and nobody else is called.".to_owned())
            }
            PageStatus::Acknowledged { by: Actor::User(by), .. } => {
                let name = org.users.get(by).map_or_else(|| format!("@{by}"), |user| user.name.clone());
                done(format!("{name} has it already; nobody else is called."))
            }
            PageStatus::Acknowledged { .. } => done("Somebody has it already; nobody else is called.".to_owned()),
            PageStatus::Ended { .. } => done("Noted. There is nothing left to do.".to_owned()),
            // Everybody must answer for themselves.
            PageStatus::Ringing | PageStatus::Exhausted { .. } => {
                done("Noted: you have it. It rings on until everybody who must has answered.".to_owned())
            }
        }
    }

    /// It was refused, or could not be stored: the page rings on.
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self { done: false, text: text.into() }
    }
}

/// `14:05 CET`, by the person's clock.
pub(super) fn clock(org: &Organisation, whose: &UserId, at: Instant) -> String {
    let zone = org.users.get(whose).and_then(|user| TimeZone::get(&user.time_zone).ok()).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%H:%M %Z").to_string()
}
