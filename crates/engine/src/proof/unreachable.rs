//! Who would be on call and could not be reached: asked before a schedule is published, which then needs a stated override.

use super::standing::{Known, standing};
use nightbell_calendar::{CalendarError, Rota};
use nightbell_domain::{
    ids::UserId,
    org::{Organisation, Urgency},
    record::Instant,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Somebody who is on call on a schedule and whom a page would not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreachable {
    /// The handle as the schedule has it; it may be nobody's.
    pub who: String,
    /// Begin of their first turn in the span.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
    /// `@bob has no verified contact method`.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// Everybody on call on a rota in `[from, to)`, backups too, whom a page of high urgency would not reach; each once, by their first such turn.
///
/// # Errors
/// When the rota cannot be worked out.
pub fn unreachable(
    org: &Organisation,
    known: &Known,
    rota: &Rota,
    from: Instant,
    to: Instant,
) -> Result<Vec<Unreachable>, CalendarError> {
    let mut found: BTreeMap<String, Unreachable> = BTreeMap::new();
    for shift in rota.shifts(from, to)? {
        for member in shift.everyone().chain(&shift.backup) {
            let who = member.as_str();
            if found.contains_key(who) {
                continue;
            }
            let why = match who.parse::<UserId>() {
                Err(no) => Some((no.0, "Put somebody else there.".to_owned())),
                Ok(user) => {
                    let away = known.away(&user, shift.from, shift.to).next().map(|away| {
                        let until = away.to.strftime("%Y-%m-%d %H:%M UTC");
                        (
                            format!("@{user} is away until {until}"),
                            format!("Find somebody to take the turns of @{user}."),
                        )
                    });
                    standing(org, known, &user, Urgency::High).err().map(|lack| (lack.why, lack.fix)).or(away)
                }
            };
            if let Some((why, fix)) = why {
                let one = Unreachable { who: who.to_owned(), from: shift.from, to: shift.to, why, fix };
                found.insert(who.to_owned(), one);
            }
        }
    }
    let mut found: Vec<Unreachable> = found.into_values().collect();
    found.sort_by(|a, b| (a.from, &a.who).cmp(&(b.from, &b.who)));
    Ok(found)
}
