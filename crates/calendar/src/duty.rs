//! Who has an instant: the turn that runs, and what overrides make of it.
//!
//! The rules of docs/schedules.md, on borrowed names. Crate-private; [`crate::plan`] asks it.

use crate::cover::Cover;
use crate::model::{Backup, Layer, Member, OverrideKind, ShiftSource};

/// The people on call at an instant and what put them there.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Duty<'a> {
    pub(crate) primary: &'a Member,
    pub(crate) also: Vec<&'a Member>,
    pub(crate) backup: Option<&'a Member>,
    pub(crate) shadows: Vec<&'a Member>,
    source: Source<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    Layer(&'a str),
    Override,
}

/// A turn of a layer that somebody has.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) layer: &'a Layer,
    /// Index of its slot, which is not empty.
    pub(crate) position: usize,
}

impl Duty<'_> {
    pub(crate) fn source(&self) -> ShiftSource {
        match self.source {
            Source::Layer(name) => ShiftSource::Layer(name.to_owned()),
            Source::Override => ShiftSource::Override,
        }
    }

    /// Whether somebody is on call.
    fn has(&self, member: &Member) -> bool {
        self.primary == member || self.also.contains(&member)
    }
}

impl<'a> Turn<'a> {
    /// What the layer says. `None` of an empty slot.
    fn duty(self, backup: Backup) -> Option<Duty<'a>> {
        let (primary, also) = self.layer.members.get(self.position)?.members.split_first()?;
        let source = Source::Layer(&self.layer.name);
        let mut duty = Duty { primary, also: also.iter().collect(), backup: None, shadows: Vec::new(), source };
        duty.backup = self.behind(backup, &duty, None);
        Some(duty)
    }

    /// The next in the rotation who is not on call; nor is it `but`.
    fn behind(self, backup: Backup, duty: &Duty<'a>, but: Option<&Member>) -> Option<&'a Member> {
        if backup == Backup::None {
            return None;
        }
        let slots = &self.layer.members;
        let round = slots[self.position..].iter().chain(&slots[..self.position]);
        round.flat_map(|slot| &slot.members).find(|member| !duty.has(member) && Some(*member) != but)
    }
}

/// Who has it, after the overrides that cover the instant, in the order they are listed. `None` when nobody has.
pub(crate) fn people<'a>(
    turn: Option<Turn<'a>>,
    backup: Backup,
    covers: impl DoubleEndedIterator<Item = Cover<'a>> + Clone,
) -> Option<Duty<'a>> {
    let mut duty = turn.and_then(|turn| turn.duty(backup));
    // The last one that takes everything wipes out all replacements before it.
    let takes_all = |cover: &Cover<'_>| cover.kind == OverrideKind::Replace && cover.instead_of.is_none();
    let wiped = covers.clone().rev().position(|cover| takes_all(&cover)).map(|after| covers.clone().count() - after);
    if let Some(last) = wiped.and_then(|count| covers.clone().nth(count - 1)) {
        duty = Some(take_all(duty, last.user));
    }
    for cover in covers.clone().skip(wiped.unwrap_or(0)) {
        if let (Some(duty), OverrideKind::Replace, Some(place)) = (&mut duty, cover.kind, cover.instead_of) {
            stand_in(duty, cover.user, place, turn, backup);
        }
    }
    let of = |kind| covers.clone().filter(move |cover| cover.kind == kind).map(|cover| cover.user);
    for user in of(OverrideKind::Add) {
        join(&mut duty, user);
    }
    let mut duty = duty?;
    for user in of(OverrideKind::ReverseShadow) {
        lead(&mut duty, user);
    }
    for user in of(OverrideKind::Shadow) {
        if !duty.has(user) && !duty.shadows.contains(&user) {
            duty.shadows.push(user);
        }
    }
    if duty.backup.is_some_and(|backup| duty.has(backup)) {
        duty.backup = turn.and_then(|turn| turn.behind(backup, &duty, None));
    }
    Some(duty)
}

/// Somebody alone has it.
fn take_all<'a>(duty: Option<Duty<'a>>, user: &'a Member) -> Duty<'a> {
    let source = Source::Override;
    let Some(duty) = duty else {
        return Duty { primary: user, also: Vec::new(), backup: None, shadows: Vec::new(), source };
    };
    if duty.primary == user && duty.also.is_empty() {
        return duty;
    }
    // A backup who takes the shift leaves their place to the person they stand in for.
    let backup = if duty.backup == Some(user) { Some(duty.primary) } else { duty.backup };
    Duty { primary: user, also: Vec::new(), backup, shadows: Vec::new(), source }
}

/// Somebody takes the place of one person, wherever that person stands.
fn stand_in<'a>(duty: &mut Duty<'a>, user: &'a Member, place: &'a Member, turn: Option<Turn<'a>>, backup: Backup) {
    if user == place {
        return;
    }
    if duty.backup == Some(place) {
        let there = duty.has(user);
        duty.backup = if there { turn.and_then(|turn| turn.behind(backup, duty, Some(place))) } else { Some(user) };
        return;
    }
    if duty.primary == place {
        duty.also.retain(|member| *member != user);
        duty.primary = user;
        duty.source = Source::Override;
    } else if duty.primary == user || duty.also.contains(&user) {
        duty.also.retain(|member| *member != place);
        return;
    } else if let Some(found) = duty.also.iter_mut().find(|member| **member == place) {
        *found = user;
    } else {
        return;
    }
    if duty.backup == Some(user) {
        duty.backup = Some(place);
    }
}

/// Somebody is on call as well.
fn join<'a>(duty: &mut Option<Duty<'a>>, user: &'a Member) {
    match duty {
        None => *duty = Some(take_all(None, user)),
        Some(duty) if duty.has(user) => {}
        Some(duty) => duty.also.push(user),
    }
}

/// Somebody is called first, and whoever was first is rung together with them.
fn lead<'a>(duty: &mut Duty<'a>, user: &'a Member) {
    if duty.primary == user {
        return;
    }
    duty.also.retain(|member| *member != user);
    duty.also.insert(0, duty.primary);
    duty.primary = user;
    duty.source = Source::Override;
}
