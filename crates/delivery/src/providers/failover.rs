//! Several providers of one medium: when one refuses for a reason of its own, the next is asked at once, within the same attempt.
//!
//! Is not a decision about people: which method, and when again, is the engine's. What may have been sent is never sent by another provider in the
//! same attempt; the next attempt, which says that it is a repeat, begins with the next provider. Called by the rooms of media that have several.

use crate::lease::Lease;
use jiff::SignedDuration;
use nightbell_wire::outbound::{Outcome, Wrong};
use std::fmt::Write as _;

/// One attempt by these providers, each with the name it has in the settings; `attempt` is 1-based and says which is the first. The outcome tells
/// what each of them said. Without a provider there is nothing to say: `None`.
pub(crate) async fn failover<'p, P, Sending>(
    providers: &'p [P],
    name: impl Fn(&P) -> &'static str,
    attempt: u32,
    lease: &Lease,
    send: impl Fn(&'p P) -> Sending,
) -> Option<Outcome>
where
    Sending: Future<Output = Outcome>,
{
    let first = (attempt.saturating_sub(1) as usize).checked_rem(providers.len())?;
    let (before, after) = providers.split_at(first);
    let mut told = String::new();
    let mut refused: Option<Refused> = None;
    for (n, provider) in after.iter().chain(before).enumerate() {
        if n > 0 && lease.is_short() {
            told.push_str("; no time was left for the others");
            refused = Some(Refused::later(refused, None));
            break;
        }
        let outcome = send(provider).await;
        let separator = if n > 0 { "; " } else { "" };
        write!(told, "{separator}{}: {}", name(provider), outcome.detail()).expect("a text grows");
        match &outcome {
            Outcome::Deferred { retry_after, .. } => refused = Some(Refused::later(refused, *retry_after)),
            Outcome::Rejected { wrong: Wrong::Provider, .. } => refused = refused.or(Some(Refused::ForGood)),
            // Taken, perhaps taken, or a number that is wrong everywhere.
            Outcome::Accepted { .. }
            | Outcome::Unknown { .. }
            | Outcome::Rejected { wrong: Wrong::Address | Wrong::Gone, .. } => {
                return Some(outcome.told(|_| told));
            }
        }
    }
    Some(match refused {
        Some(Refused::Later(wait)) => Outcome::deferred(told, wait),
        Some(Refused::ForGood) | None => Outcome::wrong_provider(told),
    })
}

/// What remains when nobody took it: one that may take it later counts more than one that never will.
enum Refused {
    /// After so long, when each of them asked for a wait: the shortest.
    Later(Option<SignedDuration>),
    ForGood,
}

impl Refused {
    fn later(before: Option<Self>, wait: Option<SignedDuration>) -> Self {
        match before {
            Some(Self::Later(known)) => Self::Later(known.zip(wait).map(|(one, other)| one.min(other))),
            _ => Self::Later(wait),
        }
    }
}

#[cfg(test)]
mod tests;
