//! How well a page reaches somebody, in words: what rings them, whether anything proved it lately, and the one thing to do about it.
//!
//! Is not: the rule of who counts as reached for coverage (`engine::proof`); it says the same of one person, and that a method this server cannot
//! send by rings nobody. Callers: the presenters of this folder.

use super::{Eyes, medium, said, told};
use crate::views::{
    Link,
    reach::{NextStep, Standing},
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    domain::org::{Contact, Urgency},
    people::{Method, Reach},
    proof::PROVEN_WITHIN,
};
use std::collections::BTreeSet;

/// What this server sends by, by its word.
type Media = BTreeSet<&'static str>;

/// The methods that ring for what may not wait, of those this server can send by.
fn rings<'r>(reach: &'r Reach, media: &Media) -> Vec<(SignedDuration, &'r Contact)> {
    let sent = |contact: &Contact| media.contains(contact.kind.word());
    reach.ladder(Urgency::High).into_iter().filter(|(_, contact)| sent(contact)).collect()
}

/// The methods that ring, with what is known of each.
fn known<'r>(reach: &'r Reach, media: &Media) -> Vec<&'r Method> {
    let rings = rings(reach, media);
    reach.methods.iter().filter(|method| rings.iter().any(|(_, contact)| contact.id == method.contact.id)).collect()
}

fn proven_at(method: &Method) -> Option<Timestamp> {
    let sound = method.broken.is_none() && method.missed_at.is_none();
    method.proven.as_ref().filter(|_| sound).map(|(at, _)| *at)
}

/// How well a page reaches them.
pub(super) fn of(reach: &Reach, media: &Media, now: Timestamp) -> Standing {
    let methods = known(reach, media);
    let lately = |at: Timestamp| now.duration_since(at) <= PROVEN_WITHIN;
    match methods.as_slice() {
        [] => Standing::Unreached,
        some if some.iter().any(|method| proven_at(method).is_some_and(lately)) => Standing::Proved,
        _ => Standing::Unproved,
    }
}

/// `A page reaches you at once by push, after 1 min by a call.`
pub(super) fn in_short(reach: &Reach, media: &Media) -> String {
    let rings = rings(reach, media);
    if !rings.is_empty() {
        return format!("A page reaches you {}.", told(&rings));
    }
    let all = reach.ladder(Urgency::High);
    if all.is_empty() {
        return "No page reaches you: no method is verified.".to_owned();
    }
    let words: BTreeSet<&str> = all.iter().map(|(_, contact)| said(contact.kind.word())).collect();
    let words = words.into_iter().collect::<Vec<_>>().join(" or ");
    format!("No page reaches you: this server cannot send by {words}.")
}

/// When something last proved that.
pub(super) fn proved(eyes: &Eyes<'_>, reach: &Reach, media: &Media) -> String {
    let methods = known(reach, media);
    let newest = methods.iter().filter_map(|method| proven_at(method).map(|at| (at, method))).max_by_key(|(at, _)| *at);
    let days = PROVEN_WITHIN.as_hours() / 24;
    match newest {
        None if methods.is_empty() => String::new(),
        None => "Nothing has proved yet that it rings: test it.".to_owned(),
        Some((at, _)) if eyes.now.duration_since(at) > PROVEN_WITHIN => {
            format!("Nothing has proved for {days} days that it rings: test it.")
        }
        Some((at, method)) => format!("Proved {} by {}.", eyes.when(at).ago, method.contact.id),
    }
}

/// The one thing to do.
pub(super) fn next(reach: &Reach, media: &Media, now: Timestamp) -> NextStep {
    let standing = of(reach, media, now);
    if standing == Standing::Unreached {
        return to_be_reached(reach, media);
    }
    // The one that rings first; of those, whichever has not proved itself for longest.
    let rings = rings(reach, media);
    let proven = |contact: &Contact| reach.methods.iter().find(|m| m.contact.id == contact.id).and_then(proven_at);
    let first = rings.iter().min_by_key(|(after, contact)| (*after, proven(contact)));
    first.map_or(NextStep::Nothing, |(_, contact)| NextStep::Test {
        id: contact.id.to_string(),
        urge: standing == Standing::Unproved,
    })
}

/// What brings a first method about: the code it was sent, a code, a method.
fn to_be_reached(reach: &Reach, media: &Media) -> NextStep {
    let sent = |method: &&Method| media.contains(method.contact.kind.word());
    let unproved: Vec<&Method> = reach.methods.iter().filter(sent).filter(|m| !m.contact.verified).collect();
    let there = |method: &Method| format!("#method-{}", method.contact.id);
    match (unproved.iter().find(|method| method.code.is_some()), unproved.first()) {
        (Some(method), _) => NextStep::Go(Link::new(there(method), "Enter the code")),
        (None, Some(method)) => {
            NextStep::Go(Link::new(there(method), format!("Prove {}", said(method.contact.kind.word()))))
        }
        (None, None) if media.is_empty() => NextStep::Nothing,
        (None, None) => NextStep::Go(Link::new("#add", "Add a method")),
    }
}

/// What keeps pages from them, or may.
pub(super) fn warnings(reach: &Reach, media: &Media) -> Vec<String> {
    let mut all = Vec::new();
    let rings = rings(reach, media);
    if rings.is_empty() && reach.next_turn.is_some() {
        all.push("While you are on call, pages go on to the next person.".to_owned());
    }
    if rings.is_empty() && !reach.ladder(Urgency::High).is_empty() {
        let names: BTreeSet<&str> = media.iter().map(|word| medium(word)).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        all.push(match names.as_str() {
            "" => "It cannot send by anything yet: ask an administrator.".to_owned(),
            names => format!("It sends by: {names}. Add one of these, or ask an administrator."),
        });
    }
    if rings.len() == 1 && reach.next_turn.is_some() {
        all.push("One method alone rings you: when it fails, the page goes on to the next person.".to_owned());
    }
    all
}
